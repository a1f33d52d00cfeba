"""Read the falsifications of a policy, and refuse what cannot be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping

from pydantic import ValidationError

from ccpolicy.errors import Message, PolicyError, PolicyErrors
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles, read_source
from ccpolicy.policy.columns import columns
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.falsifications import (
    Add,
    Demand,
    Edit,
    Falsifications,
    LocatedFalsification,
    Move,
    RecordUpdate,
    Suite,
)
from ccpolicy.policy.file_reader import FALSIFICATIONS, EntryPlace
from ccpolicy.policy.lint import LintFinding
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.policy.tests import sources
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import ColumnType


def load_falsifications(tree: PolicyFiles, content: Policy) -> Suite | None:
    """Read the falsifications of a policy; None if it has no such file.

    Raises:
        PolicyErrors: all that is wrong with them.
    """
    folder = content.settings.policy
    if FALSIFICATIONS not in tree.entries(folder):
        return None
    source = read_source(tree, f"{folder}/{FALSIFICATIONS}")
    try:
        found = Falsifications.model_validate(
            source.value, context={"languages": content.plan.languages}
        )
    except ValidationError as failure:
        raise PolicyErrors(explain(failure, source, Falsifications)) from failure
    suite = Suite(
        [(each, EntryPlace(source, ("demands", index))) for index, each in enumerate(found.demands)]
    )
    errors = [error for demand, place in suite.demands for error in _demand(content, demand, place)]
    errors += [error for each in suite.falsifications for error in _falsification(content, each)]
    if errors:
        raise PolicyErrors(errors)
    return suite


def _demand(content: Policy, demand: Demand, place: EntryPlace) -> Iterator[PolicyError]:
    clauses = {each.id: each for each in content.plan.clauses}
    clause = clauses.get(demand.clause)
    if clause is None:
        yield unknown("unknown clause '{name}'", demand.clause, clauses, place.locate("clause"))
        return
    for language, words in demand.says.root.items():
        text = (clause.text or clause.title).text(language)
        if _plain(words) not in _plain(text):
            yield PolicyError(
                "clause {id} does not contain the words '{words}'",
                hint="quote it: {text}",
                locator=place.locate("says"),
                id=clause.id,
                words=words,
                text=text,
            )
    if demand.falsifications and demand.none:
        yield PolicyError(
            "the demand has a falsification, and a reason for having none",
            hint="take out 'none'",
            locator=place.locate("none"),
        )


def _plain(text: str) -> str:
    """Return a text as it reads, however its lines are broken."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def _falsification(content: Policy, located: LocatedFalsification) -> Iterator[PolicyError]:
    known: set[str] = set()
    for index, control in enumerate(located.falsification.turns):
        if control in content.controls:
            known.update(sources(content, control))
        else:
            place = located.place.locate("turns", index)
            yield unknown("unknown control '{name}'", control, content.controls, place)
            return
    for index, edit in enumerate(located.falsification.edits):
        yield from _edit(
            content,
            known,
            edit,
            EntryPlace(located.place.source, (*located.place.path, "edits", index)),
        )


def _edit(content: Policy, known: set[str], edit: Edit, place: EntryPlace) -> Iterator[PolicyError]:
    given = [name for name in Edit.model_fields if getattr(edit, name)]
    if len(given) != 1:
        yield PolicyError(
            "an edit must do exactly one of these: {known}",
            hint="write several edits one after another",
            locator=place.locate(),
            known=", ".join(Edit.model_fields),
        )
        return
    table = edit.dataset
    there = columns(content.datasets, table)
    if there is None:
        tables = [*content.datasets]
        tables += [
            f"{each.id}.{child}" for each in content.datasets.values() for child in each.children
        ]
        yield unknown("unknown dataset '{name}'", table, tables, place.locate(edit.name, "dataset"))
        return
    if table.partition(".")[0] not in known:
        yield unknown(
            "none of the controls under 'turns' uses the dataset '{name}'",
            table,
            known,
            place.locate(edit.name, "dataset"),
        )
    yield from _columns(content, edit, there, place)


def _columns(
    content: Policy, edit: Edit, there: Mapping[str, ColumnType], place: EntryPlace
) -> Iterator[PolicyError]:
    """Yield the columns of an edit that are not there, or are no times."""
    parent, _, child = edit.dataset.partition(".")
    dataset = content.datasets[parent]
    on_file = _properties(dataset, child)
    times = {name for name, kind in there.items() if kind in ("date", "instant")}
    nested = {each.path: name for name, each in dataset.children.items()} if not child else {}
    if edit.change:
        yield from _change(edit.change, on_file, nested, place)
    if edit.move:
        yield from _move(edit.move, on_file, times, place)
    if edit.add:
        # A nested record also says in which one it is nested.
        known = {*on_file, *dataset.key} if child else on_file
        for index, record in enumerate(edit.add.records):
            yield from _names(record, known, place, "add", "records", index)
            yield from _lists(record, nested, place, "add", "records", index)
        if child:
            yield from _around(dataset.key, edit.add, place)
    if edit.choice and edit.choice.during:
        column = edit.choice.during.column
        at = place.locate(edit.name, "during", "column")
        if column not in there:
            yield unknown("unknown column '{name}'", column, there, at)
        elif column not in times:
            yield PolicyError("the column '{name}' is not a time", locator=at, name=column)


