"""Guess the encoding of a text: each candidate is tried strictly, and a doubt is asked."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ccpolicy.draft.contract_names import is_usual
from ccpolicy.draft.question import Question, doubt
from ccpolicy.evidence.readers.encodings import is_strange
from ccpolicy.evidence_formats import ENCODINGS

_CANDIDATES = ("GB18030", "Big5", "Windows-31J", "EUC-JP", "Windows-949")
"""Encodings of several bytes a character, which few texts fit by chance."""
_LAST = "Windows-1252"
"""Fits nearly every text, and so is only taken where nothing else fits."""
_HEAD = 2000
"""Characters in which the headings are, of which a usual one settles the encoding."""
_SAMPLE = 1 << 18
"""Bytes that are weighed."""
_FREQUENT = {
    # The first level of each character set holds what nearly all texts consist of.
    "GB18030": rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]",
    "Big5": rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|\xa1[\x40-\x7e\xa1-\xfe]",
    "Windows-31J": rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]",
    "EUC-JP": rb"[\xa1\xa3-\xa5\xb0-\xcf][\xa1-\xfe]",
    "Windows-949": rb"[\xb0-\xc8][\xa1-\xfe]|\xa1[\xa1-\xfe]",
}
_KANA = re.compile("[぀-ヿ]")
_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, the encoding to declare, and what is doubtful about it."""

    text: str
    encoding: str | None
    """IANA name; none for UTF-8, which needs no declaration."""
    questions: tuple[Question, ...] = ()


def decode_text(data: bytes) -> DecodedText | None:
    """Decode the bytes of a file; None if they are text in no encoding that is tried."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decoded(data, "UTF-16")
        return None if text is None else DecodedText(text, "UTF-16")
    text = _decoded(data, "UTF-8")
    if text is not None:
        return DecodedText(text.removeprefix("\ufeff"), None)
    found = {name: text for name in _CANDIDATES if (text := _decoded(data, name)) is not None}
    if not found:
        text = _decoded(data, _LAST)
        return None if text is None else DecodedText(text, _LAST, (_doubt(_LAST, text),))
    weights = {name: _weight(name, text) for name, text in found.items()}
    best = max(found, key=lambda name: weights[name])
    is_sure = any(map(is_usual, re.split(r'[,;\t|"\s]+', found[best][:_HEAD])))
    return DecodedText(found[best], best, () if is_sure else (_doubt(best, found[best]),))


def _doubt(encoding: str, text: str) -> Question:
    shown = re.findall(r"[^\s,;|]*[^\x00-\x7f][^\s,;|]{0,20}", text)[:3]
    return doubt(
        "Read as {encoding}, the text has {words}. Is it so? Otherwise name its encoding.",
        encoding=encoding,
        words=" | ".join(dict.fromkeys(shown)),
    )


def _decoded(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(ENCODINGS[name])
    except UnicodeDecodeError:
        return None
    return None if name != "UTF-8" and is_strange(text) else text


def _weight(name: str, text: str) -> float:
    """Return the share (0 to 1) of non-ASCII characters that are frequent in an encoding."""
    # Characters are counted by what they were encoded from, so that none is cut in two.
    foreign = re.sub(r"[\x00-\x7f]+", "", text[:_SAMPLE])
    if not foreign:
        return 0.0
    pattern = re.compile(_FREQUENT[name], re.DOTALL)
    encoded = [each.encode(ENCODINGS[name]) for each in foreign]
    share = sum(bool(pattern.fullmatch(each)) for each in encoded) / len(encoded)
    has_own = {"Windows-31J": _KANA, "EUC-JP": _KANA, "Windows-949": _HANGUL}.get(name)
    if has_own and not has_own.search(text):
        share /= 2
    return share
