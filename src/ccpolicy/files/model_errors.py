"""Translate pydantic's errors into messages with file, line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ccpolicy.errors import KeyPath, LimitError, Locator, PolicyError
from ccpolicy.near_names import nearest
from ccpolicy.texts import TAG

_MESSAGES = {
    "missing": "'{name}' is missing",
    "extra_forbidden": "unknown field '{name}'",
    "string_type": "text is expected for '{name}', not {value}",
    "int_type": "a whole number is expected for '{name}', not {value}",
    "float_type": "a number is expected for '{name}', not {value}",
    "bool_type": "true or false is expected for '{name}', not {value}",
    "list_type": "a list is expected for '{name}', not {value}",
    "dict_type": "a mapping is expected for '{name}', not {value}",
    "model_type": "a mapping is expected for '{name}', not {value}",
    "literal_error": "'{name}' must be one of {expected}, not {value}",
    "string_pattern_mismatch": "{value} is not a proper '{name}' (it must match {pattern})",
    "string_too_short": "'{name}' is empty",
    "string_too_long": "'{name}' is too long (at most {max_length})",
    "too_short": "'{name}' is empty",
    "date_type": "a day (YYYY-MM-DD) is expected for '{name}', not {value}",
    "value_error": "a day from 1900 to 2199 (YYYY-MM-DD) is expected for '{name}', not {value}",
    "greater_than_equal": "'{name}' must be at least {ge}, not {value}",
    "less_than_equal": "'{name}' must be at most {le}, not {value}",
    "one_language": "'{name}' is one text, and the plan is written in several languages",
    "no_language": "'{name}' has no text in '{missing}', a language of the plan",
    "strange_language": "'{name}' has a text in '{strange}', which is no language of the plan",
    "union": "'{name}' cannot be {value}",
    "key": "'{name}' cannot be a name here (it must match {pattern})",
}

_OTHER_MESSAGES = {
    "whole": "a mapping is expected as the whole of the file, not {value}",
    "unforeseen": "{reason}",
}
_PATTERN_HINT_MESSAGES = {
    r"^[a-z][a-z0-9_]{0,62}$": "a name has small letters a to z, digits and '_', and begins with a"
    " letter",
    r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$": "an id has letters a to z, digits, '_', '.' and '-', and"
    " begins with a letter",
    r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$": "write digits or letters between dots, such as 3.1",
    TAG.pattern: "name a language as in BCP 47, such as en, zh or de-CH",
    r"^[A-Za-z][A-Za-z0-9_.-]{0,62}:[0-9A-Za-z][0-9A-Za-z._-]{0,62}$": "name a framework and its"
    " requirement with a colon and no space between them, such as iso27001:A.5.30",
    r"^https://": "write an address that begins with https://",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$": "name a dataset, or a list of records in one, such as"
    " incidents.notices",
}
"""Pattern of the models → what it asks for, in words."""
_LANGUAGE_HINT_MESSAGES = {
    "one_language": "write it as a mapping of {languages}",
    "no_language": "add it, or take the language out of 'languages' in plan.yaml",
    "strange_language": "take it out, or add the language to 'languages' in plan.yaml",
}
_LISTED = re.compile(r"'([^']*)'")

MOST_ERRORS = 10_000


def details(failure: ValidationError, file: Locator) -> list[ErrorDetails]:
    """Return what pydantic says is wrong with a file.

    Raises:
        LimitError: it is more than anybody reads, and each would take a kilobyte.
    """
    if failure.error_count() > MOST_ERRORS:
        raise LimitError("more than {limit} errors in one file", locator=file, limit=MOST_ERRORS)
    return failure.errors(include_url=False)


@dataclass(frozen=True)
class _Fault:
    """An error of pydantic's, at its place in the file."""

    kind: str
    path: KeyPath
    unions: tuple[tuple[KeyPath, str | int], ...]
    """Each union on the way: where it stands, and the branch that was tried."""
    details: ErrorDetails


class LocatableDocument(Protocol):
    """Something read from a file, whose parts have places."""

    @property
    def value(self) -> Any:
        """What was read."""
        ...

    def locate(self, path: KeyPath) -> Locator:
        """Return the place of a part."""
        ...


