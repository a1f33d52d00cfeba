"""Whether a contract asks less of what its records refer to."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.errors import Message
from ccpolicy.policy.dataset import Dataset, Reference
from ccpolicy.policy.diff.change import Subject


def reference_changes(subject: Subject, before: Dataset, after: Dataset) -> Iterator[PolicyChange]:
    """Yield what changed in the references of a dataset and of its nested records."""
    first, second = _by_column(before), _by_column(after)
    for key in dict.fromkeys([*second, *first]):
        old, new = first.get(key), second.get(key)
        if old == new:
            continue
        table, column = key
        child = table.partition(".")[2]
        path = ("children", child, "references") if child else ("references",)
        yield subject.change(
            _direction(old, new),
            Message.of("what {name} refers to", name=f"{child}/{column}" if child else column),
            *path,
            column,
            before=_text(old),
            after=_text(new),
            rewrites_history=True,
        )


def _by_column(dataset: Dataset) -> dict[tuple[str, str], Reference]:
    return {(table, column): each for table, column, each in dataset.all_references}


def _direction(before: Reference | None, after: Reference | None) -> Direction:
    if before is None or after is None:
        return "tightened" if before is None else "loosened"
    if (before.dataset, before.key) != (after.dataset, after.key):
        return "unordered"
    found = {
        _more(set(before.match.items()), set(after.match.items())),
        _more(_when(before), _when(after)),
    } - {"neutral"}
    return found.pop() if len(found) == 1 else "unordered"


def _when(reference: Reference) -> set[tuple[object, ...]]:
    """Return the conditions on time of a reference: `at` with each column of `during`."""
    return {(reference.at, *each) for each in enumerate(reference.during or ())}


def _more(before: set[tuple[str, str]] | set[tuple[object, ...]], after: object) -> Direction:
    assert isinstance(after, set)
    if before == after:
        return "neutral"
    return "tightened" if before < after else "loosened" if before > after else "unordered"


def _text(reference: Reference | None) -> str | None:
    if reference is None:
        return None
    text = f"{reference.dataset}.{reference.key}"
    if reference.match:
        text += f" ({', '.join(f'{theirs} = {ours}' for theirs, ours in reference.match.items())})"
    if reference.during:
        text += f", {'/'.join(reference.during)} @ {reference.at}"
    return text
