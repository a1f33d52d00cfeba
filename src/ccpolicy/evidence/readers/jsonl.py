"""JSON Lines: a record a line."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ccpolicy.evidence.readers.interface import Reader, Record, Reject, SourceFile
from ccpolicy.evidence.readers.json import DECODER, json_error
from ccpolicy.evidence.readers.record_fields import FieldMapping
from ccpolicy.evidence.readers.text import MAX_LINE, line_fault, line_too_long


class JsonLinesReader(Reader):
    """See `Reader`."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject]:
        """See `Reader.read`."""
        file.check_table(file.fingerprint.lines, 1)
        mapping = FieldMapping(file)
        with file.open() as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise line_too_long(file, number)
                if fault := line_fault(file, line, number):
                    raise fault
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if not text:
                    continue
                try:
                    value = DECODER.decode(text)
                except (ValueError, RecursionError) as failure:
                    yield Reject(number, json_error(file, failure, number))
                else:
                    yield mapping.record(number, value)


READER = JsonLinesReader()
