"""Typed columns of large files that were read before, so that they are not judged a second time.

An entry holds all records of one content, each of which is valid by its contract. Its key is what
that depends on: the file's bytes, the contract, the limits, the zones and this very program. Keys,
references and derived columns are judged anew each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import ccpolicy
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.places import FileRecords
from ccpolicy.evidence.readers import Scan
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.table_plan import StagedColumn
from ccpolicy.files.atomic import digest
from ccpolicy.files.finder import is_unchanged
from ccpolicy.files.user_cache import UserCache, is_wanted, open_user_cache
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.zone_shifts import spans

LEAST = 256 << 10
"""Bytes of a dataset from which its columns are kept; fewer are read as quickly."""
_PIECES = 8
"""Files that so many bytes may be spread over: an entry costs as much as reading a small file."""
_NUMBER = "record number"
"""Column of an entry that no contract can name: see `Record.number`."""
_READS_WITH = ("python-calamine", "google-re2", "jsonschema-rs")
"""Libraries that decide what is read, and what of it is valid."""
_FACTS = "ccpolicy"
"""Name under which an entry says of itself what its columns do not."""


def open_column_cache(loads: Iterable[DatasetLoad], store: DuckDB) -> ColumnCache | None:
    """Open the cache for the datasets that are worth it; None if it is not wanted or none is."""
    if not is_wanted.get():
        return None
    large = [load for load in loads if _may_be_kept(load)]
    cache = open_user_cache() if large else None
    return ColumnCache(cache, large, store) if cache else None


@dataclass(frozen=True)
class ColumnCache:
    """Takes the columns of datasets from a cache, and puts them there."""

    cache: UserCache
    loads: Sequence[DatasetLoad]
    store: DuckDB

    def prepare(self) -> None:
        """Take the columns there are, and have the tables of other datasets hold what is kept."""
        for load in self.loads:
            load.kept = self._kept(load)
            if not load.kept:
                load.plans[0].wanted |= {each.column.name for each in _columns(load)}

    def _kept(self, load: DatasetLoad) -> dict[int, Scan]:
        """Return how DuckDB reads the values of each content, if those of all were kept."""
        entries: dict[int, Path] = {}
        for number, key in self._keys(load).items():
            if (entry := self.cache.find(key)) is None:
                return {}
            entries[number] = entry
        return {number: self._scan(load, number, path) for number, path in entries.items()}

    def _scan(self, load: DatasetLoad, number: int, entry: Path) -> Scan:
        path = literal(str(entry))
        [(text,)] = self.store.run(
            f"SELECT decode(value) FROM parquet_kv_metadata({path})"
            f" WHERE decode(key) = {literal(_FACTS)}"
        )
        load.files[number].sheet, first = json.loads(text)
        return Scan(
            first=first or 0,
            index="file_row_number" if first else identifier(_NUMBER),
            cells=", ".join(identifier(each.name) for each in _columns(load)),
            rows=f"read_parquet({path}, file_row_number = true)",
            is_contiguous=first is not None,
        )

    def keep(self) -> None:
        """Keep the columns of datasets that were read, if nothing is wrong with them."""
        for load in self.loads:
            if not load.kept and _is_sound(load):
                for number, key in self._keys(load).items():
                    # Without an entry the file is read again the next time.
                    with suppress(OSError, StoreError), self.cache.add(key) as path:
                        self._write(load, number, path)

    def _write(self, load: DatasetLoad, number: int, path: Path) -> None:
        relation = identifier(load.plans[0].relation)
        rows = (
            f"SELECT locator & {(1 << NUMBER_BITS) - 1} AS {identifier(_NUMBER)}, * FROM {relation}"
            f" WHERE locator >> {NUMBER_BITS} = {number}"
        )
        [(first, last)] = self.store.ask(
            f"SELECT min({identifier(_NUMBER)}), max({identifier(_NUMBER)}) FROM ({rows})"
        )
        is_contiguous = last - first + 1 == load.counts[number]
        cells = [identifier(each.name) for each in _columns(load)]
        cells += [] if is_contiguous else [identifier(_NUMBER)]
        facts = literal(json.dumps([load.files[number].sheet, first if is_contiguous else None]))
        self.store.run(
            f"COPY (SELECT {', '.join(cells)} FROM ({rows})) TO {literal(str(path))}"
            f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{_FACTS}: {facts}}})"
        )

    def _keys(self, load: DatasetLoad) -> dict[int, str]:
        """Return the key of each content of a dataset."""
        [engine] = self.store.ask("SELECT version()")
        shared = [
            _program(),
            engine,
            load.dataset.model_dump_json(),
            [each.name for each in _columns(load)],
            [spans(each.zone) for each in load.plans[0].ambiguous if each.zone],
        ]
        return {number: _digest([*shared, *_content(each)]) for number, each in load.files.items()}


def _columns(load: DatasetLoad) -> list[StagedColumn]:
    return load.plans[0].value_columns()


def _may_be_kept(load: DatasetLoad) -> bool:
    """Whether the columns of a dataset are worth keeping, and are all that reading it yields."""
    size = sum(source.file.fingerprint.size for source in load.files.values())
    is_whole = len(load.plans) == 1 and not load.dataset.reshape
    return is_whole and size >= LEAST * max(1, len(load.files) / _PIECES)


def _is_sound(load: DatasetLoad) -> bool:
    """Whether a load may be cached.

    Every record must be valid, reading must have added no notes, and no file may have changed since
    its digest was taken.
    """
    return (
        not load.problems.problems()
        and all(
            source.counted_lines is None and len(source.notes) == len(source.file.notes)
            for source in load.files.values()
        )
        and all(is_unchanged(each.path, each.fingerprint) for each in load.stored)
    )


def _content(source: FileRecords) -> list[object]:
    """Return what identifies a content in the cache: the file's bytes and its part of it."""
    file = source.file
    return [file.stored.fingerprint.sha256, file.part, dict(file.around), repr(file.limits)]


@cache
def _program() -> list[object]:
    """Return what changes when this program does, in a checkout as well, or what it reads with."""
    folder = Path(ccpolicy.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".sql"))
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return [ccpolicy.__version__, facts, sys.version, *map(version, _READS_WITH)]


def _digest(facts: object) -> str:
    return digest(json.dumps(facts).encode())
