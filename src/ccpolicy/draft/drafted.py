"""What a drafted contract consists of, before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ccpolicy.draft.column_guess import ColumnGuess
from ccpolicy.draft.file_layout import FileLayout
from ccpolicy.draft.matrix import Matrix
from ccpolicy.draft.question import Question
from ccpolicy.draft.reference_guess import ReferenceTarget
from ccpolicy.files.limits import Limits
from ccpolicy.policy import Policy


@dataclass(frozen=True)
class DraftContext:
    """What a draft is to fit into."""

    policy: Policy | None
    """The repository's, if there is one."""
    languages: tuple[str, ...]
    """In which texts are written."""
    zone: str | None
    """The plan's."""
    owner: str = "manager"
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, policy: Policy) -> DraftContext:
        """Take those of a repository."""
        owner = policy.plan.owner
        return cls(
            policy,
            tuple(policy.plan.languages),
            policy.plan.zone,
            owner.text(policy.plan.languages[0]),
            policy.settings.limits,
        )


@dataclass
class DraftedDataset:
    """A contract as it was guessed, before it is written."""

    id: str
    title: str
    """What its file is called, where that is no English, or what its id says."""
    files: str
    layout: FileLayout
    columns: list[ColumnGuess]
    key: list[str]
    references: dict[str, ReferenceTarget]
    times_of_references: dict[str, str]
    """Column of a reference → the column of the time at which what it names is in force."""
    key_questions: list[Question]
    questions: list[Question]
    """About the files as a whole."""
    context: DraftContext
    allows_more: bool
    matrix: Matrix | None = None
    """How records are made of rows, where a row is not a record."""
    first_rows: dict[str, list[Any]] = field(default_factory=dict)
    """Column → its first cells as they were read."""

    @property
    def english(self) -> str:
        """What its id says."""
        return self.id.replace("_", " ").capitalize()
