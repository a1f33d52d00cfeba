"""The audit appendix: each control's days, the timelines of some subjects, and their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccpolicy.assessment import audit_appendix as models
from ccpolicy.engine.control_revision import has_pauses
from ccpolicy.engine.daily_totals import Days
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.outcome import LapseSpan, Outcome
from ccpolicy.engine.policy_summary import quote_parameters
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.engine.relations import CHARTED_SUBJECT
from ccpolicy.engine.waivers import waive
from ccpolicy.policy import RECORDINGS, Control, Dataset, Plan, Revision
from ccpolicy.provenance.models import Provenance
from ccpolicy.store.sql import identifier
from ccpolicy.texts import Text
from ccpolicy.time.calendar import day_number
from ccpolicy.time.epoch import SECOND
from ccpolicy.time.spans import join_spans

TIMELINES = 20
"""Subjects of a control that are charted, the worst first."""
COVERS = 40
"""Spans of cover that are charted of one subject; the oldest of more than these are joined."""

Charted = tuple[int, int, int | None]
"""A span with the locator of its record: starts, ends, locator."""


class AppendixBuilder:
    """Builds the audit appendix, while the relations of its evaluation are there."""

    def __init__(
        self,
        evaluation: Evaluation,
        places: RecordPlaces,
        lapses: Mapping[str, list[LapseSpan]],
        outcomes: Mapping[str, Outcome],
        provenance: Provenance | None,
        cited: set[int],
    ) -> None:
        """Take what the assessment is built from.

        `lapses` are those of each control, cut by its waivers; `cited` are locators of records
        that are shown in any case.
        """
        self.evaluation, self.policy = evaluation, evaluation.policy
        self.store, self.times = evaluation.store, evaluation.times
        self.places, self.lapses, self.outcomes = places, lapses, outcomes
        self.provenance = provenance
        self.shown = set(cited)
        """Locators of the records that the appendix shows."""

    def build(self, controls: Sequence[Control], images: list[str]) -> models.AuditAppendix:
        """Return the appendix; `images` are those that the records name, in Base64."""
        first = self.evaluation.reader.subjects.first(TIMELINES)
        charted = {each.id: self._worst(each, first[each.id]) for each in controls}
        self._chart(charted)
        self.spans, self.gaps = self._spans(), self._gaps(charted)
        self.pauses = self._pauses()
        calendar = self.evaluation.calendar
        self.days = Days.of(
            calendar, self.times.starts, max(self.times.ends, self.times.starts + 1)
        )
        self.duty = self.days.duty(self.store)
        self.places.locate(
            {
                each[2]
                for found in (self.spans, self.pauses)
                for own in found.values()
                for each in own
                if each[2] is not None
            }
        )
        built = [self._control(control, charted[control.id]) for control in controls]
        used = {part.dataset.partition(".")[0] for each in built for part in each.selections}
        kinds = {each.kind.name: each.kind for each in self.evaluation.revisions}
        recorders = self._recorders()
        return models.AuditAppendix(
            kinds=[
                models.Kind(name=each, summary=Text.of(kind.summary), query=kind.query)
                for each, kind in sorted(kinds.items())
            ],
            datasets=[
                _dataset(self.policy.datasets[each], recorders.get(each)) for each in sorted(used)
            ],
            controls=built,
            records=self._records(),
            images=images,
        )

    def _worst(self, control: Control, first: Sequence[str]) -> list[str]:
        """Return the control's subjects to chart: failing now, then by time missed, then by name.

        `first` are its first subjects by name.
        """
        as_of, window = self.times.as_of, self.times.starts
        rank: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for lapse in self.lapses[control.id]:
            if lapse.starts > as_of:
                continue
            missed = max(min(lapse.ends, as_of) - max(lapse.starts, window), 0)
            own = rank[lapse.subject]
            own[0] -= lapse.waiver is None and lapse.ends > as_of
            own[1 if lapse.waiver is None else 2] -= missed
        none = [0, 0, 0]
        names = {*rank, *first, *self.outcomes[control.id].undecided}
        return sorted(names, key=lambda each: (rank.get(each, none), each))[:TIMELINES]

    def _chart(self, charted: Mapping[str, Sequence[str]]) -> None:
        """Create `charted_subject`."""
        rows = [
            (each.number, subject)
            for each in self.evaluation.revisions
            for subject in charted[each.control.id]
        ]
        CHARTED_SUBJECT.create(self.store, rows)

    def _spans(self) -> dict[tuple[str, str, bool], list[Charted]]:
        """Read the spans of the charted subjects, cut to the window and the horizon.

        The keys are control, subject and whether it is cover.
        """
        rows = self.store.ask(
            f"""
            SELECT revision, name, is_cover, since, until, locator
            FROM (
              SELECT s.revision, n.name, s.is_cover,
                     greatest(s.starts, r.starts, {self.times.starts}) AS since,
                     least(s.ends, r.ends, {self.times.horizon}) AS until, s.locator
              FROM spans s
              JOIN control_revision r ON r.revision = s.revision
              JOIN subject n ON n.number = s.subject
              JOIN charted_subject c ON c.revision = n.revision AND c.name = n.name
              WHERE s.starts < s.ends
            ) charted
            WHERE since < until
            ORDER BY revision, name, is_cover DESC, since, until, locator NULLS LAST
            """
        )
        found: dict[tuple[str, str, bool], list[Charted]] = defaultdict(list)
        by_number = self.evaluation.reader.by_number
        for number, subject, is_cover, starts, ends, locator in rows:
            found[by_number[number].control.id, subject, is_cover].append((starts, ends, locator))
        return found

    def _pauses(self) -> dict[tuple[str, str], list[tuple[int, int, int | None, int]]]:
        """Read the pauses of the charted subjects: starts, ends, locator, time paused."""
        if not any(map(has_pauses, self.evaluation.revisions)):
            return {}
        rows = self.store.ask(
            """
            SELECT r.revision, n.name, p.starts, p.ends, p.locator, p.paused
            FROM pause p
            JOIN subject n ON n.number = p.subject
            JOIN control_revision r ON r.revision = n.revision AND r.is_current
            JOIN charted_subject c ON c.revision = n.revision AND c.name = n.name
            ORDER BY r.revision, n.name, p.starts
            """
        )
        found: dict[tuple[str, str], list[tuple[int, int, int | None, int]]] = defaultdict(list)
        by_number = self.evaluation.reader.by_number
        for number, subject, *pause in rows:
            found[by_number[number].control.id, subject].append(tuple(pause))
        return found

    def _gaps(self, charted: Mapping[str, Sequence[str]]) -> dict[str, list[LapseSpan]]:
        """Read the lapses of the charted subjects, up to the horizon, cut by waivers."""
        found: dict[str, list[LapseSpan]] = {control: [] for control in charted}
        for control, lapse in self.evaluation.reader.lapses(CHARTED_SUBJECT):
            if lapse.subject in charted[control]:
                found[control].append(lapse)
        return {
            control: [*waive(self.policy, self.policy.controls[control], own)]
            for control, own in found.items()
        }

    def _control(self, control: Control, subjects: Sequence[str]) -> models.ControlAppendix:
        """Return the part of one control."""
        lapses = self.lapses[control.id]
        revisions = [each for each in self.evaluation.revisions if each.control is control]
        return models.ControlAppendix(
            id=control.id,
            selections=[
                models.Selection(
                    input=each,
                    dataset=part.dataset,
                    key=list(part.key),
                    where=part.where,
                    good=part.good,
                )
                for each in control.inputs
                for part in control.selections(each)
            ],
            items=revisions[0].items,
            revisions=[self._revision(control, each) for each in control.history],
            course=self.days.course(
                [self.duty.get(each.number, {}) for each in revisions],
                [lapse for lapse in lapses if lapse.waiver is None],
                [lapse for lapse in lapses if lapse.waiver is not None],
            ),
            timelines=[self._timeline(control.id, subject) for subject in subjects],
            not_drawn=self.outcomes[control.id].subjects - len(subjects),
        )

    def _revision(self, control: Control, revision: Revision) -> models.Revision:
        plan: Plan = self.policy.plan
        first = plan.first_day(revision)
        return models.Revision(
            version=revision.version,
            starts=self.places.when(self.evaluation.calendar.starts(day_number(first))),
            reason=Text.of(revision.reason) if revision.reason else None,
            parameters=quote_parameters(self.policy, control, revision),
        )

    def _timeline(self, control: str, subject: str) -> models.Timeline:
        cover = _by_record(self.spans.get((control, subject, True), []))
        old, recent = cover[:-COVERS], cover[-COVERS:]
        pauses = self.pauses.get((control, subject), [])
        return models.Timeline(
            subject=subject,
            duty=self._charted(_joined(self.spans.get((control, subject, False), []))),
            # What is joined rests on many records.
            cover=self._charted([*((*each[:2], None) for each in _joined(old)), *recent]),
            gaps=[
                models.Gap(
                    starts=self.places.when(max(lapse.starts, self.times.starts)),
                    ends=self._end(lapse.ends),
                    waived_by=lapse.waiver,
                )
                for lapse in self.gaps[control]
                if lapse.subject == subject and lapse.ends > self.times.starts
            ],
            pauses=self._charted(
                (max(starts, self.times.starts), ends, place)
                for starts, ends, place, _ in pauses
                if ends > self.times.starts
            ),
            paused=round(pauses[-1][3] / SECOND) if pauses else 0,
        )

    def _charted(self, spans: Iterable[Charted]) -> list[models.Span]:
        charted = []
        for starts, ends, place in spans:
            if place is not None:
                self.shown.add(place)
            charted.append(
                models.Span(
                    starts=self.places.when(starts),
                    ends=self._end(ends),
                    record=self.places.where(place),
                )
            )
        return charted

    def _end(self, instant: int) -> str | None:
        return self.places.when(instant) if instant < self.times.horizon else None

    def _records(self) -> list[models.Record]:
        """Return what the shown records hold, by place."""
        held = self.places.evidence.places.contents(self.shown)
        records: dict[str, models.Record] = {}
        for each in sorted(held):
            place, content = self.places.place(each), held[each]
            known = records.get(place)
            # What git knows of a record is at the record's own place.
            records[place] = models.Record(
                place=place,
                dataset=known.dataset if known else content.table,
                fields={**content.fields, **known.fields} if known else content.fields,
            )
        return list(records.values())

    def _recorders(self) -> dict[str, list[models.RecordingAuthor]]:
        """Return who filed the records of each dataset, where git was asked."""
        tables = self.provenance.tables if self.provenance else None
        if not tables:
            return {}
        # A record is listed once for each of its times.
        rows = self.evaluation.reading.ask(
            f"""
            SELECT dataset, author, count(DISTINCT record), min(recorded_at), max(recorded_at)
            FROM {identifier(tables[RECORDINGS].relation)}
            GROUP BY dataset, author ORDER BY dataset, author NULLS LAST
            """
        )
        found: dict[str, list[models.RecordingAuthor]] = defaultdict(list)
        for dataset, author, records, first, last in rows:
            found[dataset.partition(".")[0]].append(
                models.RecordingAuthor(
                    dataset=dataset,
                    author=author,
                    records=records,
                    first=None if first is None else self.places.when(first),
                    last=None if last is None else self.places.when(last),
                )
            )
        return found


def _by_record(spans: Iterable[Charted]) -> list[Charted]:
    """Join what one record covers in two revisions that follow each other."""
    by_record: dict[int | None, list[Charted]] = defaultdict(list)
    for each in spans:
        by_record[each[2]].append(each)
    joined = by_record.pop(None, [])
    for own in by_record.values():
        joined += _joined(own)
    return sorted(joined, key=lambda each: (*each[:2], each[2] is None, each[2]))


def _joined(spans: Iterable[Charted]) -> list[Charted]:
    """Join spans that overlap or touch; each keeps the record with which it begins."""
    return [
        (group[0][0], max(ends for _, ends, _ in group), group[0][2])
        for group in join_spans(spans, lambda each: each[:2])
    ]


def _dataset(dataset: Dataset, recorded: list[models.RecordingAuthor] | None) -> models.Dataset:
    return models.Dataset(
        id=dataset.id,
        title=Text.of(dataset.title),
        owner=Text.of(dataset.owner),
        files=dataset.files,
        format=dataset.format,
        key=list(dataset.key),
        retention=dataset.retention,
        zone=dataset.zone,
        fields=list(dataset.record.get("properties", {})),
        labels={name: Text.of(each) for name, each in _labels(dataset, "labels").items()},
        value_labels={
            name: {value: Text.of(label) for value, label in each.items()}
            for name, each in _labels(dataset, "value_labels").items()
        },
        may_be_empty=Text.of(dataset.may_be_empty) if dataset.may_be_empty else None,
        recorded=recorded,
    )


def _labels(dataset: Dataset, field: str) -> dict[str, Any]:
    """Return the labels of a dataset's columns and of those of its nested records."""
    found = dict(getattr(dataset, field))
    for name, child in dataset.children.items():
        found |= {f"{name}.{column}": each for column, each in getattr(child, field).items()}
    return found
