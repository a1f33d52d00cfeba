"""What a value on file must look like, one at a time; `sql` says the same for all at once."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.policy import ColumnType

LAST_DAY = 84_006
"""Days from 1970 to the end of 2199: dates outside are mistakes."""
MICROSECONDS = 86_400_000_000
"""Microseconds of a day."""
SEPARATOR = " × "
"""What stands between the columns of a key where it is written as one."""

# These three are read by Python's `re` and by RE2, and mean the same in both.
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = DATE + r"[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
INSTANT = rf"{_CLOCK}(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
LOCAL = _CLOCK
INTEGER = r"0|-?[1-9][0-9]{0,18}"
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
UNSEEN = r"^[\s\p{Z}]|[\s\p{Z}]$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]| × "
"""RE2: what a key may not have; see `key_fault`."""

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_BOOLEANS = {"true": True, "false": False}


def day(text: str) -> int | None:
    """Read `YYYY-MM-DD` as days since 1970."""
    if not re.fullmatch(DATE, text):
        return None
    try:
        number = datetime.date.fromisoformat(text).toordinal() - _EPOCH.toordinal()
    except ValueError:
        return None
    return number if 0 <= number < LAST_DAY else None


@lru_cache(maxsize=1 << 16)
def instants(text: str, zone: ZoneInfo | None) -> tuple[int, int] | None:
    """Read a time as microseconds since 1970 UTC: its later reading, and the earlier one.

    The two differ where a time without an offset happened twice.
    """
    has_offset = re.fullmatch(INSTANT, text)
    if not has_offset and not (zone and re.fullmatch(LOCAL, text)):
        return None
    try:
        moment = datetime.datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if has_offset:
        later = earlier = _microseconds(moment)
    else:
        found = _local(moment, zone)
        if found is None:
            return None
        later, earlier = found
    within = 0 <= earlier <= later < LAST_DAY * MICROSECONDS
    return (later, earlier) if within else None


def is_local(text: str) -> bool:
    """Whether it is a time without an offset."""
    return re.fullmatch(LOCAL, text) is not None


def _local(moment: datetime.datetime, zone: ZoneInfo | None) -> tuple[int, int] | None:
    """Read a local time both ways; None if the clock never showed it."""
    if not 1900 < moment.year < 2300:
        return None
    readings = []
    for fold in (0, 1):
        aware = moment.replace(tzinfo=zone, fold=fold)
        shown = aware.astimezone(datetime.UTC).astimezone(zone)
        if shown.replace(tzinfo=None) == moment:
            readings.append(_microseconds(aware))
    return (max(readings), min(readings)) if readings else None


def _microseconds(moment: datetime.datetime) -> int:
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)


def value_of(text: str, kind: ColumnType) -> object:
    """Return what the text of a cell is in JSON; text that is no such value stays text."""
    match kind:
        case "integer" if re.fullmatch(INTEGER, text):
            return int(text)
        case "number" if re.fullmatch(NUMBER, text) and math.isfinite(float(text)):
            return float(text)
        case "boolean":
            return _BOOLEANS.get(text.lower(), text)
    return text


def text_of(value: Any, kind: ColumnType) -> str:
    """Write a value of a document as the text of a cell."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if kind == "integer":
            return str(int(value))
        case list():
            import json

            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def key_fault(text: str) -> str | None:
    """Say what is wrong with the text of a key column: a template over `{name}`."""
    if not text:
        return _KEY_MESSAGES["empty"]
    if _is_space(text[0]) or _is_space(text[-1]):
        return _KEY_MESSAGES["space"]
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Co") for sign in text):
        return _KEY_MESSAGES["unseen"]
    return _KEY_MESSAGES["separator"] if SEPARATOR in text else None


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
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
