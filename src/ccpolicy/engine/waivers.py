"""Split lapses by the waivers that accept them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ccpolicy.engine.lapses import Lapse


def waive(lapses: Iterable[Lapse], waivers: Sequence[tuple[str, str, int, int]]) -> list[Lapse]:
    """Cut each lapse where a waiver (id, subject, starts, ends) begins or ends, and name it.

    Where several waivers overlap, the one that stands longest is named.
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
        whole = len(pieces)
        for starts, ends in pairwise(inside):
            standing = [each for each in mine if each[2] <= starts < each[3]]
            waiver = max(standing, key=lambda each: each[3])[0] if standing else None
            last = pieces[-1] if len(pieces) > whole else None
            goes_on = last is not None and last.waiver == waiver
            begin = pieces.pop().starts if goes_on else starts
            # What a waiver's day cuts was not ended by a record.
            closed_by = lapse.closed_by if ends == lapse.ends else None
            pieces.append(
                replace(lapse, starts=begin, ends=ends, closed_by=closed_by, waiver=waiver)
            )
    return pieces
