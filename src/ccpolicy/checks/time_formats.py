"""Formats of times in the codes of `strptime`, as a pattern and as the engine takes them.

The pattern decides what is read: the engine by itself takes spaces, and texts that are cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ccpolicy.errors import Message, PolicyError
from ccpolicy.store.sql import literal
from ccpolicy.time.epoch import DAY

_MONTHS = "january february march april may june july august september october november december"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_TWO = "[0-9]{1,2}"
_CODES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": _TWO,
    "d": _TWO,
    "H": _TWO,
    "I": _TWO,
    "M": _TWO,
    "S": _TWO,
    "f": "[0-9]{1,9}",
    "b": f"(?i:{'|'.join(name[:3] for name in _MONTHS.split())})",
    "B": f"(?i:{'|'.join(_MONTHS.split())})",
    "a": f"(?i:{'|'.join(name[:3] for name in _WEEKDAYS.split())})",
    "A": f"(?i:{'|'.join(_WEEKDAYS.split())})",
    "p": "(?i:AM|PM)|上午|下午",
    "z": "[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]|[+-](?:[01][0-9]|2[0-3])|Z",
}
"""Code → what it matches. A number may lack its leading zero unless another follows at once."""
_NUMBERS = "YymdHIMSf"
_PARTS = re.compile(r"%(.?)|[^%]+", re.DOTALL)
SPECIAL = ("iso", "epoch", "epoch_ms", "excel")
"""Formats that no code writes."""
_UNIX_DAY = 25569
"""1970-01-01 as a spreadsheet numbers days."""
_HINT_MESSAGES = {
    "codes": "the codes are: {codes}",
    "zone": "write the zone as it stands there, such as UTC without the sign, and name it with"
    " 'zone' in the column",
    "flag": "take the sign - out: a number may lack its leading zero",
    "day": "which day it is must stand in the text: %Y or %y, %m or %b or %B, and %d; what stands"
    " elsewhere is put before it in 'reshape'",
    "clock": "%H and %M, or %I, %M and %p; %S needs them, and %f needs %S before it",
    "half": "add %p if the text says AM or PM; the hour of 24 is %H",
}

_LOST_HINT_MESSAGES = {
    "day": "the day",
    "half": "which half of the day it is",
    "clock": "the time of day",
    "codes": "which of two it is",
}
"""What a format does not say, in a message."""


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """One way in which a time is written."""

    text: str
    """As the contract has it."""
    pattern: str
    """What a text must match, in RE2."""
    codes: frozenset[str]
    parts: tuple[tuple[str, str], ...] = ()
    """Its codes, or "" for what stands between them, with the pattern of each."""

    @property
    def has_clock(self) -> bool:
        """Whether it says more than the day."""
        return bool(self.codes & {"H", "I"}) or self.text in ("epoch", "epoch_ms")

    @property
    def has_offset(self) -> bool:
        """Whether no zone is needed."""
        return "z" in self.codes or self.text in ("epoch", "epoch_ms")

    def microseconds(self, text: str) -> str:
        """Write the SQL of the microseconds since 1970 of a text; NULL if it does not match.

        They are UTC's if the format has an offset, and else those of the local clock.
        """
        guard = f"regexp_full_match({text}, {literal(self.pattern)})"
        return f"CASE WHEN {guard} THEN {self._sql(text)} END"

    def _sql(self, text: str) -> str:
        match self.text:
            case "epoch":
                return f"try_cast(try_cast({text} AS DECIMAL(28, 6)) * 1000000 AS BIGINT)"
            case "epoch_ms":
                return f"try_cast({text} AS BIGINT) * 1000"
            case "excel":
                milliseconds = f"(try_cast({text} AS DOUBLE) - {_UNIX_DAY}) * {DAY // 1000} + 0.5"
                return f"CAST(floor({milliseconds}) AS BIGINT) * 1000"
        if "p" in self.codes:
            text = f"replace(replace({text}, '上午', 'AM'), '下午', 'PM')"
        if "f" in self.codes:
            text = rf"regexp_replace({text}, '([.,][0-9]{{6}})[0-9]{{1,3}}', '\1')"
        if self.text.endswith("%z"):
            utc = f"rtrim({text}, 'Z') || '+00:00'"
            text = f"CASE WHEN ends_with({text}, 'Z') THEN {utc} ELSE {text} END"
        found = f"epoch_us(try_strptime({text}, {literal(self.text)}))"
        for code in sorted(self.codes & {"a", "A"}):
            found = f"CASE WHEN {self._is_weekday(text, code)} THEN {found} END"
        return found

    def _is_weekday(self, text: str, code: str) -> str:
        """Write whether the name of the weekday in a text is that of its day."""
        said = f"lower(regexp_extract({text}, {literal(self._around(code))}, 2))"
        local = self.text
        if "z" in self.codes:
            # The weekday is that of the local clock.
            text = rf"regexp_replace({text}, {literal(self._around('z'))}, '\1Z\3')"
            local = re.sub("%[%z]", lambda found: found[0].replace("%z", "Z"), local)
        return f"{said} = lower(strftime(try_strptime({text}, {literal(local)}), '%{code}'))"

    def _around(self, code: str) -> str:
        """Return the pattern with three groups: what stands before a code, there, and behind."""
        index = next(index for index, part in enumerate(self.parts) if part[0] == code)
        texts = [each for _, each in self.parts]
        return f"^({''.join(texts[:index])})({texts[index]})({''.join(texts[index + 1 :])})$"


def dated_formats(texts: Iterable[str] | None) -> list[TimeFormat]:
    """Return those of formats that may say no more than the day."""
    formats = [time_format(each) for each in texts or () if each != "iso"]
    return [each for each in formats if not (each.has_clock or each.has_offset)]


@cache
def time_format(text: str) -> TimeFormat:
    """Read a format.

    Raises:
        PolicyError: a code is unknown, is there twice, or is missing so that the day is lost.
    """
    match text:
        case "epoch":
            return TimeFormat(text, r"[0-9]{1,12}(?:\.[0-9]{1,9})?", frozenset())
        case "epoch_ms":
            return TimeFormat(text, "[0-9]{1,15}", frozenset())
        case "excel":
            return TimeFormat(text, r"[0-9]{1,6}(?:\.[0-9]{1,15})?", frozenset())
    parts = list(_parts(text))
    codes = [code for code, _ in parts if code]
    for code in codes:
        if codes.count(code) > 1:
            raise PolicyError(
                "the code %{code} is twice in the format '{format}'", code=code, format=text
            )
    _check_complete(text, frozenset(codes))
    patterns: list[tuple[str, str]] = []
    for index, (code, literal_text) in enumerate(parts):
        if not code:
            patterns.append(("", re.sub(r"(?:\\ | )+", " +", re.escape(literal_text))))
            continue
        beside = [each for each, _ in parts[max(index - 1, 0) : index + 2]]
        is_packed = code in _NUMBERS and sum(each != "" and each in _NUMBERS for each in beside) > 1
        found = "[0-9]{2}" if is_packed and _CODES[code] == _TWO else _CODES[code]
        patterns.append((code, f"(?:{found})"))
    pattern = "".join(each for _, each in patterns)
    return TimeFormat(text, pattern, frozenset(codes), tuple(patterns))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield (code, "") and ("", literal text)."""
    for part in _PARTS.finditer(text):
        code = part[1]
        if code is None:
            yield "", part[0]
        elif code == "%":
            yield "", "%"
        elif code in _CODES and code:
            yield code, ""
        else:
            hint = {"Z": "zone", "-": "flag"}.get(code, "codes")
            raise PolicyError(
                "the code %{code} is not known in the format '{format}'",
                hint=_HINT_MESSAGES[hint],
                code=code,
                format=text,
                codes=" ".join(f"%{each}" for each in _CODES),
            )


def _check_complete(text: str, codes: frozenset[str]) -> None:
    """Refuse a format that loses the day, or what is said about the hour.

    Raises:
        PolicyError: it does.
    """
    has_hour = bool(codes & {"H", "I"})
    has_day = codes & {"Y", "y"} and codes & {"m", "b", "B"} and "d" in codes
    has_both = {"H", "I"} <= codes or {"Y", "y"} <= codes or len(codes & {"m", "b", "B"}) > 1
    is_torn = has_hour != ("M" in codes) or (not has_hour and bool(codes & {"S", "z"}))
    is_torn = is_torn or ("f" in codes and not re.search("%S[.,]%f", text))
    lost = ""
    if not has_day:
        lost = "day"
    elif ("I" in codes) != ("p" in codes):
        lost = "half"
    elif is_torn:
        lost = "clock"
    elif has_both:
        lost = "codes"
    if lost:
        raise PolicyError(
            "the format '{format}' does not say {part}",
            hint=_HINT_MESSAGES[lost],
            format=text,
            part=Message.of(_LOST_HINT_MESSAGES[lost]),
            codes=" ".join(f"%{each}" for each in _CODES),
        )
