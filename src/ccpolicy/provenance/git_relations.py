"""The datasets filled from git as relations of a store: cached rows, and new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS
from ccpolicy.provenance.commit_attribution import ATTRIBUTION_COLUMNS, CommitAttribution
from ccpolicy.provenance.file_versions import Key
from ccpolicy.provenance.git_datasets import SHARED_COLUMNS, STORED_COLUMNS, RecordRows
from ccpolicy.provenance.history_cache import EVENT_COLUMNS, SHARED_EVENT_COLUMNS, CachedHistory
from ccpolicy.provenance.record_states import Event, RecordState
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_EVENTS = "git.events"
_ATTRIBUTION = """a.merged_at, a.authored_at, a.id AS commit, a.author, a.committer,
    a.recorder_permitted, a.signature, a.signature_sufficient, a.with_policy, path"""
_VIEWS = {
    RECORDINGS: f"""
        SELECT row_number() OVER (ORDER BY s.dataset, record, number) AS ordinal,
            s.dataset, record, event, happened_at, due_at, owed, copies,
            a.at AS recorded_at, {_ATTRIBUTION}""",
    EVIDENCE_CHANGES: f"""
        SELECT row_number() OVER (ORDER BY s.dataset, record, a.at NULLS LAST, a.id) AS ordinal,
            s.dataset, record, change, changed_at, owed, before, after, a.reason,
            permitted, {_ATTRIBUTION}""",
}
"""The rows as controls see them, with the file in which each record is."""


class GitRelations:
    """Fills the relations of one history, which a store can have once."""

    def __init__(self, store: DuckDB, cached: CachedHistory, rows: RecordRows) -> None:
        self._store, self._cached, self._rows = store, cached, rows
        self._may_replace = bool(cached.files)
        """Whether rows of the same records may be there already."""
        for table in STORED_COLUMNS:
            store.create(_stored(table), cached.rows(table))

    def add(self, records: Mapping[Key, RecordState], events: Iterable[Event]) -> None:
        """Add events, and replace the rows of the records that they changed."""
        if self._may_replace:
            self._remove("IN", records)
        self._may_replace = True
        self._insert(RECORDINGS, self._rows.recordings(records))
        self._insert(EVIDENCE_CHANGES, self._rows.changes(events))

    def retain(self, keys: Collection[Key]) -> None:
        """Remove the rows of all other records."""
        self._remove("NOT IN", keys)

    def cache_queries(self, events: Sequence[Event]) -> dict[str, str]:
        """Return queries for the tables of the cache, given the events that it lacks.

        Raises:
            UnicodeEncodeError: a record contains a lone surrogate.
        """
        numbers = self._rows.numbers
        since: dict[tuple[str, ...], str] = {}
        for each in events:
            if each.since not in since:
                since[each.since] = " ".join([str(numbers[commit]) for commit in each.since])
        rows = [
            (
                key[0],
                numbers[commit],
                since[setters],
                path,
                restores,
                "\n".join(before),
                key[1],
                "\n".join(after),
            )
            for commit, key, before, after, setters, path, restores in events
        ]
        self._store.create(_EVENTS, *_as_query(EVENT_COLUMNS, rows, SHARED_EVENT_COLUMNS))
        added = f"SELECT * FROM {identifier(_EVENTS)}"
        tables = {table: f"SELECT * FROM {identifier(_stored(table))}" for table in STORED_COLUMNS}
        return {"events": f"{self._cached.rows('events')} UNION ALL {added}", **tables}

    def define_view(self, table: str, attribution: CommitAttribution) -> str:
        """Define the relation of a dataset, and return its name."""
        stored = identifier(_stored(table))
        pairs = self._store.ask(f"SELECT DISTINCT dataset, commit FROM {stored}")
        commits = f"git.attribution.{table}"
        rows = attribution.rows(pairs)
        columns = [list(column) for column in zip(*rows, strict=True)]
        self._store.fill(commits, ATTRIBUTION_COLUMNS, columns or [[] for _ in ATTRIBUTION_COLUMNS])
        relation = f"git.{table}"
        self._store.define(
            relation,
            f"{_VIEWS[table]} FROM {stored} s JOIN {identifier(commits)} a"
            " ON s.dataset = a.dataset AND s.commit IS NOT DISTINCT FROM a.commit",
        )
        return relation

    def _remove(self, condition: str, keys: Iterable[Key]) -> None:
        query, columns = _as_query({"dataset": "VARCHAR", "record": "VARCHAR"}, keys, 1)
        self._store.run(
            f"DELETE FROM {identifier(_stored(RECORDINGS))}"
            f" WHERE (dataset, record) {condition} ({query})",
            columns,
        )

    def _insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        query, columns = _as_query(STORED_COLUMNS[table], rows, SHARED_COLUMNS[table])
        self._store.run(f"INSERT INTO {identifier(_stored(table))} {query}", columns)


def _stored(table: str) -> str:
    return f"git.stored.{table}"


def _as_query(
    types: Mapping[str, str], rows: Iterable[Sequence[object]], shared: int
) -> tuple[str, list[Sequence[object]]]:
    """Return a query for rows, and its parameters.

    The first `shared` columns are equal in most rows. Each combination is passed once, because
    passing values takes most of the time.
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
