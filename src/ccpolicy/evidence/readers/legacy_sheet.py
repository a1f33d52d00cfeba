"""One sheet of a workbook of Excel 97 to 2003, record by record."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.compound_file import DamagedFile
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.legacy_records import Kind
from ccpolicy.evidence.readers.legacy_strings import Strings
from ccpolicy.evidence.readers.serial_times import duration, moment
from ccpolicy.evidence.readers.workbook import (
    OpenSheet,
    cell_error,
    formula_without_result,
    unreadable,
)
from ccpolicy.evidence.readers.workbook_limits import (
    MAX_TEXTS,
    too_many_cells,
    too_many_characters,
    twice,
)
from ccpolicy.policy.decoding import letters

_COLUMNS = 256
_BEFORE_TEXT = (Kind.SHRFMLA, Kind.ARRAY, Kind.TABLE)
"""What may stand between a formula and its text: a formula of several cells, an array, a table."""
_IS_HIDDEN_ROW = 0x20
_HEIGHT = 0x7FFF
_COMPUTE_ON_LOAD = 2
"""Flag of a formula that programs recompute when they open the file: its stored result is only a
placeholder."""
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class LegacySheet:
    """Takes the records of a sheet."""

    def __init__(
        self,
        file: FileContent,
        name: str,
        texts: Sequence[str],
        kinds: Sequence[str],
        from_1904: bool,
        computed_by: int | None,
    ) -> None:
        """Begin a sheet.

        `texts`: those that cells share. `kinds`: of each style of cells, whether its numbers are a
        `moment` or a `duration`. `from_1904`: whether days are counted from 1904. `computed_by`:
        number of the program that computed the formulas last.
        """
        self._file, self._texts, self._kinds = file, texts, kinds
        self._from_1904, self._computed_by = from_1904, computed_by
        self._sheet = OpenSheet(name)
        self._described: set[int] = set()
        """Rows, counted from 1, that say whether they are hidden."""
        self._hides_rows = self._is_uncomputed = False
        self._characters = 0
        """Of all texts, of which a cell holds no more than a number."""
        self._awaited: tuple[int, int] | None = None
        """Row and column of a formula whose text is in a record to come."""

    def take(self, kind: int, pieces: Sequence[bytes]) -> None:
        """Take a record, given its content and that of those that continue it.

        Raises:
            DamagedFile, struct.error, IndexError: it is not as it should be.
            EvidenceError: it is a cell that was there before.
            LimitError: the texts so far are too long.
        """
        if self._awaited and kind not in _BEFORE_TEXT:
            self._put_text_result(*self._awaited, Strings(pieces) if kind == Kind.STRING else None)
            self._awaited = None
        body = pieces[0]
        match kind:
            case Kind.LABELSST:
                row, column, _, number = struct.unpack("<3HI", body)
                self._characters += len(self._texts[number])
                if self._characters > MAX_TEXTS:
                    raise too_many_characters(self._file, self._characters)
                self._put(row, column, self._texts[number])
            case Kind.NUMBER:
                self._put_number(*struct.unpack("<3Hd", body))
            case Kind.RK:
                row, column, style, packed = struct.unpack("<3HI", body)
                self._put_number(row, column, style, _unpacked(packed))
            case Kind.MULRK:
                row, column = struct.unpack_from("<2H", body)
                for style, packed in struct.iter_unpack("<HI", body[4:-2]):
                    self._put_number(row, column, style, _unpacked(packed))
                    column += 1
            case Kind.LABEL | Kind.RSTRING:
                strings = Strings(pieces)
                row, column, _ = struct.unpack("<3H", strings.take(6))
                self._put(row, column, strings.text(strings.number("<H")))
            case Kind.FORMULA:
                self._put_result(body)
            case Kind.BOOLERR:
                row, column, value, is_error = struct.unpack("<2H2x2B", body)
                self._put(
                    row, column, cell_error(_ERRORS.get(value, "?")) if is_error else bool(value)
                )
            case Kind.BLANK | Kind.MULBLANK:
                self._put_blanks(body, 1 if kind == Kind.BLANK else (len(body) - 6) // 2)
            case _:
                self._take_layout(kind, body)

    def finish(self) -> OpenSheet:
        """Return the sheet when all its records were taken.

        Raises:
            LimitError: it spans too large an area.
        """
        if self._awaited:
            self._put_text_result(*self._awaited, None)
        rows = self._sheet.rows
        area = len(rows) * max(map(len, rows), default=0)
        if area > self._file.limits.sheet_cells:
            raise too_many_cells(self._file, area)
        for cells in rows:
            cells[:] = ["" if each is None else each for each in cells]
        if self._hides_rows:
            self._sheet.facts.hidden_rows |= {*range(1, len(rows) + 1)} - self._described
        return self._sheet

    def _take_layout(self, kind: int, body: bytes) -> None:
        """Keep what is hidden or merged, and whether formulas were computed."""
        facts = self._sheet.facts
        match kind:
            case Kind.ROW:
                row, height, flags = struct.unpack_from("<H4xH4xH", body)
                self._described.add(row + 1)
                if flags & _IS_HIDDEN_ROW or not height & _HEIGHT:
                    facts.hidden_rows.add(row + 1)
            case Kind.DEFAULTROWHEIGHT:
                self._hides_rows = body[0] & 2 != 0
            case Kind.COLINFO:
                first, last, width, flags = struct.unpack_from("<3H2xH", body)
                if flags & 1 or not width:
                    facts.hidden_columns.append((first + 1, last + 1))
            case Kind.MERGEDCELLS:
                for top, bottom, left, right in struct.iter_unpack("<4H", body[2:]):
                    self._sheet.merged.append(((top, left), (bottom, right)))
            case Kind.UNCALCED:
                self._is_uncomputed = True

    def _put_result(self, body: bytes) -> None:
        """Put the result of a formula."""
        row, column, style, result, flags = struct.unpack_from("<3H8sH", body)
        # Programs that compute nothing write no text, or zero, in place of a result.
        is_empty = result[6:] == b"\xff\xff" and result[0] == 3 and not self._computed_by
        is_zero = not any(result) and self._computed_by == 0
        if self._is_uncomputed or flags & _COMPUTE_ON_LOAD or is_empty or is_zero:
            self._put(row, column, formula_without_result())
        elif result[6:] != b"\xff\xff":
            self._put_number(row, column, style, *struct.unpack("<d", result))
        elif result[0] == 0:
            self._awaited = row, column
        elif result[0] == 1:
            self._put(row, column, result[2] != 0)
        elif result[0] == 2:
            self._put(row, column, cell_error(_ERRORS.get(result[2], "?")))
        elif result[0] == 3:
            self._put(row, column, "")
        else:
            raise DamagedFile("a formula without a result")

    def _put_text_result(self, row: int, column: int, strings: Strings | None) -> None:
        """Put the text that a formula announced, if it came."""
        self._put(
            row, column, strings.text(strings.number("<H")) if strings else formula_without_result()
        )

    def _put_blanks(self, body: bytes, count: int) -> None:
        row, first = struct.unpack_from("<2H", body)
        for column in range(first, first + count):
            self._put(row, column, "")

    def _put_number(self, row: int, column: int, style: int, number: float) -> None:
        kind = self._kinds[style]
        try:
            if kind == "moment":
                self._put(row, column, moment(number, from_1904=self._from_1904))
            elif kind == "duration":
                self._put(row, column, duration(number))
            else:
                self._put(row, column, number if math.isfinite(number) else unreadable())
        except (OverflowError, ValueError):
            self._put(row, column, unreadable())

    def _put(self, row: int, column: int, value: Any) -> None:
        """Put a value, or why it is not known, at a place, counted from 0."""
        rows, name = self._sheet.rows, self._sheet.name
        if column >= _COLUMNS:
            raise DamagedFile("a cell beyond the last column")
        if row >= len(rows):
            rows += [[] for _ in range(row + 1 - len(rows))]
        cells = rows[row]
        if column >= len(cells):
            cells += [None] * (column + 1 - len(cells))
        if cells[column] is not None:
            raise twice(self._file, name, f"{letters(column + 1)}{row + 1}")
        if isinstance(value, EvidenceError):
            place = Locator(self._file.name, row + 1, column + 1, sheet=name)
            self._sheet.facts.unread[row + 1, column] = value.at(place)
            value = ""
        cells[column] = value


def _unpacked(packed: int) -> float:
    """Return a number that was packed into 32 bits."""
    value: float
    if packed & 2:
        value = (packed >> 2) - (1 << 30 if packed >> 31 else 0)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))
    return value / 100 if packed & 1 else float(value)
