"""Half-open spans of instants, in microseconds since 1970 UTC: joined, cut and subtracted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TypeVar

Span = tuple[int, int]
"""From the first instant to the one after the last."""
FOREVER = 1 << 62
"""End of a span that has none; later than any instant."""

T = TypeVar("T")


def join_spans(items: Iterable[T], span: Callable[[T], Span]) -> list[list[T]]:
    """Group items whose spans overlap or touch.

    The groups, and the items in each, are ordered by their spans.
    """
    groups: list[list[T]] = []
    reach = -FOREVER
    for item in sorted(items, key=span):
        starts, ends = span(item)
        if groups and starts <= reach:
            groups[-1].append(item)
            reach = max(reach, ends)
        else:
            groups.append([item])
            reach = ends
    return groups


def cut_span(span: Span, edges: Iterable[int]) -> list[Span]:
    """Cut a span at those edges that lie inside it."""
    starts, ends = span
    inside = {edge for edge in edges if starts < edge < ends}
    return list(pairwise(sorted({starts, *inside, ends})))


def subtract_spans(span: Span, holes: Iterable[Span]) -> list[Span]:
    """Return what other spans leave of one, in order."""
    at, ends = span
    left = []
    for hole in sorted(holes):
        if at < min(hole[0], ends):
            left.append((at, min(hole[0], ends)))
        at = max(at, hole[1])
    return [*left, (at, ends)] if at < ends else left
