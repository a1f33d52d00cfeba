"""Files that appear complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ccpolicy.files.atomic import (
    atomic_file,
    read_checked,
    temporary_beside,
    write_atomic,
    write_checked,
)


def test_the_new_content_replaces_the_old(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    for content in (b"old", b"new"):
        write_atomic(target, content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def test_the_old_content_stays_while_and_if_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_bytes(b"old")

    def write_half() -> None:
        with atomic_file(target) as beside:
            beside.write_bytes(b"ne")
            assert target.read_bytes() == b"old"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomic(tmp_path / "folder", b"content")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_temporary_file_is_removed_unless_it_was_moved(tmp_path: Path) -> None:
    with temporary_beside(tmp_path / "a") as beside:
        beside.write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []
    with temporary_beside(tmp_path / "a") as beside:
        beside.write_bytes(b"1")
        beside.replace(tmp_path / "b")
    assert [each.name for each in tmp_path.iterdir()] == ["b"]


def test_writers_in_two_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their processes may have the same number, and one may have been killed before."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    target = tmp_path / "report.txt"
    with atomic_file(target) as one:
        one.write_bytes(b"on")
        with atomic_file(target) as other:
            other.write_bytes(b"other")
        assert target.read_bytes() == b"other"
        one.write_bytes(b"one")
    assert target.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [target]


def test_damage_shows(tmp_path: Path) -> None:
    file = tmp_path / "cache.json"
    write_checked(file, {"a": [1, None]})
    assert read_checked(file) == {"a": [1, None]}
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole.replace(b"1,", b"2,"), b"", b"{}"):
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match="cache"):
            read_checked(file)
