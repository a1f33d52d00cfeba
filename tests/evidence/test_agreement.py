"""What is judged in bulk is judged as JSON Schema has it, and no bytes bring a reader down."""

from __future__ import annotations

import datetime
import json
import math
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from ccpolicy.evidence_formats import Format

from .conftest import (
    BOOLEAN,
    DATE,
    FORMATS,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Desk,
    Row,
    encode,
    log,
)

few = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
INT64 = INTEGER | {"minimum": -(2**63), "maximum": 2**63 - 1}


def judged(kind: Format, spec: Row, values: list[Any]) -> list[bool]:
    """Return which values the readers take."""
    rows: list[Row] = [{"id": f"r{number}", "v": value} for number, value in enumerate(values)]
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        if kind == "csv":
            lines = (f'{row["id"]},"{row["v"].replace(chr(34), chr(34) * 2)}"' for row in rows)
            content = "\n".join(["id,v", *lines]).encode()
        else:
            content = encode(kind, rows, desk.root)
        loaded = desk.read(content, log(kind, {"v": spec}))
    taken = set(loaded.column("id"))
    [(_, count, invalid)] = loaded.counts
    assert (count, invalid) == (len(rows), len(rows) - len(taken)), loaded.said
    assert bool(loaded.said) == bool(invalid)
    return [row["id"] in taken for row in rows]


def by_schema(spec: Row, value: Any) -> bool:
    return Draft202012Validator(spec, format_checker=FormatChecker()).is_valid(value)


def cell(spec: Row) -> Callable[[str], bool]:
    """Return the judgement of the text of a cell: what it is in JSON is held to the schema."""

    def judge(text: str) -> bool:
        try:
            value = json.loads(text)
        except ValueError:
            return False
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if text != text.strip() or not is_number or not math.isfinite(value):
            return False
        # In a cell, a whole number is written as one.
        if spec["type"] == "integer" and (not isinstance(value, int) or text != str(value)):
            return False
        return by_schema(spec, value)

    return judge


def spoilt(good: st.SearchStrategy[str], signs: str) -> st.SearchStrategy[str]:
    """Draw texts, some of them with a sign changed, put in or taken out."""

    def spoil(text: str, at: int, sign: str, width: int) -> str:
        at %= len(text)
        return text[:at] + sign + text[at + width :] or "x"

    changed = st.builds(
        spoil,
        good,
        st.integers(0, 40),
        st.sampled_from(["", *signs]),
        st.integers(0, 2),
    )
    return good | changed


years = st.sampled_from(["1969", "1970", "1999", "2000", "2024", "2026", "2100", "2199", "2200"])
near = st.integers(1, 12).map("{:02}".format), st.integers(1, 31).map("{:02}".format)
dates = spoilt(st.builds("{}-{}-{}".format, years, *near), "0123456789-WT /+")
clocks = st.builds(
    "{:02}:{:02}:{:02}".format, st.integers(0, 24), st.integers(0, 60), st.integers(0, 60)
)
offsets = st.sampled_from(["Z", "z", "+00:00", "-00:00", "+08:00", "-23:59", "+24:00", "+0800", ""])
fractions = st.sampled_from(["", "", ".5", ".123456", ".123456789", "."])
times = spoilt(
    st.builds(
        "{}-{}-{}{}{}{}{}".format,
        *(years, *near, st.sampled_from("TTTt "), clocks, fractions, offsets),
    ),
    "0123456789-:.+TZ ",
)


def in_range(text: str) -> bool:
    """Whether a time is from 1970 to 2199, and of no more digits than nanoseconds have."""
    if re.search(r"\.[0-9]{10}", text):
        return False
    moment = datetime.datetime.fromisoformat(text.upper())
    return (
        datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        <= moment
        < datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC)
    )


@few
@given(st.lists(dates, min_size=1, max_size=30))
@example(["1970-01-01", "1969-12-31", "2199-12-31", "2200-01-01", "2100-02-29", "2000-02-29"])
@example(["20260131", "2026-W05-6", "2026-1-31", "2026-01-31 ", "２０２６-01-31", "2026-01-31\n"])
def test_dates(texts: list[str]) -> None:
    expected = [by_schema(DATE, text) and "1970" <= text[:4] < "2200" for text in texts]
    assert judged("csv", DATE, texts) == expected
    assert judged("jsonl", DATE, texts) == expected


@few
@given(st.lists(times, min_size=1, max_size=30))
@example(["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z"])
@example(["2200-01-01T00:00:00Z", "2200-01-01T00:00:00+00:01", "1970-01-01T00:00:00+00:01"])
@example(["2026-01-31T18:05:00", "2026-01-31T23:59:60Z", "2026-01-31T18:05:00+8:00"])
@example(["2026-01-31T18:05:00-00:00", "2026-01-31t18:05:00.123456789z", "2026-02-29T00:00:00Z"])
def test_times(texts: list[str]) -> None:
    expected = [by_schema(TIME, text) and in_range(text) for text in texts]
    assert judged("csv", TIME, texts) == expected
    assert judged("jsonl", TIME, texts) == expected


digits = spoilt(st.integers(-(2**64), 2**64).map(str) | st.integers(-20, 20).map(str), "0-+.eE1 ")


@few
@given(st.lists(digits, min_size=1, max_size=30))
@example(["0", "-0", "00", "9223372036854775807", "9223372036854775808", "-9223372036854775808"])
@example(["-9223372036854775809", "1.0", "1e2", "٣", "1\n"])
def test_integers_in_cells(texts: list[str]) -> None:
    for spec in (INTEGER, INTEGER | {"minimum": -5, "exclusiveMaximum": 7}):
        assert judged("csv", spec, texts) == [cell(INT64 | spec)(text) for text in texts]


