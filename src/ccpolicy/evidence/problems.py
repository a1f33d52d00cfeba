"""What is wrong with a dataset, listed up to a limit and counted beyond it."""

from __future__ import annotations

from collections.abc import Iterable

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.models import Problem
from ccpolicy.evidence.readers import EvidenceErrors

SHOWN = 20
"""Problems listed of each family unless more are asked for; those beyond are counted."""


class ProblemLog:
    """Gathers the problems of one dataset."""

    def __init__(self, dataset: str, shown: int = SHOWN) -> None:
        self.dataset, self.shown = dataset, shown
        self.of_files: list[Problem] = []
        self.of_records: list[Problem] = []
        self.of_keys: list[Problem] = []
        self.of_references: list[Problem] = []
        self.unexplained = 0
        """Invalid records beyond those listed."""
        self.unlisted = 0
        """Duplicate keys beyond those listed."""

    @property
    def room(self) -> int:
        """How many problems with records may still be listed."""
        return max(self.shown - len(self.of_records), 0)

    def file(self, error: EvidenceError) -> None:
        """Add what is wrong with a file or folder."""
        for each in error.errors if isinstance(error, EvidenceErrors) else [error]:
            self.of_files.append(Problem.of(each, self.dataset))

    def record(self, place: Locator, errors: Iterable[EvidenceError]) -> None:
        """Add an invalid record."""
        for error in list(errors)[: self.room]:
            self.of_records.append(Problem.of(error.at(error.locator or place), self.dataset))

    def key(self, place: Locator, key: str, first: Locator, field: str) -> None:
        """Add a record whose key is already there, and the field that holds it or begins it."""
        message = Message.of(
            "a record with the key {key} is already at {other}", key=key, other=str(first)
        )
        hint = Message.of(
            "correct one of the two; if several rows belong to one thing, or are copies, make one"
            " record of them with 'reshape' in the dataset"
        )
        self.of_keys.append(Problem(message, hint, place, self.dataset, field))

    def reference(self, place: Locator, error: EvidenceError) -> None:
        """Add what several records name, given the place of the first."""
        self.of_references.append(Problem.of(error.at(place), self.dataset))

    def problems(self) -> list[Problem]:
        """Return everything: files first, then records, then references and keys."""
        found = [*self.of_files, *self.of_records]
        if self.unexplained:
            error = EvidenceError(
                "more records that are not valid: {count}", count=self.unexplained
            )
            found.append(Problem.of(error, self.dataset))
        found += [*self.of_references, *self.of_keys]
        if self.unlisted:
            error = EvidenceError(
                "more records that have the key of another record: {count}", count=self.unlisted
            )
            found.append(Problem.of(error, self.dataset))
        return found
