"""Tables as Parquet files, in rows of a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ccpolicy.store.duckdb import open_store
from ccpolicy.store.interface import Row, StoreError
from ccpolicy.store.sql import literal

_TABLE = "written"
_MEMORY = 256
"""Mebibytes in which rows wait to be written; what does not fit is spilled."""


def write_parquet(
    target: Path, spill: Path, types: Mapping[str, str], batches: Iterable[Sequence[Row]]
) -> None:
    """Write rows, in their order, to a file: the same bytes for the same rows.

    Raises:
        StoreError: they cannot be written.
    """
    with open_store(spill, memory=_MEMORY) as store:
        # How many threads there are must not show in the bytes.
        store.run("SET threads = 1")
        store.fill(_TABLE, types, [()] * len(types))
        for batch in batches:
            store.fill(_TABLE, types, [list(column) for column in zip(*batch, strict=True)])
        store.run(f"COPY {_TABLE} TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def read_parquet(file: Path, types: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of a file that has exactly these columns, in their order.

    Raises:
        StoreError: it cannot be read, or has other columns.
    """
    with open_store(memory=_MEMORY) as store:
        source = f"read_parquet({literal(str(file))})"
        if list(store.describe(f"SELECT * FROM {source}").items()) != list(types.items()):
            raise StoreError(file)
        yield from store.stream(f"SELECT * FROM {source}")
