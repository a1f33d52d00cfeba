"""Which sheets of a workbook hold the records, and how the table lies in them."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ccpolicy.draft.probe import probe_file
from ccpolicy.draft.question import doubt
from ccpolicy.draft.table_layout import NumberedRow, TableLayout, table_layout
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.sheet_choice import chosen_sheets, open_sheet
from ccpolicy.files.limits import Limits

SHEET = "sheet"
"""Column that holds the name of the sheet."""
_ANY = {"sheet": "*"}


@dataclass(frozen=True)
class _Sheet:
    """A sheet with something on it."""

    name: str
    table: TableLayout | None
    rows: int
    has_merged: bool
    has_hidden: bool

    def is_alike(self, other: _Sheet) -> bool:
        """Whether the headings are the same, and in the same place."""
        if self.table is None or other.table is None:
            return False
        places = [
            [each.table.keys.get(key) for key in ("header", "range")] + each.table.headings
            for each in (self, other)
            if each.table
        ]
        return places[0] == places[1]


@dataclass(frozen=True)
class WorkbookLayout:
    """The table of a workbook, in one sheet or in several of the same headings."""

    table: TableLayout
    sheets: tuple[str, ...]
    """Sheets that are read."""


def workbook_layout(path: Path, limits: Limits) -> WorkbookLayout:
    """Find the sheets that hold the records: those that are alike, and have the most rows.

    Raises:
        EvidenceError: it is no workbook, or there is no table in it.
        LimitError: it is too large.
    """
    file = probe_file(path, "xlsx", _ANY, {}, limits)
    names, _ = chosen_sheets(file)
    found = [_read(replace(file, sheet=name)) for name in names]
    filled = [each for each in found if each.rows]
    tables = [each for each in filled if each.table]
    if not tables:
        raise EvidenceError(
            "no table was found on the sheet '{name}'",
            hint="name the sheet and the row of the headings in a contract: docs/contracts.md",
            name=names[0],
            locator=Locator(str(path)),
        )
    groups = [[each for each in tables if each.is_alike(first)] for first in tables]
    group = max(groups, key=lambda each: sum(sheet.rows for sheet in each))
    table = group[0].table
    assert table
    for each in group[1:]:
        if each.table and "skip" in each.table.keys:
            skip = [*table.keys.get("skip", []), *each.table.keys["skip"]]
            table.keys["skip"] = list(dict.fromkeys(skip))
    _name_sheets(table, [each.name for each in group], names)
    others = [each.name for each in filled if each not in group]
    if others:
        table.questions.append(
            doubt(
                "Is the table on the sheet '{name}'? There are also: {others}",
                "sheet: …",
                name=", ".join(each.name for each in group),
                others=", ".join(others),
            )
        )
    _ask_what_hides(table, group)
    return WorkbookLayout(table, tuple(each.name for each in group))


def _read(file: SourceFile) -> _Sheet:
    sheet, _ = open_sheet(file)
    rows: list[NumberedRow] = [(number, row) for number, row in enumerate(sheet.rows, 1)]
    count = sum(any(cell != "" for cell in row) for row in sheet.rows)
    table = table_layout(rows, is_csv=False)
    first = table.first_row if table else 0
    return _Sheet(
        sheet.name,
        table,
        count,
        any(row >= first > 0 for row in sheet.facts.merged),
        any(row >= first > 0 for row in sheet.facts.hidden_rows),
    )


def _name_sheets(table: TableLayout, chosen: Sequence[str], names: Sequence[str]) -> None:
    """Say which sheets are read, by a pattern if there is one, which also fits those to come."""
    if len(chosen) == 1:
        if chosen[0] != names[0]:
            table.keys[SHEET] = chosen[0]
        return
    start = _common_start(chosen)
    end = _common_start([each[len(start) :][::-1] for each in chosen])[::-1]
    pattern = next(
        (
            each
            for each in ("*", f"{start}*", f"{start}*{end}")
            if [name for name in names if fnmatch.fnmatchcase(name, each)] == list(chosen)
        ),
        None,
    )
    table.keys[SHEET] = pattern or list(chosen)
    table.keys["around"] = {SHEET: {"part": "(.*)"}}
    said = doubt(
        "The sheets of the same headings are read together, and 'sheet' is the name of each:"
        " {names}",
        names=", ".join(chosen),
    )
    table.questions.append(replace(said, is_note=True))
    if pattern is None:
        table.questions.append(doubt("No pattern fits just these sheets. Will there be others?"))


def _common_start(texts: Sequence[str]) -> str:
    """Return the characters with which all texts begin."""
    alike = itertools.takewhile(lambda each: len(set(each)) == 1, zip(*texts, strict=False))
    return "".join(each[0] for each in alike)


def _ask_what_hides(table: TableLayout, group: Sequence[_Sheet]) -> None:
    if any(each.has_merged for each in group):
        table.keys["merged"] = "fill"
        table.questions.append(
            doubt(
                "Merged cells are read as if each had the text. Is it so? Otherwise:",
                "merged: first",
            )
        )
    if any(each.has_hidden for each in group):
        table.questions.append(
            doubt(
                "There are hidden rows, which are read. Are they records? Otherwise:",
                "hidden: skip",
            )
        )
