"""Spans against sets of the instants in them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ccpolicy.time.spans import FOREVER, Span, cut_span, join_spans, subtract_spans

POINTS = st.integers(0, 20)
SPANS = st.tuples(POINTS, st.integers(1, 8)).map(lambda each: (each[0], each[0] + each[1]))


def instants(*spans: Span) -> set[int]:
    return {each for span in spans for each in range(*span)}


@given(st.lists(SPANS))
def test_joined_spans_hold_the_same_instants_and_lie_apart(spans: list[Span]) -> None:
    groups = join_spans(spans, lambda each: each)
    assert sorted(each for group in groups for each in group) == sorted(spans)
    joined = [(group[0][0], max(ends for _, ends in group)) for group in groups]
    assert [instants(span) for span in joined] == [instants(*group) for group in groups]
    assert all(left[1] < right[0] for left, right in pairwise(joined))


@given(SPANS, st.lists(POINTS))
def test_pieces_make_up_the_span(span: Span, edges: list[int]) -> None:
    pieces = cut_span(span, edges)
    assert [pieces[0][0], *(ends for _, ends in pieces)] == [
        span[0],
        *sorted({each for each in edges if span[0] < each < span[1]}),
        span[1],
    ]
    assert all(starts == before for (_, before), (starts, _) in pairwise(pieces))


@given(SPANS, st.lists(SPANS))
def test_what_is_left(span: Span, holes: list[Span]) -> None:
    left = subtract_spans(span, holes)
    assert instants(*left) == instants(span) - instants(*holes)
    assert all(starts < ends for starts, ends in left)
    assert left == sorted(left)


def test_what_has_no_length_or_no_end() -> None:
    assert cut_span((3, 3), [1, 3, 5]) == []
    assert subtract_spans((3, 3), []) == []
    assert subtract_spans((1, FOREVER), [(2, 3)]) == [(1, 2), (3, FOREVER)]
    assert subtract_spans((1, FOREVER), [(1, FOREVER)]) == []
    assert join_spans([(1, FOREVER), (5, 6), (0, 1)], lambda each: each) == [
        [(0, 1), (1, FOREVER), (5, 6)]
    ]


def test_a_span_since_ever_is_the_first_of_its_group() -> None:
    since, later = (-FOREVER, 0), (5, 9)
    assert join_spans([later, since], lambda each: each) == [[since], [later]]
