"""Read what git knows of the evidence."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.files import Finder, fits_path
from ccpolicy.evidence.provenance.cache import Cache, Kept
from ccpolicy.evidence.provenance.commits import Commit, read_commit, recorded_times, walk
from ccpolicy.evidence.provenance.history import WORKING, History
from ccpolicy.evidence.provenance.models import Provenance, Uncommitted
from ccpolicy.evidence.provenance.repository import Blob, NoHistory, Repository, open_repository
from ccpolicy.evidence.provenance.signatures import judge_signatures
from ccpolicy.evidence.provenance.snapshot import known_at
from ccpolicy.evidence.provenance.tables import Tables
from ccpolicy.evidence.provenance.tracked import tracked, units_of
from ccpolicy.evidence.provenance.versions import Key, Place, Versions
from ccpolicy.evidence.provenance.walked import Walked
from ccpolicy.policy import Dataset


@dataclass(frozen=True)
class Asked:
    """What is asked of git."""

    root: Path
    """The policy repository."""
    evidence: str
    """The evidence folder, from the root."""
    policy: Sequence[str]
    """Files and folders of the policy, from the root."""
    datasets: Mapping[str, Dataset]
    zone: ZoneInfo
    adopted: int
    """Instant from which records are owed in time, in microseconds since 1970 UTC."""
    signers: Path
    """Folder of the files that list the keys whose signatures count."""
    known_at: str | None = None
    """Revision or moment that is judged, instead of the working tree."""
    ancestor: str | None = None
    """Commit that the one judged must rest on."""
    tables: bool = True
    """Whether the tables are wanted, for which the history is walked."""


def read_provenance(asked: Asked, connection: duckdb.DuckDBPyConnection) -> Provenance:
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
        return _Reader(asked, connection, repository).read()
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
        self, asked: Asked, connection: duckdb.DuckDBPyConnection, repository: Repository
    ) -> None:
        self.asked, self.connection, self.repository = asked, connection, repository
        self.tracked = tracked(asked.datasets) if asked.tables else []
        self.folder = (asked.root / asked.evidence).resolve()
        self.prefix = self._inside(self.folder) or ""
        self.contents: dict[str, bytes] = {}
        """Blob → content, of files that are not as committed."""

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
            return dataclasses.replace(found, committed_at=commit.committed * 1_000_000)
        if repository.is_shallow:
            raise NoHistory("shallow")
        cache = Cache.of(repository.common, self.prefix, self._policy_paths(), self.tracked)
        kept = cache.load()
        order = walk(repository, head, kept.commits)
        if asked.ancestor:
            _expect(repository.resolve(asked.ancestor), asked.ancestor, order)
        times = recorded_times(order)
        found = dataclasses.replace(found, committed_at=times[head] * 1_000_000)
        if not asked.tables:
            return found
        with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
            versions = {
                each.dataset.id: Versions(each, self.connection, Path(folder))
                for each in self.tracked
            }
            walked = Walked(repository, self.prefix, self.tracked, versions, order, kept)
            state = walked.state(head)
            places = self._places(walked.history, kept, committed)
            with_policy = walked.with_policy(self._policy_paths())
            if kept.head != head or places.keys() - kept.places.keys():
                cache.save(head, order, walked.history, places, with_policy)
            walked.history.contents.update(self.contents)
            chosen = walked.history.choose(files.items())
            state = walked.history.step(WORKING, [(head, state)], chosen)
            now = self._places(walked.history, Kept(places=places), files)
            signatures = judge_signatures(
                repository, _to_be_signed(walked.history), asked.signers, Path(folder)
            )
        standing = {
            key: (path, place)
            for path, id_ in sorted(chosen.items())
            for key, place in now.get(id_, ())
        }
        tables = Tables(
            asked.evidence,
            asked.zone,
            asked.adopted,
            walked.history,
            times,
            with_policy,
            standing,
            signatures,
        )
        return dataclasses.replace(found, tables=tables.rows(state.entries))

    def _files(self, commit: Commit) -> dict[str, Blob]:
        """Return the evidence files of a commit, by their path below the evidence folder."""
        tree = self.repository.below(commit.tree, self.prefix)
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
        return files, sorted([*uncommitted, *self._policy(commit)], key=lambda each: each.file)

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
            tree = self.repository.below(commit.tree, inside)
            path = self.asked.root / name
            if path.is_file():
                there = Blob(tree, is_link=False) if tree else None
                found += self._compared(name, there, keep=False)[1]
                continue
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

    def _places(
        self, history: History, kept: Kept, files: Mapping[str, Blob]
    ) -> dict[str, list[tuple[Key, Place]]]:
        """Return where the records of some files stand, by blob."""
        found = {}
        for path, id_ in history.choose(files.items()).items():
            found[id_] = kept.places.get(id_) or history.places(path, id_)
        return found


def _to_be_signed(history: History) -> set[str]:
    """Return the commits of which a contract demands a signature."""
    signed = {unit.name for unit in units_of(history.tracked) if unit.recording.signed}
    return {event.commit for event in history.events if event.key[0] in signed} - {WORKING}


def _expect(ancestor: str, name: str, order: Sequence[Commit]) -> None:
    """Refuse a history that does not build upon a commit.

    Raises:
        EvidenceError: it does not.
    """
    if all(commit.id != ancestor for commit in order):
        raise EvidenceError(
            "the history was rewritten: it does not build upon {name}",
            hint="compare the two, and find out who replaced what was on file",
            name=name,
        )
