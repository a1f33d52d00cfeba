"""Which columns tell one record from another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

from ccpolicy.draft.column_guess import ColumnGuess
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.workbook_layout import SHEET
from ccpolicy.evidence.values import key_fault

_MOST_COMBINED = 8
"""Columns of which two or three are tried together."""
_LONGEST = 60
_ENOUGH = 30
"""Rows from which on a column called like an id is no id by chance."""
_RANKS = ("text", "date", "instant", "integer", "boolean", "number")
"""Types of columns, those first that rather tell records apart."""


def guess_key(
    columns: Sequence[ColumnGuess],
    cells: Mapping[str, Sequence[Any]],
    references: Collection[str],
) -> tuple[list[str], list[Question]] | None:
    """Return the key and what is doubtful about it; None if nothing tells the records apart.

    `references` are columns that name records of other datasets, each of which may come again.
    """
    fit = [each for each in columns if each.is_filled and _fits(cells[each.name])]
    single = [each for each in fit if _is_unique(cells, [each.name])]
    # A number in the first column counts rows or things, elsewhere it is more often a measure.
    naming = [each for each in single if each.type == "text" or each is columns[0]]
    own = [each for each in naming if each.name not in references]
    named = [each for each in own if each.is_identifier]
    own = [each for each in own if each is columns[0]]
    count = len(cells[columns[0].name])
    has_times = any(each.type in ("date", "instant") for each in columns)
    if named and (count >= _ENOUGH or (count > 1 and not has_times)):
        return [named[0].name], []
    if named or own:
        # Each thing may only happen to have one record by now.
        return [(named or own)[0].name], [_alone((named or own)[0])]
    # A subject and a time are the usual pair; a measure tells records apart by chance alone.
    ranked = sorted(fit, key=_rank)
    for size in (2, 3):
        for chosen in combinations(ranked[:_MOST_COMBINED], size):
            names = [each.name for each in columns if each in chosen]
            is_measured = any(each.type in ("integer", "number") for each in chosen)
            is_measured = is_measured or any(each.is_free for each in chosen)
            if not is_measured and _is_unique(cells, names):
                return names, [_together(names)]
    if single:
        ranked = sorted(single, key=lambda each: (each.is_free, _RANKS.index(each.type)))
        return [ranked[0].name], [_alone(ranked[0])]
    every = [each.name for each in fit]
    if every and _is_unique(cells, every):
        return every, [
            doubt("Only all of these together tell the records apart. Is there no better key?")
        ]
    return None


def _rank(column: ColumnGuess) -> tuple[bool, bool, int]:
    """Order columns by how likely they are to tell records apart, those first that are.

    The name of a sheet is rather about when or where, and what is asked about may be anything.
    """
    is_late = column.name == SHEET or bool(column.questions)
    return is_late, not column.is_identifier, _RANKS.index(column.type)


def _alone(column: ColumnGuess) -> Question:
    return doubt(
        "Does {column} alone tell the records apart, also those to come?", column=column.name
    )


def _together(names: Sequence[str]) -> Question:
    return doubt(
        "Do {columns} together tell the records apart, also those to come?",
        columns=", ".join(names),
    )


def equal_rows(cells: Mapping[str, Sequence[Any]]) -> tuple[int, int] | None:
    """Return the numbers, from 1, of the first two rows that are equal."""
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(zip(*cells.values(), strict=True), 1):
        shown = tuple(map(repr, row))
        if shown in seen:
            return seen[shown], number
        seen[shown] = number
    return None


def _fits(cells: Sequence[Any]) -> bool:
    """Whether all values may stand in a key."""
    texts = [str(each) for each in cells if each is not None]
    return all(len(text) <= _LONGEST and key_fault(text) is None for text in texts)


def _is_unique(cells: Mapping[str, Sequence[Any]], names: Sequence[str]) -> bool:
    rows = list(zip(*(map(repr, cells[name]) for name in names), strict=True))
    return len(set(rows)) == len(rows)
