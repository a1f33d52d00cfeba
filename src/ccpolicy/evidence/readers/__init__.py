"""Readers: a module for each format of `evidence_formats`, with its reader as `READER`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ccpolicy.evidence.readers.interface import (
    EvidenceErrors,
    Reader,
    ReadingNote,
    Record,
    Reject,
    Scan,
    Scanner,
    SourceFile,
    path_on_line,
    place_of,
)
from ccpolicy.evidence_formats import Format

__all__ = [
    "EvidenceErrors",
    "Reader",
    "ReadingNote",
    "Record",
    "Reject",
    "Scan",
    "Scanner",
    "SourceFile",
    "find_reader",
    "path_on_line",
    "place_of",
]


@cache
def find_reader(name: Format) -> Reader:
    """Return the reader of a format, whose module is imported when it is first needed."""
    reader: Reader = import_module(f"{__name__}.{name}").READER
    return reader
