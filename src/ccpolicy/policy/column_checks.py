"""What cannot be in a contract's description of how cells are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ccpolicy.checks import patterns
from ccpolicy.checks.time_formats import time_format
from ccpolicy.errors import LocateIfKnown, Locator, PolicyError
from ccpolicy.policy.column_reading import ColumnReading, NumberForm
from ccpolicy.policy.columns import columns
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.duration_forms import duration_form
from ccpolicy.policy.keywords import KEYWORDS, is_of_type
from ccpolicy.policy.names import unknown
from ccpolicy.time.zones import is_zone
from ccpolicy.vocabulary import ColumnType

_WAYS: dict[str, tuple[ColumnType, ...]] = {
    "values": ("text", "integer", "number", "boolean"),
    "time": ("date", "instant"),
    "number": ("integer", "number", "text"),
    "duration": ("integer", "number"),
}
"""Way of reading → types of columns that may be read so; a column is read in one of them."""


def check_columns(dataset: Dataset, place: LocateIfKnown) -> Iterator[PolicyError]:
    """Yield what is impossible in a dataset's `columns`, and in those of its nested records."""
    properties: Mapping[str, Any] = dataset.record.get("properties", {})
    types = columns({dataset.id: dataset}, dataset.id) or {}
    yield from _table(dataset, dataset.columns, properties, types, ("columns",), place)
    for name, child in dataset.children.items():
        items = properties.get(child.path, {}).get("items", {})
        nested = columns({dataset.id: dataset}, f"{dataset.id}.{name}") or {}
        path = ("children", name, "columns")
        yield from _table(dataset, child.columns, items.get("properties", {}), nested, path, place)


def _table(
    dataset: Dataset,
    sources: Mapping[str, ColumnReading],
    properties: Mapping[str, Any],
    types: Mapping[str, ColumnType],
    path: tuple[str, ...],
    place: LocateIfKnown,
) -> Iterator[PolicyError]:
    sites: dict[str, str] = {}
    for name in properties:
        reading = sources.get(name)
        site = (reading.from_ if reading else None) or name
        if site in sites:
            yield PolicyError(
                "the columns '{name}' and '{other}' are both read from '{source}'",
                hint="read it once, and make the other of it with 'derive' or in 'reshape'",
                locator=place(*path, name if reading else sites[site]),
                name=name,
                other=sites[site],
                source=site,
            )
        sites[site] = name
    for name, reading in sources.items():
        if name not in properties:
            yield unknown("unknown column '{name}'", name, properties, place(*path, name))
        elif name in types and properties[name].get("type") != "array":
            check = _ColumnCheck(dataset, name, reading, types[name], properties[name])
            for error, *below in check.errors():
                yield error.at(place(*path, name, *below) or Locator(""))
        elif not reading.is_plain:
            yield PolicyError(
                "the column '{name}' is a list, so its values can only be read as they are",
                hint="say with 'columns' of its child how its values are written",
                locator=place(*path, name),
                name=name,
            )