floats = st.floats(allow_nan=False, allow_infinity=False).map(repr)
reals = spoilt(floats | st.integers(-20, 20).map(str), "0-+.eE1 ")


@few
@given(
    st.lists(spoilt(floats | st.integers(-20, 20).map(str), "0-+.eE1 "), min_size=1, max_size=30)
)
@example(["-0", "1e999", "-1E+2", "1e-999", "NaN", "inf", "Infinity", ".5", "5.", "00.5", "0x1"])
@example(["0.3", "0.30000000000000004", "0.1e1", "4.9e-324", "1.7976931348623157e308"])
def test_numbers_in_cells(texts: list[str]) -> None:
    for spec in (NUMBER, NUMBER | {"exclusiveMinimum": 0.3, "maximum": 1e16}):
        assert judged("csv", spec, texts) == [cell(spec)(text) for text in texts]


values = st.one_of(
    st.integers(-(2**65), 2**65),
    st.integers(-10, 10),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-10, 10).map(float),
    st.booleans(),
    st.sampled_from(["1", "true", [], [1], {"a": 1}]),
)


@few
@given(st.lists(values, min_size=1, max_size=30))
@example([0.0, -0.0, 1.0, 2**53 + 1, 2**63, -(2**63), 1e18, 0.1, True, False, "0"])
def test_values_in_documents(found: list[Any]) -> None:
    pairs: list[tuple[Row, Row]] = [
        (INTEGER, INT64),
        (INTEGER | {"minimum": -3, "maximum": 3}, INTEGER | {"minimum": -3, "maximum": 3}),
        (NUMBER | {"exclusiveMinimum": -3}, NUMBER | {"exclusiveMinimum": -3}),
        (BOOLEAN, BOOLEAN),
        (INTEGER | {"enum": [1, 2]}, INTEGER | {"enum": [1, 2]}),
    ]
    for spec, schema in pairs:
        assert judged("jsonl", spec, found) == [by_schema(schema, value) for value in found]


PATTERNS = ["^[A-C]{2}-[0-9]+$", "^a|b$", "[^a-c]", "a.c", "^(?:ab)*c?$", r"\d\.\w", "^é+$", "x{0}"]
signs = st.text("aAbBcC0129-._é٣x \n", min_size=1, max_size=8)


@few
@given(st.lists(signs | st.sampled_from(["AB-12", "ab-1", "ababc"]), min_size=1, max_size=30))
@example(["AB-12\n", "AB-١", "a\nc", "0.é", "0._", "éé", "b\n", "ab"])
def test_patterns(texts: list[str]) -> None:
    for pattern in PATTERNS:
        # As ECMA 262 has it: `$` is the end alone, and `\d` and `\w` are of ASCII.
        ecma = pattern.replace("$", r"\Z").replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]")
        expected = [by_schema(TEXT | {"pattern": ecma}, text) for text in texts]
        assert judged("csv", TEXT | {"pattern": pattern}, texts) == expected, pattern
        assert judged("jsonl", TEXT | {"pattern": pattern}, texts) == expected, pattern


@few
@given(st.lists(st.text("aé灭😀\u0301", min_size=1, max_size=6), min_size=1, max_size=30))
def test_lengths(texts: list[str]) -> None:
    for spec in (TEXT | {"minLength": 3}, TEXT | {"maxLength": 3}):
        expected = [by_schema(spec, text) for text in texts]
        assert judged("csv", spec, texts) == expected
        assert judged("jsonl", spec, texts) == expected


def good(kind: Format) -> bytes:
    rows: list[Row] = [{"id": "a", "n": 1, "v": 'x, "y"\nz'}, {"id": "b", "n": 2, "v": "灭"}]
    with tempfile.TemporaryDirectory() as folder:
        return encode(kind, rows, Path(folder))


GOOD = {kind: good(kind) for kind in FORMATS}
JUNK = {
    "csv": b'\n\r",;id\0\xff ',
    "json": b'{}[]":,\n\\\0\xffNaN1-e',
    "jsonl": b'{}[]":,\n\\\0\xffNaN1-e',
    "yaml": b"-:?[]{}&*!|>'\"%@`#\n \0\xff~",
}


@pytest.mark.parametrize("kind", FORMATS)
@few
@given(data=st.data())
def test_garbage(kind: Format, data: st.DataObject) -> None:
    signs = st.sampled_from(list(JUNK.get(kind, range(256))))
    junk = st.lists(signs, max_size=60).map(bytes) | st.binary(max_size=60)
    content = data.draw(junk)
    if data.draw(st.booleans()):
        before = GOOD[kind]
        start = data.draw(st.integers(0, len(before)))
        content = before[:start] + content + before[start + data.draw(st.integers(0, 60)) :]
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        loaded = desk.read(content, log(kind, {"n": INTEGER, "v": TEXT}))
    [(file, count, invalid)] = loaded.counts
    assert file == f"evidence/log.{kind}"
    if count:  # Otherwise the file is refused as a whole.
        assert len(loaded.tables["log"]) == count - invalid
    # Nothing is taken in silence: either there are records, or somebody is told.
    assert count or loaded.said
    assert bool(invalid) <= bool(loaded.said)
    assert all(file in problem or problem.startswith("None: ") for problem in loaded.said)
    for row in loaded.tables["log"]:
        assert row["place"].startswith(file)
        assert row["id"].strip()
