"""Write the rows of a table to a file, which is read as files of evidence are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.errors import DatabaseError, LimitError, Locator
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.text import MAX_LINE
from ccpolicy.files.limits import MIB, Limits
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier, literal

_GLOB = re.compile(r"[*?\[]")
"""What DuckDB would take for a pattern of names."""


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """How many rows were written, their bytes with the headings, and the SHA-256 of these."""

    rows: int
    size: int
    sha256: str


def write_rows(path: Path, pieces: Iterable[bytes], place: Locator, limits: Limits) -> WrittenRows:
    """Write the rows, the headings first, as they come, so that none is held in memory."""
    digest = hashlib.sha256()
    rows, size = -1, 0
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            rows, size = rows + 1, size + len(piece)
            check_limits(rows, size, len(piece), place, limits)
    return WrittenRows(rows, size, digest.hexdigest())


def check_limits(rows: int, size: int, longest: int, place: Locator, limits: Limits) -> None:
    """Refuse a table of so many rows, or bytes, with a row of so many bytes.

    Raises:
        LimitError: it is larger than the limits.
    """
    if rows > limits.rows:
        raise LimitError(
            "the table has more rows than {limit}",
            setting="rows",
            locator=place,
            limit=limits.rows,
        )
    if size > limits.file_size << MIB:
        raise LimitError(
            "the rows of the table take more than {limit} MiB",
            setting="file_size",
            locator=place,
            limit=limits.file_size,
        )
    if longest > MAX_LINE:
        raise LimitError(
            "a row of the table takes more than {limit} KiB",
            hint="leave the column with the long text out of the contract",
            locator=place,
            limit=MAX_LINE >> 10,
        )


def convert(
    store: DuckDB, contract: Contract, copy: Path, path: Path, rows: int, shown: str
) -> None:
    """Write the rows as Parquet, of which each can be found by its number.

    Raises:
        DatabaseError: not all of them arrived.
    """
    types = ", ".join(
        f"{literal(contract.heading(each.name))}: 'VARCHAR'" for each in contract.columns
    )
    names = ", ".join(identifier(contract.heading(each.name)) for each in contract.columns)
    file = literal(_GLOB.sub(r"[\g<0>]", str(copy)))
    scan = (
        f"read_csv({file}, auto_detect = false, header = true, columns = {{{types}}}, delim = ',',"
        " quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        f" strict_mode = true, max_line_size = {MAX_LINE}, buffer_size = {8 * MAX_LINE},"
        " compression = 'none', hive_partitioning = false)"
    )
    try:
        [(count,)] = store.run(
            f"COPY (SELECT {names} FROM {scan}) TO {literal(str(path))}"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
    except StoreError:
        count = -1
    if count != rows:
        raise DatabaseError(
            "not all rows of the table were read, and nothing was judged",
            hint="judge again when nobody empties or rewrites it, such as by TRUNCATE",
            locator=Locator(shown),
        )
