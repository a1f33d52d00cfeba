"""JSON: a document that holds a list of records."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NoReturn

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.evidence.readers.fields import FieldMapping, listed_records, pointer_tokens
from ccpolicy.evidence.readers.interface import Reader, Record, Reject, SourceFile

MAX_BYTES = 256 << 20
"""Largest JSON document, which is held in memory as a whole."""
_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")


class JsonReader(Reader):
    """See `Reader`. Several records may share a line, so they are numbered from 1."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject]:
        """See `Reader.read`."""
        text = _text(file)
        values, starts = _located_records(file, text)
        lines: list[int] = []
        line, at = 1, 0
        for start in starts:
            line, at = line + text.count("\n", at, start), start
            lines.append(line)
        del text, starts
        yield from FieldMapping(file).records(values, lines)


READER = JsonReader()


class _Duplicate(ValueError):
    """A name that occurs twice in one object: readers disagree which of the two counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Duplicate(next(name for name, count in counts.items() if count > 1))
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
        case _Duplicate():
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
        raise file.error(
            "not UTF-8 text: byte {byte}",
            hint="save the file in the encoding UTF-8",
            line=data.count(b"\n", 0, failure.start) + 1,
            byte=f"0x{data[failure.start]:02x}",
        ) from failure


def _located_records(file: SourceFile, text: str) -> tuple[list[Any], list[int]]:
    """Return the records of a document, and where in the text each begins.

    They are decoded one by one, then the rest of the document with an empty list in their place,
    so that every character is decoded once.
    """
    values: list[Any] = []
    starts: list[int] = []
    failing: int | None = 0
    try:
        opens = _list_start(text, pointer_tokens(file.contract))
        at = _skip_space(text, opens + 1)
        is_open = text[at] != "]"
        while is_open:
            failing = at
            value, end = DECODER.raw_decode(text, at)
            values.append(value)
            starts.append(at)
            is_open, at = _next_item(text, end)
        failing = None
        # What follows the last record is in the rest, so that it has to be the list's end.
        if listed_records(file, DECODER.decode(f"{text[:opens]}[{text[at:]}")) == []:
            return values, starts
    except (ValueError, RecursionError, LookupError):
        pass
    # Decoding the document as a whole finds what is wrong with it.
    try:
        values = listed_records(file, DECODER.decode(text))
    except (ValueError, RecursionError) as failure:
        raise _document_error(file, text, failure, failing) from failure
    return values, [0] * len(values)


def _document_error(
    file: SourceFile, text: str, failure: Exception, failing: int | None
) -> EvidenceError:
    """Make the error for a document; `failing` is where the record begins that was refused."""
    if not text.strip():
        return file.error("the file is empty")
    if isinstance(failure, json.JSONDecodeError):
        return json_error(file, failure, failure.lineno)
    return json_error(file, failure, None if failing is None else text.count("\n", 0, failing) + 1)


def _list_start(text: str, tokens: Sequence[str]) -> int:
    """Return where the list at a pointer begins.

    Raises:
        ValueError, LookupError: there is none, or the text before it is not JSON.
    """
    at = _skip_space(text, 0)
    for token in tokens:
        at = _member(text, at, token)
    if text[at] != "[":
        raise LookupError(at)
    return at


def _member(text: str, at: int, token: str) -> int:
    """Return where a member of the object or list at a place begins."""
    is_object = text[at] == "{"
    if not is_object and text[at] != "[":
        raise LookupError(token)
    at = _skip_space(text, at + 1)
    index = 0
    while True:
        key = str(index)
        if is_object:
            key, at = DECODER.raw_decode(text, at)
            at = _skip_space(text, _skip_space(text, at) + 1)
        if key == token:
            return at
        _, at = DECODER.raw_decode(text, at)
        is_open, at = _next_item(text, at)
        if not is_open:
            raise LookupError(token)
        index += 1


def _next_item(text: str, at: int) -> tuple[bool, int]:
    """Return whether another item follows one that ends at a place, and where it or the end is."""
    comma = _COMMA.match(text, at)
    return (True, comma.end()) if comma else (False, _skip_space(text, at))


def _skip_space(text: str, at: int) -> int:
    end = _SPACE.match(text, at)
    assert end
    return end.end()
