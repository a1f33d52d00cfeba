"""The draw: the same for anybody, in proportion, and never more than there is."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpolicy.sampling.draw import (
    MOST,
    SIZES,
    Member,
    allocate,
    chosen_size,
    draw,
    population_digest,
)


def members(*names: str) -> list[Member]:
    return [Member(name, None, {}) for name in names]


def test_anybody_draws_the_same_by_hand() -> None:
    names = [f"I{number}" for number in range(100)]
    digest = population_digest(members(*names))
    assert digest == "sha256:" + hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
    seed = f"{digest} 2026-04-01 2026-07-01"
    by_hand = sorted(names, key=lambda each: hashlib.sha256(f"{seed}\n{each}".encode()).hexdigest())
    assert [each.id for each in draw(members(*names), 7, seed)] == by_hand[:7]
    assert draw(members(*reversed(names)), 7, seed) == draw(members(*names), 7, seed)
    assert draw(members(*names), 7, f"{seed}.") != draw(members(*names), 7, seed)


@given(
    st.dictionaries(st.text("abcdef", min_size=1), st.integers(1, 500), min_size=1, max_size=8),
    st.data(),
)
def test_shares_add_up_and_none_is_larger_than_its_stratum(
    sizes: dict[str, int], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, sum(sizes.values())))
    drawn = allocate(sizes, size)
    assert sum(drawn.values()) == size
    assert all(0 <= drawn[name] <= count for name, count in sizes.items())
    if size >= len(sizes):
        assert all(drawn.values())


@pytest.mark.parametrize(
    ("population", "size"), [(1, 1), (2, 2), (4, 2), (5, 3), (53, 20), (251, 25), (10**6, 25)]
)
def test_sizes(population: int, size: int) -> None:
    assert chosen_size(population) == size


def test_sizes_grow() -> None:
    assert sorted(SIZES) == [*SIZES]
    assert SIZES[-1][1] < MOST
    assert [size for _, size in SIZES] == sorted({size for _, size in SIZES})
