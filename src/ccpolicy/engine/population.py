"""Every subject of a control: its state, since when, the record behind it, and its due date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ccpolicy.assessment import models
from ccpolicy.assessment.subject_text import subject_label
from ccpolicy.engine.outcome import JudgedSubject, LapseSpan
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.texts import Text
from ccpolicy.time.epoch import DAY, SECOND
from ccpolicy.vocabulary import Verdict


def subject_states(
    places: RecordPlaces,
    labels: Sequence[Mapping[str, Text]],
    population: Iterable[JudgedSubject],
    lapses: Iterable[LapseSpan],
    verdicts: tuple[Mapping[str, Verdict], Mapping[str, Verdict]],
    due: Iterable[models.DueSubjects],
    forced: Verdict | None,
) -> list[models.SubjectState]:
    """Return the state of each subject.

    `labels` has for each part of their names: value → what readers call it. `verdicts` are those of
    the subjects that do not simply pass, now and in the period; `forced` is the control's where its
    lapses do not decide it, such as for invalid evidence: nothing of it passes then.
    """
    own: dict[str, list[LapseSpan]] = {}
    for lapse in lapses:
        if lapse.starts <= places.times.as_of:
            own.setdefault(lapse.subject, []).append(lapse)
    next_due = {subject: each.at for each in due for subject in each.subjects}
    passing = forced or "pass"
    return [
        models.SubjectState(
            subject=each.name,
            label=subject_label(labels, each.name),
            class_name=each.class_name,
            now=verdicts[0].get(each.name, passing if each.goes_on else "not_applicable"),
            period=verdicts[1].get(each.name, passing),
            since=_since(places, each, own.get(each.name, [])),
            evidence=places.where(each.locator),
            next_due=next_due.get(each.name),
            not_due=each.not_due,
            paused=None if each.paused is None else round(each.paused / SECOND),
            lapses=sum(span.ends > places.times.starts for span in own.get(each.name, [])),
            days=_days_lapsed(places, own.get(each.name, [])),
        )
        for each in population
    ]


def _since(places: RecordPlaces, subject: JudgedSubject, lapses: Sequence[LapseSpan]) -> str | None:
    """Return when the state began: the open lapse, the end of the last one, or the duty."""
    if lapses:
        last = lapses[-1]
        is_open = last.ends > places.times.as_of
        return places.when(last.starts if is_open else last.ends)
    if subject.starts is None or subject.starts > places.times.as_of:
        return None
    return places.when(subject.starts)


def _days_lapsed(places: RecordPlaces, lapses: Iterable[LapseSpan]) -> float:
    """Return the days of the period in lapses that are not waived."""
    times = places.times
    inside = (
        min(each.ends, times.ends) - max(each.starts, times.starts)
        for each in lapses
        if each.waiver is None
    )
    return round(sum(max(each, 0) for each in inside) / DAY, 6)