class _ColumnCheck:
    def __init__(
        self,
        dataset: Dataset,
        name: str,
        reading: ColumnReading,
        type_: ColumnType,
        schema: Mapping[str, Any],
    ) -> None:
        self.dataset, self.name, self.reading = dataset, name, reading
        self.type, self.schema = type_, schema

    def errors(self) -> Iterator[tuple[Any, ...]]:
        """Yield each error with where it is in the column."""
        reading = self.reading
        ways = [way for way in _WAYS if getattr(reading, way) is not None]
        for way in ways[1:]:
            yield (
                PolicyError(
                    "the column '{name}' is read in two ways: {way} and {other}",
                    hint="keep the one in which its cells are written",
                    name=self.name,
                    way=ways[0],
                    other=way,
                ),
                way,
            )
        for way in ways:
            if self.type not in _WAYS[way]:
                yield (
                    PolicyError(
                        "'{way}' cannot be used for the column '{name}', which is of type {type}",
                        name=self.name,
                        way=way,
                        type=self.type,
                    ),
                    way,
                )
                return
        yield from self._zone()
        for field in ("empty", "time", "duration"):
            yield from self._twice(field)
        yield from self._times()
        for index, form in enumerate(reading.duration or []):
            yield from _tried(lambda form=form: duration_form(form), "duration", index)
        if reading.values:
            yield from self._values(reading.values)
        if reading.number:
            yield from self._number(reading.number)
        if reading.extract and not _has_one_group(reading.extract):
            yield (
                PolicyError(
                    "the pattern of 'extract' must have exactly one group: {pattern}",
                    hint=patterns.hint(reading.extract)
                    if not patterns.is_portable(reading.extract)
                    else "put the part that counts in brackets, such as ^([0-9]+) - , and write"
                    " other brackets as (?:…)",
                    pattern=reading.extract[:100],
                ),
                "extract",
            )

    def _twice(self, field: str) -> Iterator[tuple[Any, ...]]:
        given: list[str] = getattr(self.reading, field) or []
        for index, each in enumerate(given):
            if each in given[:index]:
                yield PolicyError("'{value}' is listed twice", value=each), field, index

    def _zone(self) -> Iterator[tuple[Any, ...]]:
        zone = self.reading.zone
        if zone and self.type != "instant":
            yield (
                PolicyError(
                    "'{way}' cannot be used for the column '{name}', which is of type {type}",
                    name=self.name,
                    way="zone",
                    type=self.type,
                ),
                "zone",
            )
        elif zone and not is_zone(zone):
            yield (
                PolicyError(
                    "unknown time zone '{zone}'",
                    hint="write an IANA name, such as Asia/Shanghai",
                    zone=zone,
                ),
                "zone",
            )

    def _times(self) -> Iterator[tuple[Any, ...]]:
        for index, text in enumerate(self.reading.time or []):
            if text == "iso":
                continue
            errors = list(_tried(lambda text=text: time_format(text), "time", index))
            yield from errors
            if errors:
                continue
            format_ = time_format(text)
            needs_zone = self.type == "instant" and not format_.has_offset
            if needs_zone and not (self.reading.zone or self.dataset.zone):
                yield (
                    PolicyError(
                        "the format '{format}' has no offset from UTC, and '{name}' has no zone",
                        hint="add  zone: Asia/Shanghai  to column {name}, or whichever zone is"
                        " meant",
                        format=text,
                        name=self.name,
                    ),
                    "time",
                    index,
                )
            if self.type == "date" and format_.has_offset:
                yield (
                    PolicyError(
                        "the format '{format}' says a moment, and '{name}' is a day",
                        hint="make the column a date-time, or leave the offset out of the text with"
                        " 'extract'",
                        format=text,
                        name=self.name,
                    ),
                    "time",
                    index,
                )

    def _values(self, given: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        kind = self.schema["type"]
        for word, value in given.items():
            is_proper = is_of_type(kind, value) and all(
                not (keyword := KEYWORDS.get(name))
                or not keyword.test
                or keyword.test(limit)(value)
                for name, limit in self.schema.items()
            )
            if not is_proper:
                yield (
                    PolicyError(
                        "the word '{word}' stands for {value}, which '{name}' cannot be",
                        hint="see its schema under 'record'",
                        word=word,
                        value=value,
                        name=self.name,
                    ),
                    "values",
                    word,
                )
            if word in (self.reading.empty or self.dataset.empty or ()):
                yield (
                    PolicyError(
                        "'{value}' is listed both as an empty mark and as a word for a value",
                        hint="take it out of 'empty' or of 'values'",
                        value=word,
                    ),
                    "values",
                    word,
                )

    def _number(self, form: NumberForm) -> Iterator[tuple[Any, ...]]:
        signs = [form.decimal, *([form.thousands] if form.thousands else [])]
        spoilt = any(re.search(r"[-+0-9]", sign) for sign in (*signs, *(form.unit or [])))
        inside = any(
            form.decimal in unit or "%" in unit or "％" in unit for unit in form.unit or []
        )
        if spoilt or inside or len(set(signs)) != len(signs):
            yield (
                PolicyError(
                    "the marks of the number cannot be told apart",
                    hint="the decimal mark, the mark of thousands and the unit share no sign, and"
                    " are no digits; what has percent signs is  percent: true",
                ),
                "number",
            )
        if form.percent and self.type != "number":
            yield (
                PolicyError(
                    "'{way}' cannot be used for the column '{name}', which is of type {type}",
                    name=self.name,
                    way="percent",
                    type=self.type,
                ),
                "number",
                "percent",
            )


def _tried(read: Any, *path: str | int) -> Iterable[tuple[Any, ...]]:
    try:
        read()
    except PolicyError as failure:
        yield failure, *path


def _has_one_group(pattern: str) -> bool:
    if not patterns.is_portable(pattern):
        return False
    plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", pattern, flags=re.DOTALL)
    return len(re.findall(r"\((?!\?)", plain)) == 1
