"""What lapses at the very moment up to which a due date counts as soon, and just beyond it."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest

import ccpolicy
from ccpolicy.assessment.agenda import agenda, tasks_due
from ccpolicy.reports import View, render
from small_centre import lay

VIEW = View(language="en", columns=80, colour=False, detail="full", path="")


@pytest.mark.parametrize(
    ("as_of", "edge", "listed"),
    [
        # PBX-1 was inspected on 10 November: its 30 days run out at the end of 10 December.
        ("2026-11-27T00:00:00+08:00", "2026-12-10", ["PBX-2", "PBX-1"]),
        ("2026-11-26T16:00:00+00:00", "2026-12-10", ["PBX-2", "PBX-1"]),
        ("2026-11-26T23:59:59.999999+08:00", "2026-12-10 23:59", ["PBX-2"]),
        ("2026-11-27T00:00:00.000001+08:00", "2026-12-11 00:00", ["PBX-2", "PBX-1"]),
        # PBX-2 lapses at the end of 1 December: that midnight belongs to 1 December.
        ("2026-12-02T00:00:00+08:00", "2026-12-15", ["PBX-2", "PBX-1"]),
        ("2026-12-02T00:00:00.000001+08:00", "2026-12-16 00:00", ["PBX-1"]),
    ],
)
def test_edge(tmp_path: Path, as_of: str, edge: str, listed: list[str]) -> None:
    result = ccpolicy.load(lay(tmp_path)).check(ccpolicy.EvaluationRequest(as_of=as_of))
    assert [s for task in tasks_due(result, result.due_soon) for s in task.subjects] == listed
    found = agenda(result, result.due_soon)
    assert [s for owner in found.owners for task in owner.due for s in task.subjects] == listed
    text = str(render(result, "text", VIEW).content)
    assert f"Due by {edge}\n" in text
    part = text.partition("Due by ")[2]
    assert [name for name in ("PBX-2", "PBX-1") if f": {name}\n" in part] == listed
    events = icalendar.Calendar.from_ical(render(found, "ics", VIEW).content).walk("VEVENT")
    days = {"PBX-1": "2026-12-10", "PBX-2": "2026-12-01"}
    assert [str(event.decoded("dtstart")) for event in events] == [
        days[name] for name in sorted(listed, key=days.__getitem__)
    ]
