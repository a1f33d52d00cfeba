"""Translate a column's `read` rules to SQL that turns the text of a cell into its value.

Every reader uses this SQL, so that a text means the same in a small file, a large one and a
document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ccpolicy.checks.patterns import portable
from ccpolicy.checks.time_formats import dated_formats, time_format
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import Column
from ccpolicy.policy.column_reading import NumberForm
from ccpolicy.policy.duration_forms import duration_form
from ccpolicy.store.sql import literal, literals
from ccpolicy.time.epoch import DAY

_ISO = "iso"
_DAY_LENGTH = DAY - 1
"""How many microseconds the last moment of a day lies behind its first."""


def cell(column: Column, text: str) -> str:
    """Write the text that counts as something; NULL where the contract says that there is nothing.

    `text` is NULL for an empty cell, too.
    """
    reading = column.reading
    if reading.empty:
        text = f"CASE WHEN {text} NOT IN {literals(reading.empty)} THEN {text} END"
    if reading.values and "" in reading.values:
        text = f"coalesce({text}, '')"
    return text


def value(column: Column, text: str) -> str:
    """Write the SQL of the value of a cell's text; NULL if the text cannot be read.

    Covers only instants with an offset; `local_times` covers those without.
    """
    reading = column.reading
    text = _extracted(column, text)
    if reading.values is not None:
        words = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in _typed(column))
        return f"CASE {text} {words} END"
    if reading.number:
        return _number(column, reading.number, text)
    if reading.duration:
        return _agreed([duration_form(each).seconds(text) for each in reading.duration])
    if not reading.time:
        return record_sql.parse_text(column, text)
    formats = [time_format(each) for each in reading.time if each != _ISO]
    iso = [record_sql.parse_text(column, text)] if _ISO in reading.time else []
    if column.type == "date":
        days = [f"CAST(floor({each.microseconds(text)} / {DAY}) AS INTEGER)" for each in formats]
        return _agreed([*iso, *days])
    return _agreed([*iso, *(each.microseconds(text) for each in formats if each.has_offset)])


def local_times(column: Column, text: str) -> tuple[str, str] | None:
    """Write the first and the last moment of a text without an offset, as if its zone were UTC.

    They differ where the text says no more than the day. None if all texts say their offset.
    """
    text = _extracted(column, text)
    if not column.reading.time:
        local = record_sql.parse_local_time(text)
        return local, local
    formats = [time_format(each) for each in column.reading.time if each != _ISO]
    iso = [record_sql.parse_local_time(text)] if _ISO in column.reading.time else []
    timed = [each.microseconds(text) for each in formats if not each.has_offset and each.has_clock]
    dated = [each.microseconds(text) for each in dated_formats(column.reading.time)]
    if not (iso or timed or dated):
        return None
    first = _agreed([*iso, *timed, *dated])
    if not dated:
        return first, first
    # A spreadsheet's whole number is a day, and another one a moment.
    is_day = " OR ".join(f"{each} % {DAY} = 0" for each in dated)
    return first, f"{first} + CASE WHEN {is_day} THEN {_DAY_LENGTH} ELSE 0 END"


def _agreed(readings: Sequence[str]) -> str:
    """Write the one reading of a text; NULL if there is none, or two that differ."""
    if not readings:
        return "NULL"
    if len(readings) == 1:
        return readings[0]
    each = ", ".join(readings)
    return f"CASE WHEN least({each}) = greatest({each}) THEN least({each}) END"


def _extracted(column: Column, text: str) -> str:
    pattern = column.reading.extract
    if pattern is None:
        return text
    # A text that does not match has no group, and neither does one whose group is empty.
    found = f"list_distinct(regexp_extract_all({text}, {literal(portable(pattern))}, 1))"
    found = f"list_filter({found}, lambda each: each <> '')"
    return f"CASE WHEN len({found}) = 1 THEN {found}[1] END"


def _typed(column: Column) -> Iterable[tuple[str, object]]:
    """Yield word and value, a whole number as a number where the column holds numbers."""
    for word, given in (column.reading.values or {}).items():
        yield word, float(given) if column.type == "number" else given


def _number(column: Column, form: NumberForm, text: str) -> str:
    digits = "[0-9]+" if form.leading_zeros else "(?:0|[1-9][0-9]*)"
    if form.thousands:
        digits = f"(?:{digits}|[1-9][0-9]{{0,2}}(?:{re.escape(form.thousands)}[0-9]{{3}})+)"
    is_whole = column.type != "number"
    number = f"{digits}(?:{re.escape(form.decimal)}{'0+' if is_whole else '[0-9]+'})?"
    before, behind = "-?", " ?[%％]" if form.percent else ""
    if form.unit:
        unit = f"(?:{'|'.join(map(re.escape, form.unit))})"
        before, behind = f"(?:-?(?:{unit} ?)?|{unit} ?-)", f"(?: ?{unit})?{behind}"
    plain = f"regexp_replace({text}, {literal(f'[^-0-9{re.escape(form.decimal)}]')}, '', 'g')"
    if is_whole:
        plain = f"split_part({plain}, {literal(form.decimal)}, 1)"
        found = plain if column.type == "text" else f"try_cast({plain} AS BIGINT)"
    else:
        plain = plain if form.decimal == "." else f"replace({plain}, {literal(form.decimal)}, '.')"
        found = f"try_cast({plain} AS DOUBLE){' / 100' if form.percent else ''}"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(before + number + behind)}) THEN {found} END"
    )
