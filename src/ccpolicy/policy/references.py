"""Check that references fit their targets, and find columns that look like undeclared ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product

from ccpolicy.errors import KeyPath, Locate, Locator, PolicyError
from ccpolicy.policy.columns import columns, schema
from ccpolicy.policy.dataset import Dataset, Reference
from ccpolicy.policy.expression_types import TypedColumn
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.vocabulary import ColumnType

COMMON_NAMES = frozenset(
    (
        *("id", "no", "nr", "number", "num", "code", "key", "serial", "seq", "row"),
        *("name", "title", "date", "day", "time", "month", "year"),
    )
)
"""Names of columns that do not say whose they are, so that two may have them by chance."""
_TIMES = ("date", "instant")
_OPEN = re.compile(r"\[[^\]]*\]|\{[^}]*\}|\\.")
"""What of a pattern stands for any of several characters."""


def check_references(content: Policy, dataset: Dataset) -> Iterator[PolicyError]:
    """Yield what does not fit in a dataset's references."""
    for table, column, reference in dataset.all_references:
        place = partial(content.place, "dataset", dataset.id, *_path(table, column))
        if column not in (known := _own(content, table)):
            yield unknown("unknown column '{name}'", column, known, place())
            continue
        own = columns(content.datasets, table) or {}
        there = columns(content.datasets, reference.dataset)
        if there is None:
            known = [*content.datasets, *_children(content)]
            yield unknown("unknown dataset '{name}'", reference.dataset, known, place("dataset"))
            continue
        yield from _columns(reference, own, there, place)
        if table == reference.dataset and {reference.key: column, **reference.match} == {
            each: each for each in (reference.key, *reference.match)
        }:
            yield PolicyError(
                "the column '{name}' would refer to itself, which every record fulfils",
                hint="name another column with 'key', or another dataset",
                locator=place("key"),
                name=column,
            )


def _own(content: Policy, table: str) -> list[str]:
    """Return the columns of a table that are not those of a record around it."""
    around = columns(content.datasets, table.partition(".")[0]) if "." in table else {}
    return [each for each in columns(content.datasets, table) or {} if each not in (around or {})]


def _path(table: str, column: str) -> KeyPath:
    """Return where the reference of a column stands in its dataset."""
    child = table.partition(".")[2]
    return ("children", child, "references", column) if child else ("references", column)


def _children(content: Policy) -> Iterable[str]:
    return [f"{each.id}.{child}" for each in content.datasets.values() for child in each.children]


def _columns(
    reference: Reference,
    own: Mapping[str, ColumnType],
    there: Mapping[str, ColumnType],
    place: Locate,
) -> Iterator[PolicyError]:
    """Yield unknown columns, times that are no times, and `during` or `at` without the other."""
    if reference.key not in there:
        yield unknown("unknown column '{name}'", reference.key, there, place("key"))
    for theirs, ours in reference.match.items():
        for name, known in ((theirs, there), (ours, own)):
            if name not in known:
                yield unknown("unknown column '{name}'", name, known, place("match", theirs))
    during = [(name, there, ("during", index)) for index, name in enumerate(reference.during or ())]
    for name, known, path in [*during, *([(reference.at, own, ("at",))] if reference.at else [])]:
        if name not in known:
            yield unknown("unknown column '{name}'", name, known, place(*path))
        elif known[name] not in _TIMES:
            yield PolicyError("the column '{name}' is not a time", locator=place(*path), name=name)
    if reference.during and not reference.at:
        yield PolicyError(
            "'during' needs 'at': the column of this dataset that says when",
            hint="such as: at: performed_at",
            locator=place("during"),
        )
    if reference.at and not reference.during:
        yield PolicyError(
            "'at' needs 'during': the columns of '{dataset}' that say from when and until when",
            hint="such as: during: [hired_on, left_on]",
            locator=place("at"),
            dataset=reference.dataset,
        )


def mismatched_references(
    content: Policy, column_of: Callable[[str, str], TypedColumn]
) -> Iterator[PolicyError]:
    """Yield references between columns whose values can never be equal.

    `column_of` says what is known of a table's column.
    """
    for dataset in content.datasets.values():
        for table, column, reference in dataset.all_references:
            pairs = [
                (reference.key, column, "key"),
                *((theirs, ours, "match") for theirs, ours in reference.match.items()),
            ]
            for theirs, ours, part in pairs:
                kinds = (
                    _kind(content, column_of, table, ours, entries=part == "key"),
                    _kind(content, column_of, reference.dataset, theirs),
                )
                if None not in kinds and kinds[0] != kinds[1]:
                    below = ("match", theirs) if part == "match" else ("key",)
                    yield PolicyError(
                        "'{own}' is of type {own_type}, and '{name}' of '{dataset}' of type {type}",
                        hint="only columns of the same type can have equal values",
                        locator=content.place("dataset", dataset.id, *_path(table, column), *below),
                        own=ours,
                        own_type=kinds[0],
                        name=theirs,
                        dataset=reference.dataset,
                        type=kinds[1],
                    )


