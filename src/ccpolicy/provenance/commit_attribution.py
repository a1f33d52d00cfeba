"""Who made each commit, and whether the contract of a table permits them to."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.git.commits import Commit
from ccpolicy.provenance.record_history import RecordHistory
from ccpolicy.provenance.record_states import WORKING
from ccpolicy.provenance.tracked import TrackedTable
from ccpolicy.time.epoch import SECOND

ATTRIBUTION_COLUMNS = {
    "dataset": "VARCHAR",
    "commit": "INTEGER",
    "at": "BIGINT",
    "reason": "VARCHAR",
    "merged_at": "BIGINT",
    "authored_at": "BIGINT",
    "id": "VARCHAR",
    "author": "VARCHAR",
    "committer": "VARCHAR",
    "recorder_permitted": "BOOLEAN",
    "signature": "VARCHAR",
    "signature_sufficient": "BOOLEAN",
    "with_policy": "BOOLEAN",
}
"""Commits as numbers, NULL for what is not committed; times in microseconds since 1970 UTC."""


@dataclass(frozen=True)
class CommitAttribution:
    """Makes the rows; see `ATTRIBUTION_COLUMNS`."""

    history: RecordHistory
    commits: Sequence[Commit]
    """By number."""
    policy_commits: Collection[str]
    """Commits that changed the policy too; with `WORKING` if the working tree does."""
    merged: Mapping[str, int]
    """Commit → when it came into the assessed line, in seconds since 1970; see `merged_times`."""
    judge: Callable[[Collection[str]], Mapping[str, str]]
    """Checks the signatures of commits; see `judge_signatures`."""

    def rows(self, pairs: Iterable[tuple[str, int | None]]) -> list[tuple[object, ...]]:
        """Return a row for each dataset, or child of one, and number of a commit."""
        tables = self.history.files.tables
        found = [
            (tables[name][0], number, None if number is None else self.commits[number])
            for name, number in pairs
        ]
        signatures = self.judge(
            {commit.id for table, _, commit in found if commit and table.recording.signed}
        )
        return [self._row(*each, signatures) for each in found]

    def _row(
        self,
        table: TrackedTable,
        number: int | None,
        commit: Commit | None,
        signatures: Mapping[str, str],
    ) -> tuple[object, ...]:
        if commit is None:
            # Who will commit it is not known yet, so nothing is held against it.
            with_policy = WORKING in self.policy_commits
            return (table.name, *(None,) * 8, True, "uncommitted", True, with_policy)
        recording = table.recording
        unchecked = "unchecked" if commit.is_signed else "none"
        signature = signatures[commit.id] if recording.signed else unchecked
        permitted = not recording.by or all(
            _matches(each, recording.by) for each in (commit.author, commit.committer)
        )
        return (
            table.name,
            number,
            self.history.times[commit.id] * SECOND,
            commit.reason or None,
            self.merged[commit.id] * SECOND,
            commit.authored * SECOND,
            commit.id,
            commit.author,
            commit.committer,
            permitted,
            signature,
            not recording.signed or signature == "good",
            commit.id in self.policy_commits,
        )


def _matches(address: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(address.casefold(), each.casefold()) for each in patterns)
