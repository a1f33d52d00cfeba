"""The XML of a workbook: cells that a reader would leave out in silence, and excessive sizes."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Mapping

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.interface import SourceFile

MAX_UNPACKED = 256 << 20
MAX_CELLS = 20_000_000
"""Largest area between a sheet's first cell and its last, which is held in memory."""

Unread = Mapping[tuple[int, int], EvidenceError]
"""Row from 1 and column from 0 → why the cell's value is not known."""

_PIECE = 1 << 20
_SHEETS = "xl/worksheets/"
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_FAR = re.compile(rb"""\br=["'](?:[A-Z]{3}|[A-Z]{1,2}[0-9]{5})""")
"""A reference far enough out for the area to be too large."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")


def unpack(file: SourceFile) -> dict[str, bytes]:
    """Unpack a workbook up to a limit of its size, and return the parts that are needed.

    Raises:
        EvidenceError: it is not a workbook, or too large.
    """
    found: dict[str, bytes] = {}
    room = MAX_UNPACKED
    try:
        with file.open() as content, zipfile.ZipFile(content) as archive:
            for entry in archive.infolist():
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise file.error("the workbook is packed in a way that is not known")
                pieces = []
                with archive.open(entry) as stream:
                    while piece := stream.read(_PIECE):
                        room -= len(piece)
                        if room < 0:
                            raise file.error(
                                "unpacked, the file is larger than {limit} MiB",
                                limit=MAX_UNPACKED >> 20,
                            )
                        if entry.filename.startswith(("xl/workbook", "xl/_rels/", _SHEETS)):
                            pieces.append(piece)
                if pieces:
                    found[entry.filename] = b"".join(pieces)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as failure:
        raise not_a_workbook(file, failure) from failure
    return found


def not_a_workbook(file: SourceFile, failure: Exception) -> EvidenceError:
    """Make the error for bytes that are no workbook."""
    return file.error(
        "this is not a workbook: {reason}",
        hint="save the file as an Excel workbook (.xlsx)",
        reason=str(failure)[:200],
    )


def unread_cells(file: SourceFile, parts: Mapping[str, bytes], sheet: str) -> Unread:
    """Find the cells of a sheet that hold an error, or a formula whose result is not stored.

    Raises:
        EvidenceError: the sheet spans too large an area, or such a cell has no reference.
    """
    wanted = _part(parts, sheet)
    # Where it is not clear which part is the sheet, all of them are looked at.
    texts = [
        text
        for name, text in parts.items()
        if (name == wanted if wanted in parts else name.startswith(_SHEETS))
    ]
    unread: dict[tuple[int, int], EvidenceError] = {}
    for text in texts:
        if b"\0" in text[:4]:
            raise file.error("the sheet is not UTF-8 text")
        _measure(file, text)
        if b't="e"' not in text and b"t='e'" not in text and not _FORMULA.search(text):
            continue
        for attributes, body in _CELL.findall(text):
            error = _error(attributes, body)
            if not error:
                continue
            place = _PLACE.search(attributes)
            if not place:
                raise file.error("a cell holds an error or a formula without a result")
            row, column = int(place[2]), _column(place[1])
            unread[row, column - 1] = error.at(Locator(file.name, row, column, sheet=sheet))
    return unread


def _measure(file: SourceFile, text: bytes) -> None:
    """Refuse a sheet whose area is too large."""
    if not _FAR.search(text):
        return
    places = set(_PLACE.findall(text))
    height = max((int(row) for _, row in places), default=0)
    width = max((_column(letters) for letters in {letters for letters, _ in places}), default=0)
    if height * width > MAX_CELLS:
        raise file.error(
            "the sheet spans {count} cells",
            hint="delete the empty rows and columns that hold a stray value",
            count=height * width,
        )


def _error(attributes: bytes, body: bytes) -> EvidenceError | None:
    kind = re.search(rb"""\bt=["'](\w+)["']""", attributes)
    value = _VALUE.search(body)
    if kind and kind[1] == b"e":
        return EvidenceError(
            "the cell holds the error {error}",
            error=html.unescape(value[1].decode("utf-8", "replace")) if value else "?",
        )
    # A formula whose result is an empty text has the type of texts.
    if _FORMULA.search(body) and not value and not (kind and kind[1] == b"str"):
        return EvidenceError(
            "the cell holds a formula without a result",
            hint="open the file in a spreadsheet program, which computes it, and save it",
        )
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _part(parts: Mapping[str, bytes], sheet: str) -> str | None:
    """Return the part of the workbook that is the sheet of a name."""
    book = parts.get("xl/workbook.xml", b"").decode("utf-8", "replace")
    links = parts.get("xl/_rels/workbook.xml.rels", b"").decode("utf-8", "replace")
    for tag in _SHEET.findall(book):
        if _attribute(tag, r"name") == sheet:
            wanted = _attribute(tag, r"\w+:id")
            for link in _LINK.findall(links):
                if wanted and _attribute(link, "Id") == wanted:
                    target = _attribute(link, "Target") or ""
                    return target[1:] if target.startswith("/") else f"xl/{target}"
    return None


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return html.unescape(found[1] if found[1] is not None else found[2]) if found else None
