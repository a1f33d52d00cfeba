"""What git knows of the evidence, as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ccpolicy.assessment.alterations import Altered
from ccpolicy.errors import EvidenceError, Message
from ccpolicy.evidence.models import GitRecords, GitTable
from ccpolicy.git.errors import State


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """A file that is not as the commit has it."""

    file: str
    """Path from the policy repository's root."""
    change: Literal["added", "changed", "deleted"]
    sha256: str | None
    """Of its content now; None if it is deleted."""


@dataclass(frozen=True)
class Provenance:
    """Who put which evidence on file, when, and what was changed afterwards."""

    state: State
    reason: Message | None = None
    """Why nothing is known, unless it is."""
    hint: Message | None = None
    commit: str | None = None
    tree: str | None = None
    committed_at: int | None = None
    """When the commit was made at the earliest, in microseconds since 1970 UTC; what it says itself
    in a shallow clone."""
    uncommitted: Sequence[Uncommitted] = ()
    """By path."""
    tables: Mapping[str, GitTable] | None = None
    """Dataset that git fills → its records; None if none was asked for."""
    altered: Altered | None = None
    """What became of the records of the commit that was asked for, if one was."""
    is_told: bool = False
    """Whether it was written down earlier, and no repository is at hand."""

    def records(self) -> GitRecords:
        """Return what git offers to the datasets that it fills."""
        failure = None
        if self.reason:
            hint = self.hint.template if self.hint else ""
            failure = EvidenceError(self.reason.template, hint=hint)
        return GitRecords(self.tables or {}, failure)
