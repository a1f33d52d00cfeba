"""A spinner for those who wait, and nothing for a pipe."""

from __future__ import annotations

import io
import sys
import time

import pytest

from ccpolicy.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0)
    with progress.progress("working"):
        time.sleep(0.2)
    assert stream.getvalue() == ""


def test_nothing_when_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.progress("working"):
        pass
    assert stream.getvalue() == ""


def test_spins_and_wipes_its_line_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0.01)

    def work() -> None:
        with progress.progress("working"):
            time.sleep(0.3)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        work()
    assert "\r| working 0 s" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")
