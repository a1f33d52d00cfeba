"""Which files belong to a dataset: nothing followed, nothing passed over in silence."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccpolicy.evidence import load
from ccpolicy.evidence.invalid_records import check_tables
from ccpolicy.files import finder
from message_text import coded

from .conftest import FORMATS, Desk, encode, log

CSV = log("csv")


def test_missing_folder(tmp_path: Path) -> None:
    loaded = Desk(tmp_path).load(CSV)
    assert loaded.said == ["evidence: EV107 "]
    assert loaded.hints == ["make the folder and put records there"]
    assert loaded.counts == []
    (tmp_path / "evidence").write_text("no folder")
    assert Desk(tmp_path).load(CSV).said == ["evidence: EV107 "]


def test_missing_file(desk: Desk) -> None:
    desk.write("other.csv", "id\na\n")
    loaded = desk.load(CSV)
    assert loaded.said == ["evidence: " + coded("EV106", "log*.csv")]
    below = log("csv", files="a/*.csv")
    assert desk.load(below).said == ["evidence: " + coded("EV106", "a/*.csv")]
    desk.write("a", "no folder")
    assert desk.load(below).said == ["evidence: " + coded("EV106", "a/*.csv")]


@pytest.mark.parametrize("pattern", ["../log.csv", "a/../log.csv", "/log.csv"])
def test_pattern_that_leads_out(desk: Desk, pattern: str) -> None:
    desk.write("log.csv", "id\na\n")
    loaded = desk.load(log("csv", files=pattern))
    assert loaded.said == ["evidence: " + coded("EV105", f"{pattern}")]
    assert loaded.tables["log"] == []


def test_links(desk: Desk, tmp_path: Path) -> None:
    target = desk.write("real/log.csv", "id\na\n")
    (tmp_path / "evidence" / "log.csv").symlink_to(target)
    (tmp_path / "evidence" / "linked").symlink_to(target.parent)
    said = "symbolic links are not followed"
    assert desk.load(CSV).said == [f"evidence/log.csv: {said}"]
    assert desk.load(log("csv", files="linked/*.csv")).said == [f"evidence/linked: {said}"]
    deep = desk.load(log("csv", files="**/log.csv"))
    assert f"evidence/log.csv: {said}" in deep.said
    assert deep.column("place") == ["evidence/real/log.csv:2"]


def test_folder_that_is_a_link(tmp_path: Path) -> None:
    Desk(tmp_path / "there").write("log.csv", "id\na\n")
    (tmp_path / "evidence").symlink_to(tmp_path / "there" / "evidence")
    assert Desk(tmp_path).load(CSV).said == ["evidence: FI101 "]


def test_what_is_not_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "evidence" / "log.csv").mkdir()
    os.mkfifo(tmp_path / "evidence" / "log2.csv")
    loaded = desk.load(CSV)
    assert loaded.said == ["evidence/log.csv: FI105 ", "evidence/log2.csv: FI105 "]
    assert loaded.counts == []


def test_any_depth(desk: Desk) -> None:
    for name in ("log.csv", "a/log.csv", "a/b/log.csv", ".git/log.csv", "a/log.txt"):
        desk.write(name, f"id\n{name}\n")
    loaded = desk.load(log("csv", files="**/*.csv"))
    assert loaded.said == []
    assert loaded.column("id") == ["a/b/log.csv", "a/log.csv", "log.csv"]
    loaded = desk.load(log("csv", files="a/**"))
    assert {name for name, _, _ in loaded.counts} >= {"evidence/a/log.csv", "evidence/a/b/log.csv"}


def test_files_of_programs(desk: Desk) -> None:
    desk.write("log.csv", "id\na\n")
    desk.write("~$log.csv", "junk")
    desk.write(".log.csv", "junk")
    loaded = desk.load(log("csv", files="*.csv"))
    assert loaded.counts == [("evidence/log.csv", 1, 0)]


def test_names(desk: Desk, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "evidence")
    Path(os.fsdecode(folder + b"/log\xff.csv")).write_text("id\na\n")
    desk.write("log\u200b.csv", "id\nb\n")
    desk.write("logs.csv", "id\nc\n")
    desk.write("LOGS.csv", "id\nd\n")
    loaded = desk.load(log("csv", files="*.csv"))
    assert sorted(loaded.said, key=str) == [
        r"evidence/log\u200b.csv: the name of the file holds a character that cannot be seen",
        r"evidence/log\xff.csv: the name of the file is not UTF-8 text",
        "evidence/logs.csv: " + coded("EV109", "evidence/LOGS.csv"),
    ]
    assert loaded.column("id") == ["d", "c"]


def test_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    [problem] = Desk(tmp_path / "loop").load(CSV).said
    assert "cannot read the folder: " in problem


def test_link_put_there_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    find = finder.Finder.find

    def late(finder: finder.Finder, folder: str, pattern: str) -> Iterator[Any]:
        for name in find(finder, folder, pattern):
            (finder.root / str(name)).rename(finder.root / "elsewhere")
            (finder.root / str(name)).symlink_to(finder.root / "elsewhere")
            yield name

    desk.write("log.csv", "id\na\n")
    monkeypatch.setattr(finder.Finder, "find", late)
    loaded = desk.load(CSV)
    [problem] = loaded.said
    assert problem.startswith("evidence/log.csv: FI103 ")
    assert (loaded.counts, loaded.tables["log"]) == ([], [])


@pytest.mark.parametrize("kind", FORMATS)
def test_file_that_changes(desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    path = desk.write(f"log.{kind}", encode(kind, [{"id": "a"}], desk.root))
    changed = encode(kind, [{"id": "a"}, {"id": "b"}], desk.root)

    def late(*arguments: Any) -> Any:
        path.write_bytes(changed)
        return check_tables(*arguments)

    monkeypatch.setattr(load, "check_tables", late)
    loaded = desk.load(log(kind))
    assert loaded.said == [f"evidence/log.{kind}: EV102 "]


def test_file_that_goes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write("log.parquet", encode("parquet", [{"id": "a"}], desk.root))

    def late(*arguments: Any) -> Any:
        path.unlink()
        return check_tables(*arguments)

    monkeypatch.setattr(load, "check_tables", late)
    [problem] = desk.load(log("parquet")).said
    assert problem.startswith("evidence/log.parquet: FI103 ")


@pytest.mark.parametrize(
    ("content", "bare", "spaced"),
    [
        (b"x" * ((1 << 20) - 1) + b"\r\nx\r\n", False, False),
        (b"x" * ((1 << 20) - 1) + b"\rx\r\n", True, False),
        (b"x" * ((1 << 20) - 1) + b"\r", True, False),
        (b"x\r\n" * (1 << 19), False, False),
        (b"x" * ((1 << 20) - 1) + b' "x"', False, True),
    ],
)
def test_signs_astride_two_pieces(desk: Desk, content: bytes, bare: bool, spaced: bool) -> None:
    found = finder.fingerprint(desk.write("log.csv", content))
    assert found.has_bare_return is bare
    assert found.has_spaced_quote is spaced
    assert found.size == len(content)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
