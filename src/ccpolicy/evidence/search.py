"""Look through the tables for records that are not valid and for keys that stand twice."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.explain import Explainer
from ccpolicy.evidence.faults import SHOWN, Faults
from ccpolicy.evidence.intake import nested_place
from ccpolicy.evidence.models import ORDINAL_BITS, Source, locate_many
from ccpolicy.evidence.sql import name
from ccpolicy.evidence.tables import Plan
from ccpolicy.policy import ColumnType

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def suspects(connection: duckdb.DuckDBPyConnection, plans: Sequence[Plan]) -> list[Plan]:
    """Return the tables in which a record is invalid or a key stands twice."""
    # A log that is kept in the order of its keys has none of them twice, and is told at a glance.
    large = [plan for plan in plans if plan.is_large]
    falling = _found(
        connection,
        [
            "SELECT 1 FROM (SELECT _key <= lag(_key) OVER () AS falls"
            f" FROM {name(plan.judged)} WHERE _ok) WHERE falls"
            for plan in large
        ],
    )
    shuffled = [large[index].name for index in falling]
    found = _found(connection, [_trouble(plan, shuffled) for plan in plans])
    return [plans[index] for index in found]


def _trouble(plan: Plan, shuffled: Sequence[str]) -> str:
    """Write the query that has a row if a record of a table is invalid or a key stands twice."""
    judged = name(plan.judged)
    invalid = f"SELECT 1 FROM {judged} WHERE NOT _ok"
    if not plan.is_large:
        twice = f"SELECT count(*) <> count(DISTINCT _key) AS twice FROM {judged} WHERE _ok"
        return f"{invalid} UNION ALL SELECT 1 FROM ({twice}) WHERE twice"
    if plan.name not in shuffled:
        return invalid
    # Sorting needs less memory than a table of all hashes, and less time.
    return (
        f"{invalid} UNION ALL SELECT 1 FROM (SELECT h = lag(h) OVER (ORDER BY h) AS twice FROM"
        f" (SELECT hash(_key) AS h FROM {judged} WHERE _ok)) WHERE twice"
    )


def _found(connection: duckdb.DuckDBPyConnection, queries: Sequence[str]) -> list[int]:
    """Return the indices of the queries that have a row."""
    if not queries:
        return []
    parts = [f"SELECT {n} AS n WHERE EXISTS ({query})" for n, query in enumerate(queries)]
    return [n for (n,) in connection.execute(f"{' UNION ALL '.join(parts)} ORDER BY n").fetchall()]


@dataclass
class Search:
    """Looks through one suspect table."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    contract: Contract
    sources: Mapping[int, Source]
    faults: Faults

    def invalid(self) -> dict[int, int]:
        """Explain the records that are not valid, and count them by source."""
        rows = f"FROM ({self.plan.judged_rows()}) WHERE NOT _ok"
        counts = self.connection.execute(
            f"SELECT locator >> {ORDINAL_BITS}, count(*) {rows} GROUP BY ALL"
        ).fetchall()
        by_source = {int(source): int(count) for source, count in counts}
        wanted = [
            int(row[0])
            for row in self.connection.execute(
                f"SELECT locator {rows} ORDER BY locator LIMIT {self.faults.room}"
            ).fetchall()
        ]
        self._explain(wanted)
        self.faults.unexplained += sum(by_source.values()) - len(wanted)
        return by_source

    def _explain(self, locators: Sequence[int]) -> None:
        if not locators:
            return
        places = locate_many(self.sources, locators)
        records = {} if self.plan.is_judged else self._texts(locators)
        keys = self._rows(self.plan.records(), self.plan.key, locators)
        explainer = Explainer(self.contract) if records else None
        for locator in locators:
            errors = []
            if explainer:
                for path, error in explainer.faults(records[locator]):
                    errors.append(error.at(nested_place(places[locator], path)))
            errors += [] if errors else self._key_faults(keys[locator])
            self.faults.record(places[locator], errors or [EvidenceError("it is not valid")])

    def _texts(self, locators: Sequence[int]) -> dict[int, dict[str, object]]:
        """Read the cells of records again, as JSON has them."""
        columns = self.plan.columns
        rows = self._rows(self.plan.texts(), [column.name for column in columns], locators)
        return {
            locator: {
                column.name: values.value_of(str(cell), column.type)
                for column, cell in zip(columns, row, strict=True)
                if cell is not None
            }
            for locator, row in rows.items()
        }

    def _rows(
        self, query: str, columns: Sequence[str], locators: Sequence[int]
    ) -> dict[int, Sequence[object]]:
        cells = ", ".join(name(column) for column in columns)
        rows = self.connection.execute(
            f"SELECT locator, {cells} FROM ({query})"
            f" WHERE locator IN ({', '.join(map(str, locators))})"
        ).fetchall()
        return {int(row[0]): row[1:] for row in rows}

    def _key_faults(self, row: Sequence[object]) -> list[EvidenceError]:
        errors = []
        for column, cell in zip(self.plan.key, row, strict=True):
            fault = values.key_fault("" if cell is None else str(cell))
            if fault:
                errors.append(EvidenceError(fault, name=self.contract.heading(column)))
        return errors

    def duplicates(self) -> None:
        """Report the records whose key is already there."""
        rows = f"SELECT _key, locator FROM ({self.plan.judged_rows()}) WHERE _ok"
        if self.plan.is_large:
            hashes = f"SELECT hash(_key) AS h FROM {name(self.plan.judged)} WHERE _ok"
            rows += f" AND hash(_key) IN (SELECT h FROM ({hashes}) GROUP BY h HAVING count(*) > 1)"
        found = self.connection.execute(
            f"""
            SELECT _key, locator, first, count(*) OVER () FROM (
              SELECT _key, locator, min(locator) OVER (PARTITION BY _key) AS first FROM ({rows})
            ) WHERE locator <> first ORDER BY locator LIMIT {SHOWN}
            """
        ).fetchall()
        places = locate_many(self.sources, {each for row in found for each in (row[1], row[2])})
        for key, locator, first, _ in found:
            self.faults.key(places[locator], self._shown(key), places[first])
        if found:
            self.faults.untold += found[0][3] - len(found)

    def _shown(self, key: str) -> str:
        """Write a key as its columns are written on file."""
        parts = key.split(values.SEPARATOR)
        kinds = [self.plan.types[column] for column in self.plan.key]
        shown = [_part(part, kind) for part, kind in zip(parts, kinds, strict=True)]
        return values.shown(values.SEPARATOR.join(shown))


def _part(text: str, kind: ColumnType) -> str:
    match kind:
        case "date":
            return datetime.date.fromordinal(_EPOCH.toordinal() + int(text)).isoformat()
        case "instant":
            return (_EPOCH + datetime.timedelta(microseconds=int(text))).isoformat()
    return text
