"""Explain why a text does not fit its contract, and suggest the line that would make it fit."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Any

from ccpolicy.checks.time_formats import time_format
from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.cell_readings import MISREAD, CellReadings, cell_text
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.reading_hints import lines_to_add
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone

HINT_MESSAGES = {
    "line": "add  {line}  to column {column}",
    "either": "which is meant? add  {line}  or  {other}  to column {column}",
    "word": "add  {line}  to the 'values' of column {column}",
    "year": "it names no year: take that from where it stands, as  around: {{year: {{file:"
    " \"([0-9]{{4}})\"}}}}  does from the file's name, and put it before the text in 'reshape'",
    "weekday": "there is no such day, or it is another day of the week",
    "skipped": "the clock was put forward then, and never showed this time",
    "midnight": "24:00 is 00:00 of the next day: write it so, or let 'reshape' do so",
    "leap second": "leap seconds are not counted: write the second 59, or let 'reshape' do so",
}
_MESSAGES = {
    "time": "'{name}' must be a time written as {forms}: {value}",
    "duration": "'{name}' must be a duration written as {forms}: {value}",
    "number": "'{name}' must be a number in the form that its contract describes: {value}",
    "values": "'{name}' must be one of the words {forms}: {value}",
    "extract": "'{name}' must match {forms}: {value}",
    "matches": "'{name}' matches {forms} with several results: {value}",
    "several": "'{name}' can be read in two ways, as {first} and as {second}: {value}",
}


_NO_YEAR = re.compile(
    r"(?:[A-Za-z]{3,9} +\d{1,2}|\d{1,2} [A-Za-z]{3,9}|\d{1,2}([-/.])\d{1,2}\1?|\d{1,2}月\d{1,2}日)"
    r"(?![-/.\d])(?:[ T,]+\d{1,2}:.*)?$"
)
"""A month and a day, perhaps with the time of day, and no year."""


_ODD_CLOCKS = {
    "midnight": re.compile(r"(?<!\d)24:00(:00([.,]0+)?)?(?![\d:])"),
    "leap second": re.compile(r":\d\d:60(?!\d)"),
}


def hint_for_clock(text: str) -> str:
    """Return the hint for a time of day that people write and no clock of a computer shows."""
    found = (key for key, shape in _ODD_CLOCKS.items() if shape.search(text))
    return HINT_MESSAGES.get(next(found, ""), "")


def _has_weekday(column: Column, text: str) -> bool:
    """Whether a text is written as a format of its column says that names the weekday."""
    formats = [time_format(each) for each in column.reading.time or () if each != "iso"]
    return any(each.codes & {"a", "A"} and re.fullmatch(each.pattern, text) for each in formats)


class Misreadings:
    """Explains the values of one dataset that cannot be read."""

    def __init__(self, cells: CellReadings) -> None:
        self.cells = cells

    def error(self, column: Column, name: str, raw: Any) -> EvidenceError:
        """Return what is wrong with a value, given what its column is called on file."""
        reading, text = column.reading, cell_text(raw)
        shown = values.shown(text if text is not None else raw)
        readings = [] if text is None else self._readings(column, text)
        if len(readings) > 1:
            return EvidenceError(
                _MESSAGES["several"],
                hint="take one of the two formats out, or correct the value",
                name=name,
                value=shown,
                first=readings[0],
                second=readings[1],
            )
        key, forms = "number", ""
        for each in ("values", "time", "duration", "extract"):
            if given := getattr(reading, each):
                key = each
                forms = ", ".join(map(values.shown, given)) if each != "extract" else given
        if reading.extract and text is not None and self.cells.matches(column, text) > 1:
            key = "matches"
        hint: dict[str, Any]
        if text is not None and self._is_skipped(column, text):
            hint = {"hint": HINT_MESSAGES["skipped"]}
        elif text is not None and reading.time and (odd := hint_for_clock(text)):
            hint = {"hint": odd}
        elif text is not None and _has_weekday(column, text):
            hint = {"hint": HINT_MESSAGES["weekday"]}
        else:
            hint = self.hint(column, raw)
        return EvidenceError(_MESSAGES[key], name=name, value=shown, forms=forms, **hint)

    def _is_skipped(self, column: Column, text: str) -> bool:
        """Whether the clock of the column's zone never showed a time."""
        if column.type != "instant" or column.zone in (None, "UTC"):
            return False
        elsewhere = dataclasses.replace(column, zone="UTC")
        return self.cells.texts(elsewhere, [text])[text] is not MISREAD

    def hint(self, column: Column, raw: Any) -> dict[str, Any]:
        """Return the hint with its values: the line to add; an empty one if nobody can say."""
        if column.reading.values and isinstance(text := cell_text(raw), str):
            line = f"{values.shown(text)}: …"
            return {"hint": HINT_MESSAGES["word"], "line": line, "column": column.name}
        lines = lines_to_add(self.cells, column, raw)
        if not lines:
            is_text = column.type in ("date", "instant") and isinstance(raw, str)
            return {"hint": HINT_MESSAGES["year"] if is_text and _NO_YEAR.match(raw) else ""}
        key = "either" if len(lines) > 1 else "line"
        found = {"hint": HINT_MESSAGES[key], "line": lines[0], "column": column.name}
        return found | ({"other": lines[1]} if len(lines) > 1 else {})

    def _readings(self, column: Column, text: str) -> list[str]:
        """Return what the formats of a column read in a text, where they differ."""
        formats = column.reading.time or column.reading.duration or []
        found: dict[str, None] = {}
        for each in formats:
            field = "time" if column.reading.time else "duration"
            reading = column.reading.model_copy(update={field: [each]})
            value = self.cells.texts(dataclasses.replace(column, reading=reading), [text])[text]
            if value is not None and value is not MISREAD:
                found[self._shown(column, value)] = None
        return list(found)

    def _shown(self, column: Column, value: Any) -> str:
        match column.type:
            case "date":
                return date_of(value).isoformat()
            case "instant":
                zone = time_zone(column.zone) if column.zone else datetime.UTC
                return moment(value[1], zone).isoformat()
        return str(value)
