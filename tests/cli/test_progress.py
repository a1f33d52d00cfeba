"""A spinner for those who wait, and nothing for a pipe."""

from __future__ import annotations

import errno
import io
import re
import sys
import threading
import time
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy import activity
from ccpolicy.activity import Activity
from ccpolicy.cli import progress
from ccpolicy.errors import LANGUAGES, Message
from ccpolicy.reports import View
from ccpolicy.reports.layout import width
from ccpolicy.reports.page import Page
from small_centre import INSPECTIONS, change, lay

WORKING = Message("working")


@pytest.fixture(autouse=True)
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0)
    with progress.progress(WORKING, "en"):
        time.sleep(0.2)
    assert stream.getvalue() == ""


def test_nothing_when_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.progress(WORKING, "en"):
        pass
    assert stream.getvalue() == ""


def test_spins_and_wipes_its_line_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0.01)

    def work() -> None:
        with progress.progress(WORKING, "en"):
            time.sleep(0.3)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        work()
    assert "\r| working 0 s" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("ci", "quiet"), [("true", False), ("", True)])
def test_nothing_in_a_pipeline_or_if_quiet(
    monkeypatch: pytest.MonkeyPatch, ci: str, quiet: bool
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0)
    monkeypatch.setenv("CI", ci)
    with progress.progress(WORKING, "en", quiet=quiet):
        assert activity.current.get() is None
        time.sleep(0.2)
    assert stream.getvalue() == ""


def test_a_terminal_that_is_gone_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Terminal):
        def write(self, _: str) -> int:
            raise OSError(errno.EIO, "gone")

    raised: list[object] = []
    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(progress, "AFTER", 0.01)
    monkeypatch.setattr(threading, "excepthook", raised.append)
    with progress.progress(WORKING, "en"):
        time.sleep(0.3)
    assert raised == []


def test_work_may_turn_to_something_else_while_it_is_said() -> None:
    """The template of one step and the values of the next do not fit together."""

    class Turning(Activity):
        steps = iter([Message.of("reading {file}", file="a.csv"), WORKING])

        @property
        def doing(self) -> Message:
            return next(self.steps)

        @doing.setter
        def doing(self, _: Message) -> None:
            pass

    said = progress.activity_text(Page(View(language="en")), Turning(WORKING))
    assert said == "reading a.csv"


def test_one_line_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER", 0)
    monkeypatch.setenv("COLUMNS", "40")
    with progress.progress(WORKING, "zh"):
        name = "证据" * 30 + "\n\x1b[31m"
        activity.watched().begin(Message.of("reading {file}", file=name))
        time.sleep(0.4)
    drawn = [each.removesuffix("\x1b[K") for each in stream.getvalue().split("\r")]
    assert any("证据" in each for each in drawn)
    assert max(map(width, drawn)) < 40
    assert not re.search(r"[\n\x1b]", "".join(drawn))


def said(work: Activity) -> list[str]:
    return [progress.activity_text(Page(View(language=each)), work) for each in LANGUAGES]


def test_rows_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(activity, "monotonic", lambda: clock[0])
    work = Activity(WORKING)
    work.expect(1_000)
    work.begin(Message.of("reading {file}", file="a.csv"))
    work.rows = 12_345
    clock[0] += 10
    assert said(work) == ["reading a.csv; 12,345 records", "正在读取 a.csv；12,345 条记录"]
    work.finish(50)
    assert work.seconds_left is None, "a twentieth says too little"
    work.finish(200)
    assert said(work)[0].endswith("about 30 s left")
    assert said(work)[1].endswith("约剩 30 秒")
    work.finish(750)
    assert work.seconds_left is None, "nothing is left"
    work.expect(0)
    work.begin(Message.of("judging by {kinds}", kinds="deadline, share"))
    assert said(work)[0] == "judging by deadline, share"


def test_steps_come_before_their_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(activity, "monotonic", lambda: clock[0])
    work = Activity(WORKING)
    work.step(WORKING, 1, 10)
    work.expect(5)
    work.begin(Message("something else"))
    work.finish(5)
    clock[0] = 6.0
    work.step(WORKING, 4, 10)
    assert (work.doing, work.done, work.seconds_left) == (WORKING, 3, 14.0)


def test_check_says_what_it_reads_and_by_which_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    centre = lay(tmp_path / "centre")
    for part in ("assets/*.", "format: "):
        change(centre, "policy/datasets/assets.yaml", f"{part}csv", f"{part}yaml")
    (centre / "evidence/assets/assets.csv").unlink()
    (centre / "evidence/assets/assets.yaml").write_text(
        "- {asset_id: PBX-1, commissioned_on: 2026-10-01}\n", "utf-8"
    )

    class Watched(Activity):
        def begin(self, doing: Message) -> None:
            super().begin(doing)
            seen.append(doing.text())

        def finish(self, done: float) -> None:
            super().finish(done)
            seen.append(f"{self.rows} rows, {self.done <= self.total}")

    token = activity.current.set(Watched(WORKING))
    try:
        assert ccpolicy.load(centre).check().controls
    finally:
        activity.current.reset(token)
    assert "reading evidence/assets/assets.yaml" in seen
    assert "1 rows, True" in seen
    assert seen[-1] == "judging by recurrence"
    assert (centre / INSPECTIONS).is_file()
