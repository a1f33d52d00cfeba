"""What was read from a history, kept beside it: safe to delete, and never trusted blindly.

It is made for one commit and one set of contracts, and serves a later commit alone that rests on
that one: a history that was written anew is read anew. It lies in git's own folder, into which no
commit can put anything; who can write there can also exchange commits.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ccpolicy.files.atomic import digest, read_checked, write_checked
from ccpolicy.git.commits import Commit
from ccpolicy.provenance.file_versions import Key
from ccpolicy.provenance.git_datasets import STORED_COLUMNS
from ccpolicy.provenance.record_history import Event
from ccpolicy.provenance.tracked import Tracked
from ccpolicy.store import DuckDB, Unreadable
from ccpolicy.store.sql import identifier, literal

VERSION = 4
"""Raised when what is kept, or what it means, changes."""
EVENTS = {
    "unit": "VARCHAR",
    "commit": "INTEGER",
    "since": "VARCHAR",
    "path": "VARCHAR",
    "restores": "BOOLEAN",
    "before": "VARCHAR",
    "record": "VARCHAR",
    "after": "VARCHAR",
}
"""Columns of the events: commits as numbers, with spaces between them; contents a line each."""
EVENTS_SHARED = 6
"""So many of them are alike for most records of a commit."""
_TABLES = {"events": EVENTS, **STORED_COLUMNS}
_SHARE = 50
"""What is kept is written anew once the commits that it lacks are more than this part of them."""


@dataclass
class CachedHistory:
    """What the cache holds."""

    store: DuckDB
    head: str = ""
    commits: dict[str, Commit] = field(default_factory=dict)
    """Parents first; the place of each is its number."""
    unreadable: dict[str, dict[str, str | None]] = field(default_factory=dict)
    with_policy: set[str] = field(default_factory=set)
    """Commits that changed the policy too."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Table → its Parquet file."""

    def __post_init__(self) -> None:
        self.ids = list(self.commits)
        self.numbers = {id_: number for number, id_ in enumerate(self.ids)}

    def rows(self, table: str, columns: str = "*") -> str:
        """Write a query for the rows of a table."""
        if table in self.files:
            return f"SELECT {columns} FROM read_parquet({literal(str(self.files[table]))})"
        cells = ", ".join(
            f"CAST(NULL AS {kind}) AS {identifier(each)}" for each, kind in _TABLES[table].items()
        )
        return f"SELECT {columns} FROM (SELECT {cells}) WHERE false"

    def of_keys(self, keys: Collection[Key]) -> Iterable[Event]:
        """See `Earlier.of_keys`."""
        wanted = set(keys)
        query = f"{self.rows('events')} WHERE record IN (SELECT unnest(CAST($1 AS VARCHAR[])))"
        rows = self.store.ask(query, [sorted({key for _, key in keys})])
        for unit, number, since, path, restores, before, key, after in rows:
            if (unit, key) in wanted:
                commit = self.ids[number]
                yield Event(
                    commit,
                    (unit, key),
                    tuple(before.split("\n")) if before else (),
                    tuple(after.split("\n")) if after else (),
                    tuple(self.ids[int(each)] for each in since.split()),
                    path,
                    restores,
                )

    def keys_of(self, commits: Collection[str]) -> Iterable[Key]:
        """See `Earlier.keys_of`."""
        numbers = [self.numbers[each] for each in commits if each in self.numbers]
        query = f"{self.rows('events', 'DISTINCT unit, record')}"
        query += " WHERE commit IN (SELECT unnest(CAST($1 AS INTEGER[])))"
        rows = self.store.ask(query, [numbers]) if numbers else []
        return [(unit, key) for unit, key in rows]


@dataclass(frozen=True)
class Cache:
    """Files of the cache."""

    folder: Path
    store: DuckDB

    @classmethod
    def of(
        cls,
        common: Path,
        asked: Sequence[object],
        tracked: Iterable[Tracked],
        store: DuckDB,
    ) -> Cache:
        """Return the cache for some contracts, and what else the rows rest on."""
        contracts = [each.dataset.model_dump(mode="json") for each in tracked]
        said = json.dumps([VERSION, *asked, contracts], sort_keys=True)
        made_for = hashlib.sha256(said.encode()).hexdigest()[:24]
        return cls(common / "ccpolicy" / f"provenance-{made_for}", store)

    def load(self) -> CachedHistory:
        """Return what is kept; nothing if there is none, or if it was damaged."""
        try:
            found = read_checked(self.folder / "head.json")
            files = {
                each: self.folder / f"{digest}.parquet" for each, digest in found["files"].items()
            }
            if files.keys() != _TABLES.keys() or any(
                digest(each.read_bytes()) != each.stem for each in files.values()
            ):
                return CachedHistory(self.store)
            order = [Commit._make([*row[:2], tuple(row[2]), *row[3:]]) for row in found["commits"]]
            return CachedHistory(
                self.store,
                head=found["head"],
                commits={commit.id: commit for commit in order},
                unreadable=found["unreadable"],
                with_policy=set(found["with_policy"]),
                files=files,
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return CachedHistory(self.store)

    def is_worth_it(self, kept: CachedHistory, commits: int) -> bool:
        """Whether so much was walked over that it should be kept."""
        return (commits - len(kept.commits)) * _SHARE > len(kept.commits)

    def save(
        self,
        head: str,
        commits: Mapping[str, Commit],
        unreadable: dict[str, dict[str, str | None]],
        with_policy: set[str],
        queries: Mapping[str, str],
    ) -> None:
        """Keep what was read; where nothing can be written, it is read again the next time."""
        with suppress(OSError, Unreadable):
            self.folder.mkdir(parents=True, exist_ok=True)
            files = {table: self._write(query) for table, query in queries.items()}
            found = {
                "head": head,
                "commits": list(commits.values()),
                "unreadable": unreadable,
                "with_policy": sorted(with_policy),
                "files": {table: each.stem for table, each in files.items()},
            }
            write_checked(self.folder / "head.json", found)
            for each in set(self.folder.glob("*.parquet")) - set(files.values()):
                each.unlink(missing_ok=True)

    def _write(self, query: str) -> Path:
        """Write what a query gives, to a file that is named by its content."""
        beside = self.folder / f".{os.getpid()}.tmp"
        try:
            self.store.run(f"COPY ({query}) TO {literal(str(beside))} (FORMAT parquet)")
            file = self.folder / f"{digest(beside.read_bytes())}.parquet"
            beside.replace(file)
            return file
        finally:
            beside.unlink(missing_ok=True)
