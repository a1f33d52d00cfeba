"""Logs: text in which a pattern with named groups finds each record, a line or a block of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ccpolicy.checks.patterns import searcher
from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.table_shape import skipped_rows_message
from ccpolicy.evidence.readers.text import MAX_LINE, line_fault, line_too_long


class LogReader(Reader):
    """See `Reader`. A record's number is its first line."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """See `Reader.read`."""
        file.check_table(file.fingerprint.lines, 1)
        log = _Log(file)
        for number, text in log.records():
            yield log.record(number, text)
        if log.skipped:
            yield ReadingNote(skipped_rows_message("skip", log.skipped))


READER = LogReader()


class _Log:
    def __init__(self, file: SourceFile) -> None:
        self.file, dataset = file, file.contract.dataset
        self.match = searcher(dataset.pattern or "").fullmatch
        self.starts = searcher(dataset.starts).search if dataset.starts else None
        self.skip = [searcher(pattern).search for pattern in dataset.skip]
        self.skipped = 0
        contract = file.contract
        self.columns = [
            (contract.heading(column.name), column)
            for column in contract.columns
            if column.name not in file.around
        ]
        self.around = {
            column.name: column.value(file.around[column.name])
            for column in contract.columns
            if column.name in file.around
        }

    def records(self) -> Iterator[tuple[int, str]]:
        """Yield the first line and the text of each record.

        Raises:
            EvidenceError: it is no text.
        """
        first, block, size = 0, list[str](), 0
        for number, line in self._lines():
            if self.starts is None:
                yield number, line
                continue
            if self.starts(line):
                if block:
                    yield first, "\n".join(block)
                first, block, size = number, [], 0
            elif not block:
                first = number
            block.append(line)
            size += len(line)
            if size > MAX_LINE:
                raise line_too_long(self.file, first)
        if block:
            yield first, "\n".join(block)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that are not empty nor passed over."""
        with self.file.open() as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise line_too_long(self.file, number)
                if fault := line_fault(self.file, line, number):
                    raise fault
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if not text.strip():
                    continue
                if any(search(text) for search in self.skip):
                    self.skipped += 1
                    continue
                yield number, text

    def record(self, number: int, text: str) -> Record | Reject:
        """Return the record that the pattern finds in a text."""
        found = self.match(text)
        if not found:
            error = EvidenceError(
                "the record does not match the pattern as a whole: {text}",
                hint="correct 'pattern' in the dataset; lines that are no records are passed over"
                " with 'skip'",
                text=repr(text[:100]),
            )
            return Reject(number, error)
        groups = found.groupdict()
        values = {
            column.name: column.value(cell)
            for heading, column in self.columns
            if (cell := groups.get(heading))
        }
        return Record(number, {**values, **self.around})
