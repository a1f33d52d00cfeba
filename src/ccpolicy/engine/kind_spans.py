"""Put the check kinds' queries over their inputs, and check what they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ccpolicy.checks.kinds import Input, Kind
from ccpolicy.checks.query_guard import input_name, query_sql
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.relations import (
    PAUSE,
    Relation,
    input_records,
    named_subjects,
    parameters,
)
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.store import Store, VettingStore
from ccpolicy.store.sql import identifier, literal

RETURNED = ("control", "part", "subject", "starts", "ends", "locator")
"""Columns of a check kind's query."""
_PARTS = "'duty', 'cover', 'unknown'"
"""What a span can be. Nobody can say how it stands in one that is unknown."""
_HIDDEN = ("input", "selection")
"""Columns that a check kind's query does not see."""


def kind_query(reading: VettingStore, inputs: InputQueries, kind: Kind) -> str:
    """Put a kind's query over its own inputs, each under the name that the vetted query gives it.

    Raises:
        PolicyError: the query is not let through.
    """
    own = parameters(kind)
    columns = ", ".join(map(identifier, own.columns))
    given = [
        f"{identifier(input_name('parameters'))} AS (SELECT {columns} FROM {identifier(own.name)})"
    ]
    given += [
        f"{identifier(input_name(each))} AS ({_input(inputs, kind, each)})"
        for each, spec in kind.inputs.items()
        if not spec.items
    ]
    number = next(at for at, other in enumerate(inputs.kinds) if other is kind)
    return (
        f"SELECT {number} AS kind, control, CAST(part AS VARCHAR) AS part, subject, starts, ends,"
        f" locator FROM (WITH {', '.join(given)}"
        f" SELECT * FROM (\n{query_sql(reading, kind)}\n) query) returned"
    )


def _input(inputs: InputQueries, kind: Kind, name: str) -> str:
    """Write what a kind's query reads as one of its inputs.

    An input that another undoes has the column `until`: the earliest moment of the first record
    of the other that it is not certainly later than. What nothing undoes lasts to its own end, or
    to the horizon. Of an input that stops a clock the query reads `pause`.
    """
    spec = kind.inputs[name]
    if spec.stops:
        shown = ", ".join(each for each in PAUSE.columns if each not in _HIDDEN)
        return f"SELECT {shown} FROM {PAUSE.name} WHERE input = {inputs.numbers[kind.name, name]}"
    relation = _relation(spec)
    columns = ["control" if each == "revision" else each for each in relation.columns]
    columns = [each for each in columns if each not in _HIDDEN]
    undoing = [each for each, other in kind.inputs.items() if name in other.undoes]
    if not undoing:
        return _records(inputs, kind, name, columns)
    is_state = spec.holds == "state"
    until = "ends" if is_state else str(inputs.times.horizon)
    whole = _records(inputs, kind, name, [*columns, f"{until} AS until"])
    used = [each for each in undoing if inputs.numbers[kind.name, each] in inputs.undoing_inputs]
    if not used:
        return whole
    undone = " UNION ALL ".join(_records(inputs, kind, each, ["subject"]) for each in used)
    begins = "starts" if is_state else "earliest"
    asking = [*columns, f"{begins} AS instant", "0 AS undoes", "CAST(NULL AS BIGINT) AS undoing_at"]
    answering = [each if each in ("subject", "day") else "NULL" for each in columns]
    answers = [
        _records(inputs, kind, each, [*answering, "latest", "1", "earliest"]) for each in used
    ]
    shown = ", ".join(map(identifier, columns))
    return f"""
        {whole} AND subject NOT IN ({undone})
        UNION ALL
        SELECT {shown}, CASE WHEN undone_at < {until} THEN undone_at ELSE {until} END
        FROM (
          SELECT {shown}, undoes,
                 min(undoing_at) OVER (PARTITION BY subject ORDER BY instant, day, undoes
                                       ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
                   AS undone_at
          FROM (
            {_records(inputs, kind, name, asking)} AND subject IN ({undone})
            UNION ALL
            {" UNION ALL ".join(answers)}
          ) happened
        ) followed
        WHERE undoes = 0
    """


def _records(inputs: InputQueries, kind: Kind, name: str, cells: Sequence[str]) -> str:
    """Write the SELECT of some cells of an input's records."""
    shown = ", ".join("revision AS control" if each == "control" else each for each in cells)
    number = inputs.numbers[kind.name, name]
    # What can have no row is planned away with all that joins it.
    own = f"input = {number} AND subject IS NOT NULL" if number in inputs.filled_inputs else "false"
    return f"SELECT {shown} FROM {_relation(kind.inputs[name]).name} WHERE {own}"


