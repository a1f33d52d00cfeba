"""The interface of a store, independent of the database engine.

Queries are in the portable subset of `store/portable_sql.py`: joins, window functions, integer
arithmetic. Instants are integers (microseconds since 1970 UTC), days are integers (days since
1970).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ccpolicy.errors import Message

Row = tuple[Any, ...]


class StoreError(Exception):
    """The engine could not do what it was asked; its own message is the text."""

    @property
    def reason(self) -> str | Message:
        """The message that may be shown; it contains no value of a record."""
        return str(self).partition("\n")[0]


class QueryError(StoreError):
    """The query itself is at fault, or a value that it computes with."""


class ValueFault(QueryError):
    """A record's value cannot be computed with; the engine's message shows the value."""

    def __init__(self, engine_text: str, reason: Message) -> None:
        self.engine_text, self._reason = engine_text, reason
        super().__init__(reason.text())

    @property
    def reason(self) -> Message:
        """See `StoreError.reason`."""
        return self._reason


class FileAccessFailed(StoreError):
    """A file could not be read or written."""


class Interrupted(StoreError):
    """The user broke off the query."""


class Store(Protocol):
    """Keeps relations and answers queries over them."""

    def create(self, relation: str, query: str, parameters: Sequence[object] = ()) -> int:
        """Create a relation from a query's rows, and return how many there are.

        Raises:
            StoreError: the query cannot run, or the relation exists.
        """
        ...

    def define(self, relation: str, query: str) -> None:
        """Create a relation whose rows are computed each time they are asked for.

        Raises:
            StoreError: the query cannot run, or the relation exists.
        """
        ...

    def fill(
        self, relation: str, types: Mapping[str, str], columns: Sequence[Sequence[object]]
    ) -> None:
        """Add rows, given column by column, to a relation, which is created if need be.

        `types` maps each column to its SQL type, in the order of `columns`.

        Raises:
            StoreError: a value is not of its type.
        """
        ...

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query.

        Raises:
            StoreError: the query cannot run.
        """
        ...

    def stream(self, query: str) -> Iterator[Row]:
        """Yield the rows of a query as they are read; other queries may run in between.

        Raises:
            StoreError: the query cannot run.
        """
        ...

    def drop(self, *relations: str) -> None:
        """Drop relations; what is not there is passed over."""
        ...

    def describe(self, query: str) -> dict[str, str]:
        """Return the columns of a query with their SQL types.

        Raises:
            StoreError: the query cannot run.
        """
        ...


class EngineStore(Store, Protocol):
    """A store elsewhere, which takes over the records that another one read."""

    def load(self, relation: str, types: Mapping[str, str], lines: Iterable[str]) -> None:
        """Create a relation from rows as `VettingStore.lines` yields them.

        Raises:
            StoreError: a value is not of its type.
        """
        ...


class VettingStore(Store, Protocol):
    """The store that reads evidence: its parser vets the SQL of a policy, and it can be locked."""

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a statement of its own, which no other engine has to understand.

        Raises:
            StoreError: it cannot run.
        """
        ...

    def append(self, relation: str, query: str) -> None:
        """Add a query's rows to a relation that was created.

        Raises:
            StoreError: the query cannot run, or a value is not of the column's type.
        """
        ...

    def lines(self, relation: str, types: Mapping[str, str]) -> Iterator[str]:
        r"""Yield the rows of a relation as text, in pieces that end with a line.

        A tab stands between two values and `\N` for NULL; in texts a backslash stands before
        backslashes, and tabs and ends of lines are `\t`, `\n` and `\r`.

        Raises:
            StoreError: they cannot be computed.
        """
        ...

    def parse(self, statements: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the engine's own parser makes of each text: a syntax tree, or an error."""
        ...

    def write(self, trees: Sequence[dict[str, Any]]) -> list[str]:
        """Return the text of syntax trees, in the form that `parse` returns."""
        ...

    def lock(self) -> None:
        """Forbid files, network, extensions and settings from now on.

        Called before the first query that a policy brings along.
        """
        ...
