"""Judge the rows of a table in the database where they lie: nothing but what is at fault travels.

A table that the engine cannot judge just as it is judged here is copied, and its notes say why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ccpolicy.errors import Locator, Message
from ccpolicy.evidence import record_sql, values
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.invalid_records import InvalidRecordSearch, repeated_sql
from ccpolicy.evidence.places import record_content
from ccpolicy.evidence.record_sources import NUMBER_BITS, RecordContent
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.evidence.typed_sql import EARLY
from ccpolicy.files.finder import printable
from ccpolicy.policy.columns import attachments
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.store import EngineStore, InPlaceTables, Row
from ccpolicy.store.sql import identifier, literal
from ccpolicy.store.tables import CopyReason, StagedTable, text_column
from ccpolicy.vocabulary import KEY_SEPARATOR

_REASON_HINT_MESSAGES = {
    "store": "the store is another database, or read by another role, than the engine's",
    "column": "'{name}' is derived, looked up, or read in a way of its own",
    "looked up": "another dataset looks its columns up",
    "files": "its records name files",
    "number": "'{name}' may have decimals, and is compared or names something",
    "expression": "it is not certain to mean the same there: {name}",
    "naive": "'{name}' is a timestamp without a zone",
    "large": "its rows take more than {name} MiB, of which the server makes no digest",
}


@dataclass(frozen=True)
class TableUse:
    """What the controls ask of a dataset."""

    predicates: frozenset[str] = frozenset()
    """The SQL that runs for their expressions."""
    columns: frozenset[str] = frozenset()
    """Columns with a role, in an expression apart."""


def copied_note(reason: str, name: object = "") -> Message:
    """Say why the rows of a table were copied."""
    return Message.of(
        "the rows were copied from the database, and not judged in it: {reason}",
        reason=Message.of(_REASON_HINT_MESSAGES[reason], name=name),
    )


def why_copied(
    load: DatasetLoad, loads: Iterable[DatasetLoad], use: TableUse, tables: InPlaceTables
) -> Message | None:
    """Say why the rows of a dataset must be copied; None if they can be judged where they lie."""
    [plan], dataset = load.plans, load.dataset
    looked_up = {
        other.name for each in loads for p in each.plans for _, other in p.lookups.values()
    }
    own = [*plan.derive, *plan.lookups, *(c.name for c in plan.columns if _is_special(c))]
    decimal = {each.name for each in plan.columns if each.type == "number"}
    if own:
        return copied_note("column", own[0])
    if plan.name in looked_up:
        return copied_note("looked up")
    if attachments(dataset):
        return copied_note("files")
    named_there = {
        name
        for each in loads
        for _, column, reference in each.dataset.all_references
        for name in [
            *((reference.key, *reference.match) if reference.dataset == plan.name else ()),
            *((column, *reference.match.values()) if each.dataset is dataset else ()),
        ]
    }
    compared = {each for each in decimal if any(identifier(each) in p for p in use.predicates)}
    if named := sorted(compared | decimal & {*dataset.key, *use.columns, *named_there}):
        return copied_note("number", named[0])
    names = [plan.relation, *(each + EARLY for each in plan.types)]
    unsure = tables.refusal(plan.types, sorted(use.predicates), _conditions(plan), names)
    return copied_note("expression", unsure) if unsure else None


def _is_special(column: Column) -> bool:
    return column.is_list or not column.reading.is_plain


def _conditions(plan: TablePlan) -> list[str]:
    """Write the conditions of the contract's keywords, and of fit keys."""
    found = [_fit(identifier(part), plan.types[part]) for part in plan.key]
    for column in plan.columns:
        for name, limit in column.schema.items():
            keyword = KEYWORDS.get(name)
            if keyword and keyword.condition:
                is_whole = column.type == "number" and isinstance(limit, int)
                given = float(limit) if is_whole else limit
                if condition := keyword.condition(identifier(column.name), given):
                    found.append(condition)
    return found


def _fit(value: str, kind: str) -> str:
    """Write the condition that a column may stand in a key, without Unicode's own classes."""
    if kind != "text":
        return f"{value} IS NOT NULL"
    return f"NOT regexp_matches({value}, {literal(values.UNFIT_SPELLED)})"


