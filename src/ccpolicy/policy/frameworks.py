"""Other documents' requirements, so that a control can name those it serves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ccpolicy.policy.base_model import Id, PolicyModel
from ccpolicy.texts import Label, Line, WrittenText
from ccpolicy.vocabulary import Grade

RequirementId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,62}$")]
"""A requirement as its framework numbers it: `8.4.2`, `A.5.30`, `RS.CO-02`."""
RequirementName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,62}:[0-9A-Za-z][0-9A-Za-z._-]{0,62}$",
        strip_whitespace=True,
    ),
]
"""A requirement with its framework: `iso27001:A.5.30`."""


class Requirement(PolicyModel):
    """A requirement of a framework, or a heading over the requirements below it."""

    id: RequirementId
    title: WrittenText
    """What it is about, in your own words: the text of most standards may not be copied."""
    grade: Grade | None = None
    """How far it was checked; without it as the framework says."""
    norm: Id | None = None
    """Norm of `policy/norms.yaml` that says what it asks in numbers, and where that was read."""
    heading: bool = False
    """A heading asks for nothing, so that no control can name it."""


class Framework(PolicyModel):
    """A file of `policy/frameworks/`: a standard, a regulation or a catalogue of another body."""

    id: Id
    """Also the file's name; stands before the colon in `satisfies`."""
    title: Label
    edition: Line
    """Which edition the identifiers are of, such as `2022`."""
    source: Label
    """Who publishes it."""
    grade: Grade
    """How far identifiers and subjects were checked: against the text (`read`), a secondary source
    (`secondary`), or not at all (`memory`)."""
    consulted: Label | None = None
    """Where they were read."""
    url: Annotated[str, StringConstraints(pattern=r"^https://")] | None = None
    """Where it is published."""
    requirements: list[Requirement] = Field(min_length=1)
    """In the framework's order."""

    def find(self, requirement: str) -> Requirement | None:
        """Return a requirement or a heading by its identifier."""
        return next((each for each in self.requirements if each.id == requirement), None)

    def graded(self, requirement: Requirement) -> Grade:
        """Return how far a requirement was checked."""
        return requirement.grade or self.grade


def split_name(name: str) -> tuple[str, str]:
    """Split `iso27001:A.5.30` into framework and requirement; the latter is empty without one."""
    framework, _, requirement = name.partition(":")
    return framework, requirement
