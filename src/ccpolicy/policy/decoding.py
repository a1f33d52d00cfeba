"""How evidence is written: the first layer of a dataset's contract, from bytes to rows of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from ccpolicy.evidence_formats import FORMATS
from ccpolicy.policy.base_model import STRICT, Name
from ccpolicy.texts import Line

Exact = Annotated[str, StringConstraints(min_length=1)]
"""A text that means what it says, with the spaces around it."""

_RANGE = re.compile(
    r"\$?(?P<column>[A-Z]{1,3})?\$?(?P<row>[1-9][0-9]{0,6})?"
    r"(?P<end>:\$?(?P<last_column>[A-Z]{1,3})?\$?(?P<last_row>[1-9][0-9]{0,6})?)?"
)


@dataclass(frozen=True, slots=True)
class CellRange:
    """A rectangle of cells; rows and columns are counted from 1, and 0 is no limit."""

    first_column: int = 1
    first_row: int = 0
    last_column: int = 0
    last_row: int = 0

    @classmethod
    def parse(cls, text: str) -> CellRange | None:
        """Read a range such as `B4:F`; None if it is not written as one."""
        found = _RANGE.fullmatch(text)
        if not found or not (found["column"] or found["row"]):
            return None
        area = cls(
            column_number(found["column"] or "A"),
            int(found["row"] or 0),
            column_number(found["last_column"]) if found["last_column"] else 0,
            int(found["last_row"] or 0),
        )
        backwards = 0 < area.last_column < area.first_column or 0 < area.last_row < area.first_row
        return None if backwards else area

    def cut(self, cells: Sequence[Any]) -> Sequence[Any]:
        """Return those of a row's cells that are in the columns."""
        if self.first_column == 1 and not self.last_column:
            return cells
        return cells[self.first_column - 1 : self.last_column or None]


def letters(column: int) -> str:
    """Write the number of a column as spreadsheets do: 28 is AB."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_number(text: str) -> int:
    """Read the letters of a column: AB is 28."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def pointer_tokens(pointer: str) -> list[str]:
    """Split a JSON Pointer (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


_MEMBERS = re.compile(r"\{([a-z][a-z0-9_]{0,62})\}")


def members_of(step: str) -> str | None:
    """Return the column of the names that a step stands for: `{host}` is each member by name."""
    found = _MEMBERS.fullmatch(step)
    return found[1] if found else None


def is_any(step: str) -> bool:
    """Whether a step of a pointer stands for each entry of a list or member of an object."""
    return step == "*" or members_of(step) is not None


MergedCells = Literal["first", "fill"]
"""Which cells have the text of merged cells: the first, or all of them."""
RowNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class Around(BaseModel):
    """A column that is not in the records: exactly one of four fields says where its value is."""

    model_config = STRICT

    value: Exact | None = None
    """The value itself."""
    file: Line | None = None
    """Pattern whose group is found in the file's path below the evidence folder."""
    part: Line | None = None
    """Pattern whose group is found in the name of the sheet, or of the file in an archive."""
    cell: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]{0,6}$")] | None = None
    """Cell of the sheet or CSV file, such as `B2`."""
    match: Line | None = None
    """Pattern whose group is found in the cell; without it the whole cell counts."""


class Decoding(BaseModel):
    """How the files of a dataset are written."""

    model_config = STRICT

    encoding: Line | None = None
    """Encoding of the text by its IANA name, such as `GB18030`; without it UTF-8."""
    compression: Literal["gzip", "zip"] | None = None
    """How the files are packed; without it not at all."""
    member: Line = "*"
    """Files in a ZIP archive that are read, such as `2026/*.csv`."""
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    sheet: Line | Annotated[list[Line], Field(min_length=1)] | None = None
    """Sheets of a workbook by name, in which `*` stands for anything; without it the first."""
    range: Line | None = None
    """Part of a sheet or CSV file that is the table, such as `B4:F` or `A3:H40`, or its name in the
    workbook. Without an end it goes on as far as there is anything."""
    header: (
        RowNumber | Annotated[list[RowNumber], Field(min_length=2, max_length=5)] | Literal["none"]
    ) = 1
    """Row with the headings, counted from the top of the sheet, or the line of a CSV file. Of
    several rows the texts are joined by a space; a cell that is empty in the upper one goes on from
    the left. `none`: there are no headings, and `columns` names each column by its letter or
    number."""
    skip: list[Line] = []
    """Patterns; a row whose first text matches one, or a line of a text log, is passed over."""
    footer: Line | None = None
    """Pattern of the first text of the row with which the table ends. Each file must have one."""
    hidden: Literal["read", "skip", "refuse"] = "read"
    """What becomes of hidden rows of a sheet; those that are read or skipped are counted."""
    merged: MergedCells | None = None
    """Which cells have the text of merged cells: the first, or all of them."""
    records: str = ""
    """JSON Pointer to the list of records in a document; empty when the document is the list. `*`
    stands for each entry, `{column}` for each member of an object, whose name is the column's
    value, `?` behind a name for one that may be missing. `document`: the document is itself the
    record."""
    pattern: Line | None = None
    """Pattern of a line or block of a text log, with a named group for each column."""
    starts: Line | None = None
    """Pattern of the line with which a block begins; without it each line is a record."""
    around: dict[Name, Around] = {}
    """Column → where it stands, if not in the records."""


_TEXT = frozenset(name for name, each in FORMATS.items() if not each.is_binary)
_TABLE = frozenset(["csv", "xlsx"])
_DOCUMENT = frozenset(name for name, each in FORMATS.items() if each.is_document)
_SHEET = frozenset(["xlsx"])
FORMATS_OF: dict[str, frozenset[str]] = {
    "encoding": _TEXT,
    "compression": frozenset(FORMATS),
    "member": frozenset(FORMATS),
    "delimiter": frozenset(["csv"]),
    "sheet": _SHEET,
    "range": _TABLE,
    "header": _TABLE,
    "skip": _TABLE | {"log"},
    "footer": _TABLE,
    "hidden": _SHEET,
    "merged": _SHEET,
    "records": _DOCUMENT,
    "pattern": frozenset(["log"]),
    "starts": frozenset(["log"]),
    "around": frozenset(FORMATS),
}
"""Key → formats of files to which it applies."""
