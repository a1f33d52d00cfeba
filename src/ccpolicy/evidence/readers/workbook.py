"""The XML of a workbook: what the reader of values leaves out in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.workbook_limits import (
    SHARED_TEXTS,
    check_area,
    check_texts,
    not_a_workbook,
    parse_plain,
    part_name,
)
from ccpolicy.policy.decoding import CellRange, column_number

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Rows = list[list[Any]]
Merged = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range: row and column, counted from 0."""

_REFERENCE = re.compile(r"\s*([A-Za-z]{1,3})([0-9]{1,7})\s*")
_TRUE = ("1", "true")
_ODD = "!"
"""Stands for a comment, a CDATA section or a processing instruction, which no element is called."""
_UNUSUAL = (b"<f", b":f", b'"e"', b"'e'", b"<!", b"hidden", b"zeroHeight", b"customHeight")
_NO_WIDTH = re.compile(rb"""\bwidth\s*=\s*["']\s*0*\.?0*\s*["']""")


@dataclass
class SheetFacts:
    """What the XML of a sheet says beside the values that the reader returns."""

    unread: dict[tuple[int, int], EvidenceError] = field(default_factory=dict)
    """Row from 1 and column from 0 → why the cell's value is not known."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """The first and the last column of each hidden range, from 1."""

    area: CellRange = field(default_factory=CellRange)
    """The part of the sheet that is the table."""
    merged: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)
    """Row from 1 → the first and last column, from 0, of cells there that are merged into another,
    and the range that is merged."""

    def hides(self, column: int) -> bool:
        """Whether a column, counted from 1, is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)


@dataclass
class OpenSheet:
    """A sheet, read as a whole from its own records."""

    name: str
    is_hidden: bool = False
    rows: Rows = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    facts: SheetFacts = field(default_factory=SheetFacts)


def sheet_facts(
    file: FileContent, parts: Mapping[str, bytes], sheet: str, read: Callable[[], CalamineSheet]
) -> tuple[Rows, Sequence[Merged], SheetFacts]:
    """Return a sheet's rows and merged cells, and other facts that its XML gives; `read` opens it.

    Raises:
        EvidenceError: the sheet is not plain XML.
        LimitError: it spans too large an area.
    """
    wanted = _parts_of(file, parts, sheet)
    # Where it is not clear which part is the sheet, all of them are looked at.
    texts = [
        text for name, text in parts.items() if (name in wanted if wanted else b"sheetData" in text)
    ]
    if not texts:
        raise not_a_workbook(file, ValueError(f"{sheet!r} has no part"))
    for text in texts:
        if b"\0" in text[:4]:
            raise file.error(
                "the sheet '{name}' is not UTF-8 text",
                hint="open the workbook in Excel or LibreOffice, and save it as .xlsx",
                name=sheet,
            )
        check_area(file, sheet, text)
        check_texts(file, parts.get(SHARED_TEXTS, b""), text)
    opened = read()
    values = opened.to_python(skip_empty_area=False)
    facts = SheetFacts()
    is_computed = not _computes_on_load(file, parts)
    for text in texts:
        if _is_unusual(text):
            _SheetParser(file, sheet, values, facts, is_computed=is_computed).parse(text)
    return values, opened.merged_cell_ranges or [], facts


def _computes_on_load(file: FileContent, parts: Mapping[str, bytes]) -> bool:
    """Whether the workbook asks programs to recompute every formula when they open it.

    Scripts set this flag when they write placeholder results, mostly 0, so none can be trusted.
    """
    found = _elements(file, parts.get("xl/workbook.xml"), "calcPr")
    return any(each.get("fullCalcOnLoad", "").strip() in _TRUE for each in found)


def _is_unusual(text: bytes) -> bool:
    """Whether a sheet may have a formula, an error, something hidden or oddly written.

    To look for the signs is fast; any other sheet need not be parsed a second time.
    """
    return (
        any(sign in text for sign in _UNUSUAL)
        or text.find(b"<?", 2) >= 0
        or text.count(b"inlineStr") > text.count(b"<is") + text.count(b":is")
        or _NO_WIDTH.search(text, 0, max(text.find(b"sheetData"), 0)) is not None
    )


