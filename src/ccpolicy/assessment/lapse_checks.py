"""What an assessment cannot say of lapses: other counts or verdicts than those that it lists."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ccpolicy.assessment.control import Control
from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import KeyPath, Message
from ccpolicy.vocabulary import Verdict

_WITHOUT_FAILURE = ("pass", "waived")
_ANYHOW: tuple[Verdict, ...] = ("unknown", "not_applicable")
"""Verdicts for which there are other reasons than lapses."""


def miscounted_lapses(result: Assessment) -> Iterator[tuple[KeyPath, Message]]:
    """Yield where the counts of lapses contradict those that are listed, or the verdicts."""
    message = Message.of("the counts of lapses do not match what is listed")
    total = 0
    for index, control in enumerate(result.controls):
        counts, listed = control.lapse_counts, control.lapses
        total += counts.total if counts else len(listed)
        if counts is None:
            continue
        in_period = [e for e in listed if e.waived_by is None and result.scope.in_period(e)]
        enough = (
            counts.total > len(listed)
            and counts.open >= sum(each.is_open for each in listed)
            and counts.in_period >= len(in_period)
            and counts.waived >= sum(each.waived_by is not None for each in listed)
            and max(counts.open, counts.in_period) + counts.waived <= counts.total
        )
        passes = (counts.open and control.now in _WITHOUT_FAILURE) or (
            counts.in_period and control.period in _WITHOUT_FAILURE
        )
        if result.lapses_file is None or not enough or passes:
            yield ("controls", index, "lapse_counts"), message
    file = result.lapses_file
    if file and (file.lapses != total or (file.file is None) != (file.sha256 is None)):
        yield ("lapses_file",), message


def foreign_lapses(result: Assessment) -> Iterator[tuple[KeyPath, Message]]:
    """Yield verdicts that are not those of the lapses and subjects, and lapses that cannot be."""
    for index, control in enumerate(result.controls):
        path: KeyPath = ("controls", index)
        for place, lapse in enumerate(control.lapses):
            if lapse.days < 0 or (lapse.ends and _at(lapse.ends) <= _at(lapse.starts)):
                message = Message.of("the lapse ends before it begins")
                yield (*path, "lapses", place), message
        for field, possible in _possible_verdicts(result.scope, control):
            verdict = getattr(control, field)
            undecided = field == "now" and control.subjects.unknown and verdict == "pass"
            if undecided or verdict not in possible:
                yield (
                    (*path, field),
                    Message.of("the verdict contradicts the lapses or subjects of its control"),
                )


def _at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _possible_verdicts(
    scope: GateScope, control: Control
) -> Iterator[tuple[str, tuple[Verdict, ...]]]:
    """Yield for both verdicts which ones the lapses and subjects of a control allow."""
    counts, subjects = control.lapse_counts, control.subjects
    failing = {"now": subjects.failed, "period": 0}
    if counts:
        failing = {"now": counts.open + subjects.failed, "period": counts.in_period}
    listed = {
        "now": [each for each in control.lapses if each.ends is None],
        "period": [each for each in control.lapses if scope.in_period(each)],
    }
    for field, lapses in listed.items():
        if failing[field] or any(each.waived_by is None for each in lapses):
            yield field, ("fail", *_ANYHOW)
        elif lapses or (field == "now" and subjects.waived):
            yield field, ("waived", *_ANYHOW)
        elif counts and counts.waived:  # of these not all are listed
            yield field, ("pass", "waived", *_ANYHOW)
        else:
            yield field, ("pass", *_ANYHOW)
