"""Open a workbook of any kind, measured first, and its sheets one at a time."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Protocol
from xml.parsers import expat

from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.legacy_workbook import LegacyWorkbook, is_legacy
from ccpolicy.evidence.readers.opendocument import OpenDocument
from ccpolicy.evidence.readers.workbook import OpenSheet, sheet_facts
from ccpolicy.evidence.readers.workbook_limits import (
    CONTENT,
    not_a_workbook,
    parse_plain,
    too_many_cells,
    unpack_workbook,
)
from ccpolicy.policy.decoding import letters

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAX_BYTES = 64 << 20


class Workbook(Protocol):
    """A workbook of any kind."""

    @property
    def sheets(self) -> Mapping[str, bool]:
        """Those with cells by name, and whether they are hidden."""

    @property
    def names(self) -> Mapping[str, str]:
        """Name of a range → its place, such as `Log!$A$3:$F$20`."""

    def open(self, name: str) -> OpenSheet:
        """Read a sheet.

        Raises:
            EvidenceError: it is damaged, or not plain.
            LimitError: it spans too large an area.
        """


def open_workbook(file: FileContent) -> Workbook:
    """Open a workbook of Excel or OpenDocument.

    Raises:
        EvidenceError: it is none, or is protected by a password.
        LimitError: it is too large.
    """
    if is_legacy(file):
        return LegacyWorkbook(file)
    parts = unpack_workbook(file)
    return OpenDocument(file, parts[CONTENT]) if CONTENT in parts else XmlWorkbook(file, parts)


class XmlWorkbook:
    """A workbook of Excel since 2007; see `Workbook`."""

    def __init__(self, file: FileContent, parts: Mapping[str, bytes]) -> None:
        """Read what concerns all sheets, given the parts, whose sizes were already checked.

        Raises:
            EvidenceError: the file is not a workbook.
        """
        # Needed for spreadsheets alone.
        from python_calamine import SheetVisibleEnum

        self._file, self._parts = file, parts
        self._book = self._opened()
        visible = SheetVisibleEnum.Visible
        self.sheets = {each.name: each.visible != visible for each in self._book.sheets_metadata}
        names = self._book.sheet_names
        if not 0 < len(self.sheets) == len(names):
            raise not_a_workbook(file, ValueError(f"sheets: {names}"))
        self.names = _defined_names(file, parts)

    def _opened(self) -> CalamineWorkbook:
        # As above.
        import python_calamine

        try:
            content = io.BytesIO(self._file.content())
            return python_calamine.CalamineWorkbook.from_filelike(content)
        except (python_calamine.CalamineError, ValueError, OSError) as failure:
            raise not_a_workbook(self._file, failure) from failure

    def open(self, name: str) -> OpenSheet:
        """See `Workbook.open`."""
        from python_calamine import CalamineError

        try:
            # Only what was measured is opened: see `sheet_facts`.
            rows, merged, facts = sheet_facts(
                self._file, self._parts, name, lambda: self._book.get_sheet_by_name(name)
            )
        except (CalamineError, ValueError, OSError) as failure:
            raise not_a_workbook(self._file, failure) from failure
        return OpenSheet(name, self.sheets[name], rows, list(merged), facts)


def _defined_names(file: FileContent, parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return name → what it stands for, such as `Log!$A$3:$F$20`."""
    text = parts.get("xl/workbook.xml")
    found: dict[str, str] = {}
    name: str | None = None

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal name
        name = attributes.get("name") if element.rpartition(" ")[2] == "definedName" else None

    def characters(content: str) -> None:
        if name is not None:
            found[name] = found.get(name, "") + content

    if text is not None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = start
        parser.CharacterDataHandler = characters
        parse_plain(file, parser, text)
    return found


def settle_merged(
    file: FileContent, sheet: OpenSheet, how: Literal["fill", "first"] | None
) -> None:
    """Fill the merged cells of a sheet, or keep the first of them; else note where they are.

    Raises:
        LimitError: they are too many.
    """
    if how == "first":
        return
    rows, count = sheet.rows, 0
    for (top, left), (bottom, right) in sheet.merged:
        inside = range(top, min(bottom + 1, len(rows)))
        count += len(inside) * (right - left + 1)
        if count > file.limits.sheet_cells:
            raise too_many_cells(file, count)
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        name = f"{letters(left + 1)}{top + 1}:{letters(right + 1)}{bottom + 1}"
        for row in inside:
            first = left + (row == top)
            if how == "fill":
                rows[row] += [""] * (right + 1 - len(rows[row]))
                rows[row][first : right + 1] = [value] * (right + 1 - first)
            elif first <= right:
                sheet.facts.merged.setdefault(row + 1, []).append((first, right, name))
