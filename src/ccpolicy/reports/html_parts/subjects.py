"""Populations: all subjects of each control, packed for the browser to search and page through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccpolicy.assessment.models import Assessment, SubjectState
from ccpolicy.reports.html_parts import packing
from ccpolicy.reports.html_parts.wording import readable
from ccpolicy.vocabulary import VERDICTS

BLOCK = 2_000
"""Subjects packed at a time, so that packing needs no more room than these."""


def packed(result: Assessment) -> Iterator[bytes]:
    """Yield every subject, packed, in columns with each text once a block."""
    return packing.packed(
        _columns(index, population[first : first + BLOCK])
        for index, population in enumerate(each.population or [] for each in result.controls)
        for first in range(0, len(population), BLOCK)
    )


def total(result: Assessment) -> int:
    """Count the subjects of all controls."""
    return sum(len(control.population or []) for control in result.controls)


def _columns(index: int, block: Sequence[SubjectState]) -> dict[str, object]:
    """Lay a block out in columns; times are wall-clock minutes since 1970, or -1."""
    columns = packing.TextColumns()
    places = [columns.place(each.evidence) for each in block]
    return {
        "control": index,
        "subject": [columns.number(each.subject) for each in block],
        "now": [VERDICTS.index(each.now) for each in block],
        "period": [VERDICTS.index(each.period) for each in block],
        "since": [_minutes(each.since) for each in block],
        "due": [_minutes(each.next_due) for each in block],
        "file": [file for file, _ in places],
        "line": [line for _, line in places],
        "lapses": [each.lapses for each in block],
        "days": [round(each.days, 2) for each in block],
        "notDue": [place for place, each in enumerate(block) if each.not_due],
        "labels": {
            place: {tag: readable(words) for tag, words in each.label.root.items()}
            for place, each in enumerate(block)
            if each.label
        },
        "texts": columns.texts,
    }


def _minutes(moment: str | None) -> int:
    return -1 if moment is None else packing.minutes(moment)
