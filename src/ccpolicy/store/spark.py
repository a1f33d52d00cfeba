"""Spark: a store elsewhere, for what is judged of records that were read here.

Relations are temporary views of a session, under names that nobody else uses. What is created is
computed once and kept by the executors until the end; only what is asked for comes here.
"""

from __future__ import annotations

import threading
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from ccpolicy.deadline import current
from ccpolicy.errors import DatabaseError
from ccpolicy.store.interface import QueryError, Row, StoreError
from ccpolicy.store.spark_errors import (
    FAILURES,
    SessionLostError,
    refuse,
    session_lost,
    spark_error,
)
from ccpolicy.store.spark_rows import chunks, encoded, nothing, read_cell, written
from ccpolicy.store.spark_session import SessionControl, spark_session
from ccpolicy.store.spark_settings import SessionSettings
from ccpolicy.store.spark_sql import SparkQuery, spark_sql

_OURS = {
    "boolean": "BOOLEAN",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "string": "VARCHAR",
    "void": "INTEGER",
}
"""Spark's name of a type → ours; a decimal without decimals is a HUGEINT."""
_FEW = 50_000
"""Rows that one core computes with sooner than several share them, and that every executor gets."""
_SENT = "_sent"
"""Ends the name of a view of few rows that every executor gets, for what is joined to many."""


