"""Faults of a text file, whatever its format."""

from __future__ import annotations

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.encodings import encoding_hint, packing_hint
from ccpolicy.evidence.readers.interface import SourceFile

_HINT_MESSAGES = {
    "zero": "the file is damaged or is not text: save it again in the encoding UTF-8",
}
MAX_LINE = 1 << 20
"""Longest line in bytes; a longer one is no record."""


def text_fault(file: SourceFile) -> EvidenceError | None:
    """Find the first line that is too long, is not UTF-8, or has a character that no text has."""
    with file.open() as stream:
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                return line_too_long(file, number)
            if fault := line_fault(file, line, number):
                return fault
    return None


def mixed_ends(file: SourceFile) -> EvidenceError | None:
    """Find the first line that ends otherwise than the first line does."""
    with file.open() as stream:
        first = stream.readline().endswith(b"\r\n")
        for number, line in enumerate(stream, 2):
            if line.endswith(b"\n") and line.endswith(b"\r\n") != first:
                return file.error(
                    "this line does not end as the first line does",
                    hint="save the file with one kind of line ends: LF or CRLF",
                    line=number,
                )
    return None


def line_too_long(file: SourceFile, number: int) -> EvidenceError:
    """Make the error for a line that is too long."""
    return file.error("the line is longer than {limit} KiB", line=number, limit=MAX_LINE >> 10)


def bare_return(file: SourceFile, number: int) -> EvidenceError:
    """Make the error for a carriage return that readers take differently."""
    return file.error(
        "the line holds a carriage return that does not end it",
        hint="save the file with line ends LF or CRLF",
        line=number,
    )


def spaced_quote(file: SourceFile, line: int) -> EvidenceError:
    """Make the error for a quotation mark that readers of CSV take differently."""
    return file.error(
        "there is a space before the quotation mark that opens a cell",
        hint="take out the space",
        line=line,
    )


def line_fault(file: SourceFile, line: bytes, number: int) -> EvidenceError | None:
    """Find a fault of a line, other than its length."""
    if b"\0" in line:
        hint, declared = packing_hint(file) or (_HINT_MESSAGES["zero"], "")
        return file.error(
            "the line holds a zero byte",
            hint=hint,
            declared=declared,
            line=number,
        )
    if b"\r" in line.removesuffix(b"\n").removesuffix(b"\r") or (
        line.endswith(b"\r") and not line.endswith(b"\n")
    ):
        return bare_return(file, number)
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as failure:
        hint, declared = encoding_hint(file)
        return file.error(
            "not UTF-8 text: byte {byte} at column {column}",
            hint=hint,
            declared=declared,
            line=number,
            byte=f"0x{line[failure.start]:02x}",
            column=failure.start + 1,
        )
    return None
