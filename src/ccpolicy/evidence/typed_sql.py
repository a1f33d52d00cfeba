"""Rows of text as rows of values, with what is valid: SQL for all columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ccpolicy.evidence import cell_sql, record_sql
from ccpolicy.evidence.contract import Column
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time import zone_shifts

EARLY = "__early"


def zone_relation(zone: str | None) -> str:
    """Return the name of the relation of a zone's shifts."""
    return f"zone/{zone}"


def create_zones(store: DuckDB, zones: Iterable[str]) -> None:
    """Make the relations of zones that are not there yet."""
    for zone in sorted(zones):
        relation = identifier(zone_relation(zone))
        store.run(f"CREATE TABLE IF NOT EXISTS {relation} AS {zone_shifts.table(zone)}")


def typed_rows(columns: Sequence[Column], rows: str) -> str:
    """Write rows of text, which have a `locator`, as values with `_valid`.

    The earlier readings of ambiguous times are columns of their own, called `<name>__early`.
    """
    cells = ", ".join(
        f"{cell} AS {name}"
        for column in columns
        if (cell := cell_sql.cell(column, name := identifier(column.name))) != name
    )
    if cells:
        rows = f"SELECT * REPLACE ({cells}) FROM ({rows})"
    texts = {column.name: identifier(column.name) for column in columns}
    parsed, made = dict(texts), ""
    for column in columns:
        text = texts[column.name]
        if (value := cell_sql.value(column, text)) != text:
            name = parsed[column.name] = identifier(f"={column.name}")
            made += f", {value} AS {name}"
    ambiguous = [each for each in columns if each.is_ambiguous]
    for column in ambiguous:
        local = cell_sql.local_times(column, texts[column.name])
        assert local
        made += f", {local[0]} AS {identifier(f'~{column.name}')}"
        if local[1] != local[0]:
            made += f", {local[1]} AS {identifier(f'^{column.name}')}"
    source = f"(SELECT *{made} FROM ({rows}))"
    early: dict[str, str] = {}
    if ambiguous:
        source, early = _both_readings(ambiguous, source, parsed)
    conditions = [
        record_sql.valid(each, texts[each.name], parsed[each.name], early.get(each.name))
        for each in columns
    ]
    valid = " AND ".join(condition for condition in conditions if condition) or "true"
    found = [f"{parsed[column.name]} AS {identifier(column.name)}" for column in columns]
    found += [f"{reading} AS {identifier(column + EARLY)}" for column, reading in early.items()]
    found.append(f"coalesce({valid}, false) AS _valid")
    return f"SELECT locator, {', '.join(found)} FROM {source}"


def _both_readings(
    ambiguous: Sequence[Column], source: str, parsed: dict[str, str]
) -> tuple[str, dict[str, str]]:
    """Join the zones' shifts, so that times without an offset have both their readings."""
    joins, made, early = "", "", {}
    for index, column in enumerate(ambiguous):
        zone = identifier(zone_relation(column.zone))
        first = last = identifier(f"~{column.name}")
        spans = [f"z{index}"]
        if (local := cell_sql.local_times(column, "x")) and local[0] != local[1]:
            last = identifier(f"^{column.name}")
            spans.append(f"y{index}")
        for span, moment in zip(spans, (first, last), strict=False):
            joins += f" LEFT JOIN {zone} {span} ON {zone_shifts.within(f'r.{moment}', span)}"
        later = zone_shifts.readings(f"r.{last}", spans[-1])[0]
        earlier = zone_shifts.readings(f"r.{first}", spans[0])[1]
        # What is read both with an offset and without one has no reading.
        value = f"r.{parsed[column.name]}"
        both = identifier(f"+{column.name}"), identifier(f"-{column.name}")
        for name, reading in zip(both, (later, earlier), strict=True):
            made += (
                f", CASE WHEN {value} IS NULL THEN {reading}"
                f" WHEN r.{first} IS NULL THEN {value} END AS {name}"
            )
        parsed[column.name], early[column.name] = both
    return f"(SELECT r.*{made} FROM {source} r{joins})", early
