"""Hold a workbook to sizes that fit into memory, before its values are read."""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import cache
from xml.parsers import expat

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.zip_extent import check_extent
from ccpolicy.policy.decoding import column_number

MAX_UNPACKED = 256 << 20
MAX_TEXTS = 256 << 20
"""Characters in all cells of a sheet that name a shared text."""

CONTENT = "content.xml"
"""Part of an OpenDocument file that holds all sheets."""
_BOOKS = ("xl/workbook.xml", "xl/workbook.bin")
"""The parts that say which sheets there are, of which a workbook has one."""
SHARED_TEXTS = "xl/sharedstrings.xml"
_PIECE = 1 << 20
_ANY_CELL = re.compile(rb"<c[ >/\t\r\n]")
_PREFIXED = re.compile(rb":(?:sheetData|row|c)[\s/>]")
_TAG = re.compile(
    rb'<(?:row r="([0-9]{1,7})"(?: (?!r=)[\w:]+="[^"]*")*'
    rb'|c r="([A-Z]{1,3})([0-9]{1,7})"(?: (?:s|t|cm|vm|ph)="\w*")*)/?>'
)
"""A row or cell as spreadsheet programs write them. The reader of values takes the last `r`."""
_ANY_PLACE = re.compile(r"\s*([A-Za-z]{0,20})([0-9]{0,20})\s*")
AFTER_NAME = (b">", b" ", b"/", b"\t", b"\r", b"\n")
_HEAD = 1024
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Marks of the order of bytes, and white space."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_AGAIN_HINT = "open the file in a spreadsheet program, and save it"
_SAVE_HINT = "save the file as an Excel workbook (.xlsx)"


def part_name(name: str) -> str:
    """Return the name of a part as the reader of values looks for it: in small letters."""
    return name.replace("\\", "/").lower()


def unpack_workbook(file: FileContent) -> dict[str, bytes]:
    """Unpack a workbook up to a limit of its size, and return its parts.

    Raises:
        EvidenceError: it is not a workbook.
        LimitError: it is too large.
    """
    found: dict[str, bytes] = {}
    room = MAX_UNPACKED
    _refuse_text(file)
    try:
        with file.open() as content, zipfile.ZipFile(content) as archive:
            check_extent(file, content, archive)
            for entry in archive.infolist():
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise file.error(
                        "a part of the workbook is compressed by a method that is not known"
                    )
                name = part_name(entry.filename)
                pieces = []
                with archive.open(entry) as stream:
                    while piece := stream.read(_PIECE):
                        room -= len(piece)
                        if room < 0:
                            raise LimitError(
                                "unpacked, the file is larger than {limit} MiB",
                                locator=Locator(file.name),
                                limit=MAX_UNPACKED >> 20,
                            )
                        if name.startswith("xl/") or name == CONTENT:
                            pieces.append(piece)
                if pieces and name in found:
                    raise not_a_workbook(file, ValueError(f"{name} is there twice"))
                if pieces:
                    found[name] = b"".join(pieces)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as failure:
        raise not_a_workbook(file, failure) from failure
    # Any part of another kind of workbook is too much beside the sheets of an OpenDocument file.
    books = [each for each in found if each in _BOOKS or CONTENT in found]
    if len(books) > 1:
        raise two_in_one(file, books[0], books[1])
    return found


def two_in_one(file: FileContent, first: str, second: str) -> EvidenceError:
    """Make the error for a file of two workbooks, given what each is called in it."""
    return file.error(
        "the file is two workbooks in one: {first} and {second}",
        hint="open it in a spreadsheet program, and save as a new file the one that counts",
        first=first,
        second=second,
    )


def _refuse_text(file: FileContent) -> None:
    """Refuse what many programs export under the name of a workbook: a web page, or text.

    Raises:
        EvidenceError: it is so.
    """
    with file.open() as content:
        head = content.read(_HEAD).replace(b"\0", b"").lstrip(_BEFORE_TEXT)
    if head.startswith(b"<"):
        raise file.error(
            "the file is a web page or other XML with the name of a workbook", hint=_SAVE_HINT
        )
    if b"\t" in head and not _CONTROL.search(head):
        raise file.error(
            "the file is text with the name of a workbook",
            hint="name it .csv, and say in the dataset how it is written, such as  format: csv"
            '  and  delimiter: "\\t"',
        )


def not_a_workbook(file: FileContent, failure: Exception) -> EvidenceError:
    """Make the error for bytes that are no workbook."""
    return file.error(
        "this is not a workbook: {reason}",
        hint=_SAVE_HINT,
        reason=str(failure)[:200],
    )


