"""What was asked for, and what is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ccpolicy.errors import Language
from performance.figures import Case, Figures, Measured, Runs

MILLION, TEN_MILLION = 1_000_000, 10_000_000
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table."""

    what: dict[Language, str]
    most: float
    """What the value may be at most."""
    value: Callable[[Figures], Measured | None]
    before: str = "–"
    """What it was when the goal was set, in November 2026."""
    profile: Case | None = None
    """The case of which is known where the time goes."""


def _ratio(
    case: Case, side: str, other: str, what: str = "cpu"
) -> Callable[[Figures], Measured | None]:
    return lambda figures: figures.ratio(case, side, other, what)


def _exponent(part: str, case: str, few: int, many: int) -> Callable[[Figures], Measured | None]:
    """Say by which power of the size processor time grows."""

    def value(figures: Figures) -> Measured | None:
        sides = (figures.each((part, case, size), "ccpolicy", _cpu) for size in (few, many))
        first, last = sides
        if first is None or last is None:
            return None
        span = many / few
        least, most = (
            math.log(last.least / first.most, span),
            math.log(last.most / first.least, span),
        )
        power = math.log(last.value / first.value, span)
        return Measured(power, least, most, min(first.runs, last.runs))

    return value


def _cpu(runs: Runs) -> list[float]:
    return list(runs.cpu)


def _memory(case: Case) -> Callable[[Figures], Measured | None]:
    return lambda figures: figures.each(
        case, "ccpolicy", lambda runs: [each / GIB for each in runs.memory]
    )


def _wall(case: Case, side: str) -> Callable[[Figures], Measured | None]:
    return lambda figures: figures.each(case, side, lambda runs: runs.wall)


_FIRST: Case = ("start", "first", 1)
_RECORDS = {size: ("growth", "records", size) for size in (MILLION, TEN_MILLION)}
_PROFILED = _RECORDS[MILLION]
_SAME: dict[Language, str] = {"en": "SQL with the same checks", "zh": "含同样检查的 SQL"}


def _of_records(size: int, side: str, most: float, before: str) -> Goal:
    en = " from the cache" if side == "warm" else ""
    zh = "，取自缓存" if side == "warm" else ""
    what: dict[Language, str] = {
        "en": f"{size:,} records of CSV{en} / {_SAME['en']}, CPU",
        "zh": f"CSV 记录 {size:,} 条{zh}／{_SAME['zh']}，CPU",
    }
    return Goal(what, most, _ratio(_RECORDS[size], side, "sql checked"), before, _PROFILED)


def _of_kind(kind: str) -> Goal:
    case = ("kinds", kind, MILLION)
    what: dict[Language, str] = {
        "en": f"`{kind}`, {MILLION:,} records / {_SAME['en']}, CPU",
        "zh": f"`{kind}`，{MILLION:,} 条记录／{_SAME['zh']}，CPU",
    }
    return Goal(what, 1.5, _ratio(case, "ccpolicy", "sql checked"), profile=case)


GOALS = [
    Goal(
        {
            "en": "cold start with the first plan / its imports, CPU",
            "zh": "最初的预案，冷启动／仅加载程序库，CPU",
        },
        2.5,
        _ratio(_FIRST, "ccpolicy", "imports"),
        "3.4",
        _FIRST,
    ),
    Goal(
        {
            "en": "the same with the cache / its imports, CPU",
            "zh": "同上，用缓存／仅加载程序库，CPU",
        },
        1.8,
        _ratio(_FIRST, "warm", "imports"),
        profile=_FIRST,
    ),
    _of_records(MILLION, "ccpolicy", 1.25, "1.47"),
    _of_records(TEN_MILLION, "ccpolicy", 1.25, "1.30"),
    _of_records(MILLION, "warm", 0.5, "–"),
    _of_records(TEN_MILLION, "warm", 0.5, "–"),
    Goal(
        {
            "en": f"{TEN_MILLION:,} records of CSV / SQL that checks nothing, memory",
            "zh": f"CSV 记录 {TEN_MILLION:,} 条／不作检查的 SQL，内存",
        },
        1.25,
        _ratio(_RECORDS[TEN_MILLION], "ccpolicy", "sql", "memory"),
        "1.0",
    ),
    *(_of_kind(kind) for kind in ("deadline", "coverage", "share")),
    Goal(
        {
            "en": "growth of CPU from 1,000,000 to 10,000,000 records, exponent",
            "zh": "记录由 1,000,000 增至 10,000,000 条，CPU 增长的指数",
        },
        1.05,
        _exponent("growth", "records", MILLION, TEN_MILLION),
        "0.87",
    ),
    Goal(
        {
            "en": "growth of CPU from 300 to 1,000 controls, exponent",
            "zh": "控制项由 300 增至 1,000 项，CPU 增长的指数",
        },
        1.05,
        _exponent("controls", "controls", 300, 1_000),
        "1.2",
        ("controls", "controls", 1_000),
    ),
    Goal(
        {"en": "1,000 controls / imports, CPU", "zh": "1,000 项控制项／仅加载程序库，CPU"},
        12.0,
        _ratio(("controls", "controls", 1_000), "ccpolicy", "imports"),
        profile=("controls", "controls", 1_000),
    ),
    Goal(
        {
            "en": "XLSX with 200,000 rows / calamine alone, CPU",
            "zh": "XLSX 200,000 行／仅用 calamine 读取，CPU",
        },
        1.5,
        _ratio(("formats", "xlsx", 200_000), "ccpolicy", "calamine"),
        profile=("formats", "xlsx", 200_000),
    ),
    Goal(
        {"en": "`history` of 500 commits, seconds", "zh": "`history` 评定 500 次提交，秒"},
        12.0,
        _wall(("history", "history", 500), "history"),
        "79",
        ("history", "history", 500),
    ),
    Goal(
        {
            "en": "100,000,000 records of Parquet, memory in GiB",
            "zh": "Parquet 记录 100,000,000 条，内存（GiB）",
        },
        2.0,
        _memory(("large", "parquet", 100_000_000)),
    ),
    Goal(
        {
            "en": "10,000,000 records of CSV, memory in GiB",
            "zh": "CSV 记录 10,000,000 条，内存（GiB）",
        },
        1.0,
        _memory(("large", "csv", TEN_MILLION)),
    ),
]
