"""The interface of a database whose tables are evidence: their rows, as text, in one snapshot."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from ccpolicy.errors import Message
from ccpolicy.store.interface import EngineStore, Row
from ccpolicy.vocabulary import ColumnType


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a database that was read."""

    server: str
    """Product and version, such as `PostgreSQL 15.14`."""
    id: str
    """What the server calls the snapshot."""
    taken_at: int
    """When it was taken by the server's clock, in microseconds since 1970 UTC."""


class WantedColumn(NamedTuple):
    """A column that a contract asks for."""

    name: str
    """What the table calls it."""
    type: ColumnType
    has_zone: bool
    """Whether the contract says which zone's clock a time without an offset is of."""
    is_read_otherwise: bool
    """Whether the contract says how its text is read."""


class TableName(NamedTuple):
    """A table, and what messages call it."""

    schema: str
    name: str
    shown: str
    """Store and table, as the policy writes them."""


class TableRows(NamedTuple):
    """The rows of a table in the order of their key."""

    pieces: Generator[bytes]
    """CSV in UTF-8, in pieces that each end with a row, the headings first; see docs/engines.md. To
    be closed where not all are taken."""
    notes: Sequence[Message]
    """What should be known of how they are read."""


class TableStore(Protocol):
    """A transaction that sees one snapshot."""

    @property
    def snapshot(self) -> Snapshot:
        """The state that is read."""
        ...

    def rows(
        self, table: TableName, columns: Sequence[WantedColumn], key: Sequence[str]
    ) -> TableRows:
        """Read all rows of a table.

        Raises:
            DatabaseError: the table is not there, may not be read, or has not the columns.
        """
        ...


class StagedTable(NamedTuple):
    """The rows of a table, as a relation of the engine in whose database the table lies.

    It has a `locator`, each column as a value by its name in the contract, and as the one text that
    `text_column` names.
    """

    relation: str
    notes: Sequence[Message]


class TableFacts(NamedTuple):
    """What is known of all rows of a table together."""

    rows: int
    size: int
    """Bytes of its CSV, with the headings."""
    longest: int
    """Bytes of its longest row in CSV."""
    may_repeat: bool
    """Whether a key may be there twice."""
    sha256: str
    """SHA-256 of its CSV; see `TableRows`."""


class CopyReason(NamedTuple):
    """Why a table cannot be judged where it lies."""

    kind: Literal["naive", "large"]
    value: str | int
    """The column that is a timestamp without a zone, or the mebibytes that are too many."""


class InPlaceTables(Protocol):
    """The tables that lie in the database in which an engine judges, in its one snapshot.

    Every method raises `DatabaseError` where the database fails.
    """

    @property
    def snapshot(self) -> Snapshot:
        """The state that is read."""
        ...

    def refusal(
        self,
        columns: Mapping[str, ColumnType],
        predicates: Iterable[str],
        conditions: Iterable[str],
        names: Iterable[str],
    ) -> str | None:
        """Return the first text over columns that is not certain to mean the same there.

        `predicates` are expressions of a policy, `conditions` those of a contract, `names` what is
        made there is called.
        """
        ...

    def stage(
        self,
        table: TableName,
        columns: Mapping[str, WantedColumn],
        key: Sequence[str],
        staged: str,
        first: int,
        most: int,
    ) -> StagedTable | CopyReason:
        """Make the relation `staged` of a table's rows, in the order of `TableRows`.

        `columns` are the table's by their names in the contract; `key` are such names. Locators are
        numbers from `first` on. At most one row more than `most` is taken.

        Raises:
            DatabaseError: the table is not there, may not be read, or has not the columns.
        """
        ...

    def facts(self, staged: StagedTable, headings: Sequence[str]) -> TableFacts | CopyReason:
        """Return what the rows are below their headings."""
        ...

    def reject(self, relation: str, staged: str, condition: str) -> int:
        """Create a relation of the locators of rows of which a contract's condition is not true.

        Returns how many there are.
        """
        ...

    def reject_more(self, relation: str, query: str) -> int:
        """Add the locators that a query of the portable subset selects; return how many."""
        ...

    def ask_matching(self, query: str) -> list[Row]:
        """Return the rows of a query of the portable subset that may match patterns."""
        ...

    def show(
        self, relation: str, staged: str, columns: Mapping[str, str], without: str | None
    ) -> None:
        """Define the relation of the rows, but for those whose locators another relation holds.

        `columns` are those of the staged relation by their new names.
        """
        ...

    def texts(self, staged: str, count: int, locators: Sequence[int]) -> list[Row]:
        """Return the locators of some rows with the texts of so many columns."""
        ...


@runtime_checkable
class JudgesTables(EngineStore, Protocol):
    """An engine in whose database tables of evidence may lie."""

    def tables_in_place(
        self, store: str, service: str | None, prefix: str | None
    ) -> InPlaceTables | None:
        """Return the tables of a store; None if it is not where the engine is.

        Raises:
            DatabaseError: the store cannot be reached.
        """
        ...


def text_column(number: int) -> str:
    """Return the name of the column with the texts of a column, by its number from 0 on."""
    return f"={number}"
