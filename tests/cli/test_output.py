"""Where results go, and what happens when they cannot."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from ccpolicy.cli.output import write, write_new
from ccpolicy.errors import ReportError


def test_file_appears_complete_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old", encoding="utf-8")
    write("新\n", str(target), for_people=True)
    assert target.read_bytes() == "新\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "report.txt", tmp_path / "link"
    link.symlink_to(target)
    write("text", str(link), for_people=True)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "text"


def test_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "report.txt"
    target.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="RP203"):
        write("new", str(target), for_people=True)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="No such file or directory"):
        write("text", str(tmp_path / "no" / "report.txt"), for_people=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_device_is_said() -> None:
    with pytest.raises(ReportError, match="No space left on device"):
        write("text", "/dev/full", for_people=True)


def run(code: str, stdout: IO[bytes] | int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", f"from ccpolicy.cli.output import write\n{code}"]
    return subprocess.run(command, stderr=subprocess.PIPE, stdout=stdout, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_standard_output_is_said_once() -> None:
    code = (
        "from ccpolicy.errors import ReportError\n"
        "try: write('x' * 100_000, None, for_people=True)\n"
        "except ReportError as error: raise SystemExit(f'said: {error}')"
    )
    with Path("/dev/full").open("wb") as full:
        done = run(code, stdout=full)
    assert done.stderr == b"said: RP203 cannot write the report: No space left on device\n"
    assert done.returncode == 1


def test_reader_that_leaves_early_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(
            "write('x' * 100_000, None, for_people=True); raise SystemExit(7)", stdout=writing
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (7, b"")


def test_people_get_their_encoding_and_programs_get_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="gbk")
    monkeypatch.setattr(sys, "stdout", stream)
    write("中é🙂", None, for_people=True)
    write("中é🙂", "-", for_people=False)
    assert stream.buffer.getvalue() == "中é".encode("gbk") + b"\\U0001f642" + "中é🙂".encode()


def test_a_new_file_that_cannot_be_written_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_new("half of it \ud800", str(tmp_path / "new.yaml"))
    assert list(tmp_path.iterdir()) == []
    write_new("all of it\n", str(tmp_path / "new.yaml"))
    with pytest.raises(ReportError):
        write_new("another\n", str(tmp_path / "new.yaml"))
    assert (tmp_path / "new.yaml").read_text() == "all of it\n"
    assert len(list(tmp_path.iterdir())) == 1
