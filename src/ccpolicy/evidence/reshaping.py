"""Make the records of a dataset of the rows of its files by the contract's `reshape`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.reshape_guard import reshape_sql
from ccpolicy.errors import EvidenceError, LimitError, Locator, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.places import FileRecords
from ccpolicy.evidence.raw_rows import raw_relation
from ccpolicy.evidence.record_sources import NUMBER_BITS, RecordContent
from ccpolicy.files.limits import Limits
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier

_MASK = (1 << NUMBER_BITS) - 1
_TEXTS = {
    "VARCHAR": "{cell}",
    "DATE": "strftime({cell}, '%Y-%m-%d')",
    "TIMESTAMP": "strftime({cell}, '%Y-%m-%dT%H:%M:%S.%f')",
    "TIMESTAMP WITH TIME ZONE": "strftime({cell}, '%Y-%m-%dT%H:%M:%S.%f') || 'Z'",
    "DOUBLE": "regexp_replace(CAST({cell} AS VARCHAR), '\\.0$', '')",
}
"""Type of a column of the query → its text."""
_OTHER = frozenset(["BOOLEAN", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "UTINYINT"])


def column_text(name: str, kind: str) -> str | None:
    """Write a column of the query as text; None if no cell holds its type."""
    base = kind.partition("(")[0]
    if kind.endswith("]") or (base not in _TEXTS and base not in _OTHER):
        return None
    return _TEXTS.get(base, "CAST({cell} AS VARCHAR)").format(cell=identifier(name))


@dataclass
class ReshapedRecords:
    """The records that were made of the rows of a file, counted from 1. See `RecordSource`."""

    around: FileRecords
    dataset: str
    number: int
    """Number of the source."""
    store: DuckDB
    relation: str
    columns: Sequence[str]

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`: the place of the row that a record was made of."""
        rows = self._rows(numbers, ["place"])
        found = self.around.locate(sorted({place & _MASK for (place,) in rows.values()}))
        return {number: found[place & _MASK] for number, (place,) in rows.items()}

    def contents(self, numbers: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`."""
        contents = {}
        for number, row in self._rows(numbers, self.columns).items():
            cells = zip(self.columns, row, strict=True)
            fields = {name: str(cell) for name, cell in cells if cell is not None}
            contents[number] = RecordContent(self.dataset, fields)
        return contents

    def _rows(self, numbers: Sequence[int], columns: Sequence[str]) -> Mapping[int, Sequence[Any]]:
        locators = ", ".join(str(self.number << NUMBER_BITS | each) for each in numbers)
        cells = ", ".join(map(identifier, columns))
        rows = self.store.ask(
            f"SELECT locator, {cells} FROM {identifier(self.relation)}"
            f" WHERE locator IN ({locators})"
        )
        return {int(row[0]) & _MASK: row[1:] for row in rows}


def reshape(store: DuckDB, contract: Contract, limits: Limits) -> tuple[str, list[str]]:
    """Make the relation of a dataset's records, in a locked store; return it and its columns.

    It has `locator`, `place` and texts. The number of a record counts those of its file.

    Raises:
        EvidenceError: the query fails on these rows, or loses their places.
        LimitError: it returns too many rows.
    """
    dataset = contract.dataset
    assert dataset.reshape
    raw, relation = raw_relation(dataset.id), f"evidence.reshaped/{dataset.id}"
    query = reshape_sql(store, dataset.reshape.query, raw)
    types = store.describe(query)
    names = [column.name for column in contract.columns if column.name in types]
    texts = {name: column_text(name, types[name]) for name in names}
    cells = "".join(f", nullif({text}, '') AS {identifier(name)}" for name, text in texts.items())
    order = ", ".join(["place", *map(identifier, names)])
    try:
        count = store.create(
            f"{relation}/rows", f"SELECT place{cells} FROM ({query}) LIMIT {limits.rows + 1}"
        )
        if count > limits.rows:
            raise LimitError(
                "the table has {count} rows, and the limit is {limit}",
                setting="rows",
                count=count,
                limit=limits.rows,
            )
        [[lost]] = store.ask(
            f"SELECT count(*) FROM {identifier(f'{relation}/rows')} WHERE place IS NULL"
            f" OR place NOT IN (SELECT place FROM {identifier(raw)})"
        )
        if lost:
            raise EvidenceError(
                "'reshape' returns rows whose 'place' is not the place of any row read: {count}",
                hint="return 'place' as it stands, or one of several, such as max(place)",
                count=lost,
            )
        file = f"(place >> {NUMBER_BITS})"
        store.create(
            relation,
            f"SELECT ({file} << {NUMBER_BITS}) + row_number() OVER (PARTITION BY {file} ORDER BY"
            f" {order}) AS locator, * FROM {identifier(f'{relation}/rows')}",
        )
    except StoreError as failure:
        raise EvidenceError(
            "'reshape' cannot be computed: {reason}",
            hint="look at 'reshape' in the dataset; try_strptime and TRY_CAST are empty where a"
            " text cannot be read",
            reason=failure.reason,
        ) from failure
    finally:
        store.drop(f"{relation}/rows")
    return relation, names


def rows_without_record(store: DuckDB, dataset: str) -> dict[int, int]:
    """Return source → how many of its rows no record was made of."""
    raw, made = identifier(raw_relation(dataset)), identifier(f"evidence.reshaped/{dataset}")
    rows = store.ask(
        f"SELECT place >> {NUMBER_BITS}, count(*) FROM {raw}"
        f" WHERE place NOT IN (SELECT place FROM {made}) GROUP BY 1"
    )
    return {int(source): int(count) for source, count in rows}


def passed_over_note(count: int, total: int) -> Message:
    """Say how many rows of a file no record was made of."""
    return Message.of(
        "'reshape' made no record from some of the rows: {count} of {total}",
        total=total,
        count=count,
    )
