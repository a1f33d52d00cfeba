"""YAML: a document that holds a list of records."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.record_fields import FieldMapping
from ccpolicy.evidence.readers.records_path import RecordsPath
from ccpolicy.files.yaml_document import MAX_BYTES, parse_yaml


class YamlReader(Reader):
    """See `Reader`. Several records may share a line, so they are numbered from 1."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """See `Reader.read`."""
        file.check_size(MAX_BYTES)
        document = parse_yaml(file.content(), file.name, EvidenceError)
        path = RecordsPath(file.contract)
        found = list(path.find(file, document.value))
        lines = [document.locate(each.path).line or 1 for each in found]
        yield from FieldMapping(file).records(found, lines, document.value)
        yield from path.notes()


READER = YamlReader()
