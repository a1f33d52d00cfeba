"""Lapses: those that stand on the page, and all of them packed for the browser to page through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby, islice

from ccpolicy.assessment.models import Assessment, Control, Lapse
from ccpolicy.reports.html_parts import packing
from ccpolicy.reports.length_text import seconds_of
from ccpolicy.reports.sections import became_waived

ON_THE_PAGE = 100
"""Lapses of a control that stand in its table; the browser pages through the others."""
SUBJECTS = 1_000
"""Failing subjects of a control that are listed by name without scripts."""
BLOCK = 2_000
"""Lapses packed at a time, so that packing needs no more room than these."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The lapses of a control that stand on the page."""

    lapses: list[Lapse]
    """Open ones first, then the longest."""
    rest: int
    failing: list[str]
    """Subjects with an open lapse, where not all of these stand in the table."""
    more_failing: int


def on_the_page(control: Control) -> Shown:
    """Choose the lapses of a control that stand on the page."""
    first = nsmallest(ON_THE_PAGE, control.lapses, key=_rank)
    rest = len(control.lapses) - len(first)
    if not rest or not first[-1].is_open:
        return Shown(first, rest, [], 0)
    failing: list[str] = []
    more = 0
    # They stand in the order of their subjects.
    for subject, _ in groupby(
        (each for each in control.lapses if each.is_open), lambda lapse: lapse.subject
    ):
        if len(failing) < SUBJECTS:
            failing.append(subject)
        else:
            more += 1
    return Shown(first, rest, failing, more)


def _rank(lapse: Lapse) -> tuple[bool, bool, float]:
    return (lapse.ends is not None, lapse.waived_by is not None, -lapse.days)


Site = Callable[[Control, str], str]


def packed(result: Assessment, site: Site) -> Iterator[bytes]:
    """Yield every lapse, packed, in columns with each text once a block."""
    return packing.packed(_blocks(result, site))


def _blocks(result: Assessment, site: Site) -> Iterator[dict[str, object]]:
    for index, control in enumerate(result.controls):
        lapses, then_waived = iter(control.lapses), became_waived(control)
        while block := list(islice(lapses, BLOCK)):
            then = [n for n, e in enumerate(block) if (e.subject, e.starts) in then_waived]
            yield {**_columns(index, control, block, site), "then": then}


def _columns(index: int, control: Control, block: Sequence[Lapse], site: Site) -> dict[str, object]:
    """Lay a block out in columns; times are minutes since 1970, lengths seconds."""
    columns = packing.TextColumns()
    number, place, minutes = columns.number, columns.place, packing.minutes
    opened = [place(lapse.opened_by) for lapse in block]
    closed = [place(lapse.closed_by) for lapse in block]
    return {
        "control": index,
        "subject": [number(lapse.subject) for lapse in block],
        "site": [number(site(control, lapse.subject)) for lapse in block],
        "starts": [minutes(lapse.starts) for lapse in block],
        "lasts": [
            minutes(lapse.ends) - minutes(lapse.starts) if lapse.ends else -1 for lapse in block
        ],
        "lasted": [seconds_of(lapse.days) for lapse in block],
        # Empty where none was paused, as of most controls.
        "paused": [lapse.paused or 0 for lapse in block]
        if any(lapse.paused for lapse in block)
        else [],
        "waiver": [number(lapse.waived_by) for lapse in block],
        "known": [place for place, lapse in enumerate(block) if lapse.baselined],
        "opened": [file for file, _ in opened],
        "openedAt": [line for _, line in opened],
        "closed": [file for file, _ in closed],
        "closedAt": [line for _, line in closed],
        "labels": packing.subject_labels(control),
        "texts": columns.texts,
    }
