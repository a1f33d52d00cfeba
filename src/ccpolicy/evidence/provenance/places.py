"""Where the records that git tells of stand, found when somebody wants to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ccpolicy.errors import Locator
from ccpolicy.evidence.models import Held
from ccpolicy.evidence.provenance.history import History
from ccpolicy.evidence.provenance.versions import Key, Place
from ccpolicy.evidence.sql import name


@dataclass(frozen=True)
class Places:
    """The records as they stand in the files that are judged."""

    folder: str
    """The evidence folder, from the policy repository's root."""
    history: History
    files: Mapping[str, str]
    """Path below the evidence folder → version."""
    close: Callable[[], None]
    """Ends what was started to read versions."""
    found: dict[str, dict[Key, Place]] = field(default_factory=dict)
    """Path → the places of its records."""

    def find(self, wanted: Sequence[tuple[Key, str]]) -> list[Locator]:
        """Return the places of records, each given with the file where it last was."""
        try:
            return [self._find(key, path) for key, path in wanted]
        finally:
            self.history.recent.clear()
            self.close()

    def _find(self, key: Key, path: str) -> Locator:
        for each in (path, *sorted(self.files.keys() - {path}, reverse=True)):
            if each in self.files and key in self._places(each):
                line, sheet, below = self._places(each)[key]
                return Locator(f"{self.folder}/{each}", line, sheet=sheet, path=below)
        return Locator(f"{self.folder}/{path}")

    def _places(self, path: str) -> dict[Key, Place]:
        if path not in self.found:
            self.found[path] = dict(self.history.places(path, self.files[path]))
        return self.found[path]


@dataclass(frozen=True)
class FromGit:
    """The records of a dataset that git fills; see `Source`."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    table: str
    places: Places

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        rows = self._rows("dataset, record, path", ordinals)
        found = self.places.find([((unit, key), path) for _, unit, key, path in rows])
        return {row[0]: place for row, place in zip(rows, found, strict=True)}

    def contents(self, ordinals: Sequence[int]) -> dict[int, Held]:
        """See `Source.contents`."""
        rows = self._rows("COLUMNS(* EXCLUDE (ordinal, path))", ordinals)
        names = [each[0] for each in self.connection.description or ()][1:]
        return {
            row[0]: Held(
                self.table,
                {
                    each: value
                    for each, value in zip(names, row[1:], strict=True)
                    if isinstance(value, str) and value
                },
            )
            for row in rows
        }

    def _rows(self, columns: str, ordinals: Sequence[int]) -> list[tuple[Any, ...]]:
        return self.connection.execute(
            f"SELECT ordinal, {columns} FROM {name(self.relation)}"
            " WHERE ordinal IN (SELECT unnest(CAST($1 AS BIGINT[])))",
            [list(ordinals)],
        ).fetchall()
