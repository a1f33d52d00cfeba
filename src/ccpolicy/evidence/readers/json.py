"""JSON: a document that holds a list of records."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any, NoReturn

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.evidence.readers.encodings import encoding_hint
from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.record_fields import FieldMapping
from ccpolicy.evidence.readers.records_path import RecordsPath
from ccpolicy.policy.decoding import is_any

MAX_BYTES = 256 << 20
"""Largest JSON document, which is held in memory as a whole."""
_Part = Callable[[int, str], tuple[Any, int]]
"""Decodes what begins at a place, given its name or index in the object or list around it."""
_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")


class JsonReader(Reader):
    """See `Reader`. Several records may share a line, so they are numbered from 1."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """See `Reader.read`."""
        text = _text(file)
        path = RecordsPath(file.contract)
        document, starts = _located_records(file, text, path)
        found = list(path.find(file, document))
        lines: list[int] = []
        line, at = 1, 0
        for start in starts or [0] * len(found):
            line, at = line + text.count("\n", at, start), start
            lines.append(line)
        del text, starts
        yield from FieldMapping(file).records(found, lines, document)
        yield from path.notes()


READER = JsonReader()


class DuplicateName(ValueError):
    """A name that occurs twice in one object: readers disagree which of the two counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise DuplicateName(next(name for name, count in counts.items() if count > 1))
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
"""Decodes strictly: no duplicate names, no NaN or Infinity."""


def json_error(file: SourceFile, failure: Exception, line: int | None) -> EvidenceError:
    """Make the error for a text that `DECODER` refused.

    Raises:
        LimitError: it is nested deeper than can be decoded.
    """
    match failure:
        case json.JSONDecodeError():
            return file.error(
                "not JSON at column {column}: {reason}",
                hint="export the file again, or correct it there",
                line=line,
                column=failure.colno,
                reason=failure.msg,
            )
        case DuplicateName():
            return file.error(
                "duplicate name '{name}'",
                hint="keep one of the two: readers do not agree which one counts",
                line=line,
                name=str(failure),
            )
        case RecursionError():
            raise LimitError("nested too deeply", locator=Locator(file.name, line))
    return file.error("not a number in JSON: {value}", line=line, value=str(failure)[:60])


def _text(file: SourceFile) -> str:
    file.check_size(MAX_BYTES)
    data = file.content()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        hint, declared = encoding_hint(file)
        raise file.error(
            "not UTF-8 text: byte {byte}",
            hint=hint,
            declared=declared,
            line=data.count(b"\n", 0, failure.start) + 1,
            byte=f"0x{data[failure.start]:02x}",
        ) from failure


def _located_records(
    file: SourceFile, text: str, path: RecordsPath
) -> tuple[Any, list[int] | None]:
    """Return a document, and where in the text each of its records begins.

    Raises:
        EvidenceError: it is not JSON.
    """
    walk = _Walk(text, path)
    try:
        return walk.document(), walk.starts
    except (ValueError, RecursionError, LookupError):
        pass
    # Decoding the document as a whole finds what is wrong with it.
    try:
        return DECODER.decode(text), None
    except (ValueError, RecursionError) as failure:
        raise _document_error(file, text, failure, walk.failing) from failure


class _Walk:
    """Decodes a document on the way to its records one by one, every character once."""

    def __init__(self, text: str, path: RecordsPath) -> None:
        self.text, self.path = text, path
        self.starts: list[int] = []
        """Where each record begins."""
        self.failing: int | None = 0
        """Where what is being decoded begins."""

    def document(self) -> Any:
        """Return the document.

        Raises:
            ValueError, LookupError, RecursionError: it is not JSON.
        """
        at = _skip_space(self.text, 0)
        if self.path.is_document:
            self.starts.append(at)
            value, end = DECODER.raw_decode(self.text, at)
        else:
            value, end = self._below(at, 0)
        if _skip_space(self.text, end) != len(self.text):
            raise ValueError(end)
        return value

    def _below(self, at: int, index: int) -> tuple[Any, int]:
        """Decode what begins at a place, and stands at so many tokens of the pointer."""
        tokens = self.path.tokens
        if index == len(tokens) and self.path.ends_with_members and self.text[at] != "[":
            found = self._record(at)
            self.failing = None
            return found
        if index == len(tokens) and self.text[at] == "[":
            found = self._list(at, lambda at, _: self._record(at))
            self.failing = None
            return found
        if index < len(tokens):
            token = tokens[index]
            name = token.removesuffix("?")

            def part(at: int, step: str) -> tuple[Any, int]:
                if is_any(token) or step in (token, name):
                    return self._below(at, index + 1)
                return DECODER.raw_decode(self.text, at)

            if self.text[at] == "[":
                return self._list(at, part)
            if self.text[at] == "{":
                return self._object(at, part)
        return DECODER.raw_decode(self.text, at)

    def _record(self, at: int) -> tuple[Any, int]:
        self.failing = at
        self.starts.append(at)
        return DECODER.raw_decode(self.text, at)

    def _list(self, at: int, part: _Part) -> tuple[list[Any], int]:
        values: list[Any] = []
        at = _skip_space(self.text, at + 1)
        is_open = self.text[at] != "]"
        while is_open:
            value, end = part(at, str(len(values)))
            values.append(value)
            is_open, at = _next_item(self.text, end)
        if self.text[at] != "]":
            raise ValueError(at)
        return values, at + 1

    def _object(self, at: int, part: _Part) -> tuple[dict[str, Any], int]:
        pairs: list[tuple[str, Any]] = []
        at = _skip_space(self.text, at + 1)
        is_open = self.text[at] != "}"
        while is_open:
            name, at = DECODER.raw_decode(self.text, at)
            at = _skip_space(self.text, at)
            if not isinstance(name, str) or self.text[at] != ":":
                raise ValueError(at)
            value, end = part(_skip_space(self.text, at + 1), name)
            pairs.append((name, value))
            is_open, at = _next_item(self.text, end)
        if self.text[at] != "}":
            raise ValueError(at)
        return _object(pairs), at + 1


def _document_error(
    file: SourceFile, text: str, failure: Exception, failing: int | None
) -> EvidenceError:
    """Make the error for a document; `failing` is where the record begins that was refused."""
    if not text.strip():
        return file.error("the file is empty")
    if isinstance(failure, json.JSONDecodeError):
        return json_error(file, failure, failure.lineno)
    return json_error(file, failure, None if failing is None else text.count("\n", 0, failing) + 1)


def _next_item(text: str, at: int) -> tuple[bool, int]:
    """Return whether another item follows one that ends at a place, and where it or the end is."""
    comma = _COMMA.match(text, at)
    return (True, comma.end()) if comma else (False, _skip_space(text, at))


def _skip_space(text: str, at: int) -> int:
    end = _SPACE.match(text, at)
    assert end
    return end.end()
