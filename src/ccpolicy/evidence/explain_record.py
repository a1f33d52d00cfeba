"""Explain why a record is not valid: `jsonschema` finds it, messages use the names on file."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.checks.patterns import matcher
from ccpolicy.errors import EvidenceError, KeyPath, Locator, Message
from ccpolicy.evidence import values
from ccpolicy.evidence.cell_readings import MISREAD, CellReadings
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.evidence.misreadings import Misreadings, hint_for_clock
from ccpolicy.evidence.row_hints import skipping_line
from ccpolicy.near_names import nearest
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone

_MESSAGES = {
    "required": "'{name}' is missing",
    "additionalProperties": "unknown field '{name}'",
    "string": "text is expected for '{name}', not {value}",
    "integer": "a whole number is expected for '{name}', not {value}",
    "number": "a number is expected for '{name}', not {value}",
    "boolean": "true or false is expected for '{name}', not {value}",
    "array": "a list is expected for '{name}', not {value}",
    "object": "a record is expected in '{name}', not {value}",
    "date": "a day that exists, as YYYY-MM-DD, is expected for '{name}', not {value}",
    "date-time": "a time such as 2026-01-31T18:05:00+08:00 is expected for '{name}', not {value}",
    "local": "a time such as 2026-01-31T18:05:00 is expected for '{name}', not {value}"
    " (without an offset it is taken to be in {zone})",
}
_HINT_MESSAGES = {
    "offset": "write the offset from UTC, as +08:00, or say in the dataset which 'zone' is meant",
    "zone": "the clock was put forward then, and never showed this time",
    "close": "did you mean '{close}'?",
    "close_offset": "did you mean '{close}', and with which offset from UTC? write it behind, as"
    " +08:00, or say in the dataset which 'zone' is meant",
    "close_line": "did you mean '{close}'? if files are written so, add  {line}  to column"
    " {column}",
    "fields": "known here: {known}",
    "row": "if the row is no record, add  {line}  to the dataset",
}

_UTC = time_zone("UTC")

Fault = tuple[KeyPath, EvidenceError]
"""Path of the record or nested record that is at fault, and the error."""


class Explainer:
    """Explains the invalid records of one dataset."""

    def __init__(self, contract: Contract, store: DuckDB) -> None:
        # Slow to import, and needed only for invalid records.
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import ValidationError
        from jsonschema.validators import extend

        self.contract = contract
        self.cells = CellReadings(store)
        self.misreadings = Misreadings(self.cells)
        self.columns: dict[tuple[str, ...], tuple[Column, ...]] = {(): contract.columns}
        self.columns |= {(child.path,): child.columns for child in contract.children}
        """Path of nested records, or of the record itself → columns."""

        def format_(_: Any, name: str, text: Any, schema: Any) -> Iterator[ValidationError]:
            # A format applies to text alone; the type refuses the rest.
            is_read = not isinstance(text, str) or name not in ("date", "date-time")
            if not is_read and name == "date":
                is_read = values.day(text) is not None
            elif not is_read:
                is_read = values.instants(text, _zone(schema)) is not None
            if not is_read:
                yield ValidationError(name)

        def pattern(_: Any, limit: str, text: Any, __: Any) -> Iterator[ValidationError]:
            if isinstance(text, str) and not matcher(limit)(text):
                yield ValidationError(limit)

        # Python's own patterns take exponential time.
        validator = extend(  # type: ignore[no-untyped-call]
            Draft202012Validator, {"pattern": pattern, "format": format_}
        )
        self.validator = validator(_with_zones(contract))

    def faults(self, record: dict[str, Any]) -> list[Fault]:
        """Return what is wrong with a record, by place; nothing if it is valid."""
        read, misread = self._read(record)
        found = [(path, path[-1], error) for path, error in misread.items()]
        for error in self.validator.iter_errors(read):
            path = tuple(error.absolute_path)
            if path not in misread:
                found += [(path, *each) for each in self._explain(error, path)]
        found.sort(key=lambda each: ([str(part).zfill(9) for part in each[0]], str(each[1])))
        return [(_around(path), error) for path, _, error in found]

    def row_faults(self, record: dict[str, Any]) -> list[Fault]:
        """Do as `faults`, and say how the row of a table is passed over if it is no record."""
        found = self.faults(record)
        line = skipping_line(self.contract, record) if found else None
        if line:
            for _, error in found:
                if not error.hint.template:
                    error.hint = Message.of(_HINT_MESSAGES["row"], line=line)
        return found

    def _read(self, record: dict[str, Any]) -> tuple[dict[str, Any], dict[KeyPath, EvidenceError]]:
        """Read the values of a record, and return it with what cannot be read, by path."""
        misread: dict[KeyPath, EvidenceError] = {}
        read = self._part(record, self.contract.columns, (), misread)
        for child in self.contract.children:
            if isinstance(listed := read.get(child.path), list):
                read[child.path] = [
                    self._part(part, child.columns, (child.path, index), misread)
                    if isinstance(part, dict)
                    else part
                    for index, part in enumerate(listed)
                ]
        return read, misread

    def _part(
        self,
        given: dict[str, Any],
        columns: Sequence[Column],
        path: KeyPath,
        misread: dict[KeyPath, EvidenceError],
    ) -> dict[str, Any]:
        read = dict(given)
        for column in columns:
            if column.reading.is_plain:
                continue
            raw = given.get(column.name)
            [value] = self.cells.read(column, [raw])
            if value is MISREAD and not column.reading.has_way:
                # Beside its marks it is written as every contract has it, and explained so.
                text = raw.isoformat() if isinstance(raw, datetime.date) else raw
                read[column.name] = (
                    values.value_of(text, column.type) if isinstance(text, str) else text
                )
            elif value is MISREAD:
                name = self._heading(path, column.name)
                misread[(*path, column.name)] = self.misreadings.error(column, name, raw)
            elif value is None:
                read.pop(column.name, None)
            elif column.type == "date" and isinstance(value, int):
                read[column.name] = date_of(value).isoformat()
            elif isinstance(value, tuple):
                read[column.name] = moment(value[0], datetime.UTC).isoformat()
            else:
                read[column.name] = value
        return read

    def _explain(
        self, error: Any, path: tuple[str | int, ...]
    ) -> Iterator[tuple[str, EvidenceError]]:
        """Yield the name of the field that an error of jsonschema is about, and our error."""
        keyword = str(error.validator)
        parts = [part for part in path if isinstance(part, str)]
        names = [self._heading(path[: path.index(part)], part) for part in parts]
        if keyword == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            name = next(each for each in missing if f"'{each}'" in error.message)
            yield name, EvidenceError(_MESSAGES[keyword], name=self._heading(path, name))
            return
        if keyword == "additionalProperties":
            known = error.schema["properties"]
            for name in sorted(set(error.instance) - known.keys()):
                headings = [self._heading(path, each) for each in known]
                close = nearest(name.lstrip("/"), headings)
                yield (
                    name,
                    EvidenceError(
                        _MESSAGES[keyword],
                        hint=close.hint if close else _HINT_MESSAGES["fields"],
                        name=name,
                        close=close.name if close else "",
                        known=", ".join(headings),
                    ),
                )
            return
        name = names[-1] if names else ""
        key = str(error.validator_value) if keyword in ("type", "format") else keyword
        if key == "date-time" and _zone(error.schema):
            key = "local"
        hint = self._hint(key, error, path)
        yield (
            name,
            EvidenceError(
                KEYWORDS[keyword].message if keyword in KEYWORDS else _MESSAGES[key],
                name=name,
                value=values.shown(error.instance),
                limit=_limit(error.validator_value),
                zone=_zone(error.schema),
                **hint,
            ),
        )

    def _heading(self, path: Sequence[str | int], name: str) -> str:
        """Return what a field is called on file, given the path of the record that has it."""
        if not path:
            return self.contract.heading(name)
        nested = {child.path: child for child in self.contract.children}
        return nested[str(path[0])].heading(name) if path[0] in nested else name

    def _hint(self, key: str, error: Any, path: KeyPath) -> dict[str, Any]:
        """Return the hint with its values: what was probably meant, or the line to add."""
        close, hint = self._close(key, error)
        found: dict[str, Any] = {"hint": hint, "close": close}
        *around, name = path
        columns = self.columns.get(tuple(part for part in around if isinstance(part, str)), ())
        column = next((each for each in columns if each.name == name), None)
        # A skipped time, or one without its offset, is written rightly.
        if column is None or (hint and not close):
            return found
        line = self.misreadings.hint(column, error.instance)
        if not line["hint"]:
            return found
        if close and "other" not in line:
            return found | line | {"hint": _HINT_MESSAGES["close_line"]}
        return line

    def _close(self, key: str, error: Any) -> tuple[str, str]:
        """Return the value that was probably meant, and the hint; both empty if nobody can say."""
        text = error.instance
        if not isinstance(text, str):
            return "", ""
        match key:
            case "enum" | "boolean":
                known = ["true", "false"] if key == "boolean" else map(str, error.validator_value)
                close = nearest(text, known)
                return (close.name, close.hint) if close else ("", "")
            case "local" | "date-time":
                return self._close_time(text, _zone(error.schema))
            case "date":
                fixed = values.canonical_time(text)[:10]
                return (
                    (fixed, _HINT_MESSAGES["close"]) if values.day(fixed) is not None else ("", "")
                )
            case "integer" | "number":
                fixed = values.canonical_number(text)
                is_other = not isinstance(values.value_of(fixed, key), str)
                return (fixed, _HINT_MESSAGES["close"]) if is_other else ("", "")
        return "", ""

    def _close_time(self, text: str, zone: ZoneInfo | None) -> tuple[str, str]:
        if values.is_local(text) and values.instants(text, _UTC):
            return "", _HINT_MESSAGES["zone" if zone else "offset"]
        if hint := hint_for_clock(text):
            return "", hint
        fixed = values.canonical_time(text)
        if values.instants(fixed, zone):
            return fixed, _HINT_MESSAGES["close"]
        return (fixed, _HINT_MESSAGES["close_offset"]) if values.is_local(fixed) else ("", "")


def _with_zones(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a record, in which times have a zone."""
    schema = contract.schema()
    parts = [(schema, contract.columns)]
    for child in contract.children:
        parts.append((schema["properties"][child.path]["items"], child.columns))
    for part, columns in parts:
        for column in columns:
            part["properties"][column.name]["zone"] = column.zone
    return schema


def _zone(schema: Mapping[str, Any]) -> ZoneInfo | None:
    return time_zone(schema["zone"]) if schema.get("zone") else None


def _limit(limit: Any) -> str:
    if isinstance(limit, list):
        return ", ".join(values.shown(each) for each in limit)
    return str(limit)


def _around(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path of the nested record in which a place is; empty for the record itself."""
    numbers = [index for index, part in enumerate(path) if isinstance(part, int)]
    return path[: numbers[-1] + 1] if numbers else ()


def nested_place(place: Locator, path: Sequence[str | int]) -> Locator:
    """Return the place of what is nested at a path in the record at a place."""
    below = "/".join([*([place.path] if place.path else []), *map(str, path)])
    return dataclasses.replace(place, path=below) if below else place