def _relation(spec: Input) -> Relation:
    return named_subjects(spec) if spec.population or spec.parts else input_records(spec)


def typed(query: str) -> str:
    """Give what a kind's query returns the types of `spans`, whatever the other kinds return.

    A control or a subject that cannot be one is NULL, and a stray, as is what has no known part; a
    time is an error.
    """
    return (
        "SELECT CAST(kind AS SMALLINT) AS kind,"
        f" CASE WHEN part IN ({_PARTS}) THEN TRY_CAST(control AS INTEGER) END AS revision,"
        " CASE part WHEN 'cover' THEN true WHEN 'duty' THEN false END AS is_cover,"
        " TRY_CAST(subject AS INTEGER) AS subject,"
        " CAST(starts AS BIGINT) AS starts, CAST(ends AS BIGINT) AS ends,"
        f" CAST(locator AS BIGINT) AS locator FROM ({query}) untyped"
    )


def check_spans(
    store: Store,
    kinds: Sequence[Kind],
    queries: Mapping[str, str],
    revisions: Mapping[int, ControlRevision],
    records: Sequence[Relation],
) -> bool:
    """Check that each kind returned spans of its own controls and of subjects its inputs named.

    `records` are the relations that kinds read records from. Return whether there are spans of
    which nobody can say when they begin or end, or whether they are duty or cover.

    Raises:
        PolicyError: a kind returned something else.
    """
    [(number, is_undecided)] = store.ask(
        """
        SELECT min(CASE WHEN own.number IS NULL OR p.revision IS NULL OR own.revision <> p.revision
                          OR own.kind <> p.kind THEN p.kind END),
               max(CASE WHEN p.is_cover IS NULL OR p.starts IS NULL OR p.ends IS NULL
                        THEN 1 ELSE 0 END)
        FROM spans p
        LEFT JOIN (
          SELECT s.number, s.revision, r.kind
          FROM subject s
          JOIN control_revision r ON r.revision = s.revision
          WHERE NOT s.is_part
        ) own ON own.number = p.subject
        """
    )
    if number is None:
        _check_locators(store, kinds, records)
        return bool(is_undecided)
    kind = kinds[number]
    # Asked of its query again, which says what it wrote where `spans` could not hold it.
    columns = ", ".join(f"p.{each}" for each in RETURNED)
    rows = store.ask(
        f"""
        SELECT {columns}
        FROM ({queries[kind.name]}) p
        LEFT JOIN subject s ON s.number = TRY_CAST(p.subject AS INTEGER)
         AND s.revision = TRY_CAST(p.control AS INTEGER) AND NOT s.is_part
        LEFT JOIN control_revision r ON r.revision = s.revision AND r.kind = p.kind
        WHERE r.revision IS NULL OR p.part IS NULL OR p.part NOT IN ({_PARTS})
        ORDER BY {columns}
        LIMIT 1
        """
    )
    # A query that numbers its rows in any order may return others this time.
    values = rows[0] if rows else (None,) * len(RETURNED)
    revision = revisions.get(values[0] or 0)
    raise PolicyError(
        "the check kind '{kind}' returns for the control {control} a row whose control,"
        " subject or part is not valid: {row}",
        hint="return control and subject as they stand together in a row of its inputs,"
        " and as part 'duty', 'cover' or 'unknown'",
        locator=Locator(kind.source.file),
        kind=kind.name,
        control=revision.control.id if revision else _written(values[0]),
        row=", ".join(
            f"{column} = {_written(value)}" for column, value in zip(RETURNED, values, strict=True)
        ),
    )


def _check_locators(store: Store, kinds: Sequence[Kind], records: Sequence[Relation]) -> None:
    """Check that what opens or closes a lapse is a record.

    Raises:
        PolicyError: a kind returned the locator of none.
    """
    known = " UNION ALL ".join(f"SELECT locator FROM {each.name}" for each in records)
    strays = store.ask(
        f"""
        SELECT kind, locator
        FROM spans
        WHERE locator IS NOT NULL
          AND locator NOT IN (SELECT locator FROM ({known}) record WHERE locator IS NOT NULL)
        ORDER BY kind, locator
        LIMIT 1
        """
    )
    if not strays:
        return
    [(number, stray)] = strays
    kind = kinds[number]
    raise PolicyError(
        "the check kind '{kind}' returns the locator {number}, which no record has",
        hint="return the column locator of an input as it stands, or NULL",
        locator=Locator(kind.source.file),
        kind=kind.name,
        number=stray,
    )


def _written(value: object) -> str:
    """Write a value of a row for people, at most 40 characters of it."""
    if value is None:
        return "NULL"
    return literal(value[:40]) if isinstance(value, str) else str(value)[:40]
