"""The course of the period, by day, week and month: how much of what was owed was covered."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ccpolicy.assessment.audit_appendix import AuditAppendix, ControlAppendix
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports.html_parts.wording import Wording, count, length


@dataclass(frozen=True, slots=True)
class Day:
    """Duty-time of one day, in days of 24 hours."""

    date: datetime.date
    owed: float
    lapsed: float
    waived: float

    @property
    def missed(self) -> float:
        """What was not covered, waived or not."""
        return self.lapsed + self.waived


def course_days(control: ControlAppendix, last: datetime.date) -> Iterator[Day]:
    """Yield each day of a control's course."""
    if not control.course:
        return
    starts = [datetime.date.fromisoformat(step.day) for step in control.course]
    for step, (first, following) in zip(
        control.course, pairwise([*starts, last + datetime.timedelta(days=1)]), strict=True
    ):
        for offset in range((following - first).days):
            date = first + datetime.timedelta(days=offset)
            yield Day(date, step.owed, step.lapsed, step.waived)


def whole_course(annex: AuditAppendix, last: datetime.date) -> list[Day]:
    """Add up the courses of all controls, day by day."""
    sums: dict[datetime.date, list[float]] = {}
    for control in annex.controls:
        for day in course_days(control, last):
            own = sums.setdefault(day.date, [0.0, 0.0, 0.0])
            own[0] += day.owed
            own[1] += day.lapsed
            own[2] += day.waived
    return [Day(date, *own) for date, own in sorted(sums.items())]


@dataclass(frozen=True, slots=True)
class CoveragePeriod:
    """Some days together: a month or a week."""

    label: str
    owed: float
    lapsed: float
    waived: float

    @property
    def covered(self) -> float | None:
        """Share of the duty that was covered."""
        return 1 - (self.lapsed + self.waived) / self.owed if self.owed else None


def months(course: Sequence[Day]) -> list[CoveragePeriod]:
    """Add up a course by month."""
    return [
        _sum(label, group) for label, group in groupby(course, lambda each: f"{each.date:%Y-%m}")
    ]


def _sum(label: str, group: Iterator[Day]) -> CoveragePeriod:
    listed = list(group)
    return CoveragePeriod(
        label,
        sum(day.owed for day in listed),
        sum(day.lapsed for day in listed),
        sum(day.waived for day in listed),
    )


@dataclass(frozen=True, slots=True)
class CoverageStep:
    """A stretch of days on which the same shares were covered, on paper."""

    x: float
    width: float
    lapsed: float
    """Height in percent of the picture, from the top."""
    waived: float
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a month begins, on paper."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Course:
    """Share of duty-time that was not covered, over the period."""

    steps: list[CoverageStep]
    line: str
    """The share that was covered, as an SVG path in steps."""
    owed: str
    """Where anything had to be covered, as an SVG path."""
    marks: list[Mark]
    floor: float
    """Share at the bottom edge, so that what is rare can be seen."""
    months: list[CoveragePeriod]


def draw_course(course: Sequence[Day]) -> Course | None:
    """Draw a course; None where nothing was owed."""
    worst = max((day.missed / day.owed for day in course if day.owed), default=None)
    if worst is None:
        return None
    depth = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if worst <= each)
    steps, place = list[CoverageStep](), 0
    for (lapsed, waived, owed), group in groupby(course, lambda d: (d.lapsed, d.waived, d.owed)):
        stretch = list(group)
        share = (lapsed + waived) / owed if owed else 0.0
        starts, ends = (round(100 * e / len(course), 2) for e in (place, place + len(stretch)))
        if owed:
            steps.append(
                CoverageStep(
                    starts,
                    round(ends - starts, 2),
                    round(100 * lapsed / owed / depth, 2),
                    round(100 * waived / owed / depth, 2),
                    f"{_dates(stretch)} · {100 - 100 * share:.2f} %",
                )
            )
        place += len(stretch)
    return Course(steps, _line(steps), _owed(steps), _marks(course), 1 - depth, months(course))


def _line(steps: Sequence[CoverageStep]) -> str:
    """Draw the edge of what was covered; the pen is lifted where nothing was owed."""
    path, end = "", -1.0
    for step in steps:
        level = round(step.lapsed + step.waived, 2)
        path += f"V{level:g}" if _meet(end, step) else f"M{step.x * 10:g} {level:g}"
        end = step.x + step.width
        path += f"H{end * 10:g}"
    return path


def _owed(steps: Sequence[CoverageStep]) -> str:
    """Draw the ground of the picture, where anything was owed."""
    path, end = "", -1.0
    for step in steps:
        if not _meet(end, step):
            path += f"H{end * 10:g}V0Z" if path else ""
            path += f"M{step.x * 10:g} 0V100"
        end = step.x + step.width
    return f"{path}H{end * 10:g}V0Z"


def _meet(end: float, step: CoverageStep) -> bool:
    return step.x - end < 0.02


def _marks(course: Sequence[Day]) -> list[Mark]:
    """Mark the first days of months."""
    return [
        Mark(round(100 * place / len(course), 2), f"{day.date:%Y-%m}")
        for place, day in enumerate(course)
        if day.date.day == 1
    ]


def _dates(stretch: Sequence[Day]) -> str:
    first, last = stretch[0].date, stretch[-1].date
    return f"{first}" if first == last else f"{first} – {last}"


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbouring weeks of one control that look the same."""

    level: int
    """0 nothing owed, 1 all covered, 2 missed under a waiver alone, 3 to 5 lapsed more and more."""
    x: float
    width: float
    title: Wording


@dataclass(frozen=True, slots=True)
class Strip:
    """A control through the weeks of the period."""

    control: Control
    cells: list[Cell]
    lapsed: float
    waived: float
    weeks: int
    """Weeks with a lapse."""


def strips(result: Assessment, annex: AuditAppendix, last: datetime.date) -> list[Strip]:
    """Draw controls by week."""
    return [
        _strip(control, list(course_days(own, last)))
        for control, own in zip(result.controls, annex.controls, strict=True)
    ]


def _strip(control: Control, course: list[Day]) -> Strip:
    if not course:
        return Strip(control, [], 0.0, 0.0, 0)
    weeks = [
        _sum(str(course[place].date), iter(course[place : place + 7]))
        for place in range(0, len(course), 7)
    ]
    cells, week = [], 0
    for level, group in groupby(weeks, _level):
        stretch = list(group)
        first, last = 7 * week, min(7 * (week + len(stretch)), len(course))
        missed = sum(week.lapsed + week.waived for week in stretch)
        cells.append(
            Cell(
                level,
                round(100 * first / len(course), 2),
                round(100 * (last - first) / len(course), 2),
                count(
                    len(stretch),
                    "{count} week from {day}: {length} missed",
                    "{count} weeks from {day}: {length} missed",
                    day=stretch[0].label,
                    length=length(missed),
                ),
            )
        )
        week += len(stretch)
    return Strip(
        control,
        cells,
        sum(week.lapsed for week in weeks),
        sum(week.waived for week in weeks),
        sum(week.lapsed > 0 for week in weeks),
    )


def _level(week: CoveragePeriod) -> int:
    if not week.owed:
        return 0
    if not week.lapsed:
        return 2 if week.waived else 1
    share = week.lapsed / week.owed
    return 3 if share < 0.01 else 4 if share < 0.1 else 5
