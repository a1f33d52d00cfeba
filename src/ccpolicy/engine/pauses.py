"""Pauses: while one lasts, the clock of a duration stands still.

Everything is measured on the scale of that clock: on that of instants, or of the open time that
has passed, so that in business hours a pause is as long as the business time in it. What the clock
shows is its place on the scale less the time for which it has stood still.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.parameters import Terms
from ccpolicy.engine.relations import STOPPED_CLOCK, Relation
from ccpolicy.store import Store
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.spans import FOREVER


def create_stopped_clocks(
    store: Store, inputs: InputQueries, revisions: Iterable[ControlRevision], terms: Terms
) -> None:
    """Create `stopped_clock`, and note in `terms` of which durations open time is needed."""
    rows = []
    for each in revisions:
        for name, spec in each.kind.inputs.items():
            if not (spec.stops in each.revision.parameters and each.control.inputs.get(name)):
                continue
            for class_, key, calendar in each.class_calendars:
                duration = parse_duration(str(each.revision.of_class(key)[spec.stops]))
                label = None
                if duration.is_business:
                    label = terms.duration(duration, calendar, each.control.id)
                    terms.stopped.add(label)
                rows.append((inputs.numbers[each.kind.name, name], each.number, class_, label))
    STOPPED_CLOCK.create(store, rows)


def relations_that_stop_clocks(inputs: InputQueries) -> list[tuple[Relation, list[int]]]:
    """Return the relations that hold records of inputs which stop clocks, with these inputs."""
    found = []
    for relation, numbers in inputs.record_groups:
        if own := [each for each in numbers if each in inputs.stopping_inputs]:
            found.append((relation, own))
    return found


def pause_query(relations: Sequence[tuple[Relation, Sequence[int]]], as_of: int) -> str:
    """Write the query of `pause` over the records of some inputs; `as_of` ends what is open."""
    records = " UNION ALL ".join(
        "SELECT input, subject, starts, locator,"
        f" CASE WHEN ends < {as_of} THEN ends ELSE {as_of} END AS ends FROM {relation.name}"
        f" WHERE input IN ({', '.join(map(str, numbers))}) AND subject IS NOT NULL"
        for relation, numbers in relations
    )
    return f"""
        WITH
        recorded AS ({records}),
        reached AS (
          SELECT input, subject, starts, ends, locator,
                 max(ends) OVER (PARTITION BY input, subject ORDER BY starts, ends
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
          FROM recorded
          WHERE starts < ends
        ),
        island AS (
          SELECT input, subject, starts, ends, locator,
                 sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
                   OVER (PARTITION BY input, subject ORDER BY starts, ends
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
          FROM reached
        ),
        joined AS (
          SELECT input, subject, min(starts) AS starts, max(ends) AS ends, min(locator) AS locator
          FROM island
          GROUP BY input, subject, island
        ),
        class AS (
          SELECT subject, min(class) AS class
          FROM subject_happening
          WHERE subject IN (SELECT subject FROM joined)
          GROUP BY subject
        ),
        placed AS (               -- on the scale of its clock
          SELECT j.input, j.subject, j.starts, j.ends, j.locator,
                 {_place("a", "j.starts")} AS place, {_place("b", "j.ends")} AS until
          FROM joined j
          JOIN subject n ON n.number = j.subject
          JOIN class k ON k.subject = j.subject
          JOIN stopped_clock c
            ON c.input = j.input AND c.revision = n.revision AND c.class = k.class
          LEFT JOIN open_time a ON a.duration = c.duration AND a.counted_until = {FOREVER}
            AND a.opens <= j.starts AND j.starts < a.next_opens
          LEFT JOIN open_time b ON b.duration = c.duration AND b.counted_until = {FOREVER}
            AND b.opens <= j.ends AND j.ends < b.next_opens
        ),
        measured AS (
          SELECT input, subject, starts, ends, locator, place, until,
                 lead(starts) OVER (PARTITION BY input, subject ORDER BY starts) AS next_starts,
                 sum(until - place)
                   OVER (PARTITION BY input, subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS paused
          FROM placed
        )
        SELECT input, subject, starts, ends, coalesce(next_starts, {FOREVER}) AS next_starts,
               CAST(until - paused AS BIGINT) AS reached, CAST(paused AS BIGINT) AS paused, locator
        FROM measured
    """


def _place(span: str, instant: str) -> str:
    """Write the SQL of an instant in elapsed open time, given the row of `open_time` around it."""
    inside = f"CASE WHEN {instant} < {span}.closes THEN {instant} ELSE {span}.closes END"
    return f"coalesce({span}.elapsed + {inside} - {span}.opens, {instant})"