class _SheetParser:
    """Goes through the XML of a sheet, and holds what the reader returned to it."""

    def __init__(
        self, file: FileContent, sheet: str, rows: Rows, facts: SheetFacts, *, is_computed: bool
    ) -> None:
        self.file, self.sheet, self.rows, self.facts = file, sheet, rows, facts
        self.is_computed = is_computed
        self.row = self.column = 0
        """Where the parser is, both counted from 1."""
        self.hides_rows = False
        """Whether rows are hidden unless they say how high they are."""
        self.cell: dict[str, str] | None = None
        self.inside: set[str] = set()
        """The elements, and what else the reader may not understand, of the cell."""
        self.element = ""
        """The element that began last."""
        self.text: list[str] = []
        """The text of the cell without its formula."""

    def parse(self, text: bytes) -> None:
        """Parse the part.

        Raises:
            EvidenceError: it is not plain XML.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._odd
        parser.StartCdataSectionHandler = self._odd
        parse_plain(self.file, parser, text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.element = name
        if self.cell is not None:
            self.inside.add(name)
            if name == "f" and not self.is_computed:
                self._refuse_array(attributes)
        elif name == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = column_number(place[1].upper()) if place else self.column + 1
            self.row = int(place[2]) if place else self.row
            self.cell, self.inside, self.text = attributes, set(), []
        elif name == "row":
            self.row = _number(attributes.get("r"), self.row + 1)
            self.column = 0
            if _is_hidden(attributes, "ht") or (self.hides_rows and "ht" not in attributes):
                self.facts.hidden_rows.add(self.row)
        elif name == "col" and _is_hidden(attributes, "width"):
            first = _number(attributes.get("min"), 1)
            self.facts.hidden_columns.append((first, _number(attributes.get("max"), first)))
        elif name == "sheetFormatPr":
            self.hides_rows = attributes.get("zeroHeight", "").strip() in _TRUE

    def _end(self, name: str) -> None:
        if self.cell is not None and name.rpartition(" ")[2] == "c":
            if error := self._error(self.cell):
                place = Locator(self.file.name, self.row, self.column, sheet=self.sheet)
                self.facts.unread.setdefault((self.row, self.column - 1), error.at(place))
            self.cell = None

    def _characters(self, text: str) -> None:
        if self.cell is not None and self.element != "f":
            self.text.append(text)

    def _odd(self, *_: object) -> None:
        """Note markup inside a value, such as a comment: a reader may lose text with it."""
        if self.cell is not None:
            self.inside.add(_ODD)

    def _refuse_array(self, formula: Mapping[str, str]) -> None:
        """Refuse a formula of several cells, of which the others do not say that they are of one.

        Raises:
            EvidenceError: it is one.
        """
        if formula.get("t") == "array" and ":" in formula.get("ref", ""):
            place = Locator(self.file.name, self.row, self.column, sheet=self.sheet)
            raise formula_without_result().at(place)

    def _error(self, cell: dict[str, str]) -> EvidenceError | None:
        """Say why the value of a cell is not known, if it is not."""
        kind, text = cell.get("t", "n").strip(), "".join(self.text).strip()
        if kind == "e":
            return cell_error(text)
        # An empty text is a result, if it is said to be one.
        has_result = self.is_computed and "v" in self.inside and (text or kind == "str")
        if "f" in self.inside and not has_result:
            return formula_without_result()
        index = self.row - 1
        cells = self.rows[index] if 0 <= index < len(self.rows) else ()
        value = cells[self.column - 1] if self.column <= len(cells) else ""
        # A shared text may be empty; the others stand in the cell itself.
        is_lost = value == "" and text and kind != "s"
        if is_lost or (_ODD in self.inside and text):
            return unreadable()
        return None


def cell_error(name: str) -> EvidenceError:
    """Make the error for a cell whose value is an error, such as `#N/A`."""
    return EvidenceError("the cell holds the error {error}", error=name[:40] or "?")


def formula_without_result() -> EvidenceError:
    """Make the error for a formula that no program has computed."""
    return EvidenceError(
        "the cell holds a formula without a result",
        hint="open the file in a spreadsheet program, which computes it, and save it",
    )


def unreadable() -> EvidenceError:
    """Make the error for a cell that holds something, nobody knows what."""
    return EvidenceError(
        "the cell's content cannot be read",
        hint="open the file in a spreadsheet program, and save it",
    )


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width."""
    if attributes.get("hidden", "").strip() in _TRUE:
        return True
    try:
        return float(attributes.get(size, "1")) == 0
    except ValueError:
        return False


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise


def _parts_of(file: FileContent, parts: Mapping[str, bytes], sheet: str) -> set[str]:
    """Return the parts of the workbook that are sheets of a name."""
    links = {
        each.get("Id"): each.get("Target", "")
        for each in _elements(file, parts.get("xl/_rels/workbook.xml.rels"), "Relationship")
    }
    targets = [
        links.get(value, "")
        for each in _elements(file, parts.get("xl/workbook.xml"), "sheet")
        if each.get("name") == sheet
        for name, value in each.items()
        if name.endswith(" id")
    ]
    named = {
        part_name(each[1:] if each.startswith("/") else f"xl/{each}") for each in targets if each
    }
    return named if named <= parts.keys() else set()


def _elements(file: FileContent, text: bytes | None, name: str) -> list[dict[str, str]]:
    """Return the attributes of the elements of a name, whatever their namespace."""
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element.rpartition(" ")[2] == name:
            found.append(attributes)

    if text is not None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = start
        parse_plain(file, parser, text)
    return found
