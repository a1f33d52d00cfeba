"""Put the keys of YAML files in their usual order; comments go with the key below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ccpolicy.policy.models import Control, Norm, Waiver

DATASET_ORDER = (
    *("id", "title", "owner", "written_by", "files", "source", "format"),
    *("encoding", "compression", "member"),
    *("delimiter", "sheet", "range", "header", "skip", "footer", "hidden", "merged", "records"),
    *("pattern", "starts", "around", "key", "zone", "retention", "may_be_empty"),
    *("written_by", "recording"),
    *(
        "references",
        "lookups",
        "children",
        "columns",
        "empty",
        "labels",
        "value_labels",
        "descriptions",
    ),
    *("reshape", "derive", "record"),
)
"""From what a dataset is to what its records are."""


def _fields(model: type[Control | Norm | Waiver]) -> tuple[str, ...]:
    return tuple(each.alias or name for name, each in model.model_fields.items())


ENTRY_ORDERS: dict[str, tuple[str, ...]] = {
    "controls": _fields(Control),
    "norms": _fields(Norm),
    "waivers": _fields(Waiver),
}
"""Key of a list of entries → the usual order of an entry's keys."""


@dataclass
class _Block:
    key: str
    lines: list[str]


def ordered_dataset(text: str) -> str:
    """Return a dataset's file with its keys in order."""
    return "".join(_ordered(text.splitlines(keepends=True), 0, DATASET_ORDER))


def ordered_entries(text: str, name: str) -> str:
    """Return a file of entries with the keys of each in order."""
    lines = text.splitlines(keepends=True)
    starts = [
        (index, len(item[1]), len(item[2]))
        for index, line in enumerate(lines)
        if (item := re.match(r"( *)(- +)[a-z_]+:", line))
    ]
    if not starts:
        return text
    outer = min(dash for _, dash, _ in starts)
    firsts = [(index, dash + gap) for index, dash, gap in starts if dash == outer]
    found = lines[: firsts[0][0]]
    for number, (index, indent) in enumerate(firsts):
        end = firsts[number + 1][0] if number + 1 < len(firsts) else len(lines)
        entry = lines[index:end]
        marker = entry[0][:indent]
        entry[0] = " " * indent + entry[0][indent:]
        entry = _ordered(entry, indent, ENTRY_ORDERS[name])
        first = next(each for each, line in enumerate(entry) if _key(line, indent))
        entry[first] = marker + entry[first][indent:]
        found += entry
    return "".join(found)


def _key(line: str, indent: int) -> str | None:
    found = re.match(rf" {{{indent}}}([a-z_]+):(\s|$)", line)
    return found[1] if found else None


def _ordered(lines: Sequence[str], indent: int, order: Sequence[str]) -> list[str]:
    """Sort the blocks of a mapping; lines before the first and after the last stay."""
    head: list[str] = []
    blocks: list[_Block] = []
    waiting: list[str] = []
    for line in lines:
        key = _key(line, indent)
        if key:
            if not blocks:
                head, waiting = waiting, []
            blocks.append(_Block(key, [*waiting, line]))
            waiting = []
        elif not blocks or not line.strip() or line.strip().startswith("#"):
            waiting.append(line)
        else:
            blocks[-1].lines += [*waiting, line]
            waiting = []
    ranks = {name: rank for rank, name in enumerate(order)}
    if any(each.key not in ranks for each in blocks):
        return list(lines)
    blocks.sort(key=lambda each: ranks[each.key])
    body = [line for each in blocks for line in each.lines]
    return [*head, *body, *waiting]
