"""Explain why a record is not valid: `jsonschema` finds it, messages use the names on file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from ccpolicy.checks.patterns import matcher
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.near_names import nearest
from ccpolicy.policy.keywords import KEYWORDS

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
    "fields": "known here: {known}",
}

Fault = tuple[tuple[str | int, ...], EvidenceError]
"""Path of the record or nested record that is at fault, and the error."""


class Explainer:
    """Explains the invalid records of one dataset."""

    def __init__(self, contract: Contract) -> None:
        # Slow to import, and needed only for invalid records.
        from jsonschema import Draft202012Validator, FormatChecker
        from jsonschema.exceptions import ValidationError
        from jsonschema.validators import extend

        self.contract = contract
        checker = FormatChecker(formats=())
        # A format applies to text alone; the type refuses the rest.
        checker.checks("date")(
            lambda text: not isinstance(text, str) or values.day(text) is not None
        )
        checker.checks("date-time")(
            lambda text: (
                not isinstance(text, str) or values.instants(text, contract.zone) is not None
            )
        )

        def pattern(_: Any, limit: str, text: Any, __: Any) -> Iterator[ValidationError]:
            if isinstance(text, str) and not matcher(limit)(text):
                yield ValidationError(limit)

        # Python's own patterns take exponential time.
        validator = extend(  # type: ignore[no-untyped-call]
            Draft202012Validator, {"pattern": pattern}
        )
        self.validator = validator(contract.schema(), format_checker=checker)

    def faults(self, record: dict[str, Any]) -> list[Fault]:
        """Return what is wrong with a record, by place; nothing if it is valid."""
        found = []
        for error in self.validator.iter_errors(record):
            path = tuple(error.absolute_path)
            found += [(path, *each) for each in self._explain(error, path)]
        found.sort(key=lambda each: ([str(part).zfill(9) for part in each[0]], each[1]))
        return [(_around(path), error) for path, _, error in found]

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
        if key == "date-time" and self.contract.zone:
            key = "local"
        meant, hint = self._close(key, error)
        yield (
            name,
            EvidenceError(
                KEYWORDS[keyword].message if keyword in KEYWORDS else _MESSAGES[key],
                hint=hint,
                name=name,
                value=values.shown(error.instance),
                limit=_limit(error.validator_value),
                close=meant,
                zone=self.contract.zone,
            ),
        )

    def _heading(self, path: Sequence[str | int], name: str) -> str:
        """Return what a field is called on file, given the path of the record that has it."""
        if not path:
            return self.contract.heading(name)
        nested = {child.path: child for child in self.contract.children}
        return nested[str(path[0])].heading(name) if path[0] in nested else name

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
                return self._close_time(text)
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

    def _close_time(self, text: str) -> tuple[str, str]:
        zone = self.contract.zone
        if values.is_local(text):
            return "", _HINT_MESSAGES["zone" if zone else "offset"]
        fixed = values.canonical_time(text)
        if values.instants(fixed, zone):
            return fixed, _HINT_MESSAGES["close"]
        return (fixed, _HINT_MESSAGES["close_offset"]) if values.is_local(fixed) else ("", "")


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
