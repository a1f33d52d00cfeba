"""Falsifications: edits of the evidence that break a demand, and the controls that must turn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from ccpolicy.policy.base_model import Day, Id, Name, PolicyModel, TableName
from ccpolicy.policy.file_reader import EntryPlace
from ccpolicy.texts import Line, WrittenText


class During(PolicyModel):
    """Whole days in the plan's zone, both ends included; without an end it is open."""

    column: Name
    """Column of a time. A record that has none is not touched."""
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None


class RecordChoice(PolicyModel):
    """Records of a dataset, or nested in its records, as they are on file before any edit."""

    dataset: TableName
    """A dataset, or `dataset.child`."""
    where: Line | None = None
    """SQL predicate over its columns, which must be true or false of every record."""
    during: During | None = None


class RecordUpdate(RecordChoice):
    """Records that say something else."""

    set: dict[Name, Any] = Field(default={})
    """Column → its value; null takes it away."""
    take: dict[Name, Name] = Field(default={})
    """Column → the column of the same record whose value it takes."""


class Move(RecordChoice):
    """Records whose times are others."""

    columns: list[Name] = Field(min_length=1)
    by: Line
    """A duration of days, months, years or the clock; `-10 days` is earlier."""


class Add(PolicyModel):
    """Records that are there too."""

    dataset: TableName
    """A dataset, or `dataset.child`."""
    records: list[dict[Name, Any]] = Field(min_length=1)
    """Each with all that its contract demands; a nested one also names the key of the record around
    it."""


class Edit(PolicyModel):
    """One edit of the evidence."""

    remove: RecordChoice | None = None
    change: RecordUpdate | None = None
    move: Move | None = None
    add: Add | None = None

    @property
    def name(self) -> Literal["remove", "change", "move", "add"]:
        """What is done."""
        if self.remove:
            return "remove"
        if self.change:
            return "change"
        return "move" if self.move else "add"

    @property
    def choice(self) -> RecordChoice | None:
        """The records that are edited, where they are on file."""
        return self.remove or self.change or self.move

    @property
    def dataset(self) -> str:
        """The dataset, or `dataset.child`."""
        chosen = self.choice or self.add
        assert chosen
        return chosen.dataset


MessageCode = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{3}$")]
"""Stable code of a message, such as `EV204`."""


class Falsification(PolicyModel):
    """The records of a year in which a demand was broken."""

    broken: WrittenText
    """How the year was lived badly."""
    turns: list[Id] = Field(min_length=1)
    """Controls that must say so."""
    edits: list[Edit] = Field(min_length=1)
    """In this order."""
    invalid: list[MessageCode] = Field(default=[])
    """Codes with which the edited records are refused, such as a record that names what is not
    there: all of them and no other. That makes the controls `unknown`; records that are refused
    for another reason prove nothing."""


class Demand(PolicyModel):
    """Something that a clause of the plan demands."""

    clause: Line
    says: WrittenText
    """Words of the clause: of its title, if it has no text."""
    falsifications: list[Falsification] = Field(default=[])
    none: WrittenText | None = None
    """Why no record can show that it was broken."""


class Falsifications(PolicyModel):
    """`policy/falsify.yaml`."""

    demands: list[Demand] = Field(min_length=1)


@dataclass(frozen=True)
class LocatedFalsification:
    """A falsification and where it stands."""

    demand: Demand
    falsification: Falsification
    place: EntryPlace

    def fits(self, controls: Collection[str], words: str = "") -> bool:
        """Whether it turns one of the controls (any, if none is given) and has the words."""
        texts = [*self.falsification.broken.root.values(), *self.demand.says.root.values()]
        return (not controls or not {*controls}.isdisjoint(self.falsification.turns)) and any(
            words.casefold() in each.casefold() for each in texts
        )


@dataclass(frozen=True)
class Suite:
    """All falsifications of a policy."""

    demands: list[tuple[Demand, EntryPlace]]

    @property
    def falsifications(self) -> list[LocatedFalsification]:
        """Return the falsifications in order."""
        return [
            LocatedFalsification(
                demand, each, EntryPlace(place.source, (*place.path, "falsifications", index))
            )
            for demand, place in self.demands
            for index, each in enumerate(demand.falsifications)
        ]
