"""Encodings of text: turning a content into UTF-8, and naming the one that is probably meant."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence_formats import ENCODINGS

_TRIED = ("GB18030", "Big5", "Windows-31J", "EUC-JP", "Windows-949", "Windows-1252")
"""Encodings that a hint may name, those first that fewer texts fit by chance."""
_HINT_MESSAGES = {
    "add": "add to the dataset:  {declared}",
    "unknown": "save the file in UTF-8, or add its encoding to the dataset, such as  {declared}",
}
_BEGINNINGS = {
    b"\x1f\x8b": "compression: gzip",
    b"PK\3\4": "compression: zip",
    codecs.BOM_UTF16_LE: "encoding: UTF-16",
    codecs.BOM_UTF16_BE: "encoding: UTF-16",
}
"""First bytes of a file → what the dataset is to say of it."""
_HEAD = 1 << 16
"""Bytes of a file in which headings are looked for."""
_STRANGE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
"""What no text holds: control characters, those for private use, and what is no character."""


def transcode(file: SourceFile, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Turn the pieces of a content into UTF-8, strictly.

    Raises:
        EvidenceError: it is not in the contract's encoding, or fits it by chance.
    """
    name = file.contract.dataset.encoding or "UTF-8"
    decoder = codecs.getincrementaldecoder(ENCODINGS[name])("strict")
    utf8 = None if name.startswith("UTF-") else codecs.getincrementaldecoder("utf-8")("strict")
    is_ascii, is_first, line = True, name == "UTF-16", 1
    for piece in chain(pieces, (None,)):
        raw = piece or b""
        if is_first and raw:
            is_first = False
            if not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise file.error(
                    "not {encoding} text: byte {byte}",
                    hint="there is no byte order mark: add to the dataset  encoding: UTF-16LE"
                    "  or  encoding: UTF-16BE",
                    line=1,
                    encoding=name,
                    byte=f"0x{raw[0]:02x}",
                )
        try:
            text = decoder.decode(raw, piece is None)
        except UnicodeDecodeError as failure:
            if utf8 and not (is_ascii and raw.isascii()) and _is_utf8(utf8, raw):
                raise _is_utf8_error(file, name) from failure
            before, byte = failure.object[: failure.start], failure.object[failure.start]
            raise file.error(
                "not {encoding} text: byte {byte}",
                hint="correct 'encoding' in the dataset, or save the file in {encoding}",
                line=line + before.count(b"\n"),
                encoding=name,
                byte=f"0x{byte:02x}",
            ) from failure
        if found := _STRANGE.search(text):
            raise file.error(
                "read as {encoding}, the file holds U+{sign}, which is not a character of text",
                hint="correct 'encoding' in the dataset, or save the file in {encoding}",
                line=line + text.count("\n", 0, found.start()),
                encoding=name,
                sign=f"{ord(found[0]):04X}",
            )
        line += text.count("\n")
        if utf8:
            is_ascii = is_ascii and raw.isascii()
            try:
                utf8.decode(raw, piece is None)
            except UnicodeDecodeError:
                utf8 = None
        if text:
            yield text.encode()
    if utf8 and not is_ascii:
        raise _is_utf8_error(file, name)


def is_strange(text: str) -> bool:
    """Whether a text has characters that show that its encoding is another."""
    return bool(_STRANGE.search(text))


def _is_utf8(decoder: codecs.IncrementalDecoder, raw: bytes) -> bool:
    try:
        decoder.decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8_error(file: SourceFile, name: str) -> EvidenceError:
    return file.error(
        "the file is UTF-8 text, not {encoding}",
        hint="take 'encoding' out of the dataset, or save the file in {encoding}",
        encoding=name,
    )


def packing_hint(file: SourceFile) -> tuple[str, str] | None:
    """Return the hint for a file that is packed or UTF-16, and the line that it names."""
    with file.open() as stream:
        head = stream.read(4)
    for start, declared in _BEGINNINGS.items():
        if head.startswith(start):
            return _HINT_MESSAGES["add"], declared
    return None


def encoding_hint(file: SourceFile) -> tuple[str, str]:
    """Return the hint for a text that is not UTF-8, and the line that it names."""
    if hint := packing_hint(file):
        return hint
    with file.open() as stream:
        head = stream.read(_HEAD)
    for name in _TRIED:
        try:
            text = codecs.getincrementaldecoder(ENCODINGS[name])("strict").decode(head)
        except UnicodeDecodeError:
            continue
        if not is_strange(text) and _names_columns(file.contract, text):
            return _HINT_MESSAGES["add"], f"encoding: {name}"
    return _HINT_MESSAGES["unknown"], "encoding: GB18030"


def _names_columns(contract: Contract, text: str) -> bool:
    """Whether a text holds the required headings, and one that shows its encoding."""
    headings = {contract.heading(each.name): each.required for each in contract.columns}
    is_shown = any(each in text for each in headings if not each.isascii())
    return is_shown and all(each in text for each, required in headings.items() if required)
