"""What became of the records that were on file in one commit, net of what was put back.

Where that commit's line has gone on beside the one that is judged, a record is altered only if it
also differs from what both began with: what a branch has not seen yet, it did not delete.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ccpolicy.assessment.alterations import MOST_SHOWN, Alteration, Altered, Column, Unfollowed
from ccpolicy.evidence.models import GitTable
from ccpolicy.files.finder import fits_path
from ccpolicy.git.commits import ancestry, walk
from ccpolicy.git.trees import Blob
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS, Dataset
from ccpolicy.provenance.commit_walk import CommitWalk
from ccpolicy.provenance.file_versions import Key, to_json
from ccpolicy.provenance.record_history import ContentDelta
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

Files = Mapping[str, Blob]
_AHEAD = datetime.timedelta(minutes=5)
"""So much may clocks differ: a commit later than that is dated into the future."""


@dataclass(frozen=True)
class ComparedStates:
    """The two states of the evidence, and where their lines parted."""

    walked: CommitWalk
    base: Files
    judged: Files
    forks: Sequence[Files]
    """What both rest on: as a rule that is the base itself."""
    builds_on_base: bool
    parted_at: str | None
    """Commit of the first of them, if there is one and it is another than the base."""
    of_base: frozenset[str]
    """The base's commit, and all that it rests on."""
    order: Mapping[str, int]
    """Commit → its place among all, parents first."""

    @classmethod
    def of(cls, walked: CommitWalk, base: str, head: str, judged: Files) -> Self:
        """Find what both sides rest on.

        Raises:
            NoHistory: a part of the history is not here.
        """
        commits = dict(walked.commits)
        commits |= {each.id: each for each in walk(walked.repository, base, commits)}
        of_base = ancestry(commits, [base])
        shared = ancestry(commits, [head]) & of_base
        passed = {parent for each in shared for parent in commits[each].parents}
        forks = sorted(shared - passed)
        trees = walked.repository.trees

        def files(commit: str) -> Files:
            tree = trees.find_folder(commits[commit].tree, walked.prefix)
            return dict(trees.files(tree))

        return cls(
            walked,
            files(base),
            judged,
            # Of a history that was written anew nothing is shared: then the base itself counts.
            [files(each) for each in forks or [base]],
            base in shared,
            None if base in shared or not forks else forks[0],
            frozenset(of_base),
            {each: number for number, each in enumerate(walked.commits)},
        )

    def changed(self) -> list[str]:
        """Return the files of the base that are not as they were there, nor at a fork."""
        return [
            path
            for path, blob in sorted(self.base.items())
            if self.judged.get(path) != blob
            and any(self.judged.get(path) != fork.get(path) for fork in self.forks)
        ]


class _Made(NamedTuple):
    """Who changed a record, and whether that was permitted."""

    commit: str | None = None
    author: str | None = None
    committer: str | None = None
    reason: str | None = None
    permitted: bool = False
    uncommitted: bool = False


def find_alterations(
    sides: ComparedStates,
    datasets: Mapping[str, Dataset],
    evidence: str,
    tables: Mapping[str, GitTable],
    store: DuckDB,
) -> Altered:
    """Say what became of the records of the base, given what git knows of those judged."""
    history = sides.walked.history
    base, judged = (history.choose(each.items()) for each in (sides.base, sides.judged))
    nets, readable = history.compare(base, judged)
    touched: set[Key] = set()
    for fork in sides.forks:
        compared = nets
        if fork != sides.base:
            compared, _ = history.compare(history.choose(fork.items()), judged)
        touched |= {key for key, net in compared.items() if any(_left(net))}
    copies = _copies(tables[RECORDINGS], store)
    found: dict[Key, tuple[list[str], list[str]]] = {}
    for key in sorted(touched & nets.keys()):
        gone, come = _left(nets[key])
        # What came under a key that nothing stood under is no alteration.
        if gone or (come and copies.get(key, 1) > len(come)):
            found[key] = gone, come
    makers = _makers(sides, tables, store, found)
    records = [
        _alteration(sides, evidence, key, nets[key].path, *states, makers.get(key, _Made()))
        for key, states in found.items()
    ]
    records.sort(key=lambda each: each.permitted)
    changed = sides.changed()
    unreadable = [
        each for each in changed if each in base and judged.get(each) != readable.get(each)
    ]
    return Altered(
        reason=None,
        hint=None,
        against_contract=bool(unreadable) or not all(each.permitted for each in records),
        builds_on_base=sides.builds_on_base,
        parted_at=sides.parted_at,
        count=len(records),
        not_permitted=sum(not each.permitted for each in records),
        records=records[:MOST_SHOWN],
        unreadable=[f"{evidence}/{each}" for each in unreadable],
        unfollowed=list(_unfollowed(datasets, evidence, changed)),
    )


