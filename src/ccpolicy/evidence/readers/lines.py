"""The lines of a CSV file on which records begin: cells may hold lines, and lines may be empty."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ccpolicy.errors import Locator
from ccpolicy.evidence.models import RecordContent
from ccpolicy.evidence.readers.interface import Opened, held
from ccpolicy.evidence.readers.text import MAX_LINE


@dataclass(frozen=True, slots=True)
class CsvSource:
    """Finds the lines on which records begin; see `Source`."""

    file: Opened
    records: int
    shape: Callable[[], tuple[list[str | None], int]]
    """Tells the contract's names of the columns, and the lines that their headings take."""

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        name = self.file.name
        columns, above = self.shape()
        if self._lines() == above + self.records:
            # Then each record has one line, and no line is empty.
            return {ordinal: Locator(name, above + ordinal) for ordinal in ordinals}
        starts = self._starts(skip_empty=len(columns) > 1)
        wanted = set(ordinals)
        found: dict[int, Locator] = {}
        for ordinal, line in enumerate(starts):
            if ordinal in wanted:
                found[ordinal] = Locator(name, line)
                if len(found) == len(wanted):
                    break
        return found

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `Source.contents`."""
        contract = self.file.contract
        columns, _ = self.shape()
        begins = {place.line: number for number, place in self.locate(ordinals).items()}
        found: dict[int, RecordContent] = {}
        with self.file.path.open(encoding="utf-8-sig", newline="\n") as stream:
            lines = enumerate(stream, 1)
            for at, line in lines:
                if at not in begins:
                    continue
                # A quoted cell may go on in the lines after.
                following = (more for _, more in lines)
                cells = next(
                    csv.reader(chain([line], following), delimiter=contract.dataset.delimiter)
                )
                values = {
                    name: cell for name, cell in zip(columns, cells, strict=True) if name and cell
                }
                found[begins[at]] = held(contract.dataset.id, values)
                if len(found) == len(begins):
                    break
        return found

    def _lines(self) -> int:
        count = 0
        last = b"\n"
        with self.file.path.open("rb", buffering=0) as stream:
            while chunk := stream.read(MAX_LINE):
                count += chunk.count(b"\n")
                last = chunk[-1:]
        return count + (last != b"\n")

    def _starts(self, *, skip_empty: bool) -> Iterator[int]:
        """Yield the line on which each record begins, the header's first."""
        delimiter = self.file.contract.dataset.delimiter.encode()
        is_open = False
        with self.file.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number == 1:
                    line = line.removeprefix(BOM_UTF8)  # noqa: PLW2901
                if not is_open:
                    # The engine passes over empty lines, unless they can be an empty cell.
                    if skip_empty and line in (b"\n", b"\r\n"):
                        continue
                    yield number
                if is_open or b'"' in line:
                    is_open = _stays_open(line, delimiter, is_open)


_CLOSING = re.compile(rb'(?:[^"]|"")*"(?!")')
"""From inside a quoted cell to its end; two quotation marks are one that is meant."""


def _stays_open(line: bytes, delimiter: bytes, is_open: bool) -> bool:
    """Whether a quoted cell goes on after the line; the line begins inside one or at a cell."""
    at = 0
    while True:
        if not is_open:
            if line[at : at + 1] == b'"':
                at += 1
            else:
                at = line.find(delimiter, at) + 1
                if not at:
                    return False
                continue
        end = _CLOSING.match(line, at)
        if not end:
            return True
        is_open = False
        at = line.find(delimiter, end.end()) + 1
        if not at:
            return False
