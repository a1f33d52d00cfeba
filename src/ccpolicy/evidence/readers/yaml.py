"""YAML: a document that holds a list of records."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.fields import FieldMapping, listed_records, pointer_tokens
from ccpolicy.evidence.readers.interface import Reader, Record, Reject, SourceFile
from ccpolicy.files.yaml_document import MAX_BYTES, parse_yaml


class YamlReader(Reader):
    """See `Reader`. Several records may share a line, so they are numbered from 1."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject]:
        """See `Reader.read`."""
        file.check_size(MAX_BYTES)
        document = parse_yaml(file.content(), file.name, EvidenceError)
        values = listed_records(file, document.value)
        path: list[str | int] = []
        value = document.value
        for token in pointer_tokens(file.contract):
            path.append(int(token) if isinstance(value, list) else token)
            value = value[path[-1]]
        lines = [document.locate((*path, index)).line or 1 for index in range(len(values))]
        yield from FieldMapping(file).records(values, lines)


READER = YamlReader()
