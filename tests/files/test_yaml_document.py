"""YAML that a stranger wrote."""

from pathlib import Path

import pytest

from ccpolicy.errors import CcpolicyError
from ccpolicy.files.yaml_document import MAX_BYTES, parse_yaml, read_yaml
from message_text import coded

REFUSED = {
    "a: &x 1\nb: *x": ("1:4", "FI206 "),
    "a: {<<: {b: 1}}": ("1:5", "merge keys"),
    "a: 1\nb: 2\na: 3": ("3:1", coded("FI210", "a")),
    "a:\n  - {b: 1, b: 2}": ("2:12", coded("FI210", "b")),
    "a: !!python/object:os.system x": ("1:4", "FI207 "),
    "a: !x y": ("1:4", "FI207 "),
    "a: no": ("1:4", coded("FI211", "no")),
    "a: on": ("1:4", coded("FI211", "on")),
    "a: Yes": ("1:4", coded("FI211", "Yes")),
    "a: 12:30": ("1:4", coded("FI211", "12:30")),
    "a: 010": ("1:4", coded("FI211", "010")),
    "a: 0x1f": ("1:4", coded("FI211", "0x1f")),
    "a: 1_000": ("1:4", coded("FI211", "1_000")),
    "a: .inf": ("1:4", coded("FI211", ".inf")),
    "a: ~": ("1:4", coded("FI211", "~")),
    "a: TRUE": ("1:4", coded("FI211", "TRUE")),
    "? [a]\n: b": ("1:3", coded("FI208")),
    "a: 1\n---\nb: 2": ("2:1", coded("FI213")),
    "a: [1, 2": ("2:1", "not YAML"),
    "[" * 100_000: ("1:33", "FI212 "),
    "- " * 100_000: ("1:65", "FI212 "),
    "a: b\x00": ("1", "FI203 "),
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_refused_with_its_place(text: str) -> None:
    place, message = REFUSED[text]
    with pytest.raises(CcpolicyError) as caught:
        parse_yaml(text.encode(), "f.yaml")
    assert message in str(caught.value)
    if place:
        assert str(caught.value.locator) == f"f.yaml:{place}"


def test_values_and_places() -> None:
    source = parse_yaml(b"a: 1\nb:\n  - {c: 'no', d: 2.5}\n  - true\ne: 2026-01-02\nf:\n", "f.yaml")
    assert source.value == {
        "a": 1,
        "b": [{"c": "no", "d": 2.5}, True],
        "e": "2026-01-02",
        "f": None,
    }
    assert str(source.locate(("b", 0, "d"))) == "f.yaml:3:15"
    assert str(source.locate(("b", 1))) == "f.yaml:4:5"
    assert str(source.locate(("b", 7, "x"))) == "f.yaml:2:1"


def test_not_utf8() -> None:
    with pytest.raises(CcpolicyError, match="UTF-8") as caught:
        parse_yaml("a: 1\nb: 预案".encode("gb18030"), "f.yaml")
    assert str(caught.value.locator) == "f.yaml:2"


def test_a_byte_order_mark_and_crlf_are_read() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f.yaml").value == {"a": 1, "b": 2}


def test_too_large() -> None:
    with pytest.raises(CcpolicyError, match="larger"):
        parse_yaml(b"a" * (MAX_BYTES + 1), "f.yaml")


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(CcpolicyError, match="cannot read"):
        read_yaml(tmp_path / "x.yaml", "x.yaml")
