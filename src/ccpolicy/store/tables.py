"""The interface of a database whose tables are evidence: their rows, as text, in one snapshot."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ccpolicy.errors import Message
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