def _change(
    change: RecordUpdate, on_file: set[str], nested: Mapping[str, str], place: EntryPlace
) -> Iterator[PolicyError]:
    """Yield what a change names that it cannot set; `nested` is column → child of the dataset."""
    yield from _names(change.set, on_file, place, "change", "set")
    yield from _names(change.take, on_file, place, "change", "take")
    for name, source in change.take.items():
        if source not in on_file:
            at = place.locate("change", "take", name)
            yield unknown("unknown column '{name}'", source, on_file, at)
        if name in change.set:
            yield PolicyError(
                "'{name}' stands under 'set' and under 'take'",
                hint="a column gets one value: take one of them out",
                locator=place.locate("change", "take", name),
                name=name,
            )
    named = [("set", name, name) for name in change.set]
    named += [
        ("take", name, each) for name, source in change.take.items() for each in (name, source)
    ]
    for field, name, column in named:
        if column in nested:
            table = f"{change.dataset}.{nested[column]}"
            yield PolicyError(
                "'{name}' holds the records of '{dataset}', which an edit of its own changes",
                hint="write an edit of the dataset '{dataset}'",
                locator=place.locate("change", field, name),
                name=column,
                dataset=table,
            )
    if not named:
        yield PolicyError(
            "'change' names no column",
            hint="write 'set' with values, or 'take' with columns",
            locator=place.locate("change"),
        )


def _lists(
    record: Mapping[str, object], nested: Collection[str], place: EntryPlace, *path: str | int
) -> Iterator[PolicyError]:
    """Yield what a record that is added holds in place of a list of nested records."""
    for name in nested:
        if not isinstance(value := record.get(name, []), list):
            yield PolicyError(
                "a list is expected for '{name}', not {value}",
                locator=place.locate(*path, name),
                name=name,
                value=json.dumps(value, ensure_ascii=False, default=str),
            )


def _properties(dataset: Dataset, child: str) -> set[str]:
    """Return what a record on file may hold, or one that is nested in it."""
    properties: dict[str, dict[str, dict[str, str]]] = dataset.record.get("properties", {})
    if child:
        return {*properties[dataset.children[child].path]["items"]["properties"]}
    return {*properties}


def _names(
    given: Mapping[str, object], known: set[str], place: EntryPlace, *path: str | int
) -> Iterator[PolicyError]:
    for name in given:
        if name not in known:
            yield unknown("unknown column '{name}'", name, known, place.locate(*path, name))


def _move(
    move: Move, on_file: set[str], times: set[str], place: EntryPlace
) -> Iterator[PolicyError]:
    for index, name in enumerate(move.columns):
        at = place.locate("move", "columns", index)
        if name not in on_file:
            yield unknown("unknown column '{name}'", name, on_file, at)
        elif name not in times:
            yield PolicyError("the column '{name}' is not a time", locator=at, name=name)
    try:
        if parse_duration(move.by.removeprefix("-")).is_business:
            raise PolicyError("{name} must be a number of days, months or hours", name="'by'")
    except PolicyError as failure:
        yield failure.at(place.locate("move", "by"))


def _around(key: list[str], add: Add, place: EntryPlace) -> Iterator[PolicyError]:
    for index, record in enumerate(add.records):
        for name in key:
            if record.get(name) is None:
                yield PolicyError(
                    "the record does not name the record in which it is nested: '{name}' is"
                    " missing",
                    hint="name the key of the record around it: {known}",
                    locator=place.locate("add", "records", index),
                    name=name,
                    known=", ".join(key),
                )


def doubtful_demands(content: Policy, suite: Suite) -> Iterator[LintFinding]:
    """Yield clauses without a demand, demands without a falsification, controls that none turns."""
    quoted = {demand.clause for demand, _ in suite.demands}
    held = {clause for control in content.controls.values() for clause in control.clauses}
    for index, clause in enumerate(content.plan.clauses):
        if clause.id in held - quoted:
            yield LintFinding(
                Message.of(
                    "clause {id} has a control, and no demand that is falsified", id=clause.id
                ),
                Message.of("write in falsify.yaml how a year breaks it, and which control turns"),
                content.place("plan", content.plan.id, "clauses", index, "id"),
            )
    for demand, place in suite.demands:
        if not (demand.falsifications or demand.none):
            yield LintFinding(
                Message.of("nothing falsifies the demand '{words}'", words=demand.says),
                Message.of("write a falsification, or say why there is none with 'none'"),
                place.locate(),
            )
    turned = {each for found in suite.falsifications for each in found.falsification.turns}
    for control in content.controls:
        if control not in turned:
            yield LintFinding(
                Message.of("no falsification turns {control}", control=control),
                Message.of("write in falsify.yaml the records of a year that breaks it"),
                content.place("control", control, "id"),
            )
