"""One table of valid records, written as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ccpolicy.evidence import record_sql, typed_sql
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.models import Table
from ccpolicy.evidence.readers import Scan
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.typed_sql import EARLY
from ccpolicy.policy.dataset import Lookup
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time.epoch import DAY, LAST_DAY
from ccpolicy.vocabulary import ColumnType


class StagedColumn(NamedTuple):
    """A column of rows that are read here."""

    name: str
    column: Column
    is_earlier: bool
    """Whether it holds the earlier readings of an ambiguous time."""
    sql_type: str


@dataclass
class TablePlan:
    """How a table is made."""

    name: str
    """`<dataset>` or `<dataset>.<child>`."""
    columns: Sequence[Column]
    """Columns on file; for nested records also those of the record around them."""
    own: frozenset[str]
    """Columns of the record itself, not of the one around it."""
    key: Sequence[str]
    wanted: set[str]
    """Columns to keep."""
    derive: Mapping[str, str]
    """Derived column → its vetted SQL, in brackets."""
    derived: Mapping[str, ColumnType]
    """Types of derived columns."""
    lookups: Mapping[str, tuple[Lookup, TablePlan]]
    """Column → what is looked up, and in which table."""
    is_typed: bool
    """Whether the rows that are read here are valid and hold values, not the text on file."""
    is_large: bool = False
    """Whether a key is too much to keep beside each record."""
    keys_verified: bool = False
    """Whether the records are valid and their keys unique, so that the table needs no check."""
    has_faulty_expression: bool = False
    """Whether a derived column failed, and is NULL where it does."""
    is_in_place: bool = False
    """Whether the table is made by the engine that judges, in whose database its rows lie."""
    scans: dict[int, Scan] = field(default_factory=dict)
    """Source → how DuckDB reads it, where nothing is staged."""

    def __post_init__(self) -> None:
        self.relation = f"evidence.{self.name}"
        """The final table, whose name cannot be that of a relation of the engine."""
        self.staged = f"evidence.staged/{self.name}"
        """The rows that were read here."""
        self.checked = f"evidence.checked/{self.name}"
        """All records, with a column that tells whether they are valid."""
        self.ambiguous = [each for each in self.columns if each.is_ambiguous]
        """Columns whose time may have happened twice."""
        self.types = {column.name: column.type for column in self.columns} | dict(self.derived)
        """Type of every column, derived and looked-up ones among them."""
        for column, (lookup, other) in self.lookups.items():
            self.types[column] = other.types[lookup.column]

    @property
    def is_simple(self) -> bool:
        """Whether the rows that are staged are the table's rows."""
        return self.keys_verified and not (self.derive or self.lookups)

    @property
    def first(self) -> int | None:
        """Locator of the first row, if the locators follow from the rows' order in the table.

        They come in the order of the file, unless they are joined with others.
        """
        is_joined = bool(self.ambiguous or self.lookups)
        if not self.is_large or len(self.scans) != 1 or is_joined:
            return None
        [(source, scan)] = self.scans.items()
        return (source << NUMBER_BITS) + scan.first if scan.is_contiguous else None

    def table(self) -> Table:
        """Return the table as the engine sees it."""
        kept = {column: kind for column, kind in self.types.items() if column in self.wanted}
        ambiguous = frozenset(each.name for each in self.ambiguous if each.name in self.wanted)
        is_view = not (self.keys_verified or self.is_in_place)
        base = self.checked if is_view else None
        return Table(self.relation, kept, ambiguous, base, self.is_in_place)

    def early_names(self) -> list[str]:
        """Return the names of the earlier readings in the table."""
        return [column + EARLY for column in sorted(self.table().ambiguous_times)]

    def staged_columns(self) -> list[StagedColumn]:
        """Return the columns of the rows that are staged, earlier readings of times last."""
        if self.is_typed:
            return self.value_columns()
        return [StagedColumn(each.name, each, False, "VARCHAR") for each in self.columns]

    def value_columns(self) -> list[StagedColumn]:
        """Return the columns on file that are needed as values, earlier readings of times last."""
        columns = self.columns
        if not self.derive:
            looked_up = (lookup.key for lookup, _ in self.lookups.values())
            needed = self.wanted.union(self.key, *looked_up)
            columns = [column for column in columns if column.name in needed]
        staged = [
            StagedColumn(each.name, each, False, record_sql.TYPES[each.type]) for each in columns
        ]
        return staged + [
            StagedColumn(each.name + EARLY, each, True, "BIGINT")
            for each in columns
            if each in self.ambiguous
        ]

    def rows(self) -> str:
        """Write the rows as they are read: as values if they are typed, and else as text."""
        if not self.scans:
            return f"SELECT * FROM {identifier(self.staged)}"
        return " UNION ALL ".join(
            f"SELECT {(source << NUMBER_BITS) + scan.first} + {scan.index} AS locator,"
            f" {scan.cells} FROM {scan.rows}"
            for source, scan in self.scans.items()
        )

    def typed_rows(self) -> str:
        """Write the rows as values, with `_valid`."""
        if self.is_typed:
            return f"SELECT *, true AS _valid FROM ({self.rows()})"
        return typed_sql.typed_rows(self.columns, self.rows())

    def records(self) -> str:
        """Write the rows with derived and looked-up columns."""
        query = self.typed_rows()
        if self.derive:
            guard = "try" if self.has_faulty_expression else ""
            made = "".join(
                f", CASE WHEN _valid THEN CAST({guard}({_in_time(text, self.derived[column])}) AS"
                f" {record_sql.TYPES[self.derived[column]]}) END AS {identifier(column)}"
                for column, text in self.derive.items()
            )
            query = f"SELECT *{made} FROM ({query})"
        if self.lookups:
            joins, made = "", ""
            for index, (column, (lookup, other)) in enumerate(self.lookups.items()):
                there = ", ".join(f"{identifier(part)} AS k{n}" for n, part in enumerate(other.key))
                match = " AND ".join(
                    f"l{index}.k{n} = r.{identifier(part)}" for n, part in enumerate(lookup.key)
                )
                # A duplicate key is a problem of its own, and must not double records.
                joins += (
                    f" LEFT JOIN (SELECT {there}, min({identifier(lookup.column)}) AS value"
                    f" FROM {other.valid_source()} GROUP BY ALL) l{index} ON {match}"
                )
                made += f", l{index}.value AS {identifier(column)}"
            query = f"SELECT r.*{made} FROM ({query}) r{joins}"
        return query

    def check(self) -> str:
        """Write all rows, with `_ok` and with the key: as `_key`, or if it is large its `_hash`."""
        cells = [*([] if self.first else ["locator"]), *self._cells(), f"{self._is_ok()} AS _ok"]
        if self.is_large:
            cells.append(f"hash({', '.join(map(identifier, self.key))}) AS _hash")
        else:
            cells.append(f"{record_sql.key_text(self.key)} AS _key")
        return f"SELECT {', '.join(cells)} FROM ({self.records()})"

    def checked_rows(self) -> str:
        """Write the rows that `check` made, with their locators."""
        locator = f"{self.first} + rowid AS locator, " if self.first else ""
        return f"SELECT {locator}* FROM {identifier(self.checked)}"

    def valid_source(self) -> str:
        """Write what the table's rows are selected from, once they are verified or checked."""
        if self.keys_verified:
            return identifier(self.relation)
        return f"{identifier(self.checked)} WHERE _ok"

    def valid_rows(self, *, all_are: bool) -> str:
        """Write the rows of the table out of those that `check` made."""
        condition = "" if all_are else " WHERE _ok"
        return f"SELECT locator, {', '.join(self._cells())} FROM ({self.checked_rows()}){condition}"

    def create(self, store: DuckDB) -> int:
        """Make the table, or that of all its records if some may be invalid; return how many."""
        if self.keys_verified:
            query = f"SELECT locator, {', '.join(self._cells())} FROM ({self.records()})"
            return store.create(self.relation, query)
        return store.create(self.checked, self.check())

    def _cells(self) -> list[str]:
        return [identifier(column) for column in (*self.table().columns, *self.early_names())]

    def _is_ok(self) -> str:
        """Write the condition that a row of `records` is valid and its key is fit."""
        types = self.types
        fit = " AND ".join(
            record_sql.valid_key_condition(identifier(part), types[part]) for part in self.key
        )
        return f"coalesce(_valid AND {fit}, false)"

    def keys(self) -> str:
        """Write the keys of the valid rows, as text and as their hash."""
        return (
            f"SELECT locator, {record_sql.key_text(self.key)} AS _key,"
            f" hash({', '.join(map(identifier, self.key))}) AS _hash"
            f" FROM ({self.records()}) WHERE {self._is_ok()}"
        )


def _in_time(value: str, kind: ColumnType) -> str:
    """Write a derived value so that it fails where it is a time that no record may name."""
    last = {"date": LAST_DAY - 1, "instant": LAST_DAY * DAY - 1}.get(kind)
    if last is None:
        return value
    fault = "CAST(v || ' is no time from 1970 to 2199' AS BIGINT)"
    checked = f"CASE WHEN v NOT BETWEEN 0 AND {last} THEN {fault} ELSE v END"
    return f"list_transform([CAST({value} AS BIGINT)], lambda v: {checked})[1]"
