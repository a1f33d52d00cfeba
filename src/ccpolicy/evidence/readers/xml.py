"""XML: a document whose elements are addressed as the values of JSON are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from xml.parsers import expat

from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.record_fields import FieldMapping
from ccpolicy.evidence.readers.records_path import RecordsPath

MAX_BYTES = 32 << 20
"""Largest XML document, which is held in memory as a whole."""


class XmlReader(Reader):
    """See `Reader`. Several records may share a line, so they are numbered from 1.

    An element is an object: its attributes are `@name`, its elements have their names and are a
    list if there are several of one, and its text is `#text`. One of text alone is this text.
    """

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """See `Reader.read`."""
        file.check_size(MAX_BYTES)
        path = RecordsPath(file.contract, is_xml=True)
        parser = _Parser(file, (path.tokens or ["*"])[-1].removesuffix("?"))
        document = parser.parse(file.content())
        found, lines = [], []
        for each in path.find(file, document):
            lines.append(parser.lines.get(id(each.value), 1))
            is_text = isinstance(each.value, str)
            found.append(each._replace(value={"#text": each.value}) if is_text else each)
        yield from FieldMapping(file, is_text=True).records(found, lines, document)
        yield from path.notes()


READER = XmlReader()


class _Parser:
    """Turns a document into objects, lists and texts."""

    def __init__(self, file: SourceFile, name: str) -> None:
        self.file, self.name = file, name
        self.lines: dict[int, int] = {}
        """Identity of each element of the name that records have → its line."""
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str], int]] = []

    def parse(self, content: bytes) -> dict[str, Any]:
        """Parse a document.

        Raises:
            EvidenceError: it is not XML, or declares what nobody should expand.
            LimitError: it is nested too deeply.
        """
        # A content that was decoded is UTF-8, whatever it says of itself.
        self._parser = parser = expat.ParserCreate("utf-8" if self.file.origin else None)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._refuse
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, ValueError) as failure:
            raise self.file.error(
                "this is not XML: {reason}",
                hint="export the file again; if its encoding is not known, add it to the dataset,"
                " such as  encoding: GB18030",
                line=parser.CurrentLineNumber,
                reason=str(failure).partition(":")[0][:200],
            ) from failure
        return self.root

    def _doctype(
        self, _name: str, _system: str | None, _public: str | None, has_subset: bool
    ) -> None:
        # The type of a document may be named; nothing that it declares is read.
        if has_subset:
            self._refuse()

    def _refuse(self, *_: object) -> None:
        raise self.file.error(
            "this is not XML: {reason}",
            hint="export the file without a DOCTYPE that declares something; nothing is expanded",
            line=self._parser.CurrentLineNumber,
            reason="DOCTYPE",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= self.file.limits.depth:
            line = self._parser.CurrentLineNumber
            raise self.file.beyond("nested in more levels than {limit}", "depth", line)
        value = {f"@{key}": text for key, text in attributes.items()}
        self._open.append((name, value, [], self._parser.CurrentLineNumber))

    def _characters(self, text: str) -> None:
        self._open[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, value, texts, line = self._open.pop()
        text = "".join(texts)
        if not text.strip():
            text = ""
        elif any(not key.startswith("@") for key in value):
            text = text.strip()
        element: Any = value
        if not value:
            element = text
        elif text:
            value["#text"] = text
        around = self._open[-1][1] if self._open else self.root
        if self.name in (name, "*") and isinstance(element, dict):
            self.lines[id(element)] = line
        if name not in around:
            around[name] = element
        elif isinstance(around[name], list):
            around[name].append(element)
        else:
            around[name] = [around[name], element]
