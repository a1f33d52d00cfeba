"""JSON, JSON Lines and YAML: whole documents, whose records may hold records themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.models import RecordContent
from ccpolicy.evidence.readers.fields import Fields
from ccpolicy.evidence.readers.interface import (
    Opened,
    Parsed,
    Record,
    Reject,
    contents,
)
from ccpolicy.evidence.readers.text import MAX_LINE, line_fault, too_long

MAX_BYTES = 256 << 20
"""Largest JSON document, which is held in memory as a whole."""


class JsonReader:
    """See `Parser`."""

    def parse(self, file: Opened) -> Parsed:
        """See `Parser.parse`."""
        return JsonDocument(file)


class JsonLinesReader:
    """See `Parser`."""

    def parse(self, file: Opened) -> Parsed:
        """See `Parser.parse`."""
        return JsonLines(file)


class YamlReader:
    """See `Parser`."""

    def parse(self, file: Opened) -> Parsed:
        """See `Parser.parse`."""
        return YamlDocument(file)


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """See `Parsed`."""

    file: Opened

    def records(self) -> Iterator[Record | Reject]:
        """See `Parsed.records`."""
        text = _text(self.file)
        try:
            document = _DECODER.decode(text)
        except (ValueError, RecursionError) as failure:
            raise _not_json(self.file, text, failure) from failure
        yield from _records(self.file, document)

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        text = _text(self.file)
        lines: list[int] = []
        line, at = 1, 0
        for start in _starts(text, _tokens(self.file.contract)):
            line, at = line + text.count("\n", at, start), start
            lines.append(line)
        shared = {line for line, next_line in pairwise(lines) if line == next_line}
        return {
            # Of several records in one line, the line alone would not tell which is meant.
            ordinal: Locator(
                self.file.name, line, path=str(ordinal - 1) if line in shared else None
            )
            for ordinal in ordinals
            for line in [lines[ordinal - 1]]
        }

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `Source.contents`."""
        return contents(self, self.file.contract, ordinals)


@dataclass(frozen=True, slots=True)
class JsonLines:
    """See `Parsed`. A record's number is that of its line."""

    file: Opened

    def records(self) -> Iterator[Record | Reject]:
        """See `Parsed.records`."""
        fields = Fields(self.file.contract)
        with self.file.path.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise too_long(self.file, number)
                if fault := line_fault(self.file, line, number):
                    raise fault
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if not text:
                    continue
                try:
                    value = _DECODER.decode(text)
                except (ValueError, RecursionError) as failure:
                    yield Reject(number, _json_error(self.file, failure, number))
                else:
                    yield fields.record(number, value)

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        return {ordinal: Locator(self.file.name, ordinal) for ordinal in ordinals}

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `Source.contents`."""
        return contents(self, self.file.contract, ordinals)


class YamlDocument:
    """See `Parsed`."""

    def __init__(self, file: Opened) -> None:
        from ccpolicy.files.yaml_document import read_yaml

        self.file = file
        source = read_yaml(file.path, file.name, EvidenceError)
        self.found = _listed(file, source.value)
        path: list[str | int] = []
        value = source.value
        for token in _tokens(file.contract):
            path.append(int(token) if isinstance(value, list) else token)
            value = value[path[-1]]
        self.lines = [source.locate((*path, index)).line for index in range(len(self.found))]

    def records(self) -> Iterator[Record | Reject]:
        """See `Parsed.records`."""
        fields = Fields(self.file.contract)
        for ordinal, value in enumerate(self.found, 1):
            yield fields.record(ordinal, value)

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        return {ordinal: Locator(self.file.name, self.lines[ordinal - 1]) for ordinal in ordinals}

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `Source.contents`."""
        return contents(self, self.file.contract, ordinals)


def _records(file: Opened, document: Any) -> Iterator[Record | Reject]:
    fields = Fields(file.contract)
    for ordinal, value in enumerate(_listed(file, document), 1):
        yield fields.record(ordinal, value)


def _listed(file: Opened, document: Any) -> list[Any]:
    """Return the list of records that a document holds."""
    pointer = file.contract.dataset.records
    found = document
    for token in _tokens(file.contract):
        if isinstance(found, dict) and token in found:
            found = found[token]
        elif isinstance(found, list) and token in map(str, range(len(found))):
            found = found[int(token)]
        else:
            raise file.error("there is nothing at {pointer}", pointer=pointer, line=1)
    if found is None and not pointer:
        return []
    if not isinstance(found, list):
        raise file.error(
            "a list of records is expected at {pointer}"
            if pointer
            else "a list of records is expected",
            hint="say with 'records' in the dataset where in the document the list stands",
            line=1,
            pointer=pointer,
        )
    return found


def _tokens(contract: Contract) -> list[str]:
    """Take a JSON Pointer apart."""
    parts = contract.dataset.records.split("/")[1:]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _text(file: Opened) -> str:
    if file.fingerprint.size > MAX_BYTES:
        raise file.error("the file is larger than {limit} MiB", limit=MAX_BYTES >> 20)
    data = file.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise file.error(
            "not UTF-8 text: byte {byte}",
            hint="save the file in the encoding UTF-8",
            line=data.count(b"\n", 0, failure.start) + 1,
            byte=f"0x{data[failure.start]:02x}",
        ) from failure


class _Duplicate(ValueError):
    """A name that stands twice in one object: readers disagree which of the two counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
_LOOSE = json.JSONDecoder()


def _not_json(file: Opened, text: str, failure: Exception) -> EvidenceError:
    """Make the error for a whole document, and find the record in which it is, if it can be."""
    if not text.strip():
        return file.error("the file is empty")
    if isinstance(failure, json.JSONDecodeError):
        return _json_error(file, failure, failure.lineno)
    start = 0
    try:
        for start in _starts(text, _tokens(file.contract)):
            _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError, LookupError):
        return _json_error(file, failure, text.count("\n", 0, start) + 1)
    return _json_error(file, failure, None)


def _json_error(file: Opened, failure: Exception, line: int | None) -> EvidenceError:
    match failure:
        case json.JSONDecodeError():
            return file.error(
                "not JSON at column {column}: {reason}",
                hint="export the file again, or mend it there",
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


def _starts(text: str, tokens: Sequence[str]) -> Iterator[int]:
    """Yield where in a JSON text the records of the list at a pointer begin."""
    at = _space(text, 0)
    for token in tokens:
        at = _member(text, at, token)
    at = _space(text, at + 1)
    while text[at] != "]":
        yield at
        _, at = _LOOSE.raw_decode(text, at)
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)


def _member(text: str, at: int, token: str) -> int:
    """Return where a member of the object or list at a place begins."""
    is_object = text[at] == "{"
    at = _space(text, at + 1)
    index = 0
    while True:
        key = str(index)
        if is_object:
            key, at = _LOOSE.raw_decode(text, at)
            at = _space(text, _space(text, at) + 1)
        if key == token:
            return at
        _, at = _LOOSE.raw_decode(text, at)
        at = _space(text, _space(text, at) + 1)
        index += 1


def _space(text: str, at: int) -> int:
    while text[at] in " \t\n\r":
        at += 1
    return at
