"""What a reader of one format must offer."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.models import RecordContent, RecordSource
from ccpolicy.evidence.table_plan import Scan
from ccpolicy.files.finder import Fingerprint
from ccpolicy.store import DuckDB


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of a dataset that was found and fingerprinted."""

    contract: Contract
    name: str
    """Path from the repository's root, with `/`."""
    path: Path
    number: int
    """Number of the source, which is in its records' locators."""
    fingerprint: Fingerprint

    def read(self) -> bytes:
        """Return the file's content, which is held in memory as a whole."""
        data = self.fingerprint.data
        return self.path.read_bytes() if data is None else data

    def error(
        self, message: str, *, hint: str = "", line: int | None = None, **values: object
    ) -> EvidenceError:
        """Make an error about the file, or about a line of it."""
        return EvidenceError(message, hint=hint, locator=Locator(self.name, line), **values)

    def gone(self, failure: OSError) -> EvidenceError:
        """Make the error for a file that was there a moment ago."""
        return self.error("cannot read the file: {reason}", reason=failure.strerror)


class Record(NamedTuple):
    """A record in the words of its contract: missing values are left out."""

    ordinal: int
    value: dict[str, Any]


class Reject(NamedTuple):
    """A record that cannot even be put in the words of its contract."""

    ordinal: int
    error: EvidenceError
    """Why; its place is the record's if it has none."""


class Scanner(Protocol):
    """A reader of rows of text, which the engine judges and for the most part reads as well."""

    def rows(self, file: Opened) -> list[list[str]] | None:
        """Return the contract's columns of a small file, if its form is beyond doubt.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        ...

    def scan(self, file: Opened, store: DuckDB) -> Scan:
        """Return how the engine reads the contract's columns.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        ...

    def passed_over(self, file: Opened, records: int) -> EvidenceError | None:
        """Find what the engine passed over in a file out of which it made so many records."""
        ...

    def explain(self, file: Opened, reason: str) -> EvidenceError:
        """Say what is wrong with a file that the engine refuses for a reason of its own."""
        ...

    def source(self, file: Opened, records: int) -> RecordSource:
        """Return what finds the file's records again."""
        ...


class Parser(Protocol):
    """A reader of a format that is read here, record by record."""

    def parse(self, file: Opened) -> Parsed:
        """Begin to read a file.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        ...


class Parsed(RecordSource, Protocol):
    """A file that is being read; it finds its records again afterwards."""

    def records(self) -> Iterator[Record | Reject]:
        """Yield the records.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        ...


def contents(
    parsed: Parsed, contract: Contract, ordinals: Sequence[int]
) -> dict[int, RecordContent]:
    """Return what records hold, of a file that is read from its beginning."""
    wanted = set(ordinals)
    nested = {child.path for child in contract.children}
    return {
        entry.ordinal: held(contract.dataset.id, entry.value, nested)
        for entry in parsed.records()
        if isinstance(entry, Record) and entry.ordinal in wanted
    }


def held(table: str, record: Mapping[str, Any], nested: Collection[str] = ()) -> RecordContent:
    """Write a record's values as text."""
    return RecordContent(
        table,
        {
            name: value
            if isinstance(value, str)
            else json.dumps(value, ensure_ascii=False, default=str)
            for name, value in record.items()
            if name not in nested
        },
    )


class EvidenceErrors(EvidenceError):
    """All that is wrong with one file."""

    def __init__(self, errors: Sequence[EvidenceError]) -> None:
        self.errors = list(errors)
        super().__init__("{count} errors in the evidence", count=len(self.errors))
