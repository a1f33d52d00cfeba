"""Split lapses by the waivers that accept them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ccpolicy.engine.lapses import Lapse
from ccpolicy.policy import Control, Policy, Waiver
from ccpolicy.time.calendar import day_number, day_starts
from ccpolicy.time.zones import time_zone


def waive(policy: Policy, control: Control, lapses: Iterable[Lapse]) -> list[Lapse]:
    """Cut a control's lapses where its waivers begin and end."""
    waivers = [
        (waiver.id, waiver.subject, *waiver_span(policy, waiver))
        for waiver in policy.waivers.values()
        if waiver.control == control.id
    ]
    return cut(lapses, waivers)


def waiver_span(policy: Policy, waiver: Waiver) -> tuple[int, int]:
    """Return when a waiver begins and ends, in microseconds since 1970 UTC."""
    zone = time_zone(policy.plan.zone)
    return (
        day_starts(day_number(waiver.from_), zone),
        day_starts(day_number(waiver.until) + 1, zone),
    )


def cut(lapses: Iterable[Lapse], waivers: Sequence[tuple[str, str, int, int]]) -> list[Lapse]:
    """Cut each lapse where a waiver (id, subject, starts, ends) begins or ends, and name it.

    Where several waivers overlap, the one that ends last is named.
    """
    pieces: list[Lapse] = []
    waived = {subject for _, subject, _, _ in waivers}
    for lapse in lapses:
        if lapse.subject not in waived:
            pieces.append(lapse)
            continue
        mine = [waiver for waiver in waivers if waiver[1] == lapse.subject]
        edges = {lapse.starts, lapse.ends, *(edge for waiver in mine for edge in waiver[2:])}
        inside = sorted(edge for edge in edges if lapse.starts <= edge <= lapse.ends)
        before = len(pieces)
        for starts, ends in pairwise(inside):
            in_force = [each for each in mine if each[2] <= starts < each[3]]
            waiver = max(in_force, key=lambda each: each[3])[0] if in_force else None
            last = pieces[-1] if len(pieces) > before else None
            goes_on = last is not None and last.waiver == waiver
            begin = pieces.pop().starts if goes_on else starts
            # What a waiver's day cuts was not ended by a record.
            closed_by = lapse.closed_by if ends == lapse.ends else None
            pieces.append(
                replace(lapse, starts=begin, ends=ends, closed_by=closed_by, waiver=waiver)
            )
    return pieces
