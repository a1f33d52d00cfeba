"""Write values as a dataset's contract says that its files are written, and read them back."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.cell_readings import MISREAD, CellReadings
from ccpolicy.evidence.contract import Column
from ccpolicy.policy.column_reading import NumberForm
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import date_of, day_number, instant, moment
from ccpolicy.time.epoch import SECOND
from ccpolicy.time.zones import time_zone

_CODE = re.compile(r"%(.)", re.DOTALL)
_MONTHS = "January February March April May June July August September October November December"
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_DAYS_TO_1970 = 25569
_UNITS = (("d", 86_400), ("H", 3600), ("M", 60), ("S", 1))


class Speller:
    """Writes the values of one dataset's records.

    Values are those of JSON: a date is a text such as `2026-11-20`, an instant one with its offset.
    """

    def __init__(self, store: DuckDB, zone: ZoneInfo) -> None:
        self.zone = zone
        self._cells = CellReadings(store)

    def cell(self, column: Column, value: Any) -> str:
        """Return the text of a value, as the contract has it; None is written as it marks nothing.

        Raises:
            EvidenceError: no text is read as this value.
        """
        wanted = self.typed(column, value)
        for text in self._spellings(column, value):
            if column.reading.extract or self.read(column, text) == wanted:
                return text
        raise EvidenceError(
            "'{name}' cannot be written so that it is read as {value}",
            hint="look at what its column says in the dataset",
            name=column.name,
            value=values.shown(value) if value is not None else "–",
        )

    def example(self, column: Column) -> str:
        """Return how a duration or percentage is written, of which the text says the unit."""
        forms = column.reading.duration
        try:
            return self.cell(column, 5400 if forms else 0.95)
        except EvidenceError:  # such as of whole days
            return ", ".join(forms or ["%"])

    def read(self, column: Column, text: str) -> Any:
        """Return what a text of a file is read as: see `typed`; `MISREAD` if it cannot be read."""
        if column.reading.is_plain:
            if not text:
                return None
            match column.type:
                case "date":
                    found: Any = values.day(text)
                case "instant":
                    zone = time_zone(column.zone) if column.zone else None
                    found = values.instants(text, zone)
                case _:
                    return column.value(text)
            return MISREAD if found is None else found
        return self._cells.texts(column, [text or None])[text or None]

    def typed(self, column: Column, value: Any) -> Any:
        """Return a value as tables hold it: days since 1970, or both readings in microseconds."""
        match column.type:
            case "date" if value is not None:
                return day_number(datetime.date.fromisoformat(value))
            case "instant" if value is not None:
                at = instant(datetime.datetime.fromisoformat(value))
                return (at, at)
        return value

    def untyped(self, column: Column, typed: Any) -> Any:
        """Return what a text was read as in JSON; `MISREAD` stays."""
        if typed is None or typed is MISREAD:
            return typed
        if column.type == "date":
            return date_of(typed).isoformat()
        if column.type == "instant":
            return moment(typed[0], self.zone).isoformat() if typed[0] == typed[1] else MISREAD
        return typed

    def _spellings(self, column: Column, value: Any) -> Iterator[str]:
        """Yield texts that may be read as a value, the contract's own first."""
        reading = column.reading
        if value is None:
            yield from reading.empty or ()
            yield ""
            return
        for word, meant in (reading.values or {}).items():
            if meant == value:
                yield word
        if column.type in ("date", "instant"):
            for form in reading.time or ["iso"]:
                yield from self._times(column, value, form)
        elif reading.duration:
            yield from (_duration(form, value) for form in reading.duration)
        else:
            yield _plain(value) if reading.number is None else _number(reading.number, value)
            yield _plain(value)

    def _times(self, column: Column, value: str, form: str) -> Iterator[str]:
        """Yield a date or a time in one format; a moment without its offset first."""
        if column.type == "date":
            day = datetime.datetime.combine(datetime.date.fromisoformat(value), datetime.time())
            yield value if form == "iso" else _written(day, form)
            return
        at = datetime.datetime.fromisoformat(value).astimezone(self.zone)
        local = at.astimezone(time_zone(column.zone)) if column.zone else at
        if form != "iso":
            yield _written(local, form)
            return
        if column.zone:
            yield local.replace(tzinfo=None).isoformat()
        yield local.isoformat()


def _plain(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer() and abs(value) < 10**15:
            return str(int(value))
        case list():
            return values.list_text(value)
    return str(value)


def _written(at: datetime.datetime, form: str) -> str:
    """Write a time in a format; in codes, independent of the machine's language."""
    match form:
        case "epoch":
            return str(instant(at) // SECOND)
        case "epoch_ms":
            return str(instant(at) // 1000)
        case "excel":
            local = at.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)  # noqa: DTZ001
            return repr(round(local / datetime.timedelta(days=1) + _DAYS_TO_1970, 8))
    month = _MONTHS.split()[at.month - 1]
    weekday = _WEEKDAYS.split()[at.weekday()]
    written = {
        "Y": f"{at.year:04}",
        "y": f"{at.year % 100:02}",
        "m": f"{at.month:02}",
        "d": f"{at.day:02}",
        "H": f"{at.hour:02}",
        "I": f"{at.hour % 12 or 12:02}",
        "M": f"{at.minute:02}",
        "S": f"{at.second:02}",
        "f": f"{at.microsecond:06}",
        "p": "AM" if at.hour < 12 else "PM",
        "z": f"{at:%z}",
        "b": month[:3],
        "B": month,
        "a": weekday[:3],
        "A": weekday,
        "%": "%",
    }
    return _CODE.sub(lambda found: written[found[1]], form)


def _number(form: NumberForm, value: Any) -> str:
    if not isinstance(value, int | float):
        return str(value)
    text = _plain(round(value * 100, 10)) if form.percent else _plain(value)
    return text.replace(".", form.decimal) + ("%" if form.percent else "")


def _duration(form: str, seconds: float) -> str:
    codes = _CODE.findall(form)
    rest, parts = int(seconds), {"%": "%"}
    for code, size in _UNITS:
        if code in codes:
            number, rest = divmod(rest, size)
            is_first = len(parts) == 1
            parts[code] = str(number) if is_first else f"{number:02}"
    return _CODE.sub(lambda found: parts[found[1]], form)
