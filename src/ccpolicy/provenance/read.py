"""Read from git who recorded which evidence, when, and what was changed afterwards."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.models import GitTable
from ccpolicy.files.limits import Limits
from ccpolicy.git.commits import (
    Commit,
    main_line,
    merged_times,
    read_commit,
    recorded_times,
    walk,
)
from ccpolicy.git.errors import NoHistory
from ccpolicy.git.repository import GitRepository, open_repository
from ccpolicy.git.signatures import SignedCommit, judge_signatures
from ccpolicy.git.snapshot import commit_known_at
from ccpolicy.git.trees import Blob
from ccpolicy.policy import FROM_GIT, Dataset
from ccpolicy.policy.columns import attachments
from ccpolicy.provenance.alterations import ComparedStates, find_alterations
from ccpolicy.provenance.commit_attribution import CommitAttribution
from ccpolicy.provenance.commit_walk import CommitWalk
from ccpolicy.provenance.file_versions import FileVersionReader
from ccpolicy.provenance.git_datasets import RecordRows
from ccpolicy.provenance.git_relations import GitRelations
from ccpolicy.provenance.history_cache import Cache, CachedHistory
from ccpolicy.provenance.models import Provenance, Uncommitted
from ccpolicy.provenance.record_history import RecordHistory
from ccpolicy.provenance.record_locator import GitSource, RecordLocator
from ccpolicy.provenance.record_states import WORKING
from ccpolicy.provenance.tracked import Tracked, tracked
from ccpolicy.provenance.tracked_files import TrackedFiles
from ccpolicy.provenance.working_tree import WorkingTree
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import Calendar, moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE, SECOND


@dataclass(frozen=True)
class ProvenanceRequest:
    """What to read from git."""

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
    """Instant from which records must be recorded in time, in microseconds since 1970 UTC."""
    as_of: int
    """The moment of the assessment, in microseconds since 1970 UTC."""
    signers: Path
    """Folder of the files that list the accepted keys."""
    scratch: Path
    """Folder for temporary files; it must outlive the result."""
    limits: Limits = dataclasses.field(default_factory=Limits)
    """What a file may hold."""
    known_at: str | None = None
    """Revision or moment to assess, instead of the working tree."""
    ancestor: str | None = None
    """Commit that the assessed one must descend from."""
    base: str | None = None
    """Commit to compare the records with."""
    cached: bool = True
    """Whether results of an earlier reading may be used and kept."""
    tables: bool = True
    """Whether to fill the datasets from git, which takes a walk of the history."""
    is_present: bool = False
    """Whether the moment of the assessment is the present, by this computer's clock."""


def read_provenance(asked: ProvenanceRequest, store: DuckDB) -> Provenance:
    """Read what git knows of the evidence; if nothing, the result has the reason.

    Raises:
        EvidenceError: a commit that the request names does not exist, or is no ancestor; or it was
            made later than the present.
        LimitError: a file or folder is larger than the limits.
    """
    try:
        repository = open_repository(asked.root / asked.evidence)
    except NoHistory as failure:
        return _unknown(failure)
    # Nearly all objects made here are kept, and none form cycles: looking for garbage among them
    # would take a third of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with repository:
            return _ProvenanceReader(asked, store, repository).read()
    except NoHistory as failure:
        return _unknown(failure)
    finally:
        if was_enabled:
            gc.enable()


def _unknown(failure: NoHistory) -> Provenance:
    return Provenance(failure.state, failure.message, failure.hint)


