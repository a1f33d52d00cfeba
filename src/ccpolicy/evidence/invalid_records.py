"""Find the records that are not valid and the keys that are not unique, and leave the rest."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.explain_record import Explainer, nested_place
from ccpolicy.evidence.misreadings import HINT_MESSAGES
from ccpolicy.evidence.places import Places
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.store import DuckDB, Row
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.vocabulary import KEY_SEPARATOR, ColumnType

_STRIPPED = r"extract: '^\s*(.*?)\s*$'"
"""The line of a column that takes its text without the white space around it."""


def check_tables(store: DuckDB, loads: Collection[DatasetLoad]) -> None:
    """Note what is wrong with the records of tables, and define the tables without it."""
    plans = [(load, plan) for load in loads for plan in load.plans if not plan.keys_verified]
    if not plans:
        return
    suspects = _suspects(store, [plan for _, plan in plans])
    for load, plan in plans:
        invalid: dict[int, int] = {}
        if plan.name in suspects:
            search = InvalidRecordSearch(store, plan, load.contract, load.places, load.problems)
            invalid = search.invalid()
            search.duplicates()
        if plan is load.plans[0]:
            for number, count in invalid.items():
                load.invalid[number] = load.invalid.get(number, 0) + count
        if plan.is_large:
            store.run(f"ALTER TABLE {identifier(plan.checked)} DROP COLUMN _hash")
        store.define(plan.relation, plan.valid_rows(all_are=not invalid))


def _suspects(store: DuckDB, plans: Sequence[TablePlan]) -> set[str]:
    """Return the names of the tables in which a record is invalid or a key is not unique."""
    parts = []
    for index, plan in enumerate(plans):
        checked = identifier(plan.checked)
        parts.append(f"SELECT {index} WHERE EXISTS (SELECT 1 FROM {checked} WHERE NOT _ok)")
        if plan.is_large:
            # Sorting needs less memory than a table of all hashes, and less time.
            twice = (
                "SELECT 1 FROM (SELECT h = lag(h) OVER (ORDER BY h) AS again FROM"
                f" (SELECT _hash AS h FROM {checked} WHERE _ok)) WHERE again"
            )
            parts.append(f"SELECT {index} WHERE EXISTS ({twice})")
        else:
            distinct = f"SELECT count(*) <> count(DISTINCT _key) FROM {checked} WHERE _ok"
            parts.append(f"SELECT {index} WHERE ({distinct})")
    return {plans[index].name for (index,) in store.ask(" UNION ALL ".join(parts))}


@dataclass
class InvalidRecordSearch:
    """Searches one suspect table."""

    store: DuckDB
    plan: TablePlan
    contract: Contract
    places: Places
    problems: ProblemLog

    def invalid(self) -> dict[int, int]:
        """Explain the records that are not valid, and count them by source."""
        by_source = self._counts()
        wanted = self._first()
        self._explain(wanted)
        self.problems.unexplained += sum(by_source.values()) - len(wanted)
        return by_source

    def _counts(self) -> dict[int, int]:
        """Count the invalid records by source."""
        counts = self.store.ask(
            f"SELECT locator >> {NUMBER_BITS}, count(*) {self._invalid_rows} GROUP BY 1"
        )
        return {int(source): int(count) for source, count in counts}

    def _first(self) -> list[int]:
        """Return the locators of the invalid records that are still listed."""
        rows = self.store.ask(
            f"SELECT locator {self._invalid_rows} ORDER BY locator LIMIT {self.problems.room}"
        )
        return [int(locator) for (locator,) in rows]

    @property
    def _invalid_rows(self) -> str:
        return f"FROM ({self.plan.checked_rows()}) WHERE NOT _ok"

    def _explain(self, locators: Sequence[int]) -> None:
        if not locators:
            return
        places = self.places.locate(locators)
        records = {} if self.plan.is_typed else self._records(locators)
        keys = self._keys(locators)
        explainer = Explainer(self.contract, self.store) if records else None
        for locator in locators:
            errors = []
            if explainer:
                for path, error in explainer.row_faults(records[locator]):
                    errors.append(error.at(nested_place(places[locator], path)))
            errors += [] if errors else self._key_faults(keys[locator])
            self.problems.record(
                places[locator],
                errors
                or [EvidenceError("the record breaks the contract, but no reason could be found")],
            )

    def _records(self, locators: Sequence[int]) -> dict[int, dict[str, object]]:
        """Return the cells of records, as JSON has them."""
        return {
            locator: {
                column.name: values.value_of(str(cell), column.type)
                if column.reading.is_plain
                else cell
                for column, cell in zip(self.plan.columns, row, strict=True)
                if cell is not None
            }
            for locator, row in self._texts(locators).items()
        }

    def _texts(self, locators: Sequence[int]) -> dict[int, Sequence[object]]:
        """Read the cells of records again."""
        return self._rows(self.plan.rows(), [each.name for each in self.plan.columns], locators)

    def _keys(self, locators: Sequence[int]) -> dict[int, Sequence[object]]:
        """Return the keys of records, part by part."""
        return self._rows(self.plan.records(), self.plan.key, locators)

    def _rows(
        self, query: str, columns: Sequence[str], locators: Sequence[int]
    ) -> dict[int, Sequence[object]]:
        cells = ", ".join(identifier(column) for column in columns)
        rows = self.store.ask(
            f"SELECT locator, {cells} FROM ({query})"
            f" WHERE locator IN ({', '.join(map(str, locators))})"
        )
        return {int(row[0]): row[1:] for row in rows}

    def _key_faults(self, row: Sequence[object]) -> list[EvidenceError]:
        errors = []
        for column, cell in zip(self.plan.key, row, strict=True):
            text = "" if cell is None else str(cell)
            if fault := values.key_fault(text):
                is_fit = text.strip() and values.key_fault(text.strip()) is None
                hint = HINT_MESSAGES["line"] if is_fit else ""
                name = self.contract.heading(column)
                error = EvidenceError(fault, hint=hint, name=name, line=_STRIPPED, column=column)
                errors.append(error)
        return errors

    def duplicates(self) -> None:
        """Report the records whose key another record has already."""
        found = self._repeated()
        places = self.places.locate({each for row in found for each in (row[1], row[2])})
        field = self.contract.heading(self.plan.key[0])
        for key, locator, first, _ in found:
            self.problems.key(places[locator], self._shown(key), places[first], field)
        if found:
            self.problems.unlisted += found[0][3] - len(found)

    def _repeated(self) -> list[Row]:
        """Return key, locator, the first record's, and how many there are, of those listed."""
        rows = f"SELECT _key, locator FROM {identifier(self.plan.checked)} WHERE _ok"
        if self.plan.is_large:
            hashes = f"SELECT _hash FROM {identifier(self.plan.checked)} WHERE _ok"
            twice = f"{hashes} GROUP BY _hash HAVING count(*) > 1"
            rows = f"SELECT _key, locator FROM ({self.plan.keys()}) WHERE _hash IN ({twice})"
        return self.store.ask(repeated_sql(rows, self.problems.shown))

    def _shown(self, key: str) -> str:
        """Write a key as its columns are written on file."""
        parts = key.split(KEY_SEPARATOR)
        kinds = [self.plan.types[column] for column in self.plan.key]
        shown = [key_part(part, kind) for part, kind in zip(parts, kinds, strict=True)]
        return values.shown(KEY_SEPARATOR.join(shown))


def repeated_sql(rows: str, most: int) -> str:
    """Write the query of the first `most` records whose key another one has, out of some rows.

    Rows are `_key` and `locator`; what comes of them is `InvalidRecordSearch`'s.
    """
    return f"""
        SELECT _key, locator, first_locator, count(*) OVER () AS records
        FROM (
          SELECT _key, locator, min(locator) OVER (PARTITION BY _key) AS first_locator
          FROM ({rows}) keyed
        ) numbered
        WHERE locator <> first_locator
        ORDER BY locator
        LIMIT {most}
        """


def key_part(text: str, kind: ColumnType) -> str:
    """Write a part of a key, as a table has it, the way it is written on file."""
    match kind:
        case "date":
            return date_of(int(text)).isoformat()
        case "instant":
            return moment(int(text), datetime.UTC).isoformat()
    return text
