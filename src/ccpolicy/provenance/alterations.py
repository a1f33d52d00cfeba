"""Which records of a base commit were altered since, net of changes that were undone.

Where the base's branch has moved on meanwhile, a record counts as altered only if it also differs
from the common ancestor: what a branch has not merged yet, it did not delete.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ccpolicy.assessment.alterations import MOST_SHOWN, Alteration, Altered, Unfollowed, ValueChange
from ccpolicy.evidence.models import GitTable
from ccpolicy.files.finder import fits_path
from ccpolicy.git.commits import ancestry, walk
from ccpolicy.git.trees import Blob
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS, Dataset
from ccpolicy.provenance.commit_walk import CommitWalk
from ccpolicy.provenance.file_versions import Key, to_json
from ccpolicy.provenance.record_states import ContentDelta
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import instant
from ccpolicy.time.epoch import CLOCK_TOLERANCE

Blobs = Mapping[str, Blob]
"""Path below the evidence folder → file."""


@dataclass(frozen=True)
class ComparedStates:
    """Two states of the evidence, and their common ancestors."""

    commit_walk: CommitWalk
    base: Blobs
    head: Blobs
    forks: Sequence[Blobs]
    """The latest common ancestors: usually one, the base itself."""
    builds_on_base: bool
    parted_at: str | None
    """The first of them, if it is not the base."""
    base_ancestry: frozenset[str]
    """The base commit and its ancestors."""
    order: Mapping[str, int]
    """Commit → its position, parents first."""

    @classmethod
    def of(cls, commit_walk: CommitWalk, base: str, head: str, files: Blobs) -> Self:
        """Find the common ancestors of two commits; `files` is the evidence to compare.

        Raises:
            NoHistory: a part of the history is missing.
        """
        commits = dict(commit_walk.commits)
        commits |= {each.id: each for each in walk(commit_walk.repository, base, commits)}
        base_ancestry = ancestry(commits, [base])
        shared = ancestry(commits, [head]) & base_ancestry
        inner = {parent for each in shared for parent in commits[each].parents}
        forks = sorted(shared - inner)
        trees = commit_walk.repository.trees

        def blobs(commit: str) -> Blobs:
            return dict(trees.files(trees.find_folder(commits[commit].tree, commit_walk.prefix)))

        return cls(
            commit_walk,
            blobs(base),
            files,
            # A rewritten history has no common ancestor; then the base itself counts.
            [blobs(each) for each in forks or [base]],
            base in shared,
            None if base in shared or not forks else forks[0],
            frozenset(base_ancestry),
            {each: number for number, each in enumerate(commit_walk.commits)},
        )

    def changed_files(self) -> list[str]:
        """Return the files of the base that differ from the base and from a common ancestor."""
        return [
            path
            for path, blob in sorted(self.base.items())
            if self.head.get(path) != blob
            and any(self.head.get(path) != fork.get(path) for fork in self.forks)
        ]


class _ChangedBy(NamedTuple):
    """Who changed a record last, and whether all changes were permitted."""

    commit: str | None = None
    author: str | None = None
    committer: str | None = None
    reason: str | None = None
    permitted: bool = False
    uncommitted: bool = False


def find_alterations(
    compared: ComparedStates,
    datasets: Mapping[str, Dataset],
    evidence: str,
    tables: Mapping[str, GitTable],
    store: DuckDB,
) -> Altered:
    """Compare the records of two states; `tables` are the datasets filled from git."""
    files = compared.commit_walk.files
    base, head = (files.choose(each.items()) for each in (compared.base, compared.head))
    deltas, readable = files.compare(base, head)
    touched: set[Key] = set()
    for fork in compared.forks:
        since_fork = deltas
        if fork != compared.base:
            since_fork, _ = files.compare(files.choose(fork.items()), head)
        touched |= {key for key, delta in since_fork.items() if any(_difference(delta))}
    copies = _copies(tables[RECORDINGS], store)
    altered: dict[Key, tuple[list[str], list[str]]] = {}
    for key in sorted(touched & deltas.keys()):
        gone, come = _difference(deltas[key])
        # A new record is no alteration, unless the key was in use already.
        if gone or (come and copies.get(key, 1) > len(come)):
            altered[key] = gone, come
    changed_by = _changed_by(compared, tables, store, altered)
    records = [
        _alteration(
            compared, evidence, key, deltas[key].path, *states, changed_by.get(key, _ChangedBy())
        )
        for key, states in altered.items()
    ]
    records.sort(key=lambda each: each.permitted)
    changed = compared.changed_files()
    unreadable = [each for each in changed if each in base and head.get(each) != readable.get(each)]
    return Altered(
        reason=None,
        reason_code=None,
        hint=None,
        against_contract=bool(unreadable) or not all(each.permitted for each in records),
        builds_on_base=compared.builds_on_base,
        parted_at=compared.parted_at,
        count=len(records),
        not_permitted=sum(not each.permitted for each in records),
        records=records[:MOST_SHOWN],
        unreadable=[f"{evidence}/{each}" for each in unreadable],
        unfollowed=list(_untracked(datasets, evidence, changed)),
    )


def _difference(delta: ContentDelta) -> tuple[list[str], list[str]]:
    """Return which contents are gone and which are new, without those that only moved."""
    gone, come = Counter(delta.gone), Counter(delta.come)
    return sorted((gone - come).elements()), sorted((come - gone).elements())


def _copies(recordings: GitTable, store: DuckDB) -> dict[Key, int]:
    """Return the keys that several records have, and how many."""
    relation = identifier(recordings.relation)
    query = f"SELECT dataset, record, copies FROM {relation} WHERE copies > 1"
    return {(table, key): count for table, key, count in store.ask(query)}


def _changed_by(
    compared: ComparedStates,
    tables: Mapping[str, GitTable],
    store: DuckDB,
    keys: Iterable[Key],
) -> dict[Key, _ChangedBy]:
    """Return who changed records since the base."""
    wanted = list(keys)
    # A commit that is further in the future has a wrong date, and permits nothing.
    latest = instant(datetime.datetime.now(datetime.UTC)) + CLOCK_TOLERANCE
    permitted = "permitted AND recorder_permitted AND signature_sufficient AND changed_at <= "
    by_table = [
        # A record that another branch added under the same key: no change there, never permitted.
        (RECORDINGS, "NULL, false"),
        (EVIDENCE_CHANGES, f"reason, {permitted}{latest}"),
    ]
    found: dict[Key, _ChangedBy] = {}
    for name, columns in by_table:
        changes: dict[Key, list[_ChangedBy]] = {}
        rows = store.ask(
            f"""
            SELECT dataset, record, commit, author, committer, {columns}
            FROM {identifier(tables[name].relation)}
            WHERE (dataset, record) IN (
                SELECT (unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS VARCHAR[]))))
            """,
            [[table for table, _ in wanted], [key for _, key in wanted]],
        )
        for table, key, commit, *fields in rows:
            if commit not in compared.base_ancestry:
                change = _ChangedBy(commit, *fields)._replace(uncommitted=commit is None)
                changes.setdefault((table, key), []).append(change)
        for each, several in changes.items():
            last = max(several, key=lambda change: _position(compared, change))
            found[each] = last._replace(permitted=all(change.permitted for change in several))
    return found


def _position(compared: ComparedStates, change: _ChangedBy) -> int:
    """Return the position of a change in the history; what is not committed comes last."""
    return len(compared.order) if change.commit is None else compared.order[change.commit]


def _alteration(
    compared: ComparedStates,
    evidence: str,
    key: Key,
    path: str,
    gone: Sequence[str],
    come: Sequence[str],
    changed_by: _ChangedBy,
) -> Alteration:
    fields = compared.commit_walk.files.readers[key[0]].fields
    before, after = (fields(each[0]) if each else {} for each in (gone, come))
    return Alteration(
        dataset=key[0],
        record=key[1],
        what="deleted" if not come else "amended" if gone else "duplicated",
        file=f"{evidence}/{path}",
        columns=[
            ValueChange(name=each, before=_text(before.get(each)), after=_text(after.get(each)))
            for each in dict.fromkeys([*before, *after])
            if before.get(each) != after.get(each)
        ],
        **changed_by._asdict(),
    )


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else to_json(value)


def _untracked(
    datasets: Mapping[str, Dataset], evidence: str, changed: Sequence[str]
) -> Iterator[Unfollowed]:
    """Yield the changed files of datasets, and of their children, that have no `recording`."""
    for _, dataset in sorted(datasets.items()):
        if not dataset.is_filed:
            continue
        files = [f"{evidence}/{each}" for each in changed if fits_path(each, dataset.files)]
        recordings = {dataset.id: dataset.recording} | {
            f"{dataset.id}.{each}": child.recording for each, child in dataset.children.items()
        }
        for name, recording in recordings.items():
            if files and recording is None:
                yield Unfollowed(dataset=name, count=len(files), files=files[:MOST_SHOWN])
