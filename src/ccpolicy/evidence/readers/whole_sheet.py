"""All cells of a sheet, for tables that people fill in and that are no evidence."""

from __future__ import annotations

from ccpolicy.errors import Locator
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.workbook import Rows, open_workbook, sheet_facts
from ccpolicy.evidence.readers.workbook_limits import not_a_workbook, unpack_workbook


def read_whole_sheet(file: SourceFile, wanted: str = "") -> tuple[str, Rows]:
    """Return the name and the rows of the sheet that is wanted, or else of the first one.

    Raises:
        EvidenceError: it is no workbook, or the value of a cell is not known.
        LimitError: it is larger than evidence may be.
    """
    from python_calamine import CalamineError

    parts = unpack_workbook(file)
    book = open_workbook(file, parts)
    names = book.sheet_names
    if not names:
        raise not_a_workbook(file, ValueError(f"{file.name!r} has no sheet"))
    sheet = wanted if wanted in names else names[0]
    try:
        rows, _, found = sheet_facts(file, parts, sheet, lambda: book.get_sheet_by_name(sheet))
    except (CalamineError, ValueError, OSError) as failure:
        raise not_a_workbook(file, failure) from failure
    for (number, _), error in sorted(found.unread.items()):
        raise error.at(error.locator or Locator(file.name, number, sheet=sheet))
    return sheet, rows