class Spark:
    """A session of Spark. See `EngineStore`."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._prefix = f"ccpolicy_{uuid.uuid4().hex[:12]}"
        self._rows: dict[str, int] = {}
        """Relation → how many rows it has."""
        self._kept: dict[str, list[DataFrame]] = {}
        """Relation → what is kept of it."""
        self._settings = SessionSettings(session)
        self._control = SessionControl(session)
        self._timer: threading.Timer | None = None

    def create(self, relation: str, query: str, parameters: Sequence[object] = ()) -> int:
        """See `Store.create`."""
        with self._failing_well():
            said = self._said(query, parameters)
            frame = self._frame(said)
            if self._is_small(said):
                frame = frame.coalesce(1)
            kept, count = _keep(frame)
            self._show(relation, [kept], count)
        return count

    def define(self, relation: str, query: str) -> None:
        """See `Store.define`."""
        with self._failing_well():
            said = self._said(query)
            self._show(relation, [self._frame(said)], self._read_rows(said))
        self._kept[relation] = []

    def fill(
        self, relation: str, types: Mapping[str, str], columns: Sequence[Sequence[object]]
    ) -> None:
        """See `Store.fill`."""
        rows = zip(*columns, strict=True)
        self.load(relation, types, ("\t".join(map(written, row)) + "\n" for row in rows))

    def load(self, relation: str, types: Mapping[str, str], lines: Iterable[str]) -> None:
        """See `EngineStore.load`."""
        kept, count = self._kept.get(relation, []), self._rows.get(relation, 0)
        for pieces in chunks(encoded(lines)):
            with self._failing_well():
                more, rows = _keep(self._read(pieces, types))
            kept, count = [*kept, more], count + rows
        with self._failing_well():
            self._show(relation, kept or [self._frame(self._said(nothing(types)))], count)
        self._kept[relation] = kept

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """See `Store.ask`."""
        with self._failing_well():
            frame = self._frame(self._said(query, parameters))
            return [tuple(map(_value, row)) for row in frame.collect()]

    def stream(self, query: str) -> Iterator[Row]:
        """See `Store.stream`."""
        end: Any = object()
        with self._failing_well():
            rows = self._frame(self._said(query)).toLocalIterator()
        while True:
            with self._failing_well():
                row: Any = next(rows, end)
            if row is end:
                return
            yield tuple(map(_value, row))

    def drop(self, *relations: str) -> None:
        """See `Store.drop`."""
        for relation in relations:
            if relation in self._rows:
                with self._failing_well():
                    for ending in ("", _SENT):
                        self._session.catalog.dropTempView(self._view(relation) + ending)
                    for each in self._kept.pop(relation):
                        _forget(each)
                del self._rows[relation]

    def describe(self, query: str) -> dict[str, str]:
        """See `Store.describe`."""
        with self._failing_well():
            return _columns(self._frame(self._said(query)))

    def start(self) -> None:
        """Make the session's settings those that are needed.

        Raises:
            DatabaseError: it does not let them be changed.
        """
        with self._failing_well():
            self._control.add(self._prefix)
        with self._failing_well():
            self._settings.require()
        if deadline := current.get():
            rest = min(deadline.rest, threading.TIMEOUT_MAX)
            self._timer = threading.Timer(rest, self._interrupt)
            self._timer.daemon = True
            self._timer.start()

    def end(self, *, is_broken_off: bool) -> None:
        """Leave the session as it was."""
        if self._timer:
            self._timer.cancel()
        if is_broken_off:
            self._interrupt()
        # Where the session is gone, so is all that was made in it.
        with suppress(*FAILURES):
            self._settings.restore()
            self._control.remove(self._prefix)
        with suppress(DatabaseError, StoreError):
            self.drop(*self._rows)

    def _interrupt(self) -> None:
        """Have Spark stop what it computes for us."""
        with suppress(*FAILURES):
            self._control.stop(self._prefix)

    def _view(self, relation: str) -> str:
        return f"{self._prefix}_{relation}"

    def _said(self, query: str, parameters: Sequence[object] = ()) -> SparkQuery:
        """Translate a query over views of ours, which no table of others is taken for."""

        def view(relation: str) -> str:
            if relation not in self._rows:
                raise QueryError(f"there is no relation {relation}")
            return self._view(relation)

        said = spark_sql(query, parameters, view)
        if self._is_small(said):
            return said
        few = {name for name in said.relations if self._rows[name] <= _FEW}
        return spark_sql(
            query, parameters, lambda name: view(name) + (_SENT if name in few else "")
        )

    def _read_rows(self, said: SparkQuery) -> int:
        """Return how many rows a query reads."""
        return sum(map(self._rows.__getitem__, said.relations))

    def _is_small(self, said: SparkQuery) -> bool:
        return self._read_rows(said) <= _FEW

    def _frame(self, said: SparkQuery) -> DataFrame:
        """Plan a query.

        Raises:
            DatabaseError: a column is of a type that has no counterpart.
        """
        self._settings.tune(is_for_few=self._is_small(said))
        frame = self._session.sql(said.text, args=said.arguments)
        _columns(frame)
        return frame

    def _read(self, pieces: Sequence[bytes], types: Mapping[str, str]) -> DataFrame:
        """Make rows of pieces of text, each of them rows as `VettingStore.lines` yields them."""
        # In a query they go over as they are; else each executor would need a Python to read them.
        given = {f"piece{at}": bytearray(each) for at, each in enumerate(pieces)}
        values = ", ".join(f"(:{name})" for name in given)
        rows = self._session.sql(f"SELECT rows FROM VALUES {values} AS given(rows)", args=given)
        lines = rows.selectExpr("explode(split(string(rows), char(10))) AS line")
        cells = lines.selectExpr("split(line, char(9)) AS cells")
        return cells.selectExpr(*(read_cell(at, *each) for at, each in enumerate(types.items())))

    def _show(self, relation: str, kept: list[DataFrame], count: int) -> None:
        """Make a view of what was kept."""
        frame = reduce(DataFrame.unionAll, kept)
        if count <= _FEW:
            frame = frame.coalesce(1)
            frame.hint("broadcast").createOrReplaceTempView(self._view(relation) + _SENT)
        frame.createOrReplaceTempView(self._view(relation))
        self._rows[relation], self._kept[relation] = count, kept

    @contextmanager
    def _failing_well(self) -> Iterator[None]:
        """Make of what fails an error that shows neither a value nor an address."""
        with warnings.catch_warnings():
            # Spark's client leaves it to the collector to close what it read.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                yield
            except FAILURES as failure:
                error = session_lost() if self._control.is_lost() else spark_error(failure)
                if isinstance(error, SessionLostError):
                    self._control.give_up()
                raise error from None
            except (AssertionError, AttributeError):
                # Of pyspark's, in whose hands a session was ended by somebody else.
                if not self._control.is_lost():
                    raise
                raise session_lost() from None


def _keep(frame: DataFrame) -> tuple[DataFrame, int]:
    """Have rows computed once and kept, and return how many there are."""
    with ExitStack() as undo:
        kept = frame.localCheckpoint(eager=False)
        undo.callback(_forget, kept)
        count = kept.count()
        undo.pop_all()
    return kept, count


def _forget(frame: DataFrame) -> None:
    """Give up what was kept; a server that is spoken with from afar does so by itself."""
    plan = getattr(frame, "_jdf", None)
    if plan is not None:
        plan.queryExecution().logical().rdd().unpersist(False)


def _columns(frame: DataFrame) -> dict[str, str]:
    """Return the columns of a plan with our names of their types.

    Raises:
        DatabaseError: one has none.
    """
    found = {}
    for each in frame.schema.fields:
        kind = each.dataType.simpleString()
        is_whole = kind.startswith("decimal(") and kind.endswith(",0)")
        if kind not in _OURS and not is_whole:
            refuse(kind)
        found[each.name] = _OURS.get(kind, "HUGEINT")
    return found


def _value(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value


@contextmanager
def open_spark() -> Iterator[Spark]:
    """Judge in the session that is there, that `SPARK_REMOTE` names, or that is started here.

    Raises:
        DatabaseError: there is none, or it cannot be used.
    """
    with spark_session() as session:
        store = Spark(session)
        is_broken_off = True
        try:
            store.start()
            yield store
            is_broken_off = False
        finally:
            store.end(is_broken_off=is_broken_off)
