"""The interface of a format's reader, and the records it returns.

A reader knows bytes and a contract. It does not know which other files there are, nor which number
a file has among them, so its result depends on nothing else.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import weakref
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ccpolicy.errors import EvidenceError, LimitError, Locator, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.files.bounded import open_regular
from ccpolicy.files.finder import Fingerprint
from ccpolicy.files.limits import Limits
from ccpolicy.store import DuckDB


@dataclass(frozen=True, slots=True)
class LineRuns:
    """The lines of a file from which those of its decoded content were made."""

    firsts: Sequence[int]
    """Lines of the content from which on the distance to the file's is another."""
    lines: Sequence[int]
    """The file's lines at these."""

    def of(self, line: int) -> int:
        """Return the file's line of a line of the content."""
        index = bisect_right(self.firsts, line) - 1
        return self.lines[index] + line - self.firsts[index]


class Spool:
    """A decoded content on the disk, which is gone when nobody reads it any more."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix

    @cached_property
    def path(self) -> Path:
        """Where the content is, or is to be written."""
        folder = tempfile.mkdtemp(prefix="ccpolicy-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder) / f"content.{self._suffix}"

    def holding(self, data: bytes) -> Path:
        """Return where the content is, after writing it if it is only held in memory."""
        if not self.path.exists():
            self.path.write_bytes(data)
        return self.path


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies in the evidence folder."""

    path: Path
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class FileContent:
    """The content of a file, whatever it is read as."""

    name: str
    """Path from the repository's root, with `/`, for messages."""
    path: Path
    fingerprint: Fingerprint
    limits: Limits = field(default_factory=Limits)

    def content(self) -> bytes:
        """Return the whole content."""
        data = self.fingerprint.data
        if data is not None:
            return data
        with self.open() as stream:
            return stream.read()

    def open(self) -> BinaryIO:
        """Open the content for reading in pieces.

        Raises:
            OSError: it is gone, or a pipe or a device was put there meanwhile.
        """
        data = self.fingerprint.data
        return open_regular(self.path) if data is None else io.BytesIO(data)

    def error(
        self, message: str, *, hint: str = "", line: int | None = None, **values: object
    ) -> EvidenceError:
        """Make an error about the file, or about a line of its content."""
        return EvidenceError(message, hint=hint, locator=self.place(line), **values)

    def place(self, line: int | None = None) -> Locator:
        """Return the place of a line of the content."""
        return Locator(self.name, line)


@dataclass(frozen=True, slots=True)
class SourceFile(FileContent):
    """The content of a file of a dataset, or of one part of it, as readers read it."""

    contract: Contract = field(kw_only=True)
    folder: str = ""
    """The evidence folder's path from the root."""
    part: str | None = None
    """Name of the sheet, or of the file in an archive, if the contract may choose several; if it
    may choose several of both, `file/sheet`."""
    sheet: str | None = None
    """Name of the sheet, if the contract may choose several."""
    origin: StoredFile | None = None
    """The file from which the content was decoded, if it is another."""
    runs: LineRuns | None = None
    """Where the lines of a decoded content come from, if they are others."""
    around: Mapping[str, str] = field(default_factory=dict)
    """Column → text of each field around the records that is known by now."""
    notes: tuple[Message, ...] = ()
    """What should be known of how it was decoded."""
    spool: Spool | None = None
    """Where the content is, or can be, on the disk, if it was decoded."""

    @property
    def stored(self) -> StoredFile:
        """The file as it lies in the evidence folder."""
        return self.origin or StoredFile(self.path, self.fingerprint)

    @property
    def disk_path(self) -> Path:
        """Where the content is on the disk."""
        if self.spool and self.fingerprint.data is not None:
            return self.spool.holding(self.fingerprint.data)
        return self.path

    def line(self, line: int) -> int:
        """Return the file's line of a line of the content."""
        return self.runs.of(line) if self.runs else line

    def place(self, line: int | None = None) -> Locator:
        """See `FileContent.place`."""
        return Locator(self.name, line and self.line(line), sheet=self.part)

    def check_size(self, most: int) -> None:
        """Refuse a file of more bytes than its format allows.

        Raises:
            LimitError: it is so.
        """
        self.limits.check_size(self.name, self.fingerprint.size, most)

    def check_table(self, rows: int, columns: int) -> None:
        """Refuse a table of more rows, columns or cells than the limits.

        Raises:
            LimitError: it is so.
        """
        limits = self.limits
        if rows > limits.rows:
            raise self.beyond(
                "the table has {count} rows, and the limit is {limit}", "rows", None, count=rows
            )
        if columns > limits.columns:
            raise self.beyond(
                "the table has {count} columns, and the limit is {limit}",
                "columns",
                1,
                count=columns,
            )
        if rows * columns > limits.cells:
            raise self.beyond(
                "the table has {count} cells, and the limit is {limit}",
                "cells",
                None,
                count=rows * columns,
            )

    def beyond(
        self, message: str, setting: str, line: int | None = None, **values: object
    ) -> LimitError:
        """Make the error for more than the limit of a setting, in the file or on a line of it."""
        limit = getattr(self.limits, setting)
        return LimitError(
            message, hint="", locator=self.place(line), setting=setting, limit=limit, **values
        )

    def gone(self, failure: OSError) -> EvidenceError:
        """Make the error for a file that could be read a moment ago."""
        return self.error("cannot read the file: {reason}", reason=failure.strerror)


