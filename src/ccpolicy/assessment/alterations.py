"""What was altered among the records on file: a part of the comparison of two states."""

from __future__ import annotations

from typing import Literal

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.texts import Text

MOST_SHOWN = 200
"""Records, and names of files, that are listed; all are counted."""


class ValueChange(AssessmentModel):
    """One value of a record that is not as it was."""

    name: str
    before: str | None
    """Null: it was empty."""
    after: str | None
    """Null: it is empty, or the record is gone."""


class Alteration(AssessmentModel):
    """A record on file at the base that is not as it was."""

    dataset: str
    """Dataset, or `dataset.child` for nested records."""
    record: str
    """The record's key."""
    what: Literal["amended", "deleted", "duplicated"]
    """`duplicated`: the record is unchanged, but a second one with its key was added."""
    file: str
    """File that holds or held it, relative to the policy repository's root."""
    columns: list[ValueChange]
    """The columns whose values differ in the end; of a duplicate record all columns."""
    commit: str | None
    """The last commit that changed it; null if the change is not committed, or if no history leads
    from the base to it."""
    uncommitted: bool
    author: str | None
    """Address of the commit's author."""
    committer: str | None
    """Address of the committer."""
    reason: str | None
    """What the commit's message gives after `Reason:`."""
    permitted: bool
    """Whether the base's contract allows each change that led to this: `amendable`, `by` and
    `signed`."""


class Unfollowed(AssessmentModel):
    """Files of records whose contract at the base has no `recording`, so that none is followed."""

    dataset: str
    """Dataset, or `dataset.child` for nested records."""
    count: int
    """How many files on file at the base were changed or deleted."""
    files: list[str]
    """The first 200 of them, from the policy repository's root."""


class Altered(AssessmentModel):
    """What became of the records on file at the base, by the base's contracts."""

    reason: Text | None
    """Why the changes cannot be determined; null if they can."""
    reason_code: str | None = None
    """Code of the reason's message, such as `GI104`; null if the changes can be determined."""
    hint: Text | None
    """What to do about that."""
    against_contract: bool
    """Whether a record was altered as the base's contract does not permit, or may have been: files
    that cannot be read, or no history to tell by."""
    builds_on_base: bool
    """Whether the head rests on the base's commit."""
    parted_at: str | None
    """Otherwise the commit from which both went on: what came to be on file at the base alone since
    then counts as not yet known to the head, and not as deleted. Null if they share none."""
    count: int
    """How many records were altered."""
    not_permitted: int
    """How many of them as the base's contract does not permit."""
    records: list[Alteration]
    """The first 200, those that are not permitted first, by dataset and key."""
    unreadable: list[str]
    """Files with records on file at the base which, by its contract, cannot be compared."""
    unfollowed: list[Unfollowed]
    """By dataset; those of which no file was changed are left out."""
