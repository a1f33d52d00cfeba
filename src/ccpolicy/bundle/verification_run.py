"""Run steps one after another, and note how each ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ccpolicy.assessment.verification import Detail, StepStatus, VerificationStep
from ccpolicy.errors import (
    LANGUAGES,
    BundleError,
    BundleErrors,
    CcpolicyError,
    Locator,
    Message,
    PolicyErrors,
)
from ccpolicy.texts import Text
from ccpolicy.vocabulary import STEPS, StepName

T = TypeVar("T")
SHOWN = 10
"""Details of one step; of the rest it is said how many they are."""


class OtherVersionError(BundleError):
    """A part of a bundle whose schema version is not the one that this program reads."""


class VerificationRun:
    """The steps of one verification."""

    def __init__(self) -> None:
        self.failures: list[CcpolicyError] = []
        earlier = Message.of("an earlier step did not pass")
        self.found: dict[StepName, VerificationStep] = {}
        for name in STEPS:
            self.note(name, "not_checked", earlier)

    def run(self, name: StepName, step: Callable[[], tuple[T, Message]]) -> T | None:
        """Run a step, and return what it yields; nothing if it failed."""
        try:
            value, message = step()
        except OtherVersionError as failure:
            self.failures.append(failure)
            self.note(name, "other_version", failure.message, failure)
            return None
        except CcpolicyError as failure:
            self.failures.append(failure)
            self.note(name, "failed", failure.message, failure)
            return None
        self.note(name, "passed", message)
        return value

    def note(
        self,
        name: StepName,
        status: StepStatus,
        message: Message,
        failure: CcpolicyError | None = None,
    ) -> None:
        """Note how a step ended."""
        details = _details(failure) if failure else []
        shown = details[:SHOWN]
        if rest := len(details) - len(shown):
            shown.append(_detail(Message.of("and {count} more", count=rest)))
        said = _detail(message, failure.locator if failure else None)
        self.found[name] = VerificationStep(
            step=name, status=status, code=said.code, message=said.message, details=shown
        )

    def skip(self, name: StepName, message: Message) -> None:
        """Note that a step was not run, and why."""
        self.note(name, "not_checked", message)


def _details(error: CcpolicyError) -> list[Detail]:
    """Return what an error gathers, or else its hint."""
    match error:
        case BundleErrors(errors=errors) | PolicyErrors(errors=errors):
            return [_detail(each.message, each.locator) for each in errors]
        case CcpolicyError(hint=Message(template=template)) if template:
            return [_detail(error.hint)]
    return []


def _detail(message: Message, locator: Locator | None = None) -> Detail:
    place = f"{locator}: " if locator else ""
    texts: dict[str, str] = {language: place + message.text(language) for language in LANGUAGES}
    return Detail(code=message.code or None, message=Text(texts))
