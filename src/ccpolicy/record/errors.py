"""New records that cannot be filed."""

from __future__ import annotations

from collections.abc import Sequence

from ccpolicy.errors import EvidenceError, Language


class InvalidRecords(EvidenceError):
    """All that is wrong with new records, none of which was written."""

    def __init__(self, errors: Sequence[EvidenceError]) -> None:
        self.errors = list(errors)
        super().__init__(message="nothing was written")

    def diagnostics(self, language: Language = "en") -> str:
        """Return the text of all of them."""
        each = (error.diagnostics(language) for error in self.errors)
        return "\n".join((*each, super().diagnostics(language)))


def given_twice(name: str) -> EvidenceError:
    """Make the error for a field with two values: nobody can say which one was meant."""
    return EvidenceError(
        "the field '{name}' of the new record has two values",
        hint="write the field once, by one of its names",
        name=name,
    )