class _ProvenanceReader:
    def __init__(self, asked: ProvenanceRequest, store: DuckDB, repository: GitRepository) -> None:
        self.asked, self.store, self.repository = asked, store, repository
        self.tracked: list[Tracked] = tracked(asked.datasets) if asked.tables else []
        self.working = WorkingTree(repository, asked.root, asked.limits)
        self.prefix = repository.path_inside((asked.root / asked.evidence).resolve()) or ""
        self.policy_paths = self.working.paths_in_git(asked.policy)
        self.policy_differs = False
        """Whether files of the policy are not committed."""

    def read(self) -> Provenance:
        """Read what the request asks for.

        Raises:
            NoHistory: there is none, or not all of it.
            EvidenceError, LimitError: see `read_provenance`.
        """
        asked, repository = self.asked, self.repository
        head = repository.head
        if asked.known_at:
            head = commit_known_at(repository, asked.known_at, asked.calendar.zone)
        commit = read_commit(repository, head)
        if asked.is_present:
            _refuse_early_present(asked, commit)
        files, uncommitted = self._files(commit)
        found = Provenance("known", None, None, head, commit.tree, uncommitted=uncommitted)
        if not (asked.tables or asked.ancestor):
            at = commit.committed
            if not repository.is_shallow:
                at = recorded_times(walk(repository, head, {}))[head]
            return dataclasses.replace(found, committed_at=at * SECOND)
        if repository.is_shallow:
            raise NoHistory("shallow")
        cache = Cache.of(
            repository.common,
            [self.prefix, self.policy_paths, *asked.calendar.basis, asked.adopted],
            self.tracked,
            self.store,
        )
        cached, ancestors = self._cached(cache, head)
        if asked.ancestor:
            _require_ancestor(repository.resolve(asked.ancestor), asked.ancestor, ancestors)
        commits = cached.commits | ancestors
        times = recorded_times(commits.values())
        found = dataclasses.replace(found, committed_at=times[head] * SECOND)
        if not asked.tables:
            return found
        readers = {
            each.dataset.id: FileVersionReader(each, self.store, asked.scratch, asked.limits.memory)
            for each in self.tracked
        }
        tracked_files = TrackedFiles(self.tracked, readers, repository.objects.read)
        commit_walk = CommitWalk(repository, self.prefix, tracked_files, commits, times, cached)
        tables = self._tables(commit_walk, head, cache, tracked_files.choose(files.items()))
        found = dataclasses.replace(found, tables=tables)
        if not asked.base:
            return found
        compared = ComparedStates.of(commit_walk, repository.resolve(asked.base), head, files)
        altered = find_alterations(compared, asked.datasets, asked.evidence, tables, self.store)
        return dataclasses.replace(found, altered=altered)

    def _cached(self, cache: Cache, head: str) -> tuple[CachedHistory, dict[str, Commit]]:
        """Return what the cache holds, if it serves for the head, and the head's ancestors."""
        cached = cache.load() if self.asked.cached else CachedHistory(self.store)
        ancestors = {each.id: each for each in walk(self.repository, head, cached.commits)}
        if cached.head not in main_line(ancestors, head):
            # The cached history is later than the head, was rewritten, or belongs to a branch,
            # whose commits count as on file only since the merge.
            cached = CachedHistory(self.store)
        return cached, ancestors

    def _files(self, commit: Commit) -> tuple[dict[str, Blob], list[Uncommitted]]:
        """Return the evidence to assess, by path below its folder, and what is not committed."""
        trees = self.repository.trees
        committed = dict(trees.files(trees.find_folder(commit.tree, self.prefix)))
        if self.asked.known_at is not None:
            return committed, []
        patterns = {each.files for each in self.asked.datasets.values() if each.is_filed}
        # Which files are attachments is known only when the records have been read.
        whole = any(map(attachments, self.asked.datasets.values()))
        files, uncommitted = self.working.evidence(
            self.asked.evidence, patterns, committed, whole=whole
        )
        policy = list(self.working.policy(commit, self.asked.policy))
        self.policy_differs = bool(policy)
        changes = {each.file: each for each in [*uncommitted, *policy]}
        return files, [changes[name] for name in sorted(changes)]

    def _tables(
        self, commit_walk: CommitWalk, head: str, cache: Cache, files: Mapping[str, str]
    ) -> dict[str, GitTable]:
        """Fill the datasets from the commits, which are cached, and then from the working tree."""
        asked, history = self.asked, commit_walk.history
        state = commit_walk.state(head)
        policy_commits = commit_walk.policy_commits(self.policy_paths)
        merged = merged_times(history.commits, history.times, head)
        rows = RecordRows(asked.calendar, asked.adopted, asked.as_of, history, merged)
        relations = GitRelations(self.store, commit_walk.cached, rows)
        relations.add(state.records, history.events)
        if asked.cached and cache.is_outdated(commit_walk.cached, len(history.commits)):
            with suppress(UnicodeEncodeError):
                queries = relations.cache_queries(history.events)
                cache.save(head, history.commits, history.unreadable, policy_commits, queries)
        history.files.working.update(self.working.contents)
        committed_events = len(history.events)
        state = history.apply_commit(WORKING, [(head, state)], files)
        events = history.events[committed_events:]
        relations.add({event.key: state.records[event.key] for event in events}, events)
        if state.files != files:
            # Records of an unreadable file are on file, but cannot be assessed.
            relations.retain(
                {key for path, id_ in files.items() for key, _ in history.files.places(path, id_)}
            )
        if self.policy_differs:
            policy_commits.add(WORKING)
        attribution = CommitAttribution(
            history,
            list(history.commits.values()),
            policy_commits,
            merged,
            partial(self._signatures, history),
        )
        locator = RecordLocator(asked.evidence, history.files, files, self.repository.close)
        tables = {}
        for table in FROM_GIT:
            relation = relations.define_view(table, attribution)
            tables[table] = GitTable(relation, GitSource(self.store, relation, table, locator))
        history.forget()
        return tables

    def _signatures(self, history: RecordHistory, commits: Collection[str]) -> dict[str, str]:
        asked = self.asked
        signed = [
            SignedCommit(each, history.commits[each].committer, history.times[each])
            for each in commits
        ]
        return judge_signatures(
            self.repository, signed, asked.signers, asked.scratch, cached=asked.cached
        )


def _refuse_early_present(asked: ProvenanceRequest, commit: Commit) -> None:
    """Refuse a present before the commit was made: what is due by a clock set back is not due yet.

    Only the commit itself is asked, so that one by a wrong clock is made good by the next.
    """
    made_at = commit.committed * SECOND
    if made_at > asked.as_of + CLOCK_TOLERANCE:
        made, now = (moment(each, asked.calendar.zone) for each in (made_at, asked.as_of))
        raise EvidenceError(
            "the commit {id} was made at {made}, but by this computer's clock it is only {now}",
            hint="set the clock right; if the committer's was wrong, commit again",
            id=commit.id[:12],
            made=f"{made:%Y-%m-%d %H:%M}",
            now=f"{now:%Y-%m-%d %H:%M}",
        )


def _require_ancestor(ancestor: str, name: str, ancestors: Collection[str]) -> None:
    """Refuse a history that does not descend from a commit."""
    if ancestor not in ancestors:
        raise EvidenceError(
            "the history was rewritten: it does not build upon {name}",
            hint="compare the two, and find out who replaced what was on file",
            name=name,
        )
