"""Whether a predicate takes fewer records than another, where its text says so."""

from __future__ import annotations

import re

from ccpolicy.assessment.comparison import Direction

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+|\s+|.", re.DOTALL)
_UNCLEAR = frozenset(["between", "case"])
"""Words after which an `and` joins no conditions."""


def filter_direction(before: str | None, after: str | None) -> Direction:
    """Say which way the filter of harmful records went: fewer of them are looser."""
    first, second = _conditions(before), _conditions(after)
    if first is None or second is None or first == second:
        return "unordered"
    if first < second:
        return "loosened"
    return "tightened" if second < first else "unordered"


def _conditions(predicate: str | None) -> frozenset[str] | None:
    """Return the conditions that `and` joins, if that can be read off; all must be met."""
    found, words, depth = [""], set(), 0
    for part in _TOKEN.findall(predicate or ""):
        word = part.lower()
        words.add(word)
        depth += (part == "(") - (part == ")")
        if depth == 0 and word == "and":
            found.append("")
        elif depth == 0 and word == "or":
            return None
        else:
            found[-1] += " " if part.isspace() else part
    if words & _UNCLEAR:
        return None
    return frozenset(each for joined in found if (each := _bare(joined.strip())))


def _bare(condition: str) -> str:
    """Take off the brackets around a whole condition."""
    while condition.startswith("(") and condition.endswith(")"):
        depth = 0
        for at, sign in enumerate(condition):
            depth += (sign == "(") - (sign == ")")
            if depth == 0 and at < len(condition) - 1:
                return condition
        condition = condition[1:-1].strip()
    return condition
