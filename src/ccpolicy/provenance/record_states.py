"""What a commit holds of a record, and the events between two states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ccpolicy.provenance.file_versions import Key

WORKING = ""
"""Used instead of a commit's id for what is not committed."""
Files = Mapping[str, str]
"""Path below the evidence folder → id of the blob that is its last readable version."""


class RecordState(NamedTuple):
    """What a commit holds of one record."""

    contents: tuple[str, ...]
    """Empty once it is deleted; several where a key occurs more than once."""
    commit: str | None
    """The commit that made it so; None if there never was such a record."""
    since: tuple[str, ...]
    """For each column of `recording.happened`, the commit that set its present value."""
    path: str
    """Its file below the evidence folder, or the last one."""


NO_RECORD = RecordState((), None, (), "")


class Event(NamedTuple):
    """A change of one record."""

    commit: str
    """`WORKING` if it is not committed."""
    key: Key
    before: tuple[str, ...]
    """See `RecordState.contents`."""
    after: tuple[str, ...]
    since: tuple[str, ...]
    """See `RecordState`."""
    path: str
    """See `RecordState`."""
    restores: bool
    """Whether it brings back a record that was deleted."""

    @property
    def state(self) -> RecordState:
        """The state that it led to."""
        return RecordState(self.after, self.commit, self.since, self.path)


@dataclass
class CommitState:
    """What a commit holds."""

    records: dict[Key, RecordState]
    """Records of an earlier walk are looked up only when they are needed."""
    files: Files
    base: str = WORKING
    """The last commit of the earlier walk among its ancestors, if any."""


@dataclass(slots=True)
class ContentDelta:
    """The contents of one record in which two commits differ."""

    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    path: str = ""
    """Its file in the later commit, or else in the earlier one."""

    def applied(self, contents: tuple[str, ...]) -> tuple[str, ...]:
        """Return the contents in the later commit, given those in the earlier one."""
        if not self.gone and not contents:
            return (self.come[0],) if len(self.come) == 1 else tuple(sorted(self.come))
        left = Counter(contents) - Counter(self.gone) + Counter(self.come)
        return tuple(sorted(left.elements()))
