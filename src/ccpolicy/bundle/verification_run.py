"""Run steps one after another, and note how each ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ccpolicy.assessment.models import Text
from ccpolicy.assessment.verification import STEPS, Status, Step, StepName
from ccpolicy.errors import (
    LANGUAGES,
    BundleError,
    BundleErrors,
    CcpolicyError,
    Message,
    PolicyErrors,
)

T = TypeVar("T")
SHOWN = 10
"""Details of one step; of the rest it is said how many they are."""


class OtherVersionError(BundleError):
    """A part of a bundle whose schema version is not the one that this program reads."""


class VerificationRun:
    """The steps of one verification."""

    def __init__(self) -> None:
        self.failures: list[CcpolicyError] = []
        earlier = Text.of(Message.of("an earlier step did not pass"))
        self.found: dict[StepName, Step] = {
            name: Step(step=name, status="not_checked", message=earlier, details=[])
            for name in STEPS
        }

    def run(self, name: StepName, step: Callable[[], tuple[T, Message]]) -> T | None:
        """Run a step, and return what it yields; nothing if it failed."""
        try:
            value, message = step()
        except OtherVersionError as failure:
            self.failures.append(failure)
            self.note(name, "other_version", _said(failure), _details(failure))
            return None
        except CcpolicyError as failure:
            self.failures.append(failure)
            self.note(name, "failed", _said(failure), _details(failure))
            return None
        self.note(name, "passed", Text.of(message))
        return value

    def note(
        self, name: StepName, status: Status, message: Text, details: Sequence[Text] = ()
    ) -> None:
        """Note how a step ended."""
        shown = list(details[:SHOWN])
        if rest := len(details) - len(shown):
            shown.append(Text.of(Message.of("and {count} more", count=rest)))
        self.found[name] = Step(step=name, status=status, message=message, details=shown)

    def skip(self, name: StepName, message: Message) -> None:
        """Note that a step was not run, and why."""
        self.note(name, "not_checked", Text.of(message))


def _said(error: CcpolicyError) -> Text:
    place = f"{error.locator}: " if error.locator else ""
    texts = {language: place + error.message.text(language) for language in LANGUAGES}
    return Text(**texts)


def _details(error: CcpolicyError) -> list[Text]:
    """Return what an error gathers, or else its hint."""
    match error:
        case BundleErrors(errors=errors) | PolicyErrors(errors=errors):
            return [_said(each) for each in errors]
        case CcpolicyError(hint=Message(template=template)) if template:
            return [Text.of(error.hint)]
    return []
