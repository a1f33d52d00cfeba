"""A waiver splits a lapse into waived and not, whatever overlaps."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from ccpolicy.engine.outcome import LapseSpan
from ccpolicy.engine.waivers import cut_lapses

spans = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))


@given(st.lists(spans, max_size=3), st.lists(st.tuples(st.sampled_from("ab"), spans), max_size=4))
@example([(0, 10)], [("a", (0, 9)), ("a", (0, 5))])
@example([(0, 10)], [("a", (0, 5)), ("a", (0, 9))])
def test_every_instant_is_waived_or_not(
    lapses: list[tuple[int, int]], waivers: list[tuple[str, tuple[int, int]]]
) -> None:
    mine = [LapseSpan("a", starts, ends, None, None) for starts, ends in lapses]
    given_waivers = [(f"W{n}", subject, *span) for n, (subject, span) in enumerate(waivers)]
    pieces = [*cut_lapses(mine, given_waivers)]
    for instant in range(50):
        lapsed = sum(starts <= instant < ends for starts, ends in lapses)
        standing = [
            waiver
            for waiver in given_waivers
            if waiver[1] == "a" and waiver[2] <= instant < waiver[3]
        ]
        here = [piece.waiver for piece in pieces if piece.starts <= instant < piece.ends]
        assert len(here) == lapsed
        if standing:
            last = max(waiver[3] for waiver in standing)
            assert set(here) <= {waiver[0] for waiver in standing if waiver[3] == last}
        else:
            assert set(here) <= {None}
    for one, two in pairwise(pieces):
        # Nothing is cut where nothing changes.
        assert not (
            one.ends == two.starts and one.waiver == two.waiver and one.subject == two.subject
        ) or (any(ends == one.ends for _, ends in lapses))
