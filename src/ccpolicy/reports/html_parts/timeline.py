"""One subject through time: duty, cover and what is missing, as bars and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ccpolicy.assessment.audit_appendix import Gap, Span, Timeline
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports.html_parts.scale import Scale
from ccpolicy.reports.html_parts.wording import (
    Wording,
    count,
    join,
    length,
    paused_length,
    say,
    unbroken,
)
from ccpolicy.reports.time_text import span_end, until, when
from ccpolicy.time.calendar import instant
from ccpolicy.time.spans import FOREVER, join_spans

DRAWN, CLEAN = 9, 6
"""Subjects of a control that are drawn, and so many where fewer of them lapsed."""
LEAST = 0.35
"""Percent of the width below which nobody would see a bar."""
APART = 0.7
"""Percent of the width below which marks run into one block: the first is drawn."""
WITHOUT_ANNEX = 20
"""Subjects drawn from their lapses alone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span on paper."""

    kind: str
    """`duty`, `cover`, `paused`, `lapse`, `waived`, `coming`: the classes of the style sheet."""
    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One subject."""

    subject: str
    outcome: Wording
    bars: list[Bar]
    marks: list[float] = field(default_factory=list)
    """Positions of the records that began cover; records closer than a bar's width are one mark."""
    duty: list[Span] = field(default_factory=list)
    cover: list[Span] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    behind: str | None = None
    """The record that it rests on at as-of."""


def drawn(result: Assessment, timelines: Sequence[Timeline]) -> Sequence[Timeline]:
    """Choose the subjects that are drawn, the worst first, with a few that kept their duty."""
    return timelines[: min(DRAWN, max(CLEAN, _lapsed(result, timelines)))]


def on_paper(result: Assessment, drawn: Sequence[Timeline]) -> Sequence[Timeline]:
    """Choose those of the drawn ones that stand on paper: the ones that lapsed, or the first."""
    return drawn[: max(1, _lapsed(result, drawn))]


def _lapsed(result: Assessment, timelines: Sequence[Timeline]) -> int:
    now = _time(result.as_of)
    return sum(any(_time(gap.starts) < now for gap in each.gaps) for each in timelines)


def timeline_rows(result: Assessment, drawn: Sequence[Timeline], scale: Scale) -> list[Row]:
    """Draw the subjects of a control."""
    return [_row(result, timeline, scale) for timeline in drawn]


def rows_of_lapses(result: Assessment, control: Control, scale: Scale) -> list[Row]:
    """Draw what an assessment without its annex knows: lapses, and no duty or cover."""
    gaps: dict[str, list[Gap]] = {}
    for lapse in control.lapses:
        if len(gaps) < WITHOUT_ANNEX or lapse.subject in gaps:
            gaps.setdefault(lapse.subject, []).append(
                Gap(
                    starts=lapse.starts,
                    ends=lapse.ends or result.as_of,
                    waived_by=lapse.waived_by,
                )
            )
    return [
        _row(result, Timeline(subject=subject, duty=[], cover=[], gaps=each), scale)
        for subject, each in gaps.items()
    ]


def _row(result: Assessment, timeline: Timeline, scale: Scale) -> Row:
    bars = [_bar("duty", each.starts, each.ends, scale) for each in timeline.duty]
    bars += [_bar("cover", *each, scale) for each in _joined(timeline.cover)]
    bars += [_bar("paused", each.starts, each.ends, scale) for each in timeline.pauses]
    for gap in timeline.gaps:
        bars += _missing(gap, result.as_of, scale)
    return Row(
        subject=timeline.subject,
        outcome=_outcome(result, timeline),
        bars=bars,
        marks=_apart(
            scale.at(each.starts)
            for each in timeline.cover
            if each.record and _time(each.starts) > scale.starts
        ),
        duty=timeline.duty,
        cover=timeline.cover,
        gaps=timeline.gaps,
        pauses=timeline.pauses,
        behind=behind(result, timeline),
    )


