"""Draw what an evaluation found: the course of each control, timelines, and the records behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.assessment import audit_appendix as models
from ccpolicy.assessment.building_blocks import Text
from ccpolicy.engine.build import AssessmentBuilder
from ccpolicy.engine.calendar_tables import Calendar
from ccpolicy.engine.daily_totals import Days
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.lapses import Lapse
from ccpolicy.engine.policy_summary import quote_parameters
from ccpolicy.policy import RECORDINGS, Control, Dataset, Plan, Revision
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import day_number, day_starts

TIMELINES = 20
"""Subjects of a control that are drawn, the worst first."""
COVERS = 40
"""Spans of cover that are drawn of one subject; the oldest of more than these are joined."""

Drawn = tuple[int, int, int | None]
"""A span with the record behind it: starts, ends, locator."""


def make_appendix(
    run: Evaluation, writer: AssessmentBuilder, controls: Sequence[Control]
) -> models.AuditAppendix:
    """Make the annex of an assessment, while the relations of its evaluation still stand."""
    first = run.found.first_subjects(TIMELINES)
    drawn = {control.id: _worst(writer, control, first[control.id]) for control in controls}
    maker = _Maker(run, writer, _spans(run, drawn), _gaps(run, drawn))
    made = [maker.control(control, drawn[control.id]) for control in controls]
    used = {part.dataset.partition(".")[0] for each in made for part in each.selections}
    kinds = {rule.kind.name: rule.kind for rule in run.rules}
    recorded = _recorders(run, writer)
    writer.named |= maker.shown
    return models.AuditAppendix(
        kinds=[
            models.Kind(name=each, summary=Text.of(kind.summary), query=kind.query)
            for each, kind in sorted(kinds.items())
        ],
        datasets=[
            _dataset(run.content.datasets[each], recorded.get(each)) for each in sorted(used)
        ],
        controls=made,
        records=_records(writer, maker.shown),
    )


def _worst(writer: AssessmentBuilder, control: Control, first: Sequence[str]) -> list[str]:
    """Return the control's subjects to draw: failing now, then by time missed, then by name.

    `first` are its first subjects by name.
    """
    as_of, window = writer.times.as_of, writer.times.starts
    rank: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for piece in writer.pieces[control.id]:
        if piece.starts > as_of:
            continue
        missed = max(min(piece.ends, as_of) - max(piece.starts, window), 0)
        own = rank[piece.subject]
        own[0] -= piece.waiver is None and piece.ends > as_of
        own[1 if piece.waiver is None else 2] -= missed
    none = [0, 0, 0]
    names = {*rank, *first, *writer.outcomes[control.id].undecided}
    return sorted(names, key=lambda each: (rank.get(each, none), each))[:TIMELINES]


def _spans(
    run: Evaluation, drawn: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str, str], list[Drawn]]:
    """Read duty and cover of the subjects to draw, cut to the window and the horizon."""
    wanted = [(rule.number, subject) for rule in run.rules for subject in drawn[rule.control.id]]
    rows = run.store.ask(
        f"""
        SELECT s.control, n.name, s.part,
               greatest(s.starts, r.starts, {run.times.starts}) AS since,
               least(s.ends, r.ends, {run.times.horizon}) AS until, s.locator
        FROM spans s
        JOIN rule r ON r.number = s.control
        JOIN subject n ON n.number = s.subject
        JOIN (SELECT unnest(?::INTEGER[]) AS control, unnest(?::VARCHAR[]) AS name) w
          ON w.control = n.control AND w.name = n.name
        WHERE s.starts < s.ends AND since < until
        ORDER BY s.control, n.name, s.part, since, until, s.locator
        """,
        [[number for number, _ in wanted], [subject for _, subject in wanted]],
    )
    found: dict[tuple[str, str, str], list[Drawn]] = defaultdict(list)
    for number, subject, part, starts, ends, locator in rows:
        found[run.found.by_number[number].control.id, subject, part].append((starts, ends, locator))
    return found


def _gaps(run: Evaluation, drawn: Mapping[str, Sequence[str]]) -> dict[str, list[Lapse]]:
    """Read the lapses of the subjects to draw, up to the horizon."""
    lapses = run.found.lapses({subject for subjects in drawn.values() for subject in subjects})
    return {
        control: [each for each in found if each.subject in drawn[control]]
        for control, found in lapses.items()
    }


@dataclass
class _Maker:
    run: Evaluation
    writer: AssessmentBuilder
    spans: Mapping[tuple[str, str, str], list[Drawn]]
    gaps: Mapping[str, list[Lapse]]

    def __post_init__(self) -> None:
        times = self.run.times
        self.calendar = Calendar(self.run.zone, 0, 0)
        self.days = Days.of(self.calendar, times.starts, max(times.ends, times.starts + 1))
        self.owed = self.days.owed(self.run.store)
        self.shown: set[int] = set(self.writer.named)
        self.writer.locate(
            {place for each in self.spans.values() for _, _, place in each if place is not None}
        )

    def control(self, control: Control, subjects: Sequence[str]) -> models.ControlAppendix:
        """Draw one control."""
        pieces = self.writer.pieces[control.id]
        rules = [rule for rule in self.run.rules if rule.control is control]
        gaps = self.writer.waived(control, self.gaps[control.id])
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
            items=rules[0].items,
            revisions=[self._revision(control, each) for each in control.history],
            course=self.days.course(
                [self.owed.get(rule.number, {}) for rule in rules],
                [piece for piece in pieces if piece.waiver is None],
                [piece for piece in pieces if piece.waiver is not None],
            ),
            timelines=[self._timeline(control.id, subject, gaps) for subject in subjects],
            not_drawn=self.writer.outcomes[control.id].subjects - len(subjects),
        )

    def _revision(self, control: Control, revision: Revision) -> models.Revision:
        plan: Plan = self.run.content.plan
        first = plan.first_day(revision)
        return models.Revision(
            version=revision.version,
            starts=self.writer.when(day_starts(day_number(first), self.run.zone)),
            reason=Text.of(revision.reason) if revision.reason else None,
            parameters=quote_parameters(self.run.content, control, revision),
        )

    def _timeline(self, control: str, subject: str, pieces: Iterable[Lapse]) -> models.Timeline:
        times = self.run.times
        cover = _one_each(self.spans.get((control, subject, "cover"), []))
        old, recent = cover[:-COVERS], cover[-COVERS:]
        return models.Timeline(
            subject=subject,
            duty=self._drawn(_islands(self.spans.get((control, subject, "duty"), []))),
            cover=self._drawn([*_islands(old, behind=False), *recent]),
            gaps=[
                models.Gap(
                    starts=self.writer.when(max(piece.starts, times.starts)),
                    ends=self._end(piece.ends),
                    waived_by=piece.waiver,
                )
                for piece in pieces
                if piece.subject == subject and piece.ends > times.starts
            ],
        )

    def _drawn(self, spans: Iterable[Drawn]) -> list[models.Span]:
        drawn = []
        for starts, ends, place in spans:
            if place is not None:
                self.shown.add(place)
            drawn.append(
                models.Span(
                    starts=self.writer.when(starts),
                    ends=self._end(ends),
                    record=self.writer.where(place),
                )
            )
        return drawn

    def _end(self, instant: int) -> str | None:
        return self.writer.when(instant) if instant < self.run.times.horizon else None


def _one_each(spans: Iterable[Drawn]) -> list[Drawn]:
    """Join what one record covers in two revisions that follow each other."""
    joined: list[Drawn] = []
    last: dict[int | None, int] = {}
    for starts, ends, place in spans:
        index = last.get(place)
        if place is not None and index is not None and joined[index][1] == starts:
            joined[index] = (joined[index][0], ends, place)
        else:
            last[place] = len(joined)
            joined.append((starts, ends, place))
    return sorted(joined, key=lambda each: each[:2])


def _islands(spans: Iterable[Drawn], *, behind: bool = True) -> list[Drawn]:
    """Join spans that overlap or touch; behind each stands the record with which it began."""
    joined: list[Drawn] = []
    for starts, ends, place in sorted(spans, key=lambda each: each[:2]):
        if joined and starts <= joined[-1][1]:
            first, last, record = joined[-1]
            joined[-1] = (first, max(last, ends), record)
        else:
            joined.append((starts, ends, place if behind else None))
    return joined


def _records(writer: AssessmentBuilder, shown: set[int]) -> list[models.Record]:
    """Return what the records hold that are named, by place."""
    held = writer.evidence.places.contents(shown)
    records: dict[str, models.Record] = {}
    for each in sorted(held):
        place, content = str(writer.places[each]), held[each]
        known = records.get(place)
        # What git knows of a record stands at the record's own place.
        records[place] = models.Record(
            place=place,
            dataset=known.dataset if known else content.table,
            fields={**content.fields, **known.fields} if known else content.fields,
        )
    return list(records.values())


def _recorders(run: Evaluation, writer: AssessmentBuilder) -> dict[str, list[models.Recorder]]:
    """Return who put the records of each dataset on file, where git was asked."""
    tables = writer.provenance.tables if writer.provenance else None
    if not tables:
        return {}
    # A record is listed once for each of its times.
    rows = run.store.ask(
        f"""
        SELECT dataset, author, count(DISTINCT record), min(recorded_at), max(recorded_at)
        FROM {identifier(tables[RECORDINGS].relation)}
        GROUP BY dataset, author ORDER BY dataset, author NULLS LAST
        """
    )
    found: dict[str, list[models.Recorder]] = defaultdict(list)
    for dataset, author, records, first, last in rows:
        found[dataset.partition(".")[0]].append(
            models.Recorder(
                dataset=dataset,
                author=author,
                records=records,
                first=None if first is None else writer.when(first),
                last=None if last is None else writer.when(last),
            )
        )
    return found


def _dataset(dataset: Dataset, recorded: list[models.Recorder] | None) -> models.Dataset:
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
        may_be_empty=Text.of(dataset.may_be_empty) if dataset.may_be_empty else None,
        recorded=recorded,
    )