def _kind(
    content: Policy,
    column_of: Callable[[str, str], TypedColumn],
    table: str,
    name: str,
    *,
    entries: bool = False,
) -> str | None:
    """Return the type of a column, or of the entries of a list; None if nobody can say."""
    spec = schema(content.datasets, table, name)
    if spec.get("type") == "array":
        item = spec["items"]
        if not entries or "format" in item:
            return "array"
        return "number" if item["type"] == "integer" else str(item["type"])
    return column_of(table, name).family


def undeclared_references(content: Policy) -> Iterator[tuple[str, str, str, Locator]]:
    """Yield columns that seem to refer to a dataset, and do not say so.

    Of each: its name, the dataset, the line to add, and its place. A column seems to if it has the
    name of the dataset's only key column, unless that is a common one, or a pattern with fixed
    letters that the key of no other dataset has. What names the record itself does not; an id of
    nested records must have both. What is held to the dataset's records already is left out.
    """
    held = _held(content)
    for dataset in content.datasets.values():
        for table in [dataset.id, *(f"{dataset.id}.{child}" for child in dataset.children)]:
            child = table.partition(".")[2]
            references = dataset.children[child].references if child else dataset.references
            for column in _own(content, table):
                if column in references or column in dataset.lookups or column in dataset.derive:
                    continue
                found = _meant(content, dataset, child, column)
                if found and (table, column, found[0]) not in held:
                    line = f"{column}: {{dataset: {found[0]}, key: {found[1]}}}"
                    below: KeyPath = ("properties", column)
                    if child:
                        below = ("properties", dataset.children[child].path, "items", *below)
                    place = content.place("dataset", dataset.id, "record", *below)
                    yield column, found[0], line, place


def _held(content: Policy) -> set[tuple[str, str, str]]:
    """Return table, column and dataset of the references that another rule checks anyway.

    The column looks something up in the dataset, or names a subject that a control takes from it.
    """
    found = {
        (dataset.id, column, lookup.dataset)
        for dataset in content.datasets.values()
        for lookup in dataset.lookups.values()
        for column in lookup.key
    }
    for control in content.controls.values():
        subjects = control.selections(content.kinds[control.check].population_input)
        for name in control.inputs:
            for each, subject in product(control.selections(name), subjects):
                found |= {(each.dataset, column, subject.dataset) for column in each.key}
    return found


def _meant(content: Policy, dataset: Dataset, child: str, column: str) -> tuple[str, str] | None:
    """Return the dataset that a column seems to refer to, and its key.

    A key of one column goes before one with times beside it, such as a roster's with returners.
    """
    for has_times in (False, True):
        keys = {
            each.id: _name(content, each, has_times=has_times) for each in content.datasets.values()
        }
        if not child and column == keys.pop(dataset.id, None):
            return None
        named, alike = _named(content, keys, f"{dataset.id}.{child}".rstrip("."), column)
        is_id = child and {column} == {*dataset.children[child].key} - {*dataset.key}
        found = named or alike
        if found and not (is_id and named != alike):
            return found, str(keys[found])
    return None


def _name(content: Policy, dataset: Dataset, *, has_times: bool) -> str | None:
    """Return the one column that names what records are about: the key, but for its times."""
    known = columns(content.datasets, dataset.id) or {}
    named = [each for each in dataset.key if known.get(each) not in _TIMES]
    fits = len(named) == 1 and has_times == (len(dataset.key) > 1)
    return named[0] if fits else None


def _named(
    content: Policy, keys: Mapping[str, str | None], table: str, column: str
) -> tuple[str | None, str | None]:
    """Return the only dataset whose key has a column's name, and the only one with its pattern."""
    spec = schema(content.datasets, table, column)
    spec = spec.get("items", spec)
    pattern = spec.get("pattern", "")
    named, alike = [], []
    for name, key in keys.items():
        if key is None:
            continue
        other = schema(content.datasets, name, key)
        is_alike = all(other.get(each) == spec.get(each) for each in ("type", "format"))
        if key == column and column not in COMMON_NAMES and is_alike:
            named.append(name)
        if re.search(r"[^\W\d_]", _OPEN.sub("", pattern)) and other.get("pattern") == pattern:
            alike.append(name)
    return _only(named), _only(alike)


def _only(names: list[str]) -> str | None:
    return names[0] if len(names) == 1 else None
