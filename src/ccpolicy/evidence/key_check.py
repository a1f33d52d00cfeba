"""A quick proof that the keys of a table are fit and none is there twice.

Where it fails, the engine looks closer; see `search`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccpolicy.evidence.table_plan import TablePlan


class KeyCheck:
    """Gathers the keys of a table until they are in doubt."""

    def __init__(self, plan: TablePlan) -> None:
        names = [column.name for column in plan.cells()]
        self.are_proven = plan.is_judged and not plan.is_large and set(plan.key) <= set(names)
        self.places = [names.index(part) for part in plan.key if self.are_proven]
        self.seen: set[object] = set()

    def add(self, cells: Sequence[Sequence[Any]]) -> None:
        """Note the keys of records, given the columns of `TablePlan.cells`."""
        if not self.are_proven:
            return
        parts = [cells[place] for place in self.places]
        before = len(self.seen)
        self.seen.update(parts[0] if len(parts) == 1 else zip(*parts, strict=True))
        self.are_proven = all(map(_are_fit, parts)) and len(self.seen) == before + len(parts[0])
        if not self.are_proven:
            self.seen.clear()


def _are_fit(part: Sequence[Any]) -> bool:
    """Whether values may stand in keys, for certain."""
    if None in part:
        return False
    texts = [value for value in part if isinstance(value, str)]
    together = "".join(texts)
    return (
        together.isprintable()
        and "×" not in together
        and all(text and text[0] != " " and text[-1] != " " for text in texts)
    )
