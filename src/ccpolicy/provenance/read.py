"""Read what git knows of the evidence."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.models import GitTable
from ccpolicy.files.finder import Finder, fits_path
from ccpolicy.git.commits import (
    Commit,
    main_line,
    merged_times,
    read_commit,
    recorded_times,
    walk,
)
from ccpolicy.git.objects import Blob, NoHistory, ObjectReader, open_repository
from ccpolicy.git.signatures import Signed, judge_signatures
from ccpolicy.git.snapshot import known_at
from ccpolicy.policy import FROM_GIT, Dataset
from ccpolicy.provenance.alterations import ComparedStates, find_alterations
from ccpolicy.provenance.commit_walk import CommitWalk
from ccpolicy.provenance.file_versions import FileVersionReader
from ccpolicy.provenance.git_datasets import CommitAttribution, RecordRows
from ccpolicy.provenance.history_cache import Cache, CachedHistory
from ccpolicy.provenance.models import Provenance, Uncommitted
from ccpolicy.provenance.record_history import WORKING, RecordHistory
from ccpolicy.provenance.record_locator import GitSource, RecordLocator
from ccpolicy.provenance.relations import GitRelations
from ccpolicy.provenance.tracked import tracked
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import Calendar


@dataclass(frozen=True)
class ProvenanceRequest:
    """What is asked of git."""

    root: Path
    """The policy repository."""
    evidence: str
    """The evidence folder, from the root."""
    policy: Sequence[str]
    """Files and folders of the policy, from the root."""
    datasets: Mapping[str, Dataset]
    calendar: Calendar
    """The plan's."""
    adopted: int
    """Instant from which records are owed in time, in microseconds since 1970 UTC."""
    as_of: int
    """Moment judged, in microseconds since 1970 UTC."""
    signers: Path
    """Folder of the files that list the keys whose signatures count."""
    scratch: Path
    """Folder for what is read on the way; it outlives what is returned."""
    known_at: str | None = None
    """Revision or moment that is judged, instead of the working tree."""
    ancestor: str | None = None
    """Commit that the one judged must rest on."""
    base: str | None = None
    """Commit whose records are compared with those judged."""
    cached: bool = True
    """Whether what was kept of an earlier reading may be used."""
    tables: bool = True
    """Whether the tables are wanted, for which the history is walked."""


def read_provenance(asked: ProvenanceRequest, store: DuckDB) -> Provenance:
    """Read what git knows of the evidence, or why it knows nothing.

    Raises:
        EvidenceError: a commit that is named is not there, or not one that was built upon.
    """
    try:
        repository = open_repository(asked.root / asked.evidence)
    except NoHistory as failure:
        return _unknown(failure)
    # What is made here is kept or is no cycle: looking for garbage takes a third of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return _Reader(asked, store, repository).read()
    except NoHistory as failure:
        return _unknown(failure)
    finally:
        repository.close()
        if was_enabled:
            gc.enable()


def _unknown(failure: NoHistory) -> Provenance:
    return Provenance(failure.state, failure.message, failure.hint)


