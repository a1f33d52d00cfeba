"""Whether a contract reads the cells of a column otherwise, and whether it takes fewer of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.errors import Message
from ccpolicy.policy.column_reading import AS_IS, ColumnReading
from ccpolicy.policy.columns import columns
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.diff.change import Subject


def reading_changes(subject: Subject, before: Dataset, after: Dataset) -> Iterator[PolicyChange]:
    """Yield each column that both contracts have and that is read otherwise."""
    types = columns({after.id: after}, after.id) or {}
    for name in before.record["properties"]:
        if name not in after.record["properties"]:
            continue
        # Where the dataset's own marks are others, that is said of the dataset.
        common = before.empty if before.empty == after.empty else None
        first, second = (_reading(each, name, common) for each in (before, after))
        if first != second:
            is_text = types.get(name) == "text" and not second.values
            yield subject.change(
                _direction(first, second, is_text=is_text),
                Message.of("how {name} is written on file", name=name),
                "columns",
                name,
                before=_text(first),
                after=_text(second),
                rewrites_history=True,
            )


def _reading(dataset: Dataset, name: str, empty: list[str] | None) -> ColumnReading:
    """Return how a column is written, with its heading and the marks that hold for it."""
    reading = dataset.columns.get(name, AS_IS)
    return reading.model_copy(
        update={"from_": reading.from_ or name, "empty": reading.empty or empty}
    )


def _direction(before: ColumnReading, after: ColumnReading, *, is_text: bool) -> Direction:
    """Return which way a change goes: whatever is not certain to be stricter is not called so."""
    if before.model_copy(update={"values": after.values}) == after:
        words, fewer = before.values or {}, after.values or {}
        # Without its word, an empty cell may be right, too.
        if words and fewer and ("" in words) == ("" in fewer):
            return _fewer(words.items(), fewer.items())
    # A text that is no longer a mark may be a value: any is one in a column of texts.
    if before.model_copy(update={"empty": after.empty}) == after and not is_text:
        first, second = before.empty or [], after.empty or []
        if not any(_may_be_read(mark, after) for mark in first if mark not in second):
            return _fewer(first, second)
    return "unordered"


def _may_be_read(mark: str, reading: ColumnReading) -> bool:
    """Whether a text may be a value: a word, a part that counts, or a number, time or boolean."""
    return (
        reading.extract is not None
        or mark in (reading.values or {})
        or any(sign.isdigit() for sign in mark)
        or mark.strip().lower() in ("true", "false")
    )


def _fewer(before: Collection[object], after: Collection[object]) -> Direction:
    if all(each in before for each in after):
        return "tightened"
    return "loosened" if all(each in after for each in before) else "unordered"


def _text(reading: ColumnReading) -> str:
    plain = reading.model_dump(by_alias=True, exclude_none=True)
    return json.dumps(plain, ensure_ascii=False)
