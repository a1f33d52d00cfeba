"""What cannot be among the labels of a contract."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ccpolicy.errors import LocateIfKnown, PolicyError
from ccpolicy.near_names import appearance
from ccpolicy.policy.columns import columns
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.labels import Labels, listed_values
from ccpolicy.policy.names import unknown
from ccpolicy.texts import Text
from ccpolicy.vocabulary import KEY_SEPARATOR


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
    yield from _alike(labels.labels, (*path, "labels"), place)
    unlabelled = known.keys() - labels.labels.keys()
    yield from _called_as_others(labels.labels, unlabelled, (*path, "labels"), place)
    for name, given in labels.value_labels.items():
        below = (*path, "value_labels", name)
        values = listed_values(known.get(name, {}))
        for value in given:
            if name in known and not _may_be(known[name], value):
                yield unknown(
                    "'{name}' is not one of the values that are listed for this field",
                    value,
                    values,
                    place(*below, value),
                )
        yield from _alike(given, below, place)
        yield from _called_as_others(given, {*values, *given}, below, place)
        yield from _joined(given, below, place)


def _may_be(spec: Mapping[str, Any], value: str) -> bool:
    """Whether a field may have a value: one that is listed, or any where it is an open text."""
    is_open = (
        not listed_values(spec) and spec.get("type", "string") == "string" and "format" not in spec
    )
    return is_open or value in listed_values(spec)


def check_own_labels(
    labels: Mapping[str, Text], values: Collection[str], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Yield labels of a control by which readers would take one of its words for another."""
    yield from _alike(labels, ("value_labels",), place)
    yield from _called_as_others(labels, values, ("value_labels",), place)
    yield from _joined(labels, ("value_labels",), place)


def _alike(
    labels: Mapping[str, Text], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name, label in labels.items():
        for language, text in label.root.items():
            other, same = seen.setdefault((language, appearance(text)), (name, text))
            if other != name:
                yield PolicyError(
                    "'{name}' and '{other}' have the same label: {text}"
                    if same == text
                    else "the label of '{name}' looks like that of '{other}': {text}",
                    hint="readers and forms must tell them apart",
                    locator=place(*path, name),
                    name=name,
                    other=other,
                    text=text,
                )
                break


def _called_as_others(
    labels: Mapping[str, Text], values: Collection[str], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Yield labels by which readers would take a value for another one."""
    seen = {appearance(value): value for value in values}
    for name, label in labels.items():
        own = appearance(name)
        taken = [text for text in label.root.values() if own != appearance(text) in seen]
        if taken:
            yield PolicyError(
                "the label of '{name}' is the name of another value: {text}"
                if taken[0] in values
                else "the label of '{name}' looks like the name of another value: {text}",
                hint="readers would take one for the other: write another label",
                locator=place(*path, name),
                name=name,
                text=taken[0],
            )


def _joined(
    labels: Mapping[str, Text], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Yield labels that would pass for several parts of a subject's name."""
    for name, label in labels.items():
        if taken := [text for text in label.root.values() if KEY_SEPARATOR in f" {text} "]:
            yield PolicyError(
                "the label of '{name}' holds ' × ', which separates the parts of a subject's name:"
                " {text}",
                hint="write it without this sign, such as 2x4",
                locator=place(*path, name),
                name=name,
                text=taken[0],
            )
