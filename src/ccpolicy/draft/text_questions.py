"""What is asked of a column that seems to hold something else than it is read as."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ccpolicy.draft.column_roles import TIMELIKE
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.yaml_text import flow
from ccpolicy.store.sql import identifier

_SEPARATORS = (";", "；", "、", "|", "  ")
_MEASURE = re.compile(r"[-+]?[0-9][0-9.,]* ?(?P<unit>[^\W\d_]{1,8}|[%°℃]\w?)")


def text_questions(name: str, heading: str, texts: Sequence[str]) -> Iterator[Question]:
    """Yield questions about the different texts of a column."""
    if units := _units(texts):
        yield doubt(
            "These are numbers of different units, and therefore a text: {units}. Which of them is"
            " right?",
            units=" | ".join(units),
        )
    elif separator := _separator(texts):
        yield doubt(
            "Cells such as {example} hold several things. Is each one a record? Then 'reshape' has"
            " in its query, as docs/columns.md shows:",
            f"unnest(string_split({identifier(heading)}, '{separator}')) AS {name}",
            example=next(each for each in texts if separator in each.strip()),
        )
    elif TIMELIKE.search(name) or TIMELIKE.search(heading):
        numbered = [each for each in texts if re.search("[0-9]", each)]
        if numbered and len(numbered) == len(texts):
            yield doubt(
                "No known form of times reads these, such as {example}, so that this is a text."
                " Are they times? docs/columns.md has the forms.",
                example=numbered[0],
            )


def epoch_questions(name: str, heading: str, values: Sequence[Any]) -> Iterator[Question]:
    """Yield questions about numbers that may be times, where the name says that they are."""
    if not (TIMELIKE.search(name) or TIMELIKE.search(heading)):
        return
    ranges = {"epoch": (9e8, 4.2e9), "epoch_ms": (9e11, 4.2e12), "excel": (25_000, 75_000)}
    for form, (least, most) in ranges.items():
        if all(least <= float(each) <= most for each in values):
            is_day = form == "excel" and all(float(each).is_integer() for each in values)
            kind = "date" if is_day else "date-time"
            yield doubt(
                "Is this a time, such as {example}? Then in 'columns' the first, and here the"
                " last:",
                answer_line(name, heading, time=form),
                f"{name}: {{type: string, format: {kind}}}",
                example=str(values[0]),
            )


def answer_line(name: str, heading: str, **reading: Any) -> str:
    """Write the line of `columns` that would say how cells are read."""
    own = {"from": heading} if heading != name else {}
    return f"{name}: {flow(own | reading)}"


def _units(texts: Sequence[str]) -> list[str]:
    found = [_MEASURE.fullmatch(each.strip()) for each in texts]
    units = Counter(each["unit"] for each in found if each)
    return [*units] if all(found) and 2 <= len(units) <= len(texts) / 2 else []


def _separator(texts: Sequence[str]) -> str | None:
    """Find what separates several things in most cells."""
    for each in _SEPARATORS:
        parts = [[part for part in text.split(each) if part.strip()] for text in texts]
        if sum(len(part) > 1 for part in parts) * 2 > len(texts):
            return each
    return None
