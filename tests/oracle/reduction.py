"""Takes away from a world for as long as the program and the oracle still disagree about it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .comparison import Difference, differences
from .model import Setting, World

TRIES = int(os.environ.get("CCPOLICY_REDUCTION", "200"))
"""Smaller worlds to judge at most: none where it only matters whether a world differs."""
OPTIONAL = ("at_least", "initial", "grace", "valid_for")
"""Parameters that may be left out."""


def smaller(world: World) -> Iterator[World]:
    """Yield worlds with one thing less."""
    for name in world.inputs.keys() & {"failures", "reopenings"}:
        yield replace(world, inputs={key: world.inputs[key] for key in world.inputs if key != name})
    for name, rows in world.inputs.items():
        for index in range(len(rows)):
            yield replace(world, inputs={**world.inputs, name: rows[:index] + rows[index + 1 :]})
    for index in range(len(world.waivers)):
        yield replace(world, waivers=world.waivers[:index] + world.waivers[index + 1 :])
    for index in range(len(world.revisions) if len(world.revisions) > 1 else 0):
        yield replace(world, revisions=world.revisions[:index] + world.revisions[index + 1 :])
    for index in range(len(world.items) if len(world.items) > 1 else 0):
        yield replace(world, items=world.items[:index] + world.items[index + 1 :])
    for index, revision in enumerate(world.revisions):
        for name in revision.parameters.keys() & set(OPTIONAL):
            parameters = {key: value for key, value in revision.parameters.items() if key != name}
            fewer = [*world.revisions]
            fewer[index] = replace(revision, parameters=parameters)
            yield replace(world, revisions=fewer)


def smallest(folder: Path, shared: Setting, difference: Difference) -> Difference:
    """Take away from a world for as long as the two still disagree about the same things."""
    tries = TRIES
    best = difference
    improved = True
    while improved:
        improved = False
        for each in smaller(best.world):
            if (tries := tries - 1) < 0:
                return best
            here = Path(tempfile.mkdtemp(dir=folder))
            try:
                found = next(differences(here, shared, [each]), None)
            except Exception:  # noqa: BLE001, S112 - a policy that is refused differs otherwise
                continue
            if found and _same(found, best):
                best, improved = found, True
                break
    return best


def _same(found: Difference, before: Difference) -> bool:
    """Say whether a smaller world's difference is the one looked for."""

    def differing(each: Difference) -> set[str]:
        return {name for name in each.expected if each.expected[name] != each.found.get(name)}

    return (
        set(found.problems) <= set(before.problems)
        and set(found.faults) == set(before.faults)
        and differing(found) <= differing(before)
    )
