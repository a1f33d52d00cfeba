"""Changes in the contract of a dataset, and whether it got weaker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.checks.strictness import shorter
from ccpolicy.errors import KeyPath, Message
from ccpolicy.policy.columns import holds_attachments
from ccpolicy.policy.dataset import Child, Dataset
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.diff.controls import may_be_empty
from ccpolicy.policy.diff.decoding import decoding_direction
from ccpolicy.policy.diff.readings import reading_changes
from ccpolicy.policy.diff.recording import recording_direction
from ccpolicy.policy.diff.references import reference_changes
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.policy.labels import Labels
from ccpolicy.time.durations import parse_duration

_WORDING = ("title", "owner", "written_by", *Labels.model_fields)
_APART = frozenset(
    [*_WORDING, "id", "may_be_empty", "references", "retention", "record", "columns"]
)
_CONTRACT = tuple(name for name in Dataset.model_fields if name not in _APART)
"""What is not compared apart: whatever else a contract may say decides what counts as evidence."""
_LIMITS = tuple(name for name in KEYWORDS if name != "items")
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def dataset_changes(subject: Subject, before: Dataset, after: Dataset) -> Iterator[PolicyChange]:
    """Yield what changed in a dataset."""
    for field in _WORDING:
        if getattr(before, field) != getattr(after, field):
            yield subject.change("neutral", Message.of("the {field}", field=field), field)
    for name in sorted(before.children.keys() & after.children.keys()):
        for field in Labels.model_fields:
            if getattr(before.children[name], field) != getattr(after.children[name], field):
                message = Message.of("the {field}", field=field)
                yield subject.change("neutral", message, "children", name, field)
    are_tables = before.source is not None and after.source is not None
    for field in _CONTRACT:
        if are_tables and field == "files":  # which repeats the source
            continue
        first, second = getattr(before, field), getattr(after, field)
        if field == "children":  # their references and labels are compared apart
            first, second = _plain(first), _plain(second)
        if first != second:
            yield subject.change(
                recording_direction(first, second)
                if field == "recording"
                else decoding_direction(field, first, second),
                Message.of("{field} of the records", field=field),
                field,
                before=_text(first),
                after=_text(second),
                rewrites_history=True,
            )
    yield from reading_changes(subject, before, after)
    yield from reference_changes(subject, before, after)
    yield from may_be_empty(subject, before.may_be_empty, after.may_be_empty)
    if before.retention != after.retention:
        order = shorter(parse_duration(before.retention), parse_duration(after.retention))
        directions: dict[int | None, Direction] = {1: "loosened", 0: "neutral", -1: "tightened"}
        yield subject.change(
            directions.get(order, "unordered"),
            Message.of("how long records are kept"),
            "retention",
            before=before.retention,
            after=after.retention,
            concerns=(),
        )
    yield from _SchemaComparison(subject).record(before.record, after.record, ("record",))


def _plain(children: Mapping[str, Child]) -> dict[str, Child]:
    """Return nested records without what is compared apart."""
    apart: dict[str, object] = {name: {} for name in ("references", *Labels.model_fields)}
    return {name: each.model_copy(update=apart) for name, each in children.items()}


def history_reading(dataset: Dataset) -> object:
    """Return what a dataset's history is read by; nothing where it is not followed.

    What a column may hold is not among it: an earlier version is read whether it is valid or not.
    """
    if not (dataset.recording or any(each.recording for each in dataset.children.values())):
        return None
    plain = dataset.model_copy(update={"children": _plain(dataset.children)})
    words = {*_WORDING, "may_be_empty", "record", "references"}
    return plain.model_dump(exclude=words), _columns(dataset.record)


def _columns(record: Mapping[str, Any]) -> list[object]:
    return [
        (name, spec["type"], spec.get("format"), _columns(spec.get("items", {})))
        for name, spec in record.get("properties", {}).items()
    ]


class _SchemaComparison:
    """Compares what two schemas let through."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def record(
        self, before: Mapping[str, Any], after: Mapping[str, Any], path: KeyPath
    ) -> Iterator[PolicyChange]:
        """Compare the schemas of a record."""
        first, second = before["properties"], after["properties"]
        needed = set(before.get("required", ())), set(after.get("required", ()))
        further = before.get("additionalProperties", True), after.get("additionalProperties", True)
        if further[0] != further[1]:
            message = Message.of("columns that are not described here")
            direction: Direction = "loosened" if further[1] else "tightened"
            yield self.change(direction, message, (*path, "additionalProperties"))
        for name in [*first, *(each for each in second if each not in first)]:
            here = (*path, "properties", name)
            if name not in second:
                # Without such a column no file need be there any more.
                open_ = bool(further[1]) or holds_attachments(first[name])
                direction = (
                    "loosened" if open_ else "unordered" if name in needed[0] else "tightened"
                )
                yield self.change(direction, Message.of("{name} is taken out", name=name), here)
            elif name not in first:
                closed = not further[0]
                direction = "loosened" if closed and name not in needed[1] else "unordered"
                yield self.change(direction, Message.of("{name} is new", name=name), here)
            else:
                if (name in needed[0]) != (name in needed[1]):
                    yield self._required(name, is_now=name in needed[1], path=path)
                yield from self.value(first[name], second[name], here)

    def _required(self, name: str, *, is_now: bool, path: KeyPath) -> PolicyChange:
        if is_now:
            message = Message.of("{name} is required now", name=name)
        else:
            message = Message.of("{name} is no longer required", name=name)
        return self.change("tightened" if is_now else "loosened", message, (*path, "required"))

    def value(
        self, before: Mapping[str, Any], after: Mapping[str, Any], path: KeyPath
    ) -> Iterator[PolicyChange]:
        """Compare the schemas of a value."""
        for keyword in ("type", "format"):
            first, second = before.get(keyword), after.get(keyword)
            if {first, second} == {"attachment", None}:  # limits of the text are compared, too
                direction: Direction = "tightened" if second else "loosened"
                yield self._keyword(direction, path, keyword, before, after)
            elif first != second:
                yield self._keyword("unordered", path, keyword, before, after)
                return
        if before.get("items") != after.get("items"):  # every list has them
            first, second = before["items"], after["items"]
            nested = first.get("type") == second.get("type") == "object"
            compare = self.record if nested else self.value
            yield from compare(first, second, (*path, "items"))
        for keyword in _LIMITS:
            first, second = before.get(keyword), after.get(keyword)
            if first != second or type(first) is not type(second):
                direction = _direction(keyword, first, second)
                yield self._keyword(direction, path, keyword, before, after)

    def _keyword(
        self,
        direction: Direction,
        path: KeyPath,
        keyword: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> PolicyChange:
        name = "/".join(str(part) for part in path[1:] if part not in ("properties", "items"))
        return self.change(
            direction,
            Message.of("{keyword} of {name}", keyword=keyword, name=name),
            (*path, keyword),
            before=_text(before.get(keyword)),
            after=_text(after.get(keyword)),
        )

    def change(
        self,
        direction: Direction,
        message: Message,
        path: KeyPath,
        before: str | None = None,
        after: str | None = None,
    ) -> PolicyChange:
        """Make a change of the contract: earlier records are judged by it, too."""
        return self.subject.change(
            direction, message, *path, before=before, after=after, rewrites_history=True
        )


def _direction(keyword: str, before: Any, after: Any) -> Direction:
    if keyword == "enum" and before is not None and after is not None:
        first, second = set(map(repr, before)), set(map(repr, after))
        if first == second:
            return "neutral"
        return "tightened" if second < first else "loosened" if first < second else "unordered"
    if keyword == "uniqueItems":
        return "tightened" if after else "loosened" if before else "neutral"
    if before is None or after is None:
        return "tightened" if before is None else "loosened"
    if keyword in _LEAST:
        return "tightened" if after > before else "loosened" if after < before else "neutral"
    if keyword in _MOST:
        return "tightened" if after < before else "loosened" if after > before else "neutral"
    return "unordered"


def _text(value: Any) -> str | None:
    """Write a value of a contract, models in it as the policy has them."""
    if value is None or isinstance(value, str):
        return value or None
    plain = json.loads(
        json.dumps(value, default=lambda model: model.model_dump(exclude_defaults=True))
    )
    return None if plain in ({}, []) else json.dumps(plain, ensure_ascii=False)
