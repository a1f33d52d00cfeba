"""Choose the sheet and the range of a workbook that are a table, as a contract says."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ccpolicy.errors import EvidenceError, Message
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.open_workbook import MAX_BYTES, open_workbook, settle_merged
from ccpolicy.evidence.readers.workbook import OpenSheet
from ccpolicy.policy.decoding import CellRange

_SHEET_RANGE = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!(?P<range>[A-Z0-9$:]+)"
)


def chosen_sheets(file: SourceFile) -> tuple[list[str], list[Message]]:
    """Return the names of the sheets that a contract chooses by patterns, and what to note.

    Raises:
        EvidenceError: it is no workbook, or a pattern fits no sheet.
    """
    file.check_size(MAX_BYTES)
    names = [*open_workbook(file).sheets]
    wanted = file.contract.dataset.sheet or []
    patterns = [wanted] if isinstance(wanted, str) else wanted
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            raise _no_sheet(file, pattern, names)
    chosen = [
        name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    ]
    return chosen, list(_not_read(chosen, names))


def _no_sheet(file: SourceFile, name: str, known: Sequence[str]) -> EvidenceError:
    return file.error(
        "there is no sheet '{name}'",
        hint="the sheets are: {known}",
        name=name,
        known=", ".join(known),
    )


def open_sheet(file: SourceFile) -> tuple[OpenSheet, list[Message]]:
    """Return the sheet that a contract chooses, and what to note.

    Raises:
        EvidenceError: it is no workbook, or has no such sheet.
        LimitError: it is too large.
    """
    file.check_size(MAX_BYTES)
    book = open_workbook(file)
    area, wanted = _wanted(file, [*book.sheets], book.names)
    sheet = book.open(wanted)
    sheet.facts.area = area
    settle_merged(file, sheet, file.contract.dataset.merged)
    hidden = {name for name, is_hidden in book.sheets.items() if is_hidden}
    return sheet, _notes(file, wanted, [*book.sheets], hidden)


def _wanted(
    file: SourceFile, names: Sequence[str], ranges: Mapping[str, str]
) -> tuple[CellRange, str]:
    """Return the part of the sheet that is the table, and the sheet's name.

    Raises:
        EvidenceError: there is no such range, or no such sheet.
    """
    area, named = _table_area(file, ranges)
    chosen = file.contract.dataset.sheet
    wanted = file.sheet or named or (chosen if isinstance(chosen, str) else names[0])
    if wanted not in names:
        raise _no_sheet(file, wanted, names)
    return area, wanted


def _notes(
    file: SourceFile, wanted: str, names: Sequence[str], hidden: Collection[str]
) -> list[Message]:
    """Say what else there is, and whether the sheet that was read is hidden."""
    notes = [] if file.sheet else list(_not_read([wanted], names))
    if wanted in hidden:
        notes.append(Message.of("the sheet '{name}' that was read is hidden", name=wanted))
    return notes


def _not_read(chosen: Sequence[str], names: Sequence[str]) -> Iterator[Message]:
    """Say which sheets were read, where there are others."""
    if others := [each for each in names if each not in chosen]:
        yield Message.of(
            "of {count} sheets, '{name}' was read; not read: {others}",
            count=len(names),
            name=", ".join(chosen),
            others=", ".join(others),
        )


def _table_area(file: SourceFile, names: Mapping[str, str]) -> tuple[CellRange, str | None]:
    """Return the range that a contract names, and the sheet on which a name of the workbook has it.

    Raises:
        EvidenceError: the workbook has no range of that name.
    """
    wanted = file.contract.dataset.range
    area = CellRange.parse(wanted) if wanted else CellRange()
    if area or not wanted:
        return area or CellRange(), None
    if place := _SHEET_RANGE.fullmatch(names.get(wanted, "")):
        area = CellRange.parse(place["range"])
        if area:
            return area, (place["quoted"] or "").replace("''", "'") or place["plain"]
    raise file.error(
        "the workbook has no range of the name '{name}'",
        hint="correct 'range' in the dataset; the names are: {known}",
        name=wanted,
        known=", ".join(names) or "–",
    )
