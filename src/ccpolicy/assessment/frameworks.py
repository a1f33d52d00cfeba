"""The crosswalk: requirements of other documents, and the controls that serve them."""

from __future__ import annotations

from collections.abc import Iterable

from ccpolicy.assessment.building_blocks import AssessmentModel, Norm
from ccpolicy.assessment.control import Control
from ccpolicy.texts import Text
from ccpolicy.vocabulary import VERDICTS, Grade, Verdict


class Requirement(AssessmentModel):
    """A requirement of a framework, or a heading over those below it."""

    id: str
    name: str
    """The framework and the requirement, as controls name it: `iso27001:A.5.30`."""
    title: Text
    grade: Grade
    """How far it was checked."""
    heading: bool
    """Whether it is a heading, which asks for nothing."""
    norm: Norm | None
    """What it asks in numbers, and where that was read."""
    controls: list[str]
    """Controls of the plan that serve it, also those that were not judged."""
    now: Verdict | None
    """The worst verdict of these controls now; null if it has none, or if one was not judged."""
    period: Verdict | None
    """The worst verdict in the period, likewise."""


class Framework(AssessmentModel):
    """A document whose requirements the plan's controls serve, such as a standard.

    That its controls pass does not show that a requirement is met in full.
    """

    id: str
    title: Text
    edition: str
    """Which edition the identifiers are of."""
    source: Text
    """Who publishes it."""
    consulted: Text | None
    """Where its identifiers were read."""
    url: str | None
    """Where it is published."""
    requirements: list[Requirement]
    """In the framework's order."""

    @property
    def served(self) -> list[Requirement]:
        """Return the requirements that a control serves."""
        return [each for each in self.requirements if each.controls]

    @property
    def without_control(self) -> list[Requirement]:
        """Return the requirements that no control serves."""
        return [each for each in self.requirements if not (each.controls or each.heading)]


def serving_verdicts(
    serving: Iterable[str], judged: Iterable[Control]
) -> tuple[Verdict | None, Verdict | None]:
    """Return the worst verdict of some controls, now and in the period.

    There is none if there is no control, or if one of them was not judged.
    """
    controls = {each.id: each for each in judged}
    found = [controls.get(each) for each in serving]
    known = [each for each in found if each]
    if not known or len(known) < len(found):
        return None, None
    return (
        min((each.now for each in known), key=VERDICTS.index),
        min((each.period for each in known), key=VERDICTS.index),
    )
