"""lapse = duty − cover, with the records that opened and closed each lapse."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ccpolicy.engine.relations import (
    CONTROL_REVISION,
    DUTY,
    GAP,
    LAPSE,
    LAPSE_RECORD,
    SPANS,
    SUBJECT,
    SUBJECT_RECORDS,
    Relation,
)
from ccpolicy.store import Store, open_store

NEVER = 1000
"""Horizon, and end of the revision."""
AS_OF = 500
Span = tuple[str, int, int, int | None]
"""Part, beginning, end, locator."""


def fill(store: Store, relation: Relation, *rows: dict[str, object]) -> None:
    cells = [[row.get(column) for row in rows] for column in relation.columns]
    store.fill(relation.name, relation.columns, cells)


def lapses(
    spans: Sequence[Span], first: int = 0, ended: tuple[int, int] | None = None
) -> list[tuple[int, int, int | None, int | None]]:
    """Subtract the spans of one subject, whose revision is in force from `first` on.

    `ended` is the end and the locator of the subject's own record.
    """
    with open_store() as store:
        fill_spans(store, spans, first, ended)
        found = store.ask("SELECT starts, ends, opened_by, closed_by FROM lapse ORDER BY starts")
    return [(starts, ends, opened, closed) for starts, ends, opened, closed in found]


def fill_spans(
    store: Store, spans: Sequence[Span], first: int = 0, ended: tuple[int, int] | None = None
) -> None:
    """Create the lapses of one subject; see `lapses`."""
    fill(
        store,
        CONTROL_REVISION,
        {"revision": 1, "starts": first, "ends": NEVER, "report_from": 100, "report_until": AS_OF},
    )
    fill(store, SUBJECT, {"number": 7, "revision": 1, "is_part": False, "name": "A"})
    ends, locator = ended or (NEVER, None)
    record = {"revision": 1, "is_part": False, "name": "A", "ends": ends, "locator": locator}
    fill(store, SUBJECT_RECORDS, record)
    rows: list[dict[str, object]] = [
        {
            "revision": 1,
            "subject": 7,
            "is_cover": part == "cover",
            "starts": starts,
            "ends": ends,
            "locator": locator,
        }
        for part, starts, ends, locator in spans
    ]
    fill(store, SPANS, *rows)
    for relation in (DUTY, GAP, LAPSE):
        store.create(relation.name, relation.query)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # The record with which the duty began opens a lapse, of several the first on file.
        ([("duty", 200, NEVER, 5), ("duty", 200, 300, 4)], [(200, NEVER, 4, None)]),
        # Duties that overlap or touch are one, and what comes after a pause is another.
        (
            [
                ("duty", 110, 200, 1),
                ("duty", 120, 200, 2),
                ("duty", 200, 250, 3),
                ("duty", 300, 400, 4),
            ],
            [(110, 250, 1, None), (300, 400, 4, None)],
        ),
        # Else the cover that expired, of several the one that began last.
        (
            [("duty", 0, NEVER, 1), ("cover", 0, 200, 3), ("cover", 50, 200, 2)],
            [(200, NEVER, 2, None)],
        ),
        # The next cover closes it, of several the first on file.
        (
            [
                ("duty", 0, NEVER, 1),
                ("cover", 0, 200, 2),
                ("cover", 300, NEVER, 9),
                ("cover", 300, 400, 8),
            ],
            [(200, 300, 2, 8)],
        ),
        # One without length expired nowhere.
        (
            [("duty", 0, NEVER, 1), ("cover", 0, 200, 3), ("cover", 200, 200, 9)],
            [(200, NEVER, 3, None)],
        ),
        # A duty that begins as cover runs out is what opens it.
        ([("duty", 200, NEVER, 1), ("cover", 0, 200, 2)], [(200, NEVER, 1, None)]),
        # A span without length covers nothing and closes nothing.
        ([("duty", 200, NEVER, 1), ("cover", 300, 300, 2)], [(200, NEVER, 1, None)]),
        # Nor does it open anything, though it is first on file.
        ([("duty", 200, NEVER, 3), ("cover", 200, 200, 2)], [(200, NEVER, 3, None)]),
        # A record that has no place is passed over.
        ([("duty", 200, NEVER, None), ("cover", 0, 200, 2)], [(200, NEVER, 2, None)]),
        # What begins at as-of has begun.
        ([("duty", AS_OF, NEVER, 1)], [(AS_OF, NEVER, 1, None)]),
        # A forecast has no records: nothing happened yet.
        ([("duty", 0, NEVER, 1), ("cover", 0, 600, 2)], [(600, NEVER, None, None)]),
        # Cover that ended before the window still opens a lapse that reaches into it.
        (
            [("duty", 0, NEVER, 1), ("cover", 0, 40, 3), ("cover", 0, 30, 2)],
            [(40, NEVER, 3, None)],
        ),
        # Duties that touch are one.
        (
            [("duty", 0, 200, 1), ("duty", 200, NEVER, 2), ("cover", 0, 300, 3)],
            [(300, 1000, 3, None)],
        ),
    ],
)
def test_records_around_a_lapse(
    spans: list[Span], expected: list[tuple[int, int, int | None, int | None]]
) -> None:
    assert lapses(spans) == expected


def test_a_duty_from_before_the_revision_opens_its_lapse() -> None:
    """Of several records the one whose duty had been uncovered longest."""
    spans: list[Span] = [
        ("duty", 40, NEVER, 4),
        ("duty", 30, NEVER, 3),
        ("duty", 28, NEVER, None),  # no record stands behind it
        ("duty", 10, 90, 1),  # over before the revision
        ("duty", 25, 150, 5),  # over as it begins
        ("duty", 5, NEVER, 2),  # was covered since
        ("cover", 0, 20, 9),
    ]
    assert lapses(spans, first=150) == [(150, NEVER, 3, None)]


def test_a_duty_from_before_the_revision_opens_its_lapse_beside_later_ones() -> None:
    spans: list[Span] = [("duty", 30, 300, 3), ("duty", 400, NEVER, 4)]
    assert lapses(spans, first=150) == [(150, 300, 3, None), (400, NEVER, 4, None)]


def test_a_record_that_owes_twice_opens_one_lapse() -> None:
    spans: list[Span] = [("duty", 30, 300, 3), ("duty", 30, NEVER, 3), ("duty", 30, NEVER, 3)]
    assert lapses(spans, first=150) == [(150, NEVER, 3, None)]


def test_records_named_behind_a_lapse_are_of_duties_that_it_left_uncovered() -> None:
    spans: list[Span] = [
        ("duty", 0, NEVER, 1),  # was covered as it began
        ("cover", 0, 200, 2),
        ("duty", 200, NEVER, 3),
        ("duty", 250, NEVER, 4),
        ("duty", 300, NEVER, None),
        ("duty", 350, NEVER, 6),  # was covered as it began
        ("cover", 350, NEVER, 7),
        ("duty", 220, 240, 8),
        ("duty", 230, 360, 9),
    ]
    with open_store() as store:
        fill_spans(store, spans)
        store.create(LAPSE_RECORD.name, LAPSE_RECORD.query)
        found = store.ask("SELECT starts, place, locator FROM lapse_record ORDER BY place")
    assert found == [(200, 1, 4), (200, 2, 9), (200, 3, 8), (200, 4, 3)]


def test_the_end_of_a_duty_closes_a_lapse() -> None:
    spans: list[Span] = [("duty", 200, 300, 1)]
    assert lapses(spans, ended=(300, 6)) == [(200, 300, 1, 6)]
    # One that lies ahead has not closed anything.
    spans = [("duty", 200, 600, 1)]
    assert lapses(spans, ended=(600, 6)) == [(200, 600, 1, None)]
