"""A file that somebody named is read up to a limit, whatever it is."""

from __future__ import annotations

import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from ccpolicy.errors import EvidenceError, LimitError, ReportError
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.files import bounded
from ccpolicy.files.bounded import read_bounded
from ccpolicy.files.finder import fingerprint

MIB = 1 << 20


def test_what_fits_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for size in (0, 1, MIB, 2 * MIB):
        file.write_bytes(b"x" * size)
        assert read_bounded(file, 2 * MIB, ReportError) == b"x" * size
    file.write_bytes(b"x" * (2 * MIB + 1))
    with pytest.raises(LimitError) as caught:
        read_bounded(file, 2 * MIB, ReportError)
    assert (caught.value.message.code, str(caught.value.locator)) == ("FI201", str(file))


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"x" * MIB,))
    writer.start()
    assert read_bounded(pipe, MIB, ReportError) == b"x" * MIB
    writer.join()


def test_a_pipe_that_is_written_late_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "_WAIT", 0.05)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    open_to_read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(pipe, os.O_WRONLY)
    os.close(open_to_read)

    def write() -> None:
        os.write(writer, b"late")
        os.close(writer)

    late = threading.Timer(0.3, write)
    late.start()
    assert read_bounded(pipe, MIB, ReportError) == b"late"
    late.join()


def test_a_pipe_that_nobody_writes_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "_WAIT", 0.05)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ReportError) as caught:
        read_bounded(pipe, MIB, ReportError)
    assert (caught.value.message.code, str(caught.value.locator)) == ("EV710", str(pipe))


def test_what_is_read_again_is_a_regular_file(tmp_path: Path) -> None:
    """What is swapped for a pipe between two reads keeps nobody waiting."""
    file, pipe = tmp_path / "file.csv", tmp_path / "pipe.csv"
    file.write_bytes(b"id\n1\n")
    os.mkfifo(pipe)
    with bounded.open_regular(file) as stream:
        assert stream.read() == b"id\n1\n"
    known = fingerprint(file)
    for opened in (bounded.open_regular, lambda each: FileContent(each.name, each, known).open()):
        with pytest.raises(OSError, match="not a regular file"):
            opened(pipe)
    with pytest.raises(EvidenceError) as caught:
        fingerprint(pipe)
    assert caught.value.message.code == "FI105"
    assert FileContent("file.csv", file, known).content() == file.read_bytes()


@pytest.mark.parametrize("limit", [MIB, 1 << 40])
def test_no_room_is_made_for_what_is_not_there(tmp_path: Path, limit: int) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    tracemalloc.start()
    read_bounded(file, limit, ReportError)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * MIB


def test_what_has_no_end_is_left(tmp_path: Path) -> None:
    with pytest.raises(LimitError):
        read_bounded(Path("/dev/zero"), MIB, ReportError)


@pytest.mark.parametrize(("name", "code"), [("none", "FI120"), (".", "RP112"), ("a\0b", "RP112")])
def test_what_cannot_be_read(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(ReportError) as caught:
        read_bounded(
            tmp_path / name, MIB, ReportError, message="cannot read the assessment: {reason}"
        )
    assert caught.value.message.code == code
    assert caught.value.locator is not None
