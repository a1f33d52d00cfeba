"""The forms of values on file, read one at a time; `record_sql` reads whole columns alike."""

from __future__ import annotations

import datetime
import json
import math
import re
import unicodedata
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.time.calendar import day_number, instant
from ccpolicy.time.epoch import DAY, LAST_DAY
from ccpolicy.time.zones import local_readings
from ccpolicy.vocabulary import KEY_SEPARATOR, ColumnType

# These are read by Python's `re` and by RE2, and mean the same in both.
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = DATE + r"[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
INSTANT = rf"{_CLOCK}(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
LOCAL = _CLOCK
INTEGER = r"0|-?[1-9][0-9]{0,18}"
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]"
_SEPARATOR = f"{KEY_SEPARATOR}|^{KEY_SEPARATOR[1:]}|{KEY_SEPARATOR[:-1]}$"
UNFIT = rf"^[\s\p{{Z}}]|[\s\p{{Z}}]$|{_INVISIBLE}|{_SEPARATOR}"
"""RE2: what a column of a key may not match; see `key_fault`."""
_SPACES = "\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSEEN = (
    "\u0001-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ue000-\uf8ff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\U000f0000-\U000ffffd\U00100000-\U0010fffd"
)
UNFIT_SPELLED = f"^$|^[{_SPACES}]|[{_SPACES}]$|[{_UNSEEN}]|{_SEPARATOR}"
"""`UNFIT` without Unicode's own classes, for engines that have others, and for the empty text.

NUL is left out, which no database holds in a text.
"""

_QUOTED = json.encoder.encode_basestring
_IS_DAY = re.compile(DATE).fullmatch
_IS_INSTANT = re.compile(INSTANT).fullmatch
_ARE_INSTANTS = re.compile(rf"(?:{INSTANT.replace('Tt', 'T').replace('Zz', 'Z')}\n)*").fullmatch
_IS_LOCAL = re.compile(LOCAL).fullmatch
_IS_INTEGER = re.compile(INTEGER).fullmatch
_IS_NUMBER = re.compile(NUMBER).fullmatch
_LOOSE_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?P<sign>[-/.年])(?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    r"(?:(?:[Tt]|\s*)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2}(?:\.[0-9]{1,9})?))?"
    r"\s*(?P<offset>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
).fullmatch
"""A day or time as people and programs write it, if its year comes first."""
_ZEROS = re.compile(r"(?<![0-9.])0+(?=[0-9])")
_END = LAST_DAY * DAY
_BOOLEANS = {"true": True, "false": False}


def day(text: str) -> int | None:
    """Read `YYYY-MM-DD` as days since 1970."""
    if not _IS_DAY(text):
        return None
    try:
        number = day_number(datetime.date.fromisoformat(text))
    except ValueError:
        return None
    return number if 0 <= number < LAST_DAY else None


def days(texts: Collection[str]) -> dict[str, int] | None:
    """Read texts as days since 1970; None if one of them is no day."""
    found = {}
    for text in texts:
        number = day(text)
        if number is None:
            return None
        found[text] = number
    return found


def instants(text: str, zone: ZoneInfo | None) -> tuple[int, int] | None:
    """Read a time as microseconds since 1970 UTC: its later reading, and the earlier one.

    The two differ where a time without an offset happened twice.
    """
    has_offset = _IS_INSTANT(text)
    if not has_offset and not (zone and _IS_LOCAL(text)):
        return None
    try:
        moment = datetime.datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    moments = local_readings(moment, zone) if zone and not has_offset else [moment]
    found = sorted(instant(each) for each in moments)
    return (found[-1], found[0]) if found and 0 <= found[0] <= found[-1] < _END else None


def all_instants(
    texts: Collection[str], zone: ZoneInfo | None
) -> dict[str, tuple[int, int]] | None:
    """Read texts as `instants` does, many at once; None if one of them is no time."""
    if _ARE_INSTANTS("".join([f"{text}\n" for text in texts])):
        try:
            moments = [datetime.datetime.fromisoformat(text) for text in texts]
        except ValueError:
            return None
        numbers = [instant(moment) for moment in moments]
        if numbers and (min(numbers) < 0 or max(numbers) >= _END):
            return None
        return {text: (number, number) for text, number in zip(texts, numbers, strict=True)}
    found = {}
    for text in texts:
        readings = instants(text, zone)
        if readings is None:
            return None
        found[text] = readings
    return found


def is_local(text: str) -> bool:
    """Whether it is a time without an offset."""
    return _IS_LOCAL(text) is not None


def canonical_time(text: str) -> str:
    """Write a day or time that begins with its year as `DATE` or `_CLOCK` has it; else it stays."""
    found = _LOOSE_TIME(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return text
    day = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    if not found["hour"]:
        return day
    offset = (found["offset"] or "").upper().replace(":", "")
    offset = f"{offset[:3]}:{offset[3:] or '00'}" if len(offset) > 1 else offset
    return f"{day}T{found['hour']:0>2}:{found['minute']}:{found['second'] or '00'}{offset}"


def canonical_number(text: str) -> str:
    """Write a number without spaces, leading zeros and full-width digits."""
    return _ZEROS.sub("", "".join(unicodedata.normalize("NFKC", text).split()).removeprefix("+"))


def value_of(text: str, kind: ColumnType) -> object:
    """Return the JSON value of a cell's text; text that is not of the type stays text."""
    match kind:
        case "integer" if _IS_INTEGER(text):
            return int(text)
        case "number" if _IS_NUMBER(text) and math.isfinite(float(text)):
            return float(text)
        case "boolean":
            return _BOOLEANS.get(text.lower(), text)
    return text


def list_text(entries: list[Any]) -> str:
    """Write a list of a document as the text of its JSON."""
    texts = (_QUOTED(each) if isinstance(each, str) else json.dumps(each) for each in entries)
    return f"[{','.join(texts)}]"


def key_fault(text: str) -> str | None:
    """Return what is wrong with the text of a key column, as a message with `{name}`."""
    if not text:
        return _KEY_MESSAGES["empty"]
    if _is_space(text[0]) or _is_space(text[-1]):
        return _KEY_MESSAGES["space"]
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Co") for sign in text):
        return _KEY_MESSAGES["unseen"]
    parts = f"{text} ".startswith("× ") or f" {text}".endswith(" ×") or KEY_SEPARATOR in text
    return _KEY_MESSAGES["separator"] if parts else None


_KEY_MESSAGES = {
    "empty": "'{name}' is empty, and belongs to the key",
    "space": "'{name}' belongs to the key, and begins or ends with white space",
    "unseen": "'{name}' belongs to the key, and holds a character that cannot be seen",
    "separator": "'{name}' belongs to the key, and holds ' × ', which separates its parts",
}


def _is_space(sign: str) -> bool:
    return sign in "\t\n\v\f\r " or unicodedata.category(sign).startswith("Z")


def shown(value: object, longest: int = 60) -> str:
    """Write a value for a message: in quotes if it is text, and not too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
