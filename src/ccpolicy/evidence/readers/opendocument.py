"""OpenDocument spreadsheets: the sheets of their `content.xml`, with all that it says of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.parsers import expat

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.workbook import (
    OpenSheet,
    cell_error,
    formula_without_result,
    unreadable,
)
from ccpolicy.evidence.readers.workbook_limits import (
    CONTENT,
    not_a_workbook,
    parse_plain,
    too_many_cells,
)
from ccpolicy.evidence.values import shown

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    **{f"{_URN}{name}:1.0": name for name in ("table", "office", "text", "style")},
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
_CELLS = ("table:table-cell", "table:covered-table-cell")
_NUMBERS = ("float", "percentage", "currency")
_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_HIDDEN = ("collapse", "filter")
_MOST_ROWS = 1 << 20
_NOTE = "office:annotation"
_SPACE, _TAB, _BREAK = "\x01", "\x02", "\x03"
"""Placeholders for the elements that mean a space, a tab and a line break: characters that XML
cannot contain, so that no text is mistaken for them."""
_ADDRESS = re.compile(
    r"\$?(?P<sheet>'(?:[^']|'')+'|[^'.]+)\.(?P<first>[A-Z$0-9]+)(?::[^.]*\.(?P<last>[A-Z$0-9]+))?"
)


class OpenDocument:
    """The sheets of a document; see `Workbook`."""

    def __init__(self, file: FileContent, content: bytes) -> None:
        """Parse a document.

        Raises:
            EvidenceError: it is none.
            LimitError: a sheet spans too large an area.
        """
        self.file = file
        self._opened: dict[str, OpenSheet] = {}
        self.names: dict[str, str] = {}
        """Name of a range → its place, such as `Log!$A$3:$F$20`."""
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._tables = 0
        """Tables around what is read; those in a cell are not read."""
        self._sheet = OpenSheet("")
        self._columns = 0
        """Columns of which it was said whether they are hidden."""
        self._row: list[Any] = []
        self._column = 0
        """Cells of the row that were read, empty ones at its end among them."""
        self._row_repeats = 1
        self._faults: dict[int, EvidenceError] = {}
        """Column of the row, counted from 0 → why its value is not known."""
        self._hidden_groups: list[bool] = []
        self._pending = 0
        """Empty rows that are there only if another follows."""
        self._cell: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._beside = 0
        """Elements around what is no text of the cell, such as a comment or a drawing."""
        self._in_text = self._is_spreadsheet = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parse_plain(file, parser, content)
        if not (self._opened and self._is_spreadsheet):
            raise not_a_workbook(file, ValueError(f"{CONTENT} has no sheet"))

    @property
    def sheets(self) -> dict[str, bool]:
        """See `Workbook.sheets`."""
        return {name: each.is_hidden for name, each in self._opened.items()}

    def open(self, name: str) -> OpenSheet:
        """See `Workbook.open`."""
        return self._opened[name]

    def _start(self, name: str, given: dict[str, str]) -> None:
        name, attributes = _short(name), {_short(key): value for key, value in given.items()}
        if name == "table:table":
            self._tables += 1
            if self._tables == 1:
                self._start_sheet(attributes)
            return
        if self._tables > 1:
            return
        if self._cell is not None and (self._beside or name[0] == "?" or name == _NOTE):
            self._beside += 1
            return
        if self._cell is not None:
            self._start_text(name, attributes)
        elif name in _CELLS:
            self._cell, self._text = attributes, []
        else:
            self._start_part(name, attributes)

    def _start_text(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element in a cell."""
        match name:
            case "text:p":
                self._in_text = True
                if self._text:
                    self._text.append(_BREAK)
            case "text:s":
                self._characters(_SPACE * min(self._repeats(attributes, "text:c"), 1000))
            case "text:tab":
                self._characters(_TAB)
            case "text:line-break":
                self._characters(_BREAK)

    def _start_part(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element around cells."""
        match name:
            case "office:spreadsheet":
                self._is_spreadsheet = True
            case "style:style":
                self._style = attributes.get("style:name", "")
            case "style:table-properties":
                if attributes.get("table:display") == "false":
                    self._hidden_styles.add(self._style)
            case "table:named-range":
                self._named(attributes)
            case "table:table-column":
                repeats = self._repeats(attributes, "table:number-columns-repeated")
                if attributes.get("table:visibility") in _HIDDEN:
                    hidden = (self._columns + 1, self._columns + repeats)
                    self._sheet.facts.hidden_columns.append(hidden)
                self._columns += repeats
            case "table:table-row-group":
                self._hidden_groups.append(attributes.get("table:display") == "false")
            case "table:table-row":
                self._row, self._column, self._faults = [], 0, {}
                self._row_repeats = self._repeats(attributes, "table:number-rows-repeated")
                self._hidden_groups.append(attributes.get("table:visibility") in _HIDDEN)

    def _end(self, name: str) -> None:
        name = _short(name)
        if name == "table:table":
            self._tables -= 1
            return
        if self._tables > 1:
            return
        if self._beside:
            self._beside -= 1
            return
        match name:
            case "text:p":
                self._in_text = False
            case "table:table-row":
                self._add_row(is_hidden=any(self._hidden_groups))
                self._hidden_groups.pop()
            case "table:table-row-group":
                self._hidden_groups.pop()
            case _ if name in _CELLS and self._cell is not None:
                self._add_cell(self._cell)
                self._cell = None

    def _characters(self, text: str) -> None:
        if self._cell is not None and self._in_text and not self._beside and self._tables == 1:
            self._text.append(text)

    def _start_sheet(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("table:name", "")
        if name in self._opened:
            raise not_a_workbook(self.file, ValueError(f"{name!r} is there twice"))
        is_hidden = attributes.get("table:style-name") in self._hidden_styles
        self._sheet = self._opened[name] = OpenSheet(name, is_hidden)
        self._columns = self._pending = 0

    def _named(self, attributes: Mapping[str, str]) -> None:
        found = _ADDRESS.fullmatch(attributes.get("table:cell-range-address", ""))
        if found:
            place = f"{found['first']}:{found['last'] or found['first']}"
            self.names[attributes.get("table:name", "")] = f"{found['sheet']}!{place}"

    def _repeats(self, attributes: Mapping[str, str], name: str) -> int:
        text = attributes.get(name, "1")
        if not (text.isdecimal() and text.isascii() and 0 < len(text) < 8):
            raise not_a_workbook(self.file, ValueError(f"{name} = {text[:40]!r}"))
        return int(text)

    def _add_cell(self, cell: Mapping[str, str]) -> None:
        row, column = len(self._sheet.rows) + self._pending, self._column
        repeats = self._repeats(cell, "table:number-columns-repeated")
        across = self._repeats(cell, "table:number-columns-spanned")
        down = self._repeats(cell, "table:number-rows-spanned")
        if across > 1 or down > 1:
            self._sheet.merged.append(((row, column), (row + down - 1, column + across - 1)))
        self._column += repeats
        try:
            value = _value(cell, _plain(self._text))
        except EvidenceError as failure:
            self._check(row + 1, self._column)
            self._faults |= dict.fromkeys(range(column, self._column), failure)
            return
        # Empty cells fill the sheet up to its last column: they are there if another follows.
        if value != "":
            self._check(row + 1, self._column)
            self._row += [""] * (column - len(self._row)) + [value] * repeats

    def _add_row(self, *, is_hidden: bool) -> None:
        rows, repeats = self._sheet.rows, self._row_repeats
        number = len(rows) + self._pending + 1
        if not (self._row or self._faults):
            self._pending += repeats
            return
        self._row += [""] * (max(self._faults, default=-1) + 1 - len(self._row))
        self._check(number + repeats - 1, len(self._row))
        rows += [[] for _ in range(self._pending)]
        self._pending = 0
        rows += [list(self._row) for _ in range(repeats)]
        if is_hidden:
            self._sheet.facts.hidden_rows.update(range(number, number + repeats))
        for row in range(number, number + repeats):
            for column, failure in self._faults.items():
                place = Locator(self.file.name, row, column + 1, sheet=self._sheet.name)
                self._sheet.facts.unread[row, column] = failure.at(place)

    def _check(self, height: int, width: int) -> None:
        """Refuse a sheet that spans too many cells.

        Raises:
            LimitError: it does.
        """
        if height * width > self.file.limits.sheet_cells or height > _MOST_ROWS:
            raise too_many_cells(self.file, height * width)


def _plain(parts: Sequence[str]) -> str:
    """Return the text of a cell, in which only elements stand for several spaces."""
    text = re.sub("[ \t\r\n]+", " ", "".join(parts))
    return text.translate({ord(_SPACE): " ", ord(_TAB): "\t", ord(_BREAK): "\n"})


def _short(name: str) -> str:
    """Write a name with the usual prefix of its namespace."""
    space, _, local = name.rpartition(" ")
    return f"{_PREFIXES.get(space, '?')}:{local}"


def _value(cell: Mapping[str, str], text: str) -> Any:
    """Return the value of a cell.

    Raises:
        EvidenceError: it has none that is known.
    """
    kind = cell.get("office:value-type") or cell.get("calcext:value-type") or ""
    is_formula = "table:formula" in cell
    if cell.get("calcext:value-type") == "error" or (is_formula and text.startswith(("#", "Err:"))):
        raise cell_error(text)
    if is_formula and not kind:
        raise formula_without_result()
    try:
        match kind:
            case "" if not text:
                return ""
            case "string":
                if (given := cell.get("office:string-value", text)) != text:
                    raise EvidenceError(
                        "the cell shows another text than its value {value}",
                        hint="open the file in a spreadsheet program, and type the cell again",
                        value=shown(given),
                    )
                return given
            case "boolean":
                return {"true": True, "false": False}[cell["office:boolean-value"]]
            case "date":
                return _date(cell["office:date-value"])
            case "time":
                hours, minutes, seconds = map(int, _matched(cell["office:time-value"]))
                return datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
            case _ if kind in _NUMBERS:
                return _number(cell["office:value"])
    except (KeyError, ValueError):
        pass
    raise unreadable()


def _number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,400}(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", text):
        raise ValueError(text)
    return float(text)


def _date(text: str) -> datetime.date:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return datetime.date.fromisoformat(text)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d{1,9})?", text, re.ASCII):
        raise ValueError(text)
    return datetime.datetime.fromisoformat(text[:26].replace(",", "."))


def _matched(text: str) -> tuple[str, ...]:
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(text)
    return found.groups()