def _apart(places: Iterable[float]) -> list[float]:
    shown: list[float] = []
    for place in sorted(places):
        if not shown or place - shown[-1] >= APART:
            shown.append(place)
    return shown


def behind(result: Assessment, timeline: Timeline) -> str | None:
    """Name the record that covers longest at as-of, or did last, or else began the duty."""
    now = _time(result.as_of)
    for spans in (timeline.cover, timeline.duty):
        begun = [each for each in spans if each.record and _time(each.starts) <= now]
        if begun:
            return max(begun, key=_reach).record
    return None


def _reach(span: Span) -> tuple[bool, datetime, datetime]:
    starts = _time(span.starts)
    return span.ends is None, _time(span.ends) if span.ends else starts, starts


def _missing(gap: Gap, as_of: str, scale: Scale) -> list[Bar]:
    """Draw a gap, in two pieces where it reaches from the past into the forecast."""
    kind = "waived" if gap.waived_by else "lapse"
    starts, ends = _time(gap.starts), _time(gap.ends) if gap.ends else None
    now = _time(as_of)
    if starts >= now:
        return [_bar("coming" if kind == "lapse" else "waived", gap.starts, gap.ends, scale)]
    if ends is not None and ends <= now:
        return [_bar(kind, gap.starts, gap.ends, scale)]
    coming = "coming" if kind == "lapse" else "waived"
    return [_bar(kind, gap.starts, as_of, scale), _bar(coming, as_of, gap.ends, scale)]


def _bar(kind: str, starts: str, ends: str | None, scale: Scale) -> Bar:
    left, right = scale.at(starts), scale.at(ends)
    width = max(round(right - left, 2), LEAST)
    left = round(min(left, 100 - width), 2)
    # Spans of duty and cover are listed below the row.
    is_listed = kind in ("duty", "cover")
    title = "" if is_listed else f"{when(starts)} – {span_end(starts, ends) if ends else '…'}"
    return Bar(kind, left, width, title)


def _joined(spans: Iterable[Span]) -> Iterator[tuple[str, str | None]]:
    """Join spans of cover that overlap or touch, as one bar."""
    for group in join_spans(spans, _instants):
        yield group[0].starts, max(group, key=lambda each: _instants(each)[1]).ends


def _instants(span: Span) -> tuple[int, int]:
    return instant(_time(span.starts)), instant(_time(span.ends)) if span.ends else FOREVER


def _outcome(result: Assessment, timeline: Timeline) -> Wording:
    """Say in words what the bars show."""
    now = _time(result.as_of)
    said: list[Wording] = []
    for waived in (False, True):
        past = [
            gap
            for gap in timeline.gaps
            if bool(gap.waived_by) == waived and _time(gap.starts) < now
        ]
        if not past:
            continue
        days = (
            sum(
                (min(_time(gap.ends) if gap.ends else now, now) - _time(gap.starts)).total_seconds()
                for gap in past
            )
            / 86_400
        )
        still = any(gap.ends is None or _time(gap.ends) > now for gap in past)
        said.append(_missed(len(past), days, waived=waived, still=still))
    coming = [gap for gap in timeline.gaps if _time(gap.starts) >= now and not gap.waived_by]
    if coming:
        said.append(say("due {day}", day=unbroken(until(coming[0].starts))))
    said = said or [say("no lapse")]
    if timeline.paused:
        said.append(say("paused {length}", length=paused_length(timeline.paused)))
    return join(said, semicolon=True)


def _missed(number: int, days: float, *, waived: bool, still: bool) -> Wording:
    how_long = length(days)
    if waived:
        return count(
            number,
            "{count} waived lapse, {length}",
            "{count} waived lapses, {length}",
            length=how_long,
        )
    if still:
        return count(
            number,
            "{count} lapse, {length}, open now",
            "{count} lapses, {length}, open now",
            length=how_long,
        )
    return count(number, "{count} lapse, {length}", "{count} lapses, {length}", length=how_long)


def _time(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
