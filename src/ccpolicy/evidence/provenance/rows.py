"""The rows that git fills, as relations: kept from an earlier walk, and what is new among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb

from ccpolicy.evidence.provenance.cache import EVENTS, Kept
from ccpolicy.evidence.provenance.history import Entry, Event
from ccpolicy.evidence.provenance.tables import MAKERS, RAW, SHOWN, Facts, Makers
from ccpolicy.evidence.provenance.versions import Key
from ccpolicy.evidence.sql import name
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS

_KEYS = {"unit": "VARCHAR", "record": "VARCHAR"}


class Rows:
    """Gathers the rows in relations of a connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, kept: Kept, facts: Facts) -> None:
        self.connection, self.kept, self.facts = connection, kept, facts
        for table in RAW:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {_raw(table)} AS {kept.rows(table)}")

    def put(self, entries: Mapping[Key, Entry], events: Iterable[Event]) -> None:
        """Add what happened, and what became of the records that may have changed."""
        self._remove(f"IN (FROM {self._keys(entries)})")
        self._insert(RECORDINGS, list(self.facts.recordings(entries)))
        self._insert(EVIDENCE_CHANGES, list(self.facts.changes(events)))

    def keep(self, keys: Collection[Key]) -> None:
        """Remove what is known of all but some records."""
        self._remove(f"NOT IN (FROM {self._keys(keys)})")

    def queries(self, events: Iterable[Event]) -> dict[str, str]:
        """Write queries for what the cache keeps, given the events since it was last written.

        Raises:
            UnicodeEncodeError: a record holds what is no text.
        """
        numbers = self.facts.numbers
        rows = [
            (
                numbers[each.commit],
                *each.key,
                "\n".join(each.before),
                "\n".join(each.after),
                " ".join([str(numbers[commit]) for commit in each.since]),
                each.path,
                each.restores,
            )
            for each in events
        ]
        relation = _relation(self.connection, "git.events", EVENTS, rows)
        tables = {table: f"FROM {_raw(table)}" for table in RAW}
        return {"events": f"{self.kept.rows('events')} UNION ALL FROM {relation}", **tables}

    def show(self, table: str, makers: Makers) -> str:
        """Make the relation of a dataset's records, and return its name."""
        query = f"SELECT DISTINCT unit, commit FROM {_raw(table)}"
        found = makers.rows(self.connection.execute(query).fetchall())
        who = _relation(self.connection, "git.makers", MAKERS, found)
        relation = f"git.{table}"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name(relation)} AS {SHOWN[table]} FROM {_raw(table)} r"
            f" JOIN {who} m ON r.unit = m.unit AND r.commit IS NOT DISTINCT FROM m.commit",
        )
        return relation

    def _keys(self, keys: Iterable[Key]) -> str:
        return _relation(self.connection, "git.keys", _KEYS, list(keys))

    def _remove(self, condition: str) -> None:
        self.connection.execute(f"DELETE FROM {_raw(RECORDINGS)} WHERE (unit, record) {condition}")

    def _insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            more = _relation(self.connection, "git.more", RAW[table], rows)
            self.connection.execute(f"INSERT INTO {_raw(table)} FROM {more}")


def _raw(table: str) -> str:
    return name(f"git.raw.{table}")


def _relation(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    types: Mapping[str, str],
    rows: Sequence[Sequence[object]],
) -> str:
    """Make a temporary table of rows, and return its name as SQL."""
    cells = ", ".join(
        f"unnest(CAST(${index} AS {kind}[])) AS {name(each)}"
        for index, (each, kind) in enumerate(types.items(), 1)
    )
    columns = [list(each) for each in zip(*rows, strict=True)] or [[] for _ in types]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name(relation)} AS SELECT {cells}", columns)
    return name(relation)