def explain(
    failure: ValidationError, source: LocatableDocument, model: type[BaseModel]
) -> list[PolicyError]:
    """Turn pydantic's errors into ours, each with its line."""
    errors = []
    faults = [_fault(error, source.value) for error in details(failure, source.locate(()))]
    for fault in _likeliest(faults):
        path, kind, error = fault.path, fault.kind, fault.details
        values = {
            **{key: str(value) for key, value in error.get("ctx", {}).items()},
            "name": str(path[-1]) if kind in ("extra_forbidden", "key") else _name(model, path),
            "value": _short(error["input"]),
        }
        hint = ""
        if kind == "extra_forbidden":
            known = _fields(model, path[:-1])
            close = nearest(values["name"], known)
            hint = close.hint if close else "known here: {known}"
            values |= {"known": ", ".join(known), "close": close.name if close else ""}
        elif kind in ("string_pattern_mismatch", "key"):
            hint = _PATTERN_HINT_MESSAGES.get(values.get("pattern", ""), "")
        elif kind in _LANGUAGE_HINT_MESSAGES:
            hint = _LANGUAGE_HINT_MESSAGES[kind]
        elif kind == "literal_error":
            # As one list, since a message in another language has no "or".
            values["expected"] = values["expected"].replace("' or '", "', '")
            close = nearest(str(error["input"]), _LISTED.findall(values["expected"]))
            hint = close.hint if close else ""
            values["close"] = close.name if close else ""
        message = (
            _MESSAGES.get(kind, _OTHER_MESSAGES["unforeseen"]) if path else _OTHER_MESSAGES["whole"]
        )
        place = source.locate(path)
        errors.append(PolicyError(message, hint=hint, locator=place, reason=error["msg"], **values))
    return errors


def _fault(error: ErrorDetails, value: Any) -> _Fault:
    """Take out of a path what pydantic adds to it for keys and the branches of unions."""
    path: KeyPath = ()
    kind = error["type"]
    unions = []
    loc = error["loc"]
    if loc and loc[-1] == "[key]":
        kind, loc = "key", loc[:-1]
    for part in loc:
        below: Any = part
        if (isinstance(value, dict) and below in value) or (
            isinstance(value, list) and isinstance(below, int)
        ):
            path, value = (*path, part), value[below]
        elif kind == "missing" and isinstance(value, dict) and part == loc[-1]:
            path = (*path, part)
        else:
            unions.append((path, part))
    return _Fault(kind, path, tuple(unions), error)


def _likeliest(faults: list[_Fault], level: int = 0) -> Iterator[_Fault]:
    """Of each union keep the errors of the branch that matched furthest, probably the meant one."""
    tried: dict[KeyPath, dict[str | int, list[_Fault]]] = {}
    for fault in faults:
        if len(fault.unions) <= level:
            yield fault
        else:
            place, branch = fault.unions[level]
            tried.setdefault(place, {}).setdefault(branch, []).append(fault)
    for place, branches in tried.items():
        best = max(branches.values(), key=_fit)
        if len(best[0].path) == len(place) and len(branches) > 1:
            yield replace(best[0], kind="union")
        else:
            yield from _likeliest(best, level + 1)


def _fit(branch: list[_Fault]) -> tuple[int, int]:
    """How well a branch of a union fits: how far it went, and how little is wrong there."""
    return max(len(fault.path) for fault in branch), -len(branch)


def _name(model: type[BaseModel], path: KeyPath) -> str:
    """Return the field at a path, and below it what the author named: an entry or a key."""
    for index in reversed(range(len(path))):
        if path[index] in _fields(model, path[:index]):
            return "/".join(map(str, path[index:]))
    return "/".join(map(str, path))


def _fields(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the names that are known at a path."""
    schema = model.model_json_schema()
    nodes = _branches(schema, schema)
    for part in path:
        nodes = [each for node in nodes for each in _branches(schema, _below(node, part))]
    return [name for node in nodes for name in node.get("properties", {})]


def _below(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    """Return the schema of one item or field; the fields of a mapping are all alike."""
    if isinstance(part, int):
        found = node.get("items")
    else:
        fields = {**node.get("properties", {})}
        alike = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
        found = fields.get(part, alike[0])
    return found or {}


def _branches(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow references and unions to what is described in full."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in node:
        return [each for branch in node["anyOf"] for each in _branches(schema, branch)]
    return [node]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
