"""Suggest lines of the contract that would make an undeclared way of writing a value readable."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from ccpolicy.evidence.cell_readings import MISREAD, CellReadings, cell_text
from ccpolicy.evidence.contract import Column
from ccpolicy.policy.column_reading import ColumnReading

MARKS = frozenset(
    [
        *("?", "-", "--", "—", "–", "/", ".", "N/A", "n/a", "n.a.", "NA", "#N/A"),
        *("NaN", "NULL", "null", "None", "none", "nil", "\\N", "无", "暂无", "未知"),
    ]
)
"""Texts that often mean that there is no value."""
BOOLEAN_WORDS = [
    ("Yes", "No"),
    ("yes", "no"),
    ("YES", "NO"),
    ("Y", "N"),
    ("y", "n"),
    ("是", "否"),
    ("有", "无"),
    ("合格", "不合格"),
    ("正常", "异常"),
    ("1", "0"),
    ("✓", "✗"),
    ("√", "×"),
    ("on", "off"),
]
"""Pairs of words that often mean true and false."""
_NO_DAYS = {
    *((0, 0, 0), (1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0)),
    *((1900, 1, 1), (2999, 12, 31), (9999, 12, 30), (9999, 12, 31)),
}
"""Days that programs write where there is none: year, month, day."""
_DAY_PARTS = (
    re.compile(r"(?P<y>\d{4})[-/.年]?(?P<m>\d{1,2})[-/.月]?(?P<d>\d{1,2})日?(?:[T ].*)?"),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?:[T ].*)?"),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})(?:[T ].*)?"),
)
_DATES = {
    r"\d{4}-\d{1,2}-\d{1,2}": ["%Y-%m-%d"],
    r"\d{4}/\d{1,2}/\d{1,2}": ["%Y/%m/%d"],
    r"\d{4}\.\d{1,2}\.\d{1,2}": ["%Y.%m.%d"],
    r"\d{4}年\d{1,2}月\d{1,2}日": ["%Y年%m月%d日"],
    r"\d{8}": ["%Y%m%d"],
    r"\d{1,2}\.\d{1,2}\.\d{4}": ["%d.%m.%Y"],
    r"\d{1,2}/\d{1,2}/\d{4}": ["%d/%m/%Y", "%m/%d/%Y"],
    r"\d{1,2}-\d{1,2}-\d{4}": ["%d-%m-%Y", "%m-%d-%Y"],
    r"\d{1,2}/\d{1,2}/\d{2}": ["%d/%m/%y", "%m/%d/%y"],
    r"\d{1,2}\.\d{1,2}\.\d{2}": ["%d.%m.%y"],
    r"\d{1,2} [A-Za-z]{3} \d{4}": ["%d %b %Y"],
    r"\d{1,2}-[A-Za-z]{3}-\d{4}": ["%d-%b-%Y"],
    r"[A-Za-z]{3} +\d{1,2},? \d{4}": ["%b %d, %Y", "%b %d %Y"],
    r"\d{1,2} [A-Za-z]{4,} \d{4}": ["%d %B %Y"],
    r"[A-Za-z]{4,} \d{1,2},? \d{4}": ["%B %d, %Y", "%B %d %Y"],
}
"""What a day looks like → formats that may be meant."""
_CLOCKS = {
    r"\d{1,2}:\d{2}:\d{2}\.\d{1,9}": "%H:%M:%S.%f",
    r"\d{1,2}:\d{2}:\d{2},\d{1,9}": "%H:%M:%S,%f",
    r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]": "%I:%M:%S %p",
    r"\d{1,2}:\d{2} [AaPp][Mm]": "%I:%M %p",
    r"[上下]午\d{1,2}:\d{2}:\d{2}": "%p%I:%M:%S",
    r"[上下]午\d{1,2}:\d{2}": "%p%I:%M",
    r"\d{1,2}:\d{2}:\d{2}": "%H:%M:%S",
    r"\d{1,2}:\d{2}": "%H:%M",
    r"\d{1,2}[时点]\d{1,2}分": "%H{hour}%M分",
}
_TIME = re.compile(
    rf"(?P<day>.+?)(?:(?P<gap>T| |, |)(?P<clock>{'|'.join(_CLOCKS)})"
    r"(?P<offset> ?(?:[+-]\d{2}:?\d{2}|Z))?(?P<zone> (?:UTC|GMT))?)?",
    re.DOTALL,
)
_WEEKDAY = re.compile(r"(?P<day>.*\d日?)[ （(]*(?:星期|周|礼拜)[一二三四五六日天][）)]?")
_BEFORE_WEEKDAY = "^([0-9年月日/.-]*[0-9]日?)"
_LONGEST = 60
"""Characters of the longest time."""
DURATIONS = ["%H:%M:%S", "%H:%M", "%d d %H h", "%H h %M min", "%H小时%M分钟", "%M分钟", "%M min"]
_NUMBERS: list[dict[str, Any]] = [
    {"decimal": "."},
    {"thousands": ","},
    {"decimal": ","},
    {"decimal": ",", "thousands": "."},
    {"percent": True},
    {"leading_zeros": True},
]


def lines_to_add(cells: CellReadings, column: Column, raw: Any) -> list[str]:
    """Return contract lines for the column, each of which would make the value readable."""
    text = raw.isoformat() if isinstance(raw, datetime.date) else cell_text(raw)
    if text is None or column.is_list:
        return []
    is_mark = text.strip() in MARKS or (column.type in ("date", "instant") and _is_no_day(text))
    if is_mark and not (column.type == "text" and column.reading.is_plain):
        return [f"empty: {_yaml([*(column.reading.empty or []), text])}"]
    if not isinstance(raw, str | int | float):
        return []
    candidates = dict.fromkeys(json.dumps(each) for each in _candidates(column, text))
    changes = [json.loads(each) for each in candidates]
    tried = [
        dataclasses.replace(
            column,
            reading=ColumnReading.model_validate(changed),
            zone=changed.get("zone") or column.zone or "UTC",
        )
        for changed in changes
    ]
    found, seen = [], []
    for changed, value in zip(changes, cells.alternatives(tried, text), strict=True):
        # Days of equal numbers may be written in either order.
        is_new = column.type in ("date", "instant") or value not in seen
        if value is not None and value is not MISREAD and is_new:
            seen.append(value)
            lacks_zone = column.type == "instant" and not (column.zone or "%z" in text)
            line = _with_zone(changed) if lacks_zone else changed
            found.append(", ".join(f"{key}: {_yaml(each)}" for key, each in line.items()))
    return found[:2]


def _is_no_day(text: str) -> bool:
    """Whether a text is a day that programs write for no day, such as 9999-12-31."""
    found = (parts.fullmatch(text.strip()) for parts in _DAY_PARTS)
    return any(each and tuple(map(int, each.group("y", "m", "d"))) in _NO_DAYS for each in found)


def _with_zone(changed: dict[str, Any]) -> dict[str, Any]:
    time = changed.get("time", [])
    is_known = "zone" in changed or not time or time[-1].endswith("%z") or time[-1][:5] == "epoch"
    return changed if is_known else {**changed, "zone": "…"}


def _candidates(column: Column, text: str) -> Iterator[dict[str, Any]]:
    match column.type:
        case "date" | "instant":
            declared = column.reading.time or []
            for format_, zone in formats_of(text):
                is_day = "%d" in format_ and not ("%H" in format_ or "%I" in format_)
                if column.type == "instant" and is_day and not column.reading.time:
                    continue  # a day alone is no moment
                if format_ not in declared:
                    yield {"time": [*declared, format_]} | ({"zone": zone} if zone else {})
            found = _WEEKDAY.fullmatch(text) if column.type == "date" and not declared else None
            for format_, _ in formats_of(found["day"]) if found else ():
                yield {"extract": _BEFORE_WEEKDAY, "time": [format_]}
        case "boolean":
            for pair in BOOLEAN_WORDS:
                if text in pair:
                    yield {"values": dict(zip(pair, (True, False), strict=True))}
        case "integer" | "number" if not (column.reading.number and column.reading.number.percent):
            # Beside percents, a number without its sign is not known to be one.
            yield from _numbers(column, text)


def _numbers(column: Column, text: str) -> Iterator[dict[str, Any]]:
    for form in _NUMBERS:
        if not ("percent" in form and column.type == "integer"):
            yield {"number": form}
    if unit := re.fullmatch(r"([^\d.,\s-]*) ?[\d.,]+ ?([^\d.,\s-]*)", text):
        for each in filter(None, unit.groups()):
            yield {"number": {"unit": [each]}}
            yield {"number": {"unit": [each], "thousands": ","}}
    for form_ in DURATIONS:
        yield {"duration": [form_]}


def formats_of(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the formats that a time may be written in, and the zone that it names."""
    if re.fullmatch(r"\d{10}(\.\d+)?", text):
        yield "epoch", None
    if re.fullmatch(r"\d{13}", text):
        yield "epoch_ms", None
    if re.fullmatch(r"[3-6]\d{4}(\.\d+)?", text):
        yield "excel", None
    found = _TIME.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        return
    clock = ""
    if found["clock"]:
        written = next(
            each for shape, each in _CLOCKS.items() if re.fullmatch(shape, found["clock"])
        )
        clock = found["gap"] + written.format(hour="时" if "时" in found["clock"] else "点")
        clock += re.sub(r"\S+", "%z", found["offset"] or "") + (found["zone"] or "")
    for shape, formats in _DATES.items():
        if re.fullmatch(shape, found["day"]):
            for each in formats:
                yield each + clock, "UTC" if found["zone"] else None


def _yaml(value: Any) -> str:
    """Write a value as YAML on one line."""
    match value:
        case [only] if isinstance(only, str):
            return json.dumps(only, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(_yaml, value))}]"
        case dict():
            return (
                "{" + ", ".join(f"{_key(key)}: {_yaml(each)}" for key, each in value.items()) + "}"
            )
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    plain = re.fullmatch("[a-z_]+", key) and key not in ("yes", "no", "on", "off", "y", "n")
    return key if plain else json.dumps(key, ensure_ascii=False)
