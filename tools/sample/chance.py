"""Chance that is the same on every machine: each draw depends on its name alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_SEED = "call centre"


def below(limit: int, *name: object) -> int:
    """Draw a whole number from 0 to `limit` - 1."""
    text = "|".join([_SEED, *map(str, name)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % limit


def between(low: int, high: int, *name: object) -> int:
    """Draw a whole number from `low` to `high`, both included."""
    return low + below(high - low + 1, *name)


def tenths(low: int, high: int, *name: object) -> float:
    """Draw a number with one decimal, from `low` to `high` tenths."""
    return between(low, high, *name) / 10


def often(percent: int, *name: object) -> bool:
    """Say yes in so many cases of a hundred."""
    return below(100, *name) < percent


def pick(options: Sequence[T], *name: object) -> T:
    """Draw one of several."""
    return options[below(len(options), *name)]