def check_area(file: FileContent, sheet: str, text: bytes) -> None:
    """Refuse a sheet whose area is too large for memory, or that gives a row or cell twice.

    The reader of values makes room for all cells up to the last row and column, wherever these
    stand, before it returns anything. Of two cells with one place it returns the last.

    Raises:
        LimitError: it is too large.
        EvidenceError: its rows and cells are not in order, or it is not plain XML.
    """
    if (count := _cells_spanned(text)) is not None:
        if count > file.limits.sheet_cells:
            raise too_many_cells(file, count)
        return
    row = column = height = width = tables = 0
    last = (0, 0)
    misplaced: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, height, width, tables, last
        name = name.rpartition(" ")[2]
        if name not in ("row", "c"):
            tables += name == "sheetData"
            return
        place = _ANY_PLACE.fullmatch(attributes.get("r", ""))
        if not place:
            raise not_a_workbook(file, ValueError(f"r = {attributes['r']!r}"))
        if name == "row":
            row, column = int(place[2] or row + 1), 0
        else:
            row = int(place[2] or row)
            column = column_number(place[1].upper()) if place[1] else column + 1
        height, width = max(height, row), max(width, column)
        if (row, column) <= last and not misplaced:
            misplaced.append(f'<{name} r="{attributes.get("r", "")[:40]}">')
        last = (row, column)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parse_plain(file, parser, text)
    if height * width > file.limits.sheet_cells:
        raise too_many_cells(file, height * width)
    if tables > 1:
        raise file.error(
            "the sheet '{name}' has several parts with rows, of which programs read one",
            hint=_AGAIN_HINT,
            name=sheet,
        )
    if misplaced:
        raise twice(file, sheet, misplaced[0])


def twice(file: FileContent, sheet: str, element: str) -> EvidenceError:
    """Make the error for a sheet that gives a row or cell again."""
    return file.error(
        "in the sheet '{name}', {element} is there twice or out of order",
        hint=_AGAIN_HINT,
        name=sheet,
        element=element,
    )


def too_many_cells(file: FileContent, count: int) -> LimitError:
    """Make the error for a sheet of too many cells."""
    return LimitError(
        "the sheet spans {count} cells, where the limit is {limit}",
        hint="delete the empty rows and columns that hold a stray value; if the sheet is as"
        " it should be, allow more with 'sheet_cells' in the table [limits] of"
        " ccpolicy.toml",
        locator=Locator(file.name),
        count=count,
        limit=file.limits.sheet_cells,
    )


@cache
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


def _cells_spanned(text: bytes) -> int | None:
    """Return how many cells a sheet spans, quickly, if it is written in the usual way and in order.

    Usual is that each row and cell says its place, in ascending order, each cell in its own row.
    """
    tags = _TAG.findall(text)
    if (
        len(tags) < text.count(b"<row") + len(_ANY_CELL.findall(text))
        or text.count(b"<sheetData") > 1
        or _PREFIXED.search(text)
    ):
        return None
    row, column, height, width = b"", 0, 0, 0
    for own, letters, digits in tags:
        if own:
            if int(own) <= height:
                return None
            row, column, height = own, 0, int(own)
        elif digits != row or _column(letters) <= column:
            return None
        else:
            column = _column(letters)
            width = max(width, column)
    return height * width


def check_texts(file: FileContent, shared: bytes, text: bytes) -> None:
    """Refuse a sheet whose cells share long texts so often that they would not fit into memory.

    A workbook stores a shared text once, but each cell that refers to it is read as a copy.

    Raises:
        LimitError: the copies exceed the limit.
        EvidenceError: the texts are not plain XML.
    """
    most_cells = text.count(b"</") // 2
    if len(shared) * most_cells <= MAX_TEXTS:
        return
    lengths = _text_lengths(file, shared)
    if max(lengths, default=0) * most_cells <= MAX_TEXTS:
        return
    count = sum(lengths[each] for each in _named_texts(file, text) if each < len(lengths))
    if count > MAX_TEXTS:
        raise too_many_characters(file, count)


def too_many_characters(file: FileContent, count: int) -> LimitError:
    """Make the error for a sheet whose texts have too many characters."""
    return LimitError(
        "the texts of the sheet come to {count} million characters, where the limit is {limit}",
        locator=Locator(file.name),
        count=count >> 20,
        limit=MAX_TEXTS >> 20,
    )


def _text_lengths(file: FileContent, shared: bytes) -> list[int]:
    """Return the length of each shared text."""
    lengths: list[int] = []
    depth = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        if name.rpartition(" ")[2] == "si":
            depth += 1
            lengths.append(0)
            if depth > 1:
                raise not_a_workbook(file, ValueError(f"{name} in itself"))

    def end(name: str) -> None:
        nonlocal depth
        depth -= name.rpartition(" ")[2] == "si"

    def characters(data: str) -> None:
        if depth:
            lengths[-1] += len(data)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parse_plain(file, parser, shared)
    return lengths


def _named_texts(file: FileContent, text: bytes) -> list[int]:
    """Return the number of the shared text of each cell that names one."""
    found: list[int] = []
    is_shared = False
    digits: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_shared
        match name.rpartition(" ")[2]:
            case "c":
                is_shared = attributes.get("t", "").strip() == "s"
            case "v":
                digits.clear()

    def end(name: str) -> None:
        if is_shared and name.rpartition(" ")[2] == "v":
            number = "".join(digits).strip()
            if len(number) < 10 and number.isascii() and number.isdecimal():
                found.append(int(number))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = digits.append
    parse_plain(file, parser, text)
    return found


def parse_plain(file: FileContent, parser: expat.XMLParserType, text: bytes) -> None:
    """Parse a part of a workbook that declares nothing.

    Raises:
        EvidenceError: it is not plain XML.
    """

    def refuse(*_: object) -> None:
        raise file.error("a part of the workbook is not plain XML")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as failure:
        raise not_a_workbook(file, failure) from failure