class Record(NamedTuple):
    """A record in the words of its contract, with its place in the file."""

    number: int
    """Line or row on which it begins; where several records may share a line, a count from 1."""
    value: dict[str, Any]
    """Column → value as JSON has it; missing values are left out."""
    line: int | None = None
    """Line on which it begins, where that is not its number."""
    path: str | None = None
    """Distinguishes it from other records of its line."""
    sheet: str | None = None


class Reject(NamedTuple):
    """A record that cannot even be put in the words of its contract, with its place."""

    number: int
    error: EvidenceError
    """Why; it has a locator only where that is more exact than the record's."""
    line: int | None = None
    path: str | None = None
    sheet: str | None = None


class ReadingNote(NamedTuple):
    """Something that people should know of how a file was read; nothing is wrong with a record."""

    message: Message


def place_of(file: SourceFile, record: Record | Reject) -> Locator:
    """Return the place of a record."""
    line = record.number if record.line is None else record.line
    return Locator(file.name, line, sheet=record.sheet or file.part, path=record.path)


def path_on_line(lines: Sequence[int], index: int) -> str | None:
    """Return what distinguishes a record from others on its line; None if it has it to itself.

    That is its index in the file, given the lines of all records: see `Locator.path`.
    """
    line = lines[index]
    is_shared = (index > 0 and lines[index - 1] == line) or (
        index + 1 < len(lines) and lines[index + 1] == line
    )
    return str(index) if is_shared else None


class Reader(ABC):
    """Reads files of one format record by record."""

    @abstractmethod
    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """Yield the records in the order of the file, and what should be known of how it was read.

        A reader for which that is cheaper may leave out all but the numbers `only`.

        Raises:
            EvidenceError: the file is not in the format, or its form is not that of the contract.
            OSError: it cannot be read.
        """


class TextRows(NamedTuple):
    """The rows of a small file, all cells as text."""

    lines: Sequence[int]
    """Line on which each row begins."""
    columns: Mapping[str, Sequence[str]]
    """Column of the contract → its cells, empty where there is no text."""


@dataclass(frozen=True)
class Scan:
    """How DuckDB reads the rows of a file, all cells as text, or as values if they were kept."""

    first: int
    """Number of the first row."""
    index: str
    """SQL for the index of a row, from 0 on."""
    cells: str
    """SQL for the contract's columns, in its order."""
    rows: str
    """SQL relation to select them from."""
    is_contiguous: bool = True
    """Whether each row's number is one more than that of the row before it."""


class ScannedLines(ABC):
    """Finds the lines of rows that a scan could only number."""

    @abstractmethod
    def of(self, numbers: Collection[int]) -> dict[int, int]:
        """Return number → line."""


class Scanner(Reader):
    """A reader of rows of text, which DuckDB can read by itself where there are many."""

    @abstractmethod
    def rows(self, file: SourceFile) -> TextRows | None:
        """Return the rows of a small file, or None if DuckDB has to read it.

        Raises:
            EvidenceError: the file is not what it should be.
            OSError: it cannot be read.
        """

    @abstractmethod
    def scan(self, file: SourceFile, store: DuckDB) -> Scan:
        """Return how DuckDB reads the contract's columns.

        Raises:
            EvidenceError: the file is not what it should be.
            OSError: it cannot be read.
        """

    @abstractmethod
    def skipped(self, file: SourceFile, records: int) -> EvidenceError | None:
        """Return the error if DuckDB skipped rows of a file of which it returned `records` rows."""

    @abstractmethod
    def explain(self, file: SourceFile, reason: str) -> EvidenceError:
        """Explain why DuckDB, which gave a reason of its own, cannot read a file."""

    @abstractmethod
    def lines(self, file: SourceFile, records: int) -> ScannedLines | None:
        """Return what finds the lines of scanned rows; None if their numbers are their lines."""


class EvidenceErrors(EvidenceError):
    """All that is wrong with one file."""

    def __init__(self, errors: Sequence[EvidenceError]) -> None:
        self.errors = list(errors)
        super().__init__("{count} errors in the evidence", count=len(self.errors))
