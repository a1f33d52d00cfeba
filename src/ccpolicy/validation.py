"""Say what is wrong with a file's content in the words of its readers, at its line."""

from __future__ import annotations

import difflib
import json
from typing import Any

from pydantic import BaseModel, ValidationError

from ccpolicy.errors import PolicyError
from ccpolicy.source import Source

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
    "too_short": "'{name}' is empty",
    "date_type": "a day (YYYY-MM-DD) is expected for '{name}', not {value}",
    "value_error": "a day from 1900 to 2199 (YYYY-MM-DD) is expected for '{name}', not {value}",
    "greater_than_equal": "'{name}' must be at least {ge}, not {value}",
}

_WHOLE_MESSAGES = {"whole": "a mapping is expected as the whole of the file, not {value}"}


def explain(failure: ValidationError, source: Source, model: type[BaseModel]) -> list[PolicyError]:
    """Turn pydantic's errors into ours, each with its line."""
    errors = []
    seen = set()
    for error in failure.errors(include_url=False):
        path = _path(error["loc"], source.value)
        kind = error["type"]
        place = source.locate(path)
        if (path, kind) in seen:
            continue
        seen.add((path, kind))
        values = {
            **{key: str(value) for key, value in error.get("ctx", {}).items()},
            "name": str(path[-1]) if path else "",
            "value": _short(error["input"]),
        }
        hint = ""
        if kind == "extra_forbidden":
            values["known"] = known = ", ".join(_fields(model, path[:-1]))
            close = difflib.get_close_matches(values["name"], known.split(", "), 1)
            hint = "did you mean '{close}'?" if close else ("known here: {known}" if known else "")
            values["close"] = close[0] if close else ""
        message = _MESSAGES.get(kind, "{reason}") if path else _WHOLE_MESSAGES["whole"]
        errors.append(PolicyError(message, hint=hint, locator=place, reason=error["msg"], **values))
    return errors


def _path(loc: tuple[str | int, ...], value: Any) -> tuple[str | int, ...]:
    """Drop what pydantic adds to a path for the branches of a union."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(value, dict) and (part in value or last):
            path.append(part)
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            path.append(part)
            value = value[part]
    return tuple(path)


def _fields(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the names that are known at a path, as far as a model says."""
    schema = model.model_json_schema()
    node = schema
    for part in path:
        node = _resolve(schema, node)
        below = (
            node.get("items")
            if isinstance(part, int)
            else node.get("properties", {}).get(part, node.get("additionalProperties"))
        )
        if not isinstance(below, dict):
            return []
        node = below
    return list(_resolve(schema, node).get("properties", {}))


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for branch in node.get("anyOf", []):
        if "$ref" in branch:
            node = branch
            break
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        return found
    return node


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