@dataclass
class InPlaceRecords:
    """The rows of a table that lie in the engine's database. See `RecordSource`."""

    load: DatasetLoad
    tables: InPlaceTables
    staged: str
    number: int = 0
    """Number of the source."""

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        key = self.load.dataset.key
        return {
            number: Locator(
                str(self.load.dataset.source),
                key=KEY_SEPARATOR.join(printable(record.get(part, "")) for part in key),
            )
            for number, record in self._read(numbers).items()
        }

    def contents(self, numbers: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`."""
        return {
            number: record_content(self.load.dataset.id, record)
            for number, record in self._read(numbers).items()
        }

    def texts(self, locators: Collection[int]) -> dict[int, Sequence[str | None]]:
        """Return the texts of some rows, by locator."""
        columns = len(self.load.contract.columns)
        rows = self.tables.texts(self.staged, columns, sorted(locators))
        return {int(locator): cells for locator, *cells in rows}

    def _read(self, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        first = self.number << NUMBER_BITS
        names = [each.name for each in self.load.contract.columns]
        return {
            locator - first: {
                name: text for name, text in zip(names, cells, strict=True) if text is not None
            }
            for locator, cells in self.texts([first + each for each in numbers]).items()
        }


@dataclass
class TableInPlace:
    """A dataset that is judged where its rows lie."""

    load: DatasetLoad
    tables: InPlaceTables
    engine: EngineStore
    staged: StagedTable
    records: InPlaceRecords
    may_repeat: bool
    """Whether a key may be there twice."""
    rejected: str = field(init=False)
    """Relation of the locators of the rows that are no records."""
    plan: TablePlan = field(init=False)

    def __post_init__(self) -> None:
        [self.plan] = self.load.plans
        self.rejected = f"{self.staged.relation}/rejected"

    def check(self) -> None:
        """Note what is wrong with the rows, and define the relation of the others."""
        count = self.tables.reject(self.rejected, self.staged.relation, self._is_ok())
        search = _RejectedRows(
            self.load.store,
            self.plan,
            self.load.contract,
            self.load.places,
            self.load.problems,
            self,
        )
        if count:
            self.load.invalid = search.invalid()
        self._show(count > 0)
        if self.may_repeat:
            search.duplicates()

    def reject(self, query: str) -> int:
        """Take out the records whose locators a query selects, and return how many there are."""
        count = self.tables.reject_more(self.rejected, query)
        if count:
            number = self.records.number
            self.load.invalid = {number: self.load.invalid.get(number, 0) + count}
            self._show(True)
        return count

    def _show(self, some_are_rejected: bool) -> None:
        table = self.plan.table()
        columns = {name: name for name in table.columns}
        # A moment with its offset has one reading.
        columns |= {name + EARLY: name for name in sorted(table.ambiguous_times)}
        without = self.rejected if some_are_rejected else None
        self.tables.show(self.plan.relation, self.staged.relation, columns, without)

    def _is_ok(self) -> str:
        """Write the condition that a row is valid and its key is fit."""
        found = [_fit(identifier(part), self.plan.types[part]) for part in self.plan.key]
        for number, column in enumerate(self.plan.columns):
            value = identifier(column.name)
            text = value if column.type == "text" else identifier(text_column(number))
            if condition := record_sql.valid(column, text, value):
                found.append(condition)
        return " AND ".join(found)


@dataclass
class _RejectedRows(InvalidRecordSearch):
    """Searches a table where it lies."""

    table: TableInPlace

    def _counts(self) -> dict[int, int]:
        [(count,)] = self._ask(f"SELECT count(*) FROM {identifier(self.table.rejected)}")
        return {self.table.records.number: int(count)}

    def _first(self) -> list[int]:
        rows = self._ask(
            f"SELECT locator FROM {identifier(self.table.rejected)}"
            f" ORDER BY locator LIMIT {self.problems.room}"
        )
        return [int(locator) for (locator,) in rows]

    def _texts(self, locators: Sequence[int]) -> dict[int, Sequence[object]]:
        return {**self.table.records.texts(locators)}

    def _keys(self, locators: Sequence[int]) -> dict[int, Sequence[object]]:
        cells = ", ".join(map(identifier, self.plan.key))
        rows = self._ask(
            f"SELECT locator, {cells} FROM {identifier(self.table.staged.relation)}"
            f" WHERE locator IN ({', '.join(map(str, locators))})"
        )
        return {int(locator): key for locator, *key in rows}

    def _repeated(self) -> list[Row]:
        rows = (
            f"SELECT {record_sql.key_text(self.plan.key)} AS _key, locator"
            f" FROM {identifier(self.table.staged.relation)} staged WHERE NOT EXISTS"
            f" (SELECT 1 FROM {identifier(self.table.rejected)} r"
            " WHERE r.locator = staged.locator)"
        )
        return self._ask(repeated_sql(rows, self.problems.shown))

    def _ask(self, query: str) -> list[Row]:
        return self.table.engine.ask(query)


def copy_reason(reason: CopyReason) -> Message:
    """Say why a table is copied that could not be judged where it lies."""
    return copied_note(reason.kind, reason.value)
