"""One table of valid records, written as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.models import Table
from ccpolicy.policy import ColumnType
from ccpolicy.policy.models import Lookup
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time import zone_shifts
from ccpolicy.time.zones import time_zone

EARLY = "__early"


@dataclass(frozen=True)
class Scan:
    """How the engine reads the rows of a file, all of them as text."""

    first: int
    """Locator of the first row; the others follow in order."""
    number: str
    """SQL for a row's number, the first of which is 0."""
    cells: str
    """SQL for the contract's columns, in its order."""
    rows: str
    """What they are read from."""

    def texts(self) -> str:
        """Write the rows, each with its locator."""
        return f"SELECT {self.first} + {self.number} AS locator, {self.cells} FROM {self.rows}"


@dataclass
class TablePlan:
    """What a table is made from."""

    name: str
    """`<dataset>` or `<dataset>.<child>`."""
    columns: Sequence[Column]
    """Columns on file, for nested records those of the record around them too."""
    own: frozenset[str]
    """Columns that are not the record's around it."""
    key: Sequence[str]
    zone: str | None
    wanted: set[str]
    """Columns to keep."""
    derive: Mapping[str, str]
    derived: Mapping[str, ColumnType]
    """Types of derived columns."""
    lookups: Mapping[str, tuple[Lookup, TablePlan]]
    """Column → what is looked up, and where."""
    is_judged: bool
    """Whether the rows that are staged are valid already and hold values, not the text on file."""
    is_large: bool = False
    """Whether a key is too much to keep beside each record."""
    is_proven: bool = False
    """Whether the records are judged and their keys need no further look."""
    has_faulty_expression: bool = False
    """Whether a derived column failed, and is NULL where it does."""
    scans: dict[int, Scan] = field(default_factory=dict)
    """Source → how it is read, where nothing is staged."""

    @property
    def relation(self) -> str:
        """Name of the engine's table, which cannot be that of a relation of its own."""
        return f"evidence.{self.name}"

    @property
    def staged(self) -> str:
        """Name of the relation of the rows that were read here."""
        return f"evidence.staged.{self.name}"

    @property
    def judged(self) -> str:
        """Name of the table of all records, with what tells whether they are valid."""
        return f"evidence.judged.{self.name}"

    @property
    def is_simple(self) -> bool:
        """Whether the rows that are staged need nothing more to be a table."""
        return self.is_proven and not (self.derive or self.lookups)

    @property
    def zone_info(self) -> ZoneInfo | None:
        """Zone of times that are written without an offset."""
        return time_zone(self.zone) if self.zone else None

    @property
    def early(self) -> list[Column]:
        """Columns whose time may have happened twice."""
        return [each for each in self.columns if each.type == "instant"] if self.zone else []

    @property
    def types(self) -> dict[str, ColumnType]:
        """Type of every column, derived and looked-up ones among them."""
        types = {column.name: column.type for column in self.columns} | dict(self.derived)
        for column, (lookup, other) in self.lookups.items():
            types[column] = other.types[lookup.column]
        return types

    @property
    def first(self) -> int | None:
        """Locator of the first row, if the rows can be numbered by their place in the table.

        They come in the order of the file, unless they are joined with others.
        """
        scans = list(self.scans.values())
        is_joined = bool(self.early or self.lookups)
        return scans[0].first if self.is_large and len(scans) == 1 and not is_joined else None

    def table(self) -> Table:
        """Return the table as the engine sees it."""
        kept = {column: kind for column, kind in self.types.items() if column in self.wanted}
        early = frozenset(each.name for each in self.early if each.name in self.wanted)
        return Table(self.relation, kept, early, None if self.is_proven else self.judged)

    def early_names(self) -> list[str]:
        """Return the names of the earlier readings in the table."""
        return [column + EARLY for column in sorted(self.table().early)]

    def cells(self) -> list[Column]:
        """Return the columns of the rows that are staged; early readings follow if it is judged."""
        if self.derive or not self.is_judged:
            return list(self.columns)
        looked_up = (lookup.key for lookup, _ in self.lookups.values())
        needed = self.wanted.union(self.key, *looked_up)
        return [column for column in self.columns if column.name in needed]

    def early_cells(self) -> list[Column]:
        """Return the columns of which earlier readings are staged."""
        return [each for each in self.cells() if each in self.early] if self.is_judged else []

    def staged_types(self) -> dict[str, str]:
        """Return the types of all that is staged."""
        types = {"locator": "BIGINT"}
        for column in self.cells():
            types[column.name] = record_sql.TYPES[column.type] if self.is_judged else "VARCHAR"
        return types | {column.name + EARLY: "BIGINT" for column in self.early_cells()}

    def choose(self, columns: Sequence[list[Any]]) -> list[list[Any]]:
        """Choose what is staged out of all columns on file, with earlier readings after them."""
        names = [column.name for column in self.columns]
        early = [column.name for column in self.early]
        return [
            *(columns[names.index(each.name)] for each in self.cells()),
            *(columns[len(names) + early.index(each.name)] for each in self.early_cells()),
        ]

    def texts(self) -> str:
        """Write the rows as text."""
        if self.scans:
            return " UNION ALL ".join(scan.texts() for scan in self.scans.values())
        return f"SELECT * FROM {identifier(self.staged)}"

    def values(self) -> str:
        """Write the rows as values, with `_valid`."""
        if self.is_judged:
            return f"SELECT *, true AS _valid FROM {identifier(self.staged)}"
        texts = {column.name: identifier(column.name) for column in self.columns}
        found, made = dict(texts), ""
        for column in self.columns:
            if column.type != "text":
                found[column.name] = identifier(f"={column.name}")
                made += f", {record_sql.value(column, texts[column.name])} AS {found[column.name]}"
        for column in self.early:
            made += f", {record_sql.local(texts[column.name])} AS {identifier(f'~{column.name}')}"
        source = f"(SELECT *{made} FROM ({self.texts()}))"
        early: dict[str, str] = {}
        if self.early:
            source, early = self._both_readings(source, found)
        conditions = [
            record_sql.valid(each, texts[each.name], found[each.name], early.get(each.name))
            for each in self.columns
        ]
        valid = " AND ".join(condition for condition in conditions if condition) or "true"
        cells = [f"{found[column.name]} AS {identifier(column.name)}" for column in self.columns]
        cells += [f"{reading} AS {identifier(column + EARLY)}" for column, reading in early.items()]
        cells.append(f"coalesce({valid}, false) AS _valid")
        return f"SELECT locator, {', '.join(cells)} FROM {source}"

    def _both_readings(self, source: str, found: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Join the zone's spans, so that times without an offset have both their readings."""
        joins, made, early = "", "", {}
        zone = identifier(zone_relation(self.zone))
        for index, column in enumerate(self.early):
            local, span = identifier(f"~{column.name}"), f"z{index}"
            later, earlier = zone_shifts.readings(f"r.{local}", span)
            joins += f" ASOF LEFT JOIN {zone} {span} ON r.{local} >= {span}.begins"
            both = identifier(f"+{column.name}"), identifier(f"-{column.name}")
            made += f", coalesce(r.{found[column.name]}, {later}) AS {both[0]}"
            made += f", coalesce(r.{found[column.name]}, {earlier}) AS {both[1]}"
            found[column.name], early[column.name] = both
        return f"(SELECT r.*{made} FROM {source} r{joins})", early

    def records(self) -> str:
        """Write the rows with derived and looked-up columns."""
        query = self.values()
        if self.derive:
            guard = "try" if self.has_faulty_expression else ""
            made = "".join(
                f", CASE WHEN _valid THEN CAST({guard}(({text}\n)) AS"
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
                # A key that stands twice is a problem of its own, and must not double records.
                joins += (
                    f" LEFT JOIN (SELECT {there}, min({identifier(lookup.column)}) AS found"
                    f" FROM {other.valid()} GROUP BY ALL) l{index} ON {match}"
                )
                made += f", l{index}.found AS {identifier(column)}"
            query = f"SELECT r.*{made} FROM ({query}) r{joins}"
        return query

    def kept(self) -> str:
        """Write the rows of a table whose keys are proven."""
        return f"SELECT locator, {', '.join(self._cells())} FROM ({self.records()})"

    def judge(self) -> str:
        """Write all rows, with `_ok` and with the key: as `_key`, or if it is large its `_hash`."""
        cells = [*([] if self.first else ["locator"]), *self._cells(), f"{self.is_ok()} AS _ok"]
        if self.is_large:
            cells.append(f"hash({', '.join(map(identifier, self.key))}) AS _hash")
        else:
            cells.append(f"{record_sql.key_text(self.key)} AS _key")
        return f"SELECT {', '.join(cells)} FROM ({self.records()})"

    def judged_rows(self) -> str:
        """Write the rows that `judge` made, with their locators."""
        locator = f"{self.first} + rowid AS locator, " if self.first else ""
        return f"SELECT {locator}* FROM {identifier(self.judged)}"

    def valid(self) -> str:
        """Write what the table's rows are read from, once they are proven or judged."""
        return (
            identifier(self.relation) if self.is_proven else f"{identifier(self.judged)} WHERE _ok"
        )

    def valid_rows(self, *, all_are: bool) -> str:
        """Write the rows of the table out of those that `judge` made."""
        condition = "" if all_are else " WHERE _ok"
        return f"SELECT locator, {', '.join(self._cells())} FROM ({self.judged_rows()}){condition}"

    def create(self, store: DuckDB) -> int:
        """Make the table, or that of all its records if some may be invalid; return how many."""
        relation, query = (
            (self.relation, self.kept()) if self.is_proven else (self.judged, self.judge())
        )
        return store.create(relation, query)

    def _cells(self) -> list[str]:
        return [identifier(column) for column in (*self.table().columns, *self.early_names())]

    def is_ok(self) -> str:
        """Write the condition that a row of `records` is valid and its key is fit."""
        types = self.types
        fit = " AND ".join(
            record_sql.proper_key(identifier(part), types[part]) for part in self.key
        )
        return f"coalesce(_valid AND {fit}, false)"

    def keys(self) -> str:
        """Write the keys of the valid rows, as text and as their hash."""
        return (
            f"SELECT locator, {record_sql.key_text(self.key)} AS _key,"
            f" hash({', '.join(map(identifier, self.key))}) AS _hash"
            f" FROM ({self.records()}) WHERE {self.is_ok()}"
        )


def zone_relation(zone: str | None) -> str:
    """Return the name of the table of a zone's spans."""
    return f"evidence.zone.{zone}"
