"""What people write for the fields of a record, read as the values of its contract."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.cell_readings import MISREAD
from ccpolicy.evidence.explain_record import Explainer
from ccpolicy.near_names import folded, nearest
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.record.form_fields import AllowedValue, Field, RecordForm
from ccpolicy.record.registers import RegisterEntry, Registers
from ccpolicy.record.spelling import Speller
from ccpolicy.time.calendar import instant, moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE
from ccpolicy.time.zones import time_zone

_NOW = frozenset(["now", "today", "现在", "今天"])
_YESTERDAY = frozenset(["yesterday", "昨天"])
_YES = frozenset(["yes", "y", "true", "是", "对", "有", "✓"])
_NO = frozenset(["no", "n", "false", "否", "不", "无", "✗"])
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_SEPARATOR = re.compile(r"\s*[,，、;；]\s*")
_MEASURED = ("date", "instant", "integer", "number")
"""Types of which people write the values in different ways."""
_MESSAGES = {
    "date": "a day that exists, as YYYY-MM-DD, is expected for '{name}', not {value}",
    "instant": "a time such as 2026-01-31T18:05:00+08:00 is expected for '{name}', not {value}",
    "integer": "a whole number is expected for '{name}', not {value}",
    "number": "a number is expected for '{name}', not {value}",
    "boolean": "true or false is expected for '{name}', not {value}",
    "duration": "a duration is expected for '{name}', not {value}",
    "text": "'{name}' cannot be {value}",
}
_HINT_MESSAGES = {
    "date": "such as 2026-11-20, today or yesterday, or as in the dataset's files",
    "instant": "such as 2026-11-20 18:05, 18:05 or now, or as in the dataset's files",
    "boolean": "yes or no will do",
    "duration": "write it as the dataset's files have it: {forms}",
}


@dataclass(frozen=True, slots=True)
class AmbiguousName:
    """A part of a name that several choices or entries have."""

    found: Sequence[AllowedValue | RegisterEntry]


class Answers:
    """Reads what people write for the fields of one dataset's records."""

    def __init__(
        self,
        form: RecordForm,
        registers: Registers,
        speller: Speller,
        now: datetime.datetime,
    ) -> None:
        self.form, self.registers, self.speller = form, registers, speller
        self.now = now.astimezone(speller.zone)
        self._explainer = Explainer(form.contract, registers.store)

    def value(self, field: Field, given: Any, day: datetime.date | None = None) -> Any:
        """Return the value of what was written, in JSON; None if there is none.

        `day` is that on which an entry of a register must be in force, if it is known.

        Raises:
            EvidenceError: it is none that the field may have.
        """
        found = self.search(field, given, day)
        if isinstance(found, AmbiguousName):
            raise EvidenceError(
                "{value} may mean several entries of '{name}': {found}",
                hint="write it as it stands in the register",
                name=self.form.contract.heading(field.name),
                value=values.shown(given),
                found=", ".join(each.text for each in found.found[:10]),
            )
        return found

    def search(
        self, field: Field, given: Any, day: datetime.date | None = None, *, parts: bool = False
    ) -> Any:
        """Return the value of what was written, or `AmbiguousName` that it may mean.

        With `parts`, a part of a name is enough.

        Raises:
            EvidenceError: it is none that the field may have.
        """
        if isinstance(given, str):
            given = given.strip()
        if given is None or given == "":
            return None
        if field.column.is_list:
            return self._list(field, given)
        if isinstance(given, list):
            raise EvidenceError(
                _MESSAGES["text"],
                name=self.form.contract.heading(field.name),
                value=values.shown(given),
            )
        if field.choices:
            found = _pick(field.choices, given, parts=parts)
            if found is not None:
                return found
            if field.column.type != "boolean":
                raise self._no_choice(field, given)
        elif field.reference:
            known = self.registers.entries(field.reference)
            found = _pick(known, given, parts=parts, day=day)
            if found is not None:
                return found
            raise self._unknown(field, given, known)
        value = self._typed(field, given)
        self._check(field, value)
        return value

    def _no_choice(self, field: Field, given: Any) -> EvidenceError:
        known = [name for each in field.choices for name in dict.fromkeys((each.text, *each.names))]
        close = nearest(str(given), known)
        return EvidenceError(
            KEYWORDS["enum"].message,
            hint=close.hint if close else "",
            name=self.form.contract.heading(field.name),
            value=values.shown(given),
            limit=", ".join(each.text for each in field.choices),
            close=close.name if close else "",
        )

    def _unknown(self, field: Field, given: Any, known: Sequence[RegisterEntry]) -> EvidenceError:
        assert field.reference
        close = nearest(str(given), [each.text for each in known])
        return EvidenceError(
            "'{name}' names {value}, which is not in '{dataset}'",
            hint=close.hint if close else "add it to '{dataset}', or correct it here",
            name=self.form.contract.heading(field.name),
            value=values.shown(given),
            dataset=field.reference.dataset,
            close=close.name if close else "",
        )

    def _list(self, field: Field, given: Any) -> list[Any]:
        items = field.column.schema["items"]
        parts = given if isinstance(given, list) else _SEPARATOR.split(str(given))
        found = [
            values.value_of(str(each), items["type"]) if items["type"] != "string" else str(each)
            for each in parts
            if each != ""
        ]
        self._check(field, found)
        return found

    def _typed(self, field: Field, given: Any) -> Any:
        """Return a value of the column's type, or read as its contract has it."""
        column = field.column
        if column.reading.extract:
            return str(given)
        found = self._read(field, given)
        if isinstance(given, str) and not column.reading.is_plain:
            own = self.speller.untyped(column, self.speller.read(column, given))
            if own is MISREAD and found and field.is_measured:
                # Where the files have percentages, a bare number may mean one of them.
                own = MISREAD if column.reading.duration else self.speller.read(column, f"{given}%")
                found = MISREAD if own is MISREAD else found
            if found is None or (column.reading.duration and own is not MISREAD):
                found = own
            elif own not in (found, None, MISREAD) and column.type in _MEASURED:
                raise self._two_meanings(field, given, found, own)
        if found is None or found is MISREAD:
            kind = "duration" if column.reading.duration else column.type
            raise EvidenceError(
                _MESSAGES[kind],
                hint=_HINT_MESSAGES.get(kind, ""),
                forms=", ".join(column.reading.duration or ()),
                name=self.form.contract.heading(field.name),
                value=values.shown(given),
            )
        return found

    def _two_meanings(self, field: Field, given: str, usual: Any, own: Any) -> EvidenceError:
        written = [self.speller.cell(field.column, each) for each in (usual, own)]
        return EvidenceError(
            "{value} of '{name}' means {usual} elsewhere, and {own} in the dataset's files",
            hint="write {first} or {second}",
            name=self.form.contract.heading(field.name),
            value=values.shown(given),
            usual=usual,
            own=own,
            first=written[0],
            second=written[1],
        )

    def _read(self, field: Field, given: Any) -> Any:
        """Return a value as people write it everywhere; None if it is written otherwise."""
        match field.column.type:
            case "date":
                return self._day(given)
            case "instant":
                return self._moment(field, given)
            case "boolean":
                word = str(given).lower()
                return True if word in _YES else False if word in _NO else None
            case "integer" | "number" as kind:
                if isinstance(given, int | float) and not isinstance(given, bool):
                    is_whole = float(given).is_integer()
                    return int(given) if is_whole else given if kind == "number" else None
                text = values.canonical_number(str(given))
                value = values.value_of(text, kind)
                return value if not isinstance(value, str) and math.isfinite(float(value)) else None  # type: ignore[arg-type]
        if isinstance(given, float) and given.is_integer():  # a cell of a workbook
            given = int(given)
        return str(given).lower() if isinstance(given, bool) else str(given)

    def _day(self, given: Any) -> str | None:
        if isinstance(given, datetime.datetime) and given.time() == datetime.time():
            return given.date().isoformat()
        if isinstance(given, datetime.date) and not isinstance(given, datetime.datetime):
            return given.isoformat()
        word = str(given).lower()
        if word in _NOW:
            return self.now.date().isoformat()
        if word in _YESTERDAY:
            return (self.now.date() - datetime.timedelta(days=1)).isoformat()
        text = values.canonical_time(word)
        return text if values.day(text) is not None else None

    def _moment(self, field: Field, given: Any) -> str | None:
        zone = time_zone(field.column.zone) if field.column.zone else self.speller.zone
        text = str(given).lower()
        if isinstance(given, datetime.datetime):  # of a workbook, which keeps times as fractions
            text = (given + datetime.timedelta(milliseconds=500)).isoformat(timespec="seconds")
        if text in _NOW:
            return self._present(field)
        if _CLOCK.fullmatch(text):
            text = f"{self.now.astimezone(zone):%Y-%m-%d} {text}"
        readings = values.instants(values.canonical_time(text), zone)
        if readings and readings[0] != readings[1]:
            raise EvidenceError(
                "the clock showed {value} twice that day",
                hint="write the offset from UTC behind it, such as +08:00",
                value=values.shown(given),
            )
        return moment(readings[0], self.speller.zone).isoformat() if readings else None

    def _present(self, field: Field) -> str:
        """Return the present, to the minute where the files have no seconds."""
        whole = self.now.replace(microsecond=0)
        try:
            self.speller.cell(field.column, whole.isoformat())
        except EvidenceError:
            whole = whole.replace(second=0)
        return whole.isoformat()

    def _check(self, field: Field, value: Any) -> None:
        """Refuse a value that breaks the contract of this field, or lies in the future.

        Raises:
            EvidenceError: it does.
        """
        if field.is_happening and self.is_ahead(field, value):
            raise EvidenceError(
                "'{name}' says when something happened, and {value} has not come yet",
                name=self.form.contract.heading(field.name),
                value=value,
            )
        heading = self.form.contract.heading(field.name)
        for _, error in self._explainer.faults({field.name: self.raw(field, value)}):
            if dict(error.message.values).get("name") == heading:
                raise error

    def is_ahead(self, field: Field, value: Any) -> bool:
        """Whether a date or time lies in the future, beyond what clocks differ by."""
        if value is None:
            return False
        if field.column.type == "date":
            return datetime.date.fromisoformat(value) > self.now.date()
        if field.column.type != "instant":
            return False
        return instant(datetime.datetime.fromisoformat(value)) > instant(self.now) + CLOCK_TOLERANCE

    def raw(self, field: Field, value: Any) -> Any:
        """Return what a reader hands on of a value as it is written on file."""
        column = field.column
        if column.is_list or (column.reading.is_plain and column.type not in ("date", "instant")):
            return value
        return self.speller.cell(column, value)


def _pick(
    known: Iterable[AllowedValue | RegisterEntry],
    given: Any,
    *,
    parts: bool,
    day: datetime.date | None = None,
) -> Any:
    """Return the value that is meant by itself, by its names, or by a part of them.

    None if there is none, `AmbiguousName` if there are more.
    """
    listed = list(known)
    text = str(given).lower() if isinstance(given, bool) else str(given)
    wanted = folded(text)

    def has_part(each: AllowedValue | RegisterEntry) -> bool:
        names = (each.text, *each.names)
        return any(text.casefold() in name.casefold() or wanted in folded(name) for name in names)

    ways: list[Callable[[AllowedValue | RegisterEntry], bool]] = [
        lambda each: each.text == text,
        lambda each: folded(each.text) == wanted,
        lambda each: wanted in map(folded, each.names),
    ]
    for fits in [*ways, has_part] if parts else ways:
        found = [each for each in listed if fits(each)]
        if day and len(found) > 1:
            found = [each for each in found if each.is_in_force(day)] or found
        if found:
            return found[0].value if len(found) == 1 else AmbiguousName(found)
    return None
