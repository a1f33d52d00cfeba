"""Finds where in the files the records are that git knows of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccpolicy.errors import Locator
from ccpolicy.evidence.record_sources import RecordContent
from ccpolicy.provenance.file_versions import Key, RecordPlace
from ccpolicy.provenance.tracked_files import TrackedFiles
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier


@dataclass(frozen=True)
class RecordLocator:
    """Reads the assessed files again for the places of records, one file after another."""

    folder: str
    """The evidence folder, from the policy repository's root."""
    tracked_files: TrackedFiles
    files: Mapping[str, str]
    """Path below the evidence folder → blob."""
    close: Callable[[], None]
    """Ends the processes that read blobs."""
    places: dict[str, dict[Key, RecordPlace]] = field(default_factory=dict)
    """Path → the places of its records."""

    def find(self, wanted: Sequence[tuple[Key, str]]) -> list[Locator]:
        """Return the place of each record, given its key and its last known file."""
        try:
            return [self._find(key, path) for key, path in wanted]
        finally:
            self.tracked_files.clear_cache()
            self.close()

    def _find(self, key: Key, path: str) -> Locator:
        for each in (path, *sorted(self.files.keys() - {path}, reverse=True)):
            if each in self.files and key in self._places(each):
                line, sheet, below = self._places(each)[key]
                return Locator(f"{self.folder}/{each}", line, sheet=sheet, path=below)
        return Locator(f"{self.folder}/{path}")

    def _places(self, path: str) -> dict[Key, RecordPlace]:
        if path not in self.places:
            self.places[path] = dict(self.tracked_files.places(path, self.files[path]))
        return self.places[path]


@dataclass(frozen=True)
class _GitTableSource:
    """The records of a dataset filled from git. See `RecordSource`."""

    store: DuckDB
    relation: str
    table: str

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`."""
        rows = self._rows("* EXCLUDE (ordinal)", ordinals)
        names = self.store.describe(f"SELECT * EXCLUDE (ordinal) FROM {identifier(self.relation)}")
        return {
            row[0]: RecordContent(
                self.table,
                {
                    each: value
                    for each, value in zip(names, row[1:], strict=True)
                    if isinstance(value, str) and value and each not in _PLACE
                },
            )
            for row in rows
        }

    def _rows(self, columns: str, ordinals: Sequence[int]) -> list[tuple[Any, ...]]:
        return self.store.ask(
            f"SELECT ordinal, {columns} FROM {identifier(self.relation)}"
            " WHERE ordinal IN (SELECT unnest(CAST($1 AS BIGINT[])))",
            [list(ordinals)],
        )


_PLACE = ("file", "sheet", "path", "below")
"""Columns that are not in the contract."""


@dataclass(frozen=True)
class GitSource(_GitTableSource):
    """Records read from git, whose places are looked up in the files."""

    locator: RecordLocator

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        rows = self._rows("dataset, record, path", ordinals)
        found = self.locator.find([((table, key), path) for _, table, key, path in rows])
        return {row[0]: place for row, place in zip(rows, found, strict=True)}


@dataclass(frozen=True)
class ImportedSource(_GitTableSource):
    """Records that were exported earlier, with their places."""

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        rows = self._rows("file, line, sheet, below", ordinals)
        return {
            ordinal: Locator(file, line, sheet=sheet, path=below)
            for ordinal, file, line, sheet, below in rows
        }
