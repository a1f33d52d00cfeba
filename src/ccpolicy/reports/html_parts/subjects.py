"""Populations: all subjects of each control, packed for the browser to search and page through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccpolicy.assessment.models import Assessment, Control, Subjects, SubjectState
from ccpolicy.reports.html_parts import packing
from ccpolicy.reports.html_parts.wording import Wording, join, say
from ccpolicy.reports.length_text import seconds_of
from ccpolicy.vocabulary import VERDICTS

BLOCK = 2_000
"""Subjects packed at a time, so that packing needs no more room than these."""
NAMED = 50
"""Subjects of a control that are named where they are not due or were paused; all are packed."""


def packed(result: Assessment) -> Iterator[bytes]:
    """Yield every subject, packed, in columns with each text once a block."""
    return packing.packed(
        _columns(index, control, (control.population or [])[first : first + BLOCK])
        for index, control in enumerate(result.controls)
        for first in range(0, len(control.population or []), BLOCK)
    )


def total(result: Assessment) -> int:
    """Count the subjects of all controls."""
    return sum(len(control.population or []) for control in result.controls)


@dataclass(frozen=True, slots=True)
class Pending:
    """Subjects of a control whose clock has not run out, or stood still."""

    control: Control
    not_due: list[str]
    paused: list[tuple[str, int]]
    """Subject and seconds."""


def pending(result: Assessment) -> list[Pending]:
    """List what is not due yet and what was paused, where populations were asked for."""
    found = []
    for control in result.controls:
        population = control.population or []
        not_due = [each.subject for each in population if each.not_due]
        paused = [(each.subject, each.paused) for each in population if each.paused is not None]
        if not_due or paused:
            found.append(Pending(control, not_due, paused))
    return found


def subject_counts(own: Subjects) -> Wording:
    """Say how many subjects a control has, and how they stand now."""
    counts = [
        say("{count} fail", count=own.failed) if own.failed else None,
        say("{count} unknown", count=own.unknown) if own.unknown else None,
        say("{count} waived", count=own.waived) if own.waived else None,
        say("{count} pass", count=own.passed),
        say("{count} out of scope (retired)", count=own.ended) if own.ended else None,
    ]
    said = say("{total}: {counts}", total=own.total, counts=join([e for e in counts if e]))
    if own.not_due:
        return join([said, say("{count} not due yet", count=own.not_due)], semicolon=True)
    return said


def _columns(index: int, control: Control, block: Sequence[SubjectState]) -> dict[str, object]:
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
        "lasted": [seconds_of(each.days) for each in block],
        "notDue": [place for place, each in enumerate(block) if each.not_due],
        "paused": {
            place: each.paused for place, each in enumerate(block) if each.paused is not None
        },
        "labels": packing.subject_labels(control),
        "texts": columns.texts,
    }


def _minutes(moment: str | None) -> int:
    return -1 if moment is None else packing.minutes(moment)