class _Reader:
    def __init__(
        self,
        asked: ProvenanceRequest,
        store: DuckDB,
        repository: ObjectReader,
    ) -> None:
        self.asked, self.store, self.repository = asked, store, repository
        self.tracked = tracked(asked.datasets) if asked.tables else []
        self.folder = (asked.root / asked.evidence).resolve()
        self.prefix = self._inside(self.folder) or ""
        self.contents: dict[str, bytes] = {}
        """Blob → content, of files that are not as committed."""
        self.policy_differs = False
        """Whether files of the policy are not as committed."""

    def _inside(self, path: Path) -> str | None:
        """Return a path from the root of the git repository; None if it lies outside."""
        if not path.is_relative_to(self.repository.folder):
            return None
        found = path.relative_to(self.repository.folder).as_posix()
        return "" if found == "." else found

    def read(self) -> Provenance:
        asked, repository = self.asked, self.repository
        head = known_at(repository, asked.known_at) if asked.known_at else repository.head
        commit = read_commit(repository, head)
        committed = self._files(commit)
        files = committed
        uncommitted: list[Uncommitted] = []
        if asked.known_at is None:
            files, uncommitted = self._working(commit, committed)
        found = Provenance("known", None, None, head, commit.tree, uncommitted=uncommitted)
        if not (asked.tables or asked.ancestor):
            at = commit.committed
            if not repository.is_shallow:
                at = recorded_times(walk(repository, head, {}))[head]
            return dataclasses.replace(found, committed_at=at * 1_000_000)
        if repository.is_shallow:
            raise NoHistory("shallow")
        cache = Cache.of(
            repository.common,
            [self.prefix, self._policy_paths(), *asked.calendar.basis, asked.adopted],
            self.tracked,
            self.store,
        )
        kept = cache.load() if asked.cached else CachedHistory(self.store)
        order = walk(repository, head, kept.commits)
        leading = {commit.id: commit for commit in order}
        if kept.head not in main_line(leading, head):
            # It is later than what is asked for, belongs to a history that was rewritten, or to a
            # branch whose commits are on file since the merge.
            kept = CachedHistory(self.store)
        if asked.ancestor:
            _expect(repository.resolve(asked.ancestor), asked.ancestor, leading)
        commits = kept.commits | leading
        times = recorded_times(commits.values())
        found = dataclasses.replace(found, committed_at=times[head] * 1_000_000)
        if not asked.tables:
            return found
        walked = CommitWalk(
            repository,
            self.prefix,
            self.tracked,
            {
                each.dataset.id: FileVersionReader(each, self.store, asked.scratch)
                for each in self.tracked
            },
            commits,
            times,
            kept,
        )
        tables = self._tables(walked, head, cache, walked.history.choose(files.items()))
        found = dataclasses.replace(found, tables=tables)
        if not asked.base:
            return found
        sides = ComparedStates.of(walked, repository.resolve(asked.base), head, files)
        return dataclasses.replace(
            found,
            altered=find_alterations(sides, asked.datasets, asked.evidence, tables, self.store),
        )

    def _tables(
        self, walked: CommitWalk, head: str, cache: Cache, files: Mapping[str, str]
    ) -> dict[str, GitTable]:
        """Fill the datasets: by what is committed, which is kept, and then by what is not."""
        asked, history = self.asked, walked.history
        state = walked.state(head)
        with_policy = walked.with_policy(self._policy_paths())
        merged = merged_times(history.commits, history.times, head)
        facts = RecordRows(asked.calendar, asked.adopted, asked.as_of, history, merged)
        rows = GitRelations(self.store, walked.kept, facts)
        rows.put(state.entries, history.events)
        if asked.cached and cache.is_worth_it(walked.kept, len(history.commits)):
            with suppress(UnicodeEncodeError):
                queries = rows.queries(history.events)
                cache.save(head, history.commits, history.unreadable, with_policy, queries)
        history.contents.update(self.contents)
        committed = len(history.events)
        state = history.step(WORKING, [(head, state)], files)
        made = history.events[committed:]
        rows.put({event.key: state.entries[event.key] for event in made}, made)
        if state.files != files:
            # What stands in a file that cannot be read is on file, but nothing to judge by.
            rows.keep({key for path, id_ in files.items() for key, _ in history.places(path, id_)})
        if self.policy_differs:
            with_policy.add(WORKING)
        makers = CommitAttribution(
            history,
            list(history.commits.values()),
            with_policy,
            merged,
            partial(self._signatures, history),
        )
        places = RecordLocator(asked.evidence, history, files, self.repository.close)
        filled = {}
        for table in FROM_GIT:
            relation = rows.show(table, makers)
            source = GitSource(self.store, relation, table, places)
            filled[table] = GitTable(relation, source)
        history.forget()
        return filled

    def _signatures(self, history: RecordHistory, commits: Collection[str]) -> dict[str, str]:
        asked = self.asked
        signed = [
            Signed(each, history.commits[each].committer, history.times[each]) for each in commits
        ]
        return judge_signatures(
            self.repository, signed, asked.signers, asked.scratch, cached=asked.cached
        )

    def _files(self, commit: Commit) -> dict[str, Blob]:
        """Return the evidence files of a commit, by their path below the evidence folder."""
        tree = self.repository.folder_below(commit.tree, self.prefix)
        return dict(self.repository.files(tree)) if tree else {}

    def _working(
        self, commit: Commit, committed: Mapping[str, Blob]
    ) -> tuple[dict[str, Blob], list[Uncommitted]]:
        """Return the evidence files of the working tree, and all that is not as committed.

        The bytes decide, and not what git was told to take for unchanged.
        """
        finder = Finder(self.asked.root)
        files: dict[str, Blob] = {}
        uncommitted = []
        patterns = sorted(
            {each.files for each in self.asked.datasets.values() if each.format != "git"}
        )
        for pattern in patterns:
            for path in finder.find(self.asked.evidence, pattern):
                if not isinstance(path, EvidenceError):
                    below = Path(path).relative_to(self.asked.evidence).as_posix()
                    files[below], change = self._compared(path, committed.get(below), keep=True)
                    uncommitted += change
        uncommitted += [
            Uncommitted(f"{self.asked.evidence}/{below}", "deleted", None)
            for below in committed.keys() - files.keys()
            if any(fits_path(below, pattern) for pattern in patterns)
        ]
        policy = self._policy(commit)
        self.policy_differs = bool(policy)
        return files, sorted([*uncommitted, *policy], key=lambda each: each.file)

    def _policy_paths(self) -> list[str]:
        """Return the policy's files and folders from the root of the git repository."""
        root = self._inside(self.asked.root)
        if root is None:
            return []
        return ["/".join(filter(None, (root, name))) for name in self.asked.policy]

    def _policy(self, commit: Commit) -> list[Uncommitted]:
        """Return the policy's files that are not as committed."""
        found: list[Uncommitted] = []
        for name, inside in zip(self.asked.policy, self._policy_paths(), strict=False):
            path = self.asked.root / name
            if path.is_file():
                id_ = self.repository.below(commit.tree, inside)
                there = Blob(id_, is_link=False) if id_ else None
                found += self._compared(name, there, keep=False)[1]
                continue
            tree = self.repository.folder_below(commit.tree, inside)
            committed = dict(self.repository.files(tree)) if tree else {}
            on_disk = {
                each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()
            }
            for below in sorted(on_disk):
                found += self._compared(f"{name}/{below}", committed.get(below), keep=False)[1]
            found += [
                Uncommitted(f"{name}/{below}", "deleted", None)
                for below in committed.keys() - on_disk
            ]
        return found

    def _compared(
        self, name: str, committed: Blob | None, *, keep: bool
    ) -> tuple[Blob, list[Uncommitted]]:
        """Return a file as git would keep it, and how it differs from what is committed."""
        content = (self.asked.root / name).read_bytes()
        blob = Blob(self.repository.id_of(content), is_link=False)
        if blob == committed:
            return blob, []
        if keep:
            self.contents[blob.id] = content
        digest = hashlib.sha256(content).hexdigest()
        return blob, [Uncommitted(name, "changed" if committed else "added", digest)]


def _expect(ancestor: str, name: str, commits: Collection[str]) -> None:
    """Refuse a history that does not build upon a commit.

    Raises:
        EvidenceError: it does not.
    """
    if ancestor not in commits:
        raise EvidenceError(
            "the history was rewritten: it does not build upon {name}",
            hint="compare the two, and find out who replaced what was on file",
            name=name,
        )
