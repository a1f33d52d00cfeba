"""JSON: a document that holds a list of records."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.fields import FieldMapping, listed_records, pointer_tokens
from ccpolicy.evidence.readers.interface import Reader, Record, Reject, SourceFile

MAX_BYTES = 256 << 20
"""Largest JSON document, which is held in memory as a whole."""
_SPACE = re.compile(r"[ \t\n\r]*")


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
        # Of several records on one line, the line alone would not tell which is meant.
        shared = {line for line, next_line in pairwise(lines) if line == next_line}
        mapping = FieldMapping(file.contract)
        for number, (value, line) in enumerate(zip(values, lines, strict=True), 1):
            yield mapping.record(number, value, line, str(number - 1) if line in shared else None)


READER = JsonReader()


class _Duplicate(ValueError):
    """A name that occurs twice in one object: readers disagree which of the two counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(next(name for name in names if names.count(name) > 1))
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
"""Decodes strictly: no duplicate names, no NaN or Infinity."""


def json_error(file: SourceFile, failure: Exception, line: int | None) -> EvidenceError:
    """Make the error for a text that `DECODER` refused."""
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
            return file.error("nested too deeply", line=line)
    return file.error("not a number in JSON: {value}", line=line, value=str(failure)[:60])


def _text(file: SourceFile) -> str:
    if file.fingerprint.size > MAX_BYTES:
        raise file.error("the file is larger than {limit} MiB", limit=MAX_BYTES >> 20)
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
        while text[at] != "]":
            failing = at
            value, end = DECODER.raw_decode(text, at)
            values.append(value)
            starts.append(at)
            at = _next_item(text, end)
        failing = None
        if listed_records(file, DECODER.decode(f"{text[:opens]}[]{text[at + 1 :]}")) == []:
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
        at = _next_item(text, at)
        index += 1


def _next_item(text: str, at: int) -> int:
    """Return where, after an item that ends at a place, the next one begins, or the list ends."""
    at = _skip_space(text, at)
    if text[at] != ",":
        if text[at] not in "]}":
            raise ValueError(text[at])
        return at
    at = _skip_space(text, at + 1)
    if text[at] in "]}":
        raise ValueError(text[at])
    return at


def _skip_space(text: str, at: int) -> int:
    end = _SPACE.match(text, at)
    assert end
    return end.end()
