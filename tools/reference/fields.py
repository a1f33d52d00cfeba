"""Tables of the fields of a model and of those that it is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel

from ccpolicy.checks.kinds import Description, Examples
from ccpolicy.policy import schemas
from ccpolicy.policy.settings import Settings
from reference.wording import FOLDER, Wording

READ: dict[str, type[BaseModel]] = {
    "settings": Settings,
    **schemas.READ,
    "kind": Description,
    "examples": Examples,
}
WRITTEN = schemas.WRITTEN
PLAIN = {
    "WrittenText": ("text", "文本"),
    "Label": ("label", "名称"),
    "Text": ("texts", "各语言文本"),
}
"""Models that are a text → what they are called; the first page explains them."""
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,62}$": ("name", "名称标识"),
    r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$": ("id", "编号"),
}
TYPES = {
    "string": ("string", "字符串"),
    "integer": ("integer", "整数"),
    "number": ("number", "数字"),
    "boolean": ("boolean", "布尔值"),
    "null": ("null", "null"),
    "object": ("mapping", "映射"),
}
EXAMPLES: dict[str, str] = yaml.safe_load((FOLDER / "examples.yaml").read_text("utf-8"))
"""`Model.field` → the shortest example of its value, in YAML."""


@dataclass(frozen=True)
class Part:
    """A model as the reference shows it."""

    name: str
    lead: str
    """Its docstring."""
    model: type[BaseModel]
    schema: Mapping[str, Any]

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """Field → its schema."""
        found: Mapping[str, Mapping[str, Any]] = self.schema["properties"]
        return found


def parts_of(name: str) -> list[Part]:
    """Return a document's model, and then those that it is made of, in the order of their use."""
    is_written = name in WRITTEN
    root = WRITTEN[name] if is_written else READ[name]
    schema = schemas.schema_of(root, "serialization" if is_written else "validation")
    definitions = {**schema.pop("$defs", {}), root.__name__: schema}
    order = [root.__name__]
    for each in order:
        text = json.dumps(definitions[each])
        order += [
            found
            for found in re.findall(r'"#/\$defs/(\w+)"', text)
            if found not in order and found not in PLAIN
        ]
    classes = schemas.classes(root)
    return [
        Part(each, classes[each].__doc__ or "", classes[each], definitions[each])
        for each in dict.fromkeys(order)
    ]


class FieldTables:
    """Writes tables of fields in one language."""

    def __init__(self, wording: Wording, places: Mapping[str, str]) -> None:
        self.wording = wording
        self.places = places
        """Model → the page and heading that show it."""

    def lines(self, parts: list[Part], document: str) -> Iterator[str]:
        """Yield the tables of a document, the first one without a heading of its own."""
        is_written = document in WRITTEN
        for index, part in enumerate(parts):
            if index:
                yield f"### {document}: {part.name}"
                yield ""
            yield self.wording.say(part.lead)
            yield ""
            yield from self._table(part, " = " if document == "settings" else ": ", is_written)
            yield ""

    def _table(self, part: Part, sign: str, is_written: bool) -> Iterator[str]:
        pick = self.wording.pick
        heads = pick("Field,Type,Default,Meaning", "字段,类型,默认,含义").split(",")
        if is_written:
            heads.pop(2)
        yield f"| {' | '.join(heads)} |"
        yield "|---" * len(heads) + "|"
        required = part.schema.get("required", [])
        for name, spec in part.fields.items():
            cells = [f"`{name}`", self.type_text(spec)]
            if not is_written:
                cells.append(
                    pick("**required**", "**必填**")
                    if name in required
                    else self._default(spec.get("default"))
                )
            text = spec.get("description")
            meaning = (
                self.wording.say(text) if text else self.wording.field(part.name, name)
            ).replace("|", "\\|")
            if example := EXAMPLES.get(f"{part.name}.{name}") if not is_written else None:
                meaning += pick(" Example: ", "例如：") + f"`{name}{sign}{example}`"
            yield f"| {' | '.join([*cells, meaning])} |"

    def _default(self, value: Any) -> str:
        if value in (None, [], {}, ""):
            return "–"
        return f"`{json.dumps(value, ensure_ascii=False)}`" if not isinstance(value, dict) else "–"

    def type_text(self, spec: Mapping[str, Any]) -> str:
        """Say what a value is."""
        pick = self.wording.pick
        values = _values(spec)
        match spec:
            case {"$ref": str(reference)}:
                found = self._link(reference.rpartition("/")[2])
            case {"enum": choices}:
                found = pick(", ", "、").join(f"`{each}`" for each in choices)
            case {"const": value}:
                found = f"`{json.dumps(value)}`"
            case {"anyOf": choices}:
                texts = [self.type_text(each) for each in choices]
                # That a field may be left out is said by its default.
                if "default" in spec and spec["default"] is None:
                    texts = [each for each in texts if each != "null"]
                found = pick(" or ", " 或 ").join(dict.fromkeys(texts))
            case {"type": "array"}:
                inner = self.type_text(spec.get("items", {}))
                found = pick(f"list of {inner}", f"{inner} 的列表")
            case {"type": "object"} if values:
                inner = self.type_text(values)
                found = pick(f"mapping to {inner}", f"映射到 {inner}")
            case {"type": "string", "format": "date"}:
                found = pick("date", "日期")
            case {"type": "string", "pattern": str(pattern)} if pattern in PATTERNS:
                found = pick(*PATTERNS[pattern])
            case {"type": str(name)}:
                found = pick(*TYPES[name]) + self._bounds(spec)
            case _:
                found = pick("any value", "任意值")
        return found

    def _bounds(self, spec: Mapping[str, Any]) -> str:
        least, most = spec.get("minimum"), spec.get("maximum")
        if least is None:
            return ""
        if most is None:
            return self.wording.pick(f" from {least}", f"，不小于 {least}")
        return self.wording.pick(f" from {least:,} to {most:,}", f"，{least:,} 至 {most:,}")

    def _link(self, model: str) -> str:
        if model in PLAIN:
            return self.wording.pick(*PLAIN[model])
        return f"[{model}]({self.places[model]})"


def _values(spec: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema of a mapping's values."""
    patterns = spec.get("patternProperties", {})
    found: Any = next(iter(patterns.values()), spec.get("additionalProperties"))
    return found if isinstance(found, dict) else None
