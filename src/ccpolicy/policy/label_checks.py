"""What cannot be among the labels of a contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from ccpolicy.errors import LocateIfKnown, Locator, PolicyError
from ccpolicy.near_names import folded
from ccpolicy.policy.columns import columns
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.labels import Labels, is_mistaken, value_text
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control
from ccpolicy.policy.names import unknown
from ccpolicy.policy.subject_names import constant_words, subject_labels
from ccpolicy.texts import Text


def check_labels(dataset: Dataset, place: LocateIfKnown) -> Iterator[PolicyError]:
    """Yield labels of what is not there, and labels that mean another field or value as well."""
    properties: Mapping[str, Any] = dataset.record.get("properties", {})
    others = columns({dataset.id: dataset}, dataset.id) or {}
    yield from _table(dataset, {**{name: {} for name in others}, **properties}, (), place)
    for name, child in dataset.children.items():
        nested = properties.get(child.path, {}).get("items", {}).get("properties", {})
        yield from _table(child, nested, ("children", name), place)


def _table(
    labels: Labels,
    known: Mapping[str, Mapping[str, Any]],
    path: tuple[str, ...],
    place: LocateIfKnown,
) -> Iterator[PolicyError]:
    for field in Labels.model_fields:
        for name in getattr(labels, field):
            if name not in known:
                yield unknown("unknown column '{name}'", name, known, place(*path, field, name))
    yield from _alike(labels.labels, partial(place, *path, "labels"))
    for name, given in labels.value_labels.items():
        below = (*path, "value_labels", name)
        values = _values(known.get(name, {}))
        for value in given:
            if name in known and not _may_be(known[name], value):
                yield unknown(
                    "'{name}' is not one of the values that are listed for this field",
                    value,
                    values,
                    place(*below, value),
                )
        yield from _confused(given, {*values, *given}, partial(place, *below))


def check_subject_labels(content: Policy, control: Control) -> Iterator[PolicyError]:
    """Yield labels by which readers would take a subject of a control for another one."""
    own, place = control.value_labels, content.places["control", control.id]

    def locate(value: str) -> Locator:
        return place.locate("value_labels", value) if value in own else place.locate("id")

    words = {*own, *constant_words(content, control)}
    if errors := [*_confused(own, words, locate)]:
        yield from errors
        return
    for labels in subject_labels(content, control):
        yield from _confused(labels, labels, locate)


def _may_be(spec: Mapping[str, Any], value: str) -> bool:
    """Whether a field may have a value: one that is listed, or any where it is an open text."""
    is_open = not _values(spec) and spec.get("type", "string") == "string" and "format" not in spec
    return is_open or value in _values(spec)


def _values(spec: Mapping[str, Any]) -> list[str]:
    """List the values of a field, if its schema does."""
    spec = spec.get("items", spec)
    if spec.get("type") == "boolean":
        return ["true", "false"]
    return [value_text(value) for value in spec.get("enum", ())]


def _confused(
    labels: Mapping[str, Text], values: Collection[str], locate: Callable[[str], Locator | None]
) -> Iterator[PolicyError]:
    """Yield labels of values that are those of other values, or their names."""
    yield from _alike(labels, locate)
    for name, label in labels.items():
        texts = label.root.values()
        taken = (text for text in texts if any(is_mistaken(name, text, each) for each in values))
        if text := next(taken, None):
            yield PolicyError(
                "the label of '{name}' is the name of another value: {text}",
                hint="readers would take one for the other: write another label",
                locator=locate(name),
                name=name,
                text=text,
            )


def _alike(
    labels: Mapping[str, Text], locate: Callable[[str], Locator | None]
) -> Iterator[PolicyError]:
    """Yield labels that read alike."""
    seen: dict[tuple[str, str], str] = {}
    for name, label in labels.items():
        for language, text in label.root.items():
            other = seen.setdefault((language, folded(text) or text), name)
            if other != name:
                yield PolicyError(
                    "'{name}' and '{other}' have the same label: {text}",
                    hint="readers and forms must tell them apart",
                    locator=locate(name),
                    name=name,
                    other=other,
                    text=text,
                )
                break
