"""The archive: one form for one content, and no other form is read."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import zipfile
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpolicy.bundle.archive import Archive, Part, open_archive, write_archive
from ccpolicy.bundle.member_names import check_names
from ccpolicy.errors import BundleError

from .conftest import forged

CONTENTS = {"a.txt": b"alpha", "b/empty": b"", "b/c/巡检.csv": "设备,日期\n".encode() * 40}


def packed(contents: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    write_archive(file, {name: Part.of(content) for name, content in contents.items()})
    return file.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    archive = Archive(io.BytesIO(data))
    archive.check()
    return {name: archive.read(name, 1 << 20) for name in archive.members}


def refused(data: bytes, reason: str = ".") -> None:
    with pytest.raises(BundleError, match=reason):
        read(data)


names = st.text(st.characters(codec="utf-8", exclude_characters="/\\"), min_size=1, max_size=6)


@given(st.dictionaries(st.lists(names, min_size=1, max_size=3).map("/".join), st.binary()))
def test_what_is_written_is_read_or_refused_at_once(contents: dict[str, bytes]) -> None:
    try:
        check_names(sorted(contents))
    except BundleError:
        with pytest.raises(BundleError):
            packed(contents)
        return
    data = packed(contents)
    assert read(data) == contents
    assert packed(dict(reversed(contents.items()))) == data


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(packed(CONTENTS))
    with zipfile.ZipFile(path) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == CONTENTS
        assert {info.date_time for info in other.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    if which("unzip"):
        subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)


def test_archive_of_many_members() -> None:
    small = packed(CONTENTS)
    many = {f"{number:06}": b"" for number in range(1 << 16)}
    data = packed(many)
    archive = Archive(io.BytesIO(data))
    assert archive.check().keys() == many.keys()
    assert archive.members == dict.fromkeys(many, 0)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert len(other.namelist()) == len(many)
    assert b"PK\6\6" in data
    assert b"PK\6\6" not in small


def test_member_and_place_beyond_what_short_fields_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if such fields held 100 bytes instead of two gigabytes."""
    plain = packed(CONTENTS)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    refused(plain, "BU102 ")
    monkeypatch.setattr("ccpolicy.bundle.archive.LARGEST_SHORT", 100)
    data = packed(CONTENTS)
    assert data.count(bytes.fromhex("0100 1000")) == 2  # before the member, and in the list
    assert b"PK\6\6" in data
    assert read(data) == CONTENTS
    for place in range(len(data)):
        refused(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


@settings(max_examples=600)
@given(st.data())
def test_no_byte_can_be_another(data: st.DataObject) -> None:
    whole = bytearray(packed(CONTENTS))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    refused(bytes(whole))


@given(st.binary(min_size=1, max_size=120), st.data())
def test_nothing_can_be_put_in_or_taken_out(extra: bytes, data: st.DataObject) -> None:
    whole = packed(CONTENTS)
    place = data.draw(st.integers(0, len(whole)))
    refused(whole[:place] + extra + whole[place:])
    refused(whole[: max(place - len(extra), 0)] + whole[max(place, 1) :])


@given(st.binary(max_size=300))
def test_anything_else_is_no_archive(data: bytes) -> None:
    refused(data)


class Stream(io.BytesIO):
    """A file in which nobody can go back: sizes and checksums follow what they are of."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def foreign(build: str) -> bytes:
    """Make an archive as an attacker might, with a program that allows it."""
    file = Stream() if build == "sizes afterwards" else io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if build == "bomb" else 0) as archive:
        info = zipfile.ZipInfo("a.txt")
        match build:
            case "bomb":
                archive.writestr("a.txt", bytes(1 << 20))
            case "symlink":
                info.external_attr = 0o120777 << 16
                archive.writestr(info, "/etc/passwd")
            case "folder":
                archive.writestr("a/", b"")
            case "comment":
                archive.writestr(info, b"x")
                archive.comment = b"more"
            case "member comment":
                info.comment = b"more"
                archive.writestr(info, b"x")
            case "extra field":
                info.extra = b"\xfe\xca\x04\x00more"
                archive.writestr(info, b"x")
            case "date":
                info.date_time = (2026, 1, 1, 0, 0, 0)
                archive.writestr(info, b"x")
            case "plain" | "sizes afterwards":
                archive.writestr(info, b"x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ("bomb", "BU102 "),
        ("symlink", "BU102 "),
        ("folder", "BU112 "),
        ("comment", "BU102 "),
        ("member comment", "BU102 "),
        ("extra field", "BU102 "),
        ("date", "BU102 "),
        ("plain", "BU102 "),
        ("sizes afterwards", "BU102 "),
    ],
)
def test_archives_of_other_programs(build: str, reason: str) -> None:
    refused(foreign(build), reason)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a", "a"], "holds 'a' twice"),
        (["b", "a"], "out of order: 'a' after 'b'"),
        (["/etc/passwd"], "BU110 "),
        (["a/../../b"], "BU111 "),
        ([".."], "BU111 "),
        (["a//b"], "BU112 "),
        (["a/"], "BU112 "),
        (["./a"], "BU112 "),
        (["a\\..\\b"], "BU112 "),
        (["a\nb"], "cannot be seen"),
        (["a\u202eb"], "cannot be seen"),
        (["a" * 256], "too long"),
        (["A", "a"], "cannot hold both 'a' and 'A'"),
        (["e\u0301", "\u00e9"], "BU117 "),
        (["A/x", "a/y"], "BU117 "),
        (["a", "a/b"], "cannot hold both 'a/b' and 'a'"),
        (["a/b", "a/b/c"], "BU117 "),
    ],
)
def test_names(names: list[str], reason: str) -> None:
    refused(forged(names), reason)


def test_header_that_tells_another_name() -> None:
    data = packed({"a": b"same"})
    place = data.index(b"a")
    refused(data[:place] + b"b" + data[place + 1 :], "BU102 ")


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpolicy.bundle.archive.MOST_MEMBERS", 2)
    refused(packed(CONTENTS), "more than 2 members")


def test_list_of_members_too_long_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before it is read."""
    data = packed(CONTENTS)
    monkeypatch.setattr("ccpolicy.bundle.archive.LONGEST_INDEX", 100)
    monkeypatch.setattr(zipfile, "ZipInfo", None)
    refused(data, "BU101 ")


@pytest.mark.parametrize("place", ["before", "between", "behind"])
def test_bytes_that_no_member_holds(place: str) -> None:
    """Where places and sizes are made to fit, so that any other program reads the archive."""
    first, second = packed({"a": b"alpha"}), packed({"b": b"beta"})
    lists = [data.index(b"PK\1\2") for data in (first, second)]
    members = [data[:at] for data, at in zip((first, second), lists, strict=True)]
    entries = [
        bytearray(data[at : data.index(b"PK\5\6")])
        for data, at in zip((first, second), lists, strict=True)
    ]
    gaps = {each: b"hidden" if each == place else b"" for each in ("before", "between", "behind")}
    starts = [len(gaps["before"]), len(gaps["before"]) + len(members[0]) + len(gaps["between"])]
    for entry, start in zip(entries, starts, strict=True):
        entry[42:46] = start.to_bytes(4, "little")
    body = gaps["before"] + members[0] + gaps["between"] + members[1] + gaps["behind"]
    index = b"".join(entries)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(index), len(body), 0)
    data = body + index + end
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert {name: other.read(name) for name in other.namelist()} == {
            "a": b"alpha",
            "b": b"beta",
        }
    refused(data, "BU102 ")


