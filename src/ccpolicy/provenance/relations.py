"""The rows that git fills, as relations: kept from an earlier walk, and what is new among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS
from ccpolicy.provenance.file_versions import Key
from ccpolicy.provenance.git_datasets import (
    MAKERS,
    RAW_SHARED,
    STORED_COLUMNS,
    VIEW_SQL,
    CommitAttribution,
    RecordRows,
)
from ccpolicy.provenance.history_cache import EVENTS, EVENTS_SHARED, CachedHistory
from ccpolicy.provenance.record_history import Event, RecordState
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_KEYS = {"unit": "VARCHAR", "record": "VARCHAR"}


class GitRelations:
    """Gathers the rows in relations of a store."""

    def __init__(self, store: DuckDB, kept: CachedHistory, facts: RecordRows) -> None:
        self.store, self.kept, self.facts = store, kept, facts
        self.has_rows = bool(kept.files)
        for table in STORED_COLUMNS:
            store.run(f"CREATE OR REPLACE TEMP TABLE {_raw(table)} AS {kept.rows(table)}")

    def put(self, entries: Mapping[Key, RecordState], events: Iterable[Event]) -> None:
        """Add what happened, and what became of the records that may have changed."""
        if self.has_rows:
            self._remove(f"IN (FROM {self._keys(entries)})")
        self.has_rows = True
        self._insert(RECORDINGS, self.facts.recordings(entries))
        self._insert(EVIDENCE_CHANGES, self.facts.changes(events))

    def keep(self, keys: Collection[Key]) -> None:
        """Remove what is known of all but some records."""
        self._remove(f"NOT IN (FROM {self._keys(keys)})")

    def queries(self, events: Sequence[Event]) -> dict[str, str]:
        """Write queries for what the cache keeps, given the events since it was last written.

        Raises:
            UnicodeEncodeError: a record holds what is no text.
        """
        numbers = self.facts.numbers
        since: dict[tuple[str, ...], str] = {}
        for each in events:
            if each.since not in since:
                since[each.since] = " ".join([str(numbers[commit]) for commit in each.since])
        rows = [
            (
                key[0],
                numbers[commit],
                since[made],
                path,
                restores,
                "\n".join(before),
                key[1],
                "\n".join(after),
            )
            for commit, key, before, after, made, path, restores in events
        ]
        relation = make_relation(self.store, "git.events", EVENTS, rows, EVENTS_SHARED)
        tables = {table: f"FROM {_raw(table)}" for table in STORED_COLUMNS}
        return {"events": f"{self.kept.rows('events')} UNION ALL FROM {relation}", **tables}

    def show(self, table: str, makers: CommitAttribution) -> str:
        """Make the relation of a dataset's records, and return its name."""
        query = f"SELECT DISTINCT unit, commit FROM {_raw(table)}"
        found = makers.rows(self.store.ask(query))
        who = make_relation(self.store, f"git.makers.{table}", MAKERS, found)
        relation = f"git.{table}"
        self.store.run(
            f"CREATE OR REPLACE TEMP VIEW {identifier(relation)} AS {VIEW_SQL[table]}"
            f" FROM {_raw(table)} r"
            f" JOIN {who} m ON r.unit = m.unit AND r.commit IS NOT DISTINCT FROM m.commit",
        )
        return relation

    def _keys(self, keys: Iterable[Key]) -> str:
        return make_relation(self.store, "git.keys", _KEYS, keys)

    def _remove(self, condition: str) -> None:
        self.store.run(f"DELETE FROM {_raw(RECORDINGS)} WHERE (unit, record) {condition}")

    def _insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        query, columns = _given(STORED_COLUMNS[table], rows, RAW_SHARED[table])
        self.store.run(f"INSERT INTO {_raw(table)} {query}", columns)


def _raw(table: str) -> str:
    return identifier(f"git.raw.{table}")


def make_relation(
    store: DuckDB,
    relation: str,
    types: Mapping[str, str],
    rows: Iterable[Sequence[object]],
    shared: int = 0,
) -> str:
    """Make a temporary table of rows, and return its name as SQL; see `_given`."""
    query, columns = _given(types, rows, shared)
    store.run(f"CREATE OR REPLACE TEMP TABLE {identifier(relation)} AS {query}", columns)
    return identifier(relation)


def _given(
    types: Mapping[str, str], rows: Iterable[Sequence[object]], shared: int
) -> tuple[str, list[Sequence[object]]]:
    """Write a query that gives rows, and return it with the values that it asks for.

    So many columns at the beginning are alike in most rows, and are handed over once for all that
    share them: handing over is what takes the time.
    """
    codes: dict[Sequence[object], int] = {}
    own = list(rows)
    numbers = [codes.setdefault(row[:shared], len(codes)) for row in own]
    parts = [
        (list(types.items())[:shared], list(zip(*codes, strict=True)), list(codes.values())),
        (list(types.items())[shared:], list(zip(*own, strict=True))[shared:], numbers),
    ]
    queries: list[str] = []
    columns: list[Sequence[object]] = []
    for kinds, values, code in parts:
        cells = [
            f"unnest(CAST(${index} AS {kind}[])) AS {identifier(each)}"
            for index, (each, kind) in enumerate([*kinds, ("_code", "INTEGER")], len(columns) + 1)
        ]
        queries.append(f"(SELECT {', '.join(cells)})")
        columns += [*map(list, values or [()] * len(kinds)), code]
    query = (
        f"SELECT {', '.join(map(identifier, types))} FROM {' JOIN '.join(queries)} USING (_code)"
    )
    return query, columns
