"""A cache of what was read from a history: safe to delete, and checked before it is used.

It is made for one commit and one set of contracts, and serves only descendants of that commit; a
history that was rewritten is read anew. It lies in git's own folder, which no commit can write to;
whoever can write there can also replace commits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ccpolicy.files.atomic import digest, read_checked, temporary_beside, write_checked
from ccpolicy.git.commits import Commit
from ccpolicy.provenance.file_versions import Key
from ccpolicy.provenance.git_datasets import STORED_COLUMNS
from ccpolicy.provenance.record_states import Event
from ccpolicy.provenance.tracked import Tracked
from ccpolicy.store import DuckDB, FileAccessFailed
from ccpolicy.store.sql import identifier, literal

VERSION = 6
"""Raised when the content of the cache, or its meaning, changes."""
EVENT_COLUMNS = {
    "dataset": "VARCHAR",
    "commit": "INTEGER",
    "since": "VARCHAR",
    "path": "VARCHAR",
    "restores": "BOOLEAN",
    "before": "VARCHAR",
    "record": "VARCHAR",
    "after": "VARCHAR",
}
"""Commits as numbers, several with spaces between them; contents a line each."""
SHARED_EVENT_COLUMNS = 6
"""How many of the first columns are equal for most records of a commit."""
_TABLES = {"events": EVENT_COLUMNS, **STORED_COLUMNS}
_SHARE = 50
"""The cache is written anew once it lacks more than one in so many commits."""


@dataclass
class CachedHistory:
    """The content of the cache; empty by default."""

    store: DuckDB
    head: str = ""
    commits: dict[str, Commit] = field(default_factory=dict)
    """Parents first; the index of each is its number."""
    unreadable: dict[str, dict[str, str | None]] = field(default_factory=dict)
    policy_commits: set[str] = field(default_factory=set)
    """Commits that changed the policy too."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Table → its Parquet file."""

    def __post_init__(self) -> None:
        self.ids = list(self.commits)
        self.numbers = {id_: number for number, id_ in enumerate(self.ids)}

    def rows(self, table: str, columns: str = "*") -> str:
        """Return a query for the rows of a table."""
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
        rows = self.store.run(query, [sorted({key for _, key in keys})])
        for table, number, since, path, restores, before, key, after in rows:
            if (table, key) in wanted:
                commit = self.ids[number]
                yield Event(
                    commit,
                    (table, key),
                    tuple(before.split("\n")) if before else (),
                    tuple(after.split("\n")) if after else (),
                    tuple(self.ids[int(each)] for each in since.split()),
                    path,
                    restores,
                )

    def keys_of(self, commits: Collection[str]) -> Iterable[Key]:
        """See `Earlier.keys_of`."""
        numbers = [self.numbers[each] for each in commits if each in self.numbers]
        query = f"{self.rows('events', 'DISTINCT dataset, record')}"
        query += " WHERE commit IN (SELECT unnest(CAST($1 AS INTEGER[])))"
        rows = self.store.run(query, [numbers]) if numbers else []
        return [(table, key) for table, key in rows]


@dataclass(frozen=True)
class Cache:
    """The files of the cache."""

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
        """Return the cache for some contracts, and whatever else the rows depend on."""
        contracts = [each.dataset.model_dump(mode="json") for each in tracked]
        text = json.dumps([VERSION, *asked, contracts], sort_keys=True)
        return cls(common / "ccpolicy" / f"provenance-{digest(text.encode())[:24]}", store)

    def load(self) -> CachedHistory:
        """Return the content; empty if there is none, or if it was damaged."""
        try:
            found = read_checked(self.folder / "head.json")
            files = {each: self.folder / f"{name}.parquet" for each, name in found["files"].items()}
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
                policy_commits=set(found["policy_commits"]),
                files=files,
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return CachedHistory(self.store)

    def is_outdated(self, cached: CachedHistory, commits: int) -> bool:
        """Whether so many commits are new, of all, that the cache should be written anew."""
        return (commits - len(cached.commits)) * _SHARE > len(cached.commits)

    def save(
        self,
        head: str,
        commits: Mapping[str, Commit],
        unreadable: dict[str, dict[str, str | None]],
        policy_commits: set[str],
        queries: Mapping[str, str],
    ) -> None:
        """Write the cache; if that is not possible, the history is read again the next time."""
        with suppress(OSError, FileAccessFailed):
            self.folder.mkdir(parents=True, exist_ok=True)
            files = {table: self._write(query) for table, query in queries.items()}
            found = {
                "head": head,
                "commits": list(commits.values()),
                "unreadable": unreadable,
                "policy_commits": sorted(policy_commits),
                "files": {table: each.stem for table, each in files.items()},
            }
            write_checked(self.folder / "head.json", found)
            for each in set(self.folder.glob("*.parquet")) - set(files.values()):
                each.unlink(missing_ok=True)

    def _write(self, query: str) -> Path:
        """Write the rows of a query to a file that is named by its digest."""
        with temporary_beside(self.folder / "rows.parquet") as beside:
            self.store.run(f"COPY ({query}) TO {literal(str(beside))} (FORMAT parquet)")
            file = self.folder / f"{digest(beside.read_bytes())}.parquet"
            beside.replace(file)
            return file
