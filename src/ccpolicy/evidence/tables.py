"""One table of valid records: written as SQL, made, and looked through for what is amiss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import duckdb

from ccpolicy.errors import PolicyError
from ccpolicy.evidence import sql, stage, zones
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.models import Table
from ccpolicy.evidence.sql import name
from ccpolicy.policy import ColumnType
from ccpolicy.policy.models import Lookup

EARLY = "__early"
_FAMILIES: dict[str, ColumnType] = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "instant",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
}
_MEANINGS = {"date": "DATE", "instant": "TIMESTAMP"}


@dataclass
class Plan:
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
    lookups: Mapping[str, tuple[Lookup, Table, Sequence[str]]]
    """Column → what is looked up, where, and that table's key."""
    is_large: bool = False
    """Whether the key is too much to keep beside each record."""
    scans: dict[int, str] = field(default_factory=dict)
    """Source → SELECT of `locator` and the columns as text."""
    staged: int | None = None
    """Number in the stage, whose rows are valid and hold values."""
    derived: dict[str, ColumnType] = field(default_factory=dict)
    has_faulty_expression: bool = False
    """Whether a derived column failed, and is NULL where it does."""

    @property
    def relation(self) -> str:
        """Name of the engine's table, which cannot be that of a relation of its own."""
        return f"evidence.{self.name}"

    @property
    def zone_info(self) -> ZoneInfo | None:
        """Zone of times that are written without an offset."""
        return ZoneInfo(self.zone) if self.zone else None

    @property
    def early(self) -> list[Column]:
        """Columns whose time may have happened twice."""
        if not self.zone:
            return []
        return [column for column in self.columns if column.type == "instant"]

    @property
    def is_ascending(self) -> bool:
        """Whether the key's being in order is looked for, which proves it unique at little cost."""
        return self.is_large and len(self.key) == 1

    @property
    def types(self) -> dict[str, ColumnType]:
        """Type of every column, derived and looked-up ones among them."""
        types = {column.name: column.type for column in self.columns} | self.derived
        for column, (lookup, other, _) in self.lookups.items():
            types[column] = other.columns[lookup.column]
        return types

    def table(self) -> Table:
        """Return the table as the engine sees it."""
        kept = {column: kind for column, kind in self.types.items() if column in self.wanted}
        early = frozenset(each.name for each in self.early if each.name in self.wanted)
        return Table(self.relation, kept, early)

    def cells(self) -> list[Column]:
        """Return the columns that a staged row holds; early readings follow."""
        if self.derive:
            return list(self.columns)
        looked_up = [lookup.key for lookup, _, _ in self.lookups.values()]
        needed = self.wanted.union(self.key, *looked_up)
        return [column for column in self.columns if column.name in needed]

    def scan(self) -> str:
        """Write the rows of all files as text."""
        if self.scans:
            return " UNION ALL ".join(self.scans.values())
        nothing = ", ".join(f"NULL::VARCHAR AS {name(column.name)}" for column in self.columns)
        return f"SELECT NULL::BIGINT AS locator, {nothing} WHERE false"

    def values(self) -> str:
        """Write the rows as values, with `_valid`."""
        if self.staged is not None:
            return self._staged_values()
        times = {column.name for column in self.early}
        found = {
            column.name: name(f"={column.name}") if column.type != "text" else name(column.name)
            for column in self.columns
        }
        typed = [column for column in self.columns if column.type != "text"]
        made = "".join(f", {sql.value(column)} AS {found[column.name]}" for column in typed)
        made += "".join(
            f", {sql.local(column)} AS {name(f'~{column.name}')}" for column in self.early
        )
        source = f"(SELECT *{made} FROM ({self.scan()}))"
        early: dict[str, str] = {}
        if times:
            source, early = self._both_readings(source, found)
        valid = " AND ".join(
            sql.valid(column, found[column.name], early.get(column.name)) for column in self.columns
        )
        cells = [f"{found[column.name]} AS {name(column.name)}" for column in self.columns]
        cells += [f"{reading} AS {name(column + EARLY)}" for column, reading in early.items()]
        valid = f"coalesce({valid}, false) AS _valid"
        return f"SELECT locator, {', '.join(cells)}, {valid} FROM {source}"

    def _both_readings(self, source: str, found: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Join the zone's spans, so that times without an offset have both their readings."""
        joins, made, early = "", "", {}
        for index, column in enumerate(self.early):
            local, span = name(f"~{column.name}"), f"z{index}"
            later, earlier = zones.readings(f"r.{local}", span)
            joins += f' ASOF LEFT JOIN "{zone_relation(self.zone)}" {span}'
            joins += f" ON r.{local} >= {span}.begins"
            both = name(f"+{column.name}"), name(f"-{column.name}")
            made += f", coalesce(r.{found[column.name]}, {later}) AS {both[0]}"
            made += f", coalesce(r.{found[column.name]}, {earlier}) AS {both[1]}"
            found[column.name], early[column.name] = both
        return f"(SELECT r.*{made} FROM {source} r{joins})", early

    def _staged_values(self) -> str:
        cells = [f"nullif(cells[{index}], '')" for index in range(1, len(self.cells()) + 1)]
        columns = [
            f"CAST({cell} AS {sql.TYPES[column.type]}) AS {name(column.name)}"
            for column, cell in zip(self.cells(), cells, strict=True)
        ]
        times = [column for column in self.cells() if column in self.early]
        columns += [
            f"CAST(nullif(cells[{index}], '') AS BIGINT) AS {name(column.name + EARLY)}"
            for index, column in enumerate(times, len(cells) + 1)
        ]
        return (
            f"SELECT locator, {', '.join(columns)}, true AS _valid"
            f' FROM "{stage.RELATION}" WHERE t = {self.staged}'
        )

    def records(self) -> str:
        """Write the rows with derived and looked-up columns."""
        query = self.values()
        if self.derive:
            guard = "try({})" if self.has_faulty_expression else "{}"
            made = "".join(
                f", CASE WHEN _valid THEN CAST({guard.format(f'({text}{chr(10)})')}"
                f" AS {sql.TYPES[self.derived[column]]}) END AS {name(column)}"
                for column, text in self.derive.items()
            )
            query = f"SELECT *{made} FROM ({query})"
        if self.lookups:
            joins, made = "", ""
            for index, (column, (lookup, other, key)) in enumerate(self.lookups.items()):
                there = ", ".join(f"{name(part)} AS k{n}" for n, part in enumerate(key))
                match = " AND ".join(
                    f"l{index}.k{n} = r.{name(part)}" for n, part in enumerate(lookup.key)
                )
                # A key that stands twice is a problem of its own, and must not double records.
                joins += (
                    f" LEFT JOIN (SELECT {there}, min({name(lookup.column)}) AS found"
                    f" FROM {name(other.name)} GROUP BY ALL) l{index} ON {match}"
                )
                made += f", l{index}.found AS {name(column)}"
            query = f"SELECT r.*{made} FROM ({query}) r{joins}"
        return query

    def keyed(self) -> str:
        """Write the rows that are kept, with `_ok` and what tells whether a key stands twice."""
        table = self.table()
        cells = [name(column) for column in table.columns]
        cells += [name(column + EARLY) for column in sorted(table.early)]
        cells.append(f"{self._is_ok()} AS _ok")
        if self.is_ascending:
            part = name(self.key[0])
            cells.append(f"coalesce({part} > lag({part}) OVER (), false) AS _after")
        elif not self.is_large:
            cells.append(f"{sql.key_text(self.key)} AS _key")
        return f"SELECT locator, {', '.join(cells)} FROM ({self.records()})"

    def keys(self) -> str:
        """Write the keys of the valid rows."""
        return (
            f"SELECT locator, {sql.key_text(self.key)} AS _key FROM ({self.records()})"
            f" WHERE {self._is_ok()}"
        )

    def _is_ok(self) -> str:
        kinds = self.types
        proper = " AND ".join(sql.proper_key(name(part), kinds[part]) for part in self.key)
        return f"coalesce(_valid AND {proper}, false)"

    def bind(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Find the types of derived columns.

        Raises:
            PolicyError: an expression that does not fit the columns.
        """
        self.derived = derived_types(
            connection, {column.name: column.type for column in self.columns}, self.derive
        )

    def create(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Make the table, and return how many rows it has."""
        [count] = connection.execute(
            f"CREATE TABLE {name(self.relation)} AS {self.keyed()}"
        ).fetchall()[0]
        return int(count)


def derived_types(
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, ColumnType],
    derive: Mapping[str, str],
) -> dict[str, ColumnType]:
    """Ask the engine for the types of expressions over columns.

    Raises:
        PolicyError: an expression that does not fit the columns.
    """
    found: dict[str, ColumnType] = {}
    for column, text in derive.items():
        # First with dates and instants as what they mean, so that one of two instants is one.
        for types in (dict(sql.TYPES) | dict(_MEANINGS), dict(sql.TYPES)):
            cells = ", ".join(
                f"NULL::{types[kind]} AS {name(each)}" for each, kind in columns.items()
            )
            try:
                rows = connection.execute(
                    f"DESCRIBE SELECT ({text}\n) AS x FROM (SELECT {cells})"
                ).fetchall()
            except duckdb.Error as failure:
                reason = str(failure)
                continue
            base = str(rows[0][1]).partition("(")[0]
            found[column] = "integer" if base.endswith("INT") else _FAMILIES.get(base, "text")
            if base == "INTEGER":
                found[column] = "integer"
            break
        else:
            raise PolicyError(
                "the derived column '{name}' cannot be computed: {reason}",
                name=column,
                reason=reason.partition("\n")[0],
            )
    return found


def zone_relation(zone: str | None) -> str:
    """Return the name of the table of a zone's spans."""
    return f"evidence.zone.{zone}"