def _left(net: ContentDelta) -> tuple[list[str], list[str]]:
    """Return what is gone and what came, without what only stands elsewhere."""
    gone, come = Counter(net.gone), Counter(net.come)
    return sorted((gone - come).elements()), sorted((come - gone).elements())


def _copies(filled: GitTable, store: DuckDB) -> dict[Key, int]:
    """Return the records under whose key several stand, and how many."""
    query = f"SELECT dataset, record, copies FROM {identifier(filled.relation)} WHERE copies > 1"
    return {(unit, key): count for unit, key, count in store.ask(query)}


def _makers(
    sides: ComparedStates,
    tables: Mapping[str, GitTable],
    store: DuckDB,
    keys: Iterable[Key],
) -> dict[Key, _Made]:
    """Return who changed records last; permitted is what all who changed them were permitted."""
    wanted = list(keys)
    latest = int((datetime.datetime.now(datetime.UTC) + _AHEAD).timestamp() * 1_000_000)
    permitted = "permitted AND recorder_permitted AND signature_sufficient AND changed_at <= "
    by_table = [
        # What another line put under the same key was no change there, and is none that is allowed.
        (RECORDINGS, "NULL, false"),
        (EVIDENCE_CHANGES, f"reason, {permitted}{latest}"),
    ]
    found: dict[Key, _Made] = {}
    for table, columns in by_table:
        made: dict[Key, list[_Made]] = {}
        rows = store.ask(
            f"""
            SELECT dataset, record, commit, author, committer, {columns}
            FROM {identifier(tables[table].relation)}
            WHERE (dataset, record) IN (
                SELECT (unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS VARCHAR[]))))
            """,
            [[unit for unit, _ in wanted], [key for _, key in wanted]],
        )
        for unit, key, commit, *fields in rows:
            if commit not in sides.of_base:
                one = _Made(commit, *fields)._replace(uncommitted=commit is None)
                made.setdefault((unit, key), []).append(one)
        for each, several in made.items():
            last = max(several, key=lambda one: _place(sides, one))
            found[each] = last._replace(permitted=all(one.permitted for one in several))
    return found


def _place(sides: ComparedStates, made: _Made) -> int:
    """Return the place of a change among all; what is not committed comes last."""
    return len(sides.order) if made.commit is None else sides.order[made.commit]


def _alteration(
    sides: ComparedStates,
    evidence: str,
    key: Key,
    path: str,
    gone: Sequence[str],
    come: Sequence[str],
    made: _Made,
) -> Alteration:
    fields = sides.walked.history.reader[key[0]].fields
    before, after = (fields(each[0]) if each else {} for each in (gone, come))
    return Alteration(
        dataset=key[0],
        record=key[1],
        what="deleted" if not come else "amended" if gone else "duplicated",
        file=f"{evidence}/{path}",
        columns=[
            Column(name=each, before=_text(before.get(each)), after=_text(after.get(each)))
            for each in dict.fromkeys([*before, *after])
            if before.get(each) != after.get(each)
        ],
        **made._asdict(),
    )


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else to_json(value)


def _unfollowed(
    datasets: Mapping[str, Dataset], evidence: str, changed: Sequence[str]
) -> Iterator[Unfollowed]:
    """Yield what changed of datasets, or of what is nested in them, that nobody follows."""
    for _, dataset in sorted(datasets.items()):
        if dataset.format == "git":
            continue
        files = [f"{evidence}/{each}" for each in changed if fits_path(each, dataset.files)]
        parts = {dataset.id: dataset.recording} | {
            f"{dataset.id}.{each}": child.recording for each, child in dataset.children.items()
        }
        for part, recording in parts.items():
            if files and recording is None:
                yield Unfollowed(dataset=part, count=len(files), files=files[:MOST_SHOWN])
