"""Split lapses by the waivers that accept them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ccpolicy.engine.outcome import LapseSpan
from ccpolicy.policy import Control, Policy, Waiver
from ccpolicy.time.calendar import day_number, day_starts
from ccpolicy.time.spans import Span, cut_span
from ccpolicy.time.zones import time_zone


def waive(policy: Policy, control: Control, lapses: Iterable[LapseSpan]) -> Iterator[LapseSpan]:
    """Cut a control's lapses where its waivers begin and end."""
    waivers = [
        (waiver.id, waiver.subject, *waiver_span(policy, waiver))
        for waiver in policy.waivers.values()
        if waiver.control == control.id
    ]
    return cut_lapses(lapses, waivers)


def waiver_span(policy: Policy, waiver: Waiver) -> tuple[int, int]:
    """Return when a waiver begins and ends, in microseconds since 1970 UTC."""
    zone = time_zone(policy.plan.zone)
    return (
        day_starts(day_number(waiver.from_), zone),
        day_starts(day_number(waiver.until) + 1, zone),
    )


def cut_lapses(
    lapses: Iterable[LapseSpan], waivers: Sequence[tuple[str, str, int, int]]
) -> Iterator[LapseSpan]:
    """Cut each lapse where a waiver (id, subject, starts, ends) begins or ends, and name it.

    Where several waivers overlap, the one that ends last is named.
    """
    waived = {subject for _, subject, _, _ in waivers}
    for lapse in lapses:
        if lapse.subject not in waived:
            yield lapse
            continue
        own = [waiver for waiver in waivers if waiver[1] == lapse.subject]
        yield from _cut(lapse, own)


def _cut(lapse: LapseSpan, waivers: Sequence[tuple[str, str, int, int]]) -> Iterator[LapseSpan]:
    def waiver(piece: Span) -> str | None:
        in_force = [each for each in waivers if each[2] <= piece[0] < each[3]]
        return max(in_force, key=lambda each: each[3])[0] if in_force else None

    edges = [edge for each in waivers for edge in each[2:]]
    for name, pieces in groupby(cut_span((lapse.starts, lapse.ends), edges), key=waiver):
        (starts, ends), *more = pieces
        if more:
            ends = more[-1][1]
        # What a waiver's day cuts was not ended by a record.
        closed_by = lapse.closed_by if ends == lapse.ends else None
        yield replace(lapse, starts=starts, ends=ends, closed_by=closed_by, waiver=name)