def test_two_members_in_one_place() -> None:
    """A little file cannot be read as often as its list of members says."""
    data = packed({"a": bytes(1000)})
    at = data.index(b"PK\1\2")
    entry = data[at : data.index(b"PK\5\6")]
    index = b"".join(entry[:46] + bytes([ord("a") + number]) for number in range(20))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 20, 20, len(index), at, 0)
    refused(data[:at] + index + end, "BU102 ")


def test_encrypted_member() -> None:
    data = bytearray(packed({"a": b"alpha"}))
    for start in (6, data.index(b"PK\1\2") + 8):
        data[start] |= 1
    refused(bytes(data), "BU102 ")


def test_member_too_large_to_hold() -> None:
    archive = Archive(io.BytesIO(packed({"a": bytes(3 << 20)})))
    with pytest.raises(BundleError, match="BU105"):
        archive.read("a", 2 << 20)
    with pytest.raises(BundleError, match="holds no 'b'"):
        archive.read("b", 1)


def test_file_that_changes_while_it_is_packed(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"before")
    part = Part.of(path)
    path.write_bytes(b"afterwards")
    with pytest.raises(BundleError, match="BU107"):
        write_archive(io.BytesIO(), {"growing": part})


@pytest.mark.parametrize(
    ("kind", "code"), [("missing", "FI120"), ("folder", "BU103"), ("pipe", "BU103")]
)
def test_what_is_no_file(tmp_path: Path, kind: str, code: str) -> None:
    path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(BundleError, match=code), open_archive(path):
        pass
