"""Controls that judge what people vouch for, since no record can show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from ccpolicy.errors import PolicyError
from ccpolicy.policy.base_model import Id, Name, PolicyModel
from ccpolicy.policy.columns import columns
from ccpolicy.policy.names import unknown
from ccpolicy.texts import Line

if TYPE_CHECKING:
    from ccpolicy.policy.load import Policy
    from ccpolicy.policy.models import Control

MATTERS = "items"
ATTESTATIONS = "events"
"""Inputs of a check kind for which people can vouch: what must be held, and the records of it."""


class Attests(PolicyModel):
    """What the records of a control vouch for; reports list it as not proved."""

    by: list[Name] = Field(min_length=1)
    """Columns of the records that name who vouches, such as who signs and who countersigns."""
    statement: Name | None = None
    """Column of the words that were signed."""
    matters: dict[Line, list[Id]] = Field(min_length=1)
    """Each of the control's items → the controls whose verdicts rest on it; `[]` if none does."""


def check_attestations(content: Policy, control: Control) -> Iterator[PolicyError]:
    """Yield what does not fit in what a control attests."""
    if control.attests is None:
        return
    items = control.inputs.get(MATTERS)
    records = control.selections(ATTESTATIONS)
    known = [each for each in items if isinstance(each, str)] if isinstance(items, list) else []
    if not (known and records):
        yield PolicyError(
            "'attests' needs a list of 'items' and records of 'events' in 'inputs'",
            hint="write it in a control of check kind 'coverage' that lists its items",
            locator=content.place("control", control.id, "attests"),
        )
        return
    yield from _matters(content, control, control.attests, known)
    subjects = {each.dataset for each in control.selections("subjects")}
    for selection in records:
        if selection.dataset in subjects:
            yield PolicyError(
                "'attests' needs attestations in a dataset of their own, not in '{dataset}'",
                hint="reports would take the records of the subjects for attestations",
                locator=content.place("control", control.id, "inputs", ATTESTATIONS),
                dataset=selection.dataset,
            )
        yield from _columns(content, control, control.attests, selection.dataset)


def _matters(
    content: Policy, control: Control, attests: Attests, known: list[str]
) -> Iterator[PolicyError]:
    for name, resting in attests.matters.items():
        if name not in known:
            place = content.place("control", control.id, "attests", "matters", name)
            yield unknown("the control has no item '{name}'", name, known, place)
        for index, other in enumerate(resting):
            if other not in content.controls:
                place = content.place("control", control.id, "attests", "matters", name, index)
                yield unknown("unknown control '{name}'", other, content.controls, place)
    for name in known:
        if name not in attests.matters:
            yield PolicyError(
                "'attests' does not say what rests on '{name}'",
                hint="list the controls whose verdicts rest on it, or [] if none does",
                locator=content.place("control", control.id, "attests", "matters"),
                name=name,
            )


def _columns(
    content: Policy, control: Control, attests: Attests, table: str
) -> Iterator[PolicyError]:
    """Yield columns that are not on file: a derived one has no place that a reader could open."""
    parent = content.datasets.get(table.partition(".")[0])
    if parent is None:
        return
    known = {*(columns(content.datasets, table) or {})} - {*parent.derive} - {*parent.lookups}
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("by", index), column) for index, column in enumerate(attests.by)
    ]
    if attests.statement:
        named.append((("statement",), attests.statement))
    for path, column in named:
        if column not in known:
            place = content.place("control", control.id, "attests", *path)
            yield unknown("unknown column '{name}'", column, known, place)
