"""What the rest of the program gets to know from git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.assessment.alterations import Altered
from ccpolicy.errors import EvidenceError, Message
from ccpolicy.evidence.models import GitRecords, GitTable
from ccpolicy.vocabulary import FileChange, HistoryState


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """A file that differs from the commit."""

    file: str
    """Path from the policy repository's root."""
    change: FileChange
    sha256: str | None
    """Of its present content; None if it is deleted."""


@dataclass(frozen=True)
class Provenance:
    """Who recorded which evidence, when, and what was changed afterwards."""

    state: HistoryState
    reason: Message | None = None
    """Why nothing is known; None if it is."""
    hint: Message | None = None
    commit: str | None = None
    tree: str | None = None
    committed_at: int | None = None
    """The commit's earliest possible time, in microseconds since 1970 UTC; in a shallow clone the
    time that it states."""
    uncommitted: Sequence[Uncommitted] = ()
    """By path."""
    tables: Mapping[str, GitTable] | None = None
    """Dataset filled from git → its records; None if they were not requested."""
    altered: Altered | None = None
    """How the records differ from those of the base commit, if one was requested."""
    imported: bool = False
    """Whether it was exported earlier, and no repository is at hand."""

    def records(self) -> GitRecords:
        """Return the records of the datasets filled from git, or why there are none."""
        failure = None
        if self.reason:
            hint = self.hint.template if self.hint else ""
            failure = EvidenceError(self.reason.template, hint=hint)
        return GitRecords(self.tables or {}, failure)
