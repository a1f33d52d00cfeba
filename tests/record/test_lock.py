"""Runs at the same time lose nothing, and leave nothing behind."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from ccpolicy.errors import CcpolicyError
from ccpolicy.policy import load_policy
from ccpolicy.record.lock import lock_path, locked
from ccpolicy.record.recorder import FilledRecord, Recorder

from .conftest import NOW, PATROLS
from .killed import kill

WRITERS, EACH = 3, 3


def _write(folder: Path, writer: int, start: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    for turn in range(EACH):
        at = f"2026-11-20 1{writer}:{turn:02}"
        given = [FilledRecord({"asset_id": "PBX-2", "walked_at": at, "result": "pass"})]
        recorder = Recorder(load_policy(folder), "patrols", now=NOW)
        recorder.write(recorder.draft(given), given)


def test_several_at_once_lose_nothing(centre: Path) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(WRITERS)
    writers = [context.Process(target=_write, args=(centre, n, start)) for n in range(WRITERS)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
    assert [each.exitcode for each in writers] == [0] * WRITERS
    rows = (centre / PATROLS).read_bytes().decode("gb18030").splitlines()[1:]
    assert [row.split(";")[0] for row in rows] == [f"X-{n:04}" for n in range(7, 8 + 9)]
    assert len({row.split(";")[2] for row in rows}) == 1 + WRITERS * EACH
    assert not [each.name for each in centre.iterdir() if each.name.startswith(".")]


def test_a_lock_that_is_held_is_waited_for(centre: Path) -> None:
    (centre / ".git").mkdir()
    with locked(centre) as lock:
        assert lock.path == lock_path(centre) == centre / ".git/ccpolicy-record.lock"
        with pytest.raises(CcpolicyError) as caught, locked(centre, patience=0):
            pass
    assert caught.value.message.code == "US454"
    assert not lock.path.exists()


def test_a_file_keeps_its_rights(centre: Path) -> None:
    (centre / PATROLS).chmod(0o640)
    with locked(centre) as lock:
        lock.replace(centre / PATROLS, b"new")
    assert (centre / PATROLS).stat().st_mode & 0o777 == 0o640
    assert (centre / PATROLS).read_bytes() == b"new"


def test_a_run_that_is_killed_leaves_all_or_nothing(centre: Path) -> None:
    assert kill(centre, 5).killed == 5
