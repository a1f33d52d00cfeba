"""Draw a sample that anybody draws again: by hashes, without a generator of random numbers.

The seed is the digest of the population with the period. Each member's rank is the SHA-256 of seed
and id, with a line end between them; the first ones by rank are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SIZES = ((4, 2), (12, 3), (52, 8), (250, 20))
"""Largest population → how many are drawn. A choice: no norm is cited for it."""
MOST = 25
"""Drawn of a larger population."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a population."""

    id: str
    place: str | None
    fields: Mapping[str, str]


def chosen_size(population: int) -> int:
    """Return the size of a sample by the table of sizes."""
    return min(population, next((size for most, size in SIZES if population <= most), MOST))


def population_digest(members: Sequence[Member]) -> str:
    """Return the digest of a population: SHA-256 over its ids by name, one a line."""
    lines = "\n".join(sorted(member.id for member in members))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def draw(members: Sequence[Member], size: int, seed: str) -> list[Member]:
    """Return the first members by rank."""
    return sorted(members, key=lambda member: (_rank(seed, member.id), member.id))[:size]


def _rank(seed: str, name: str) -> str:
    return hashlib.sha256(f"{seed}\n{name}".encode()).hexdigest()


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Share a sample out among strata by their size; each has one at least, if there are enough.

    The largest remainders get what is left over, of equal ones the first by name.
    """
    total = sum(sizes.values())
    shares = {name: size * count / total for name, count in sizes.items()}
    drawn = {name: int(share) for name, share in shares.items()}
    by_rest = sorted(sizes, key=lambda name: (drawn[name] - shares[name], name))
    for name in by_rest[: size - sum(drawn.values())]:
        drawn[name] += 1
    for name in sorted(name for name, count in drawn.items() if not count):
        largest = max(sorted(drawn), key=lambda each: drawn[each])
        if drawn[largest] > 1:
            drawn[largest] -= 1
            drawn[name] = 1
    return drawn
