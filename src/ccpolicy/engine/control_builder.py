"""Build the result of one control."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from ccpolicy.assessment import models
from ccpolicy.assessment.subject_text import subject_text
from ccpolicy.engine.control_problems import SHOWN, datasets_of, problems_and_left_out
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.kept_lapses import KeptLapses, days_inside, is_open, touches_period
from ccpolicy.engine.outcome import JudgedSubject, LapseSpan, Outcome
from ccpolicy.engine.policy_summary import quote_parameters
from ccpolicy.engine.population import subject_states
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.errors import Locator, Message
from ccpolicy.policy import Control, Policy
from ccpolicy.policy.subject_names import subject_labels, told_apart
from ccpolicy.texts import Text
from ccpolicy.time.calendar import day_number, day_starts
from ccpolicy.time.epoch import DAY, SECOND
from ccpolicy.time.spans import FOREVER, Span
from ccpolicy.vocabulary import VERDICTS, Verdict


class LaterCover(Protocol):
    """Knows which lapses were covered by records filed later than the commit judged."""

    def find(
        self,
        commit: str,
        control: str,
        subject: str,
        span: Span,
    ) -> models.CoveredLater | None:
        """Return since when a lapse is covered by later records, if it is.

        `commit` is the commit that was judged; an open lapse ends `FOREVER`.
        """
        ...


class ControlBuilder:
    """Builds the results of controls."""

    def __init__(
        self,
        policy: Policy,
        times: EvaluationTimes,
        places: RecordPlaces,
        commit: str | None,
        later_cover: LaterCover | None,
        listed_problems: int | None,
    ) -> None:
        """Take what all controls have in common; `commit` is the one judged, if git was asked."""
        self.listed_problems = listed_problems or SHOWN
        self.policy, self.times = policy, times
        self.places, self.zone = places, places.zone
        self.commit, self.later_cover = commit, later_cover

    def build(
        self,
        control: Control,
        outcome: Outcome,
        kept: KeptLapses,
        population: list[JudgedSubject] | None = None,
        names: Iterable[str] = (),
    ) -> models.Control:
        """Return the result of a control; labels that look like others of `names` are left out."""
        as_of, lapses = self.times.as_of, kept.spans
        labels = told_apart(subject_labels(self.policy, control), names)
        problems, left_out = problems_and_left_out(
            control,
            outcome,
            self.policy,
            self.places.evidence,
            self.places.where,
            self.listed_problems,
        )
        now = _verdicts(
            [s for s in lapses if is_open(s, self.times)],
            {s.subject for s in outcome.unknown_spans if s.starts <= as_of < s.ends},
            outcome.undecided,
        )
        then = _verdicts(
            [s for s in lapses if touches_period(s, self.times)],
            {s.subject for s in outcome.unknown_spans if self._in_period(s.starts)},
            outcome.undecided,
        )
        reason, forced, nothing = self._forced(control, outcome, bool(problems))
        problems = problems or [*self._unknown(control, outcome, labels)]
        due = self._due(lapses, outcome)
        revision = next(
            (r for r in reversed(control.history) if not r.from_ or self._begun(r.from_)),
            control.history[0],
        )
        return models.Control(
            id=control.id,
            version=revision.version,
            source=self._line(self.policy.place("control", control.id)),
            title=models.Text.of(control.title),
            rule=models.Text.of(control.rule),
            rationale=models.Text.of(control.rationale) if control.rationale else None,
            remediation=models.Text.of(control.remediation),
            clauses=list(control.clauses),
            stale_clauses=[
                clause.id
                for clause in self.policy.plan.clauses
                if clause.id in control.clauses and control.clauses[clause.id] != clause.digest
            ],
            satisfies=list(control.satisfies),
            kind=control.check,
            severity=control.severity,
            owner=models.Text.of(control.owner),
            tags=list(control.tags),
            parameters=quote_parameters(self.policy, control, revision),
            datasets=datasets_of(control),
            now=forced
            or (_worst(now, kept.more_failing > 0) if outcome.has_subjects_now else nothing[0]),
            period=forced
            or (_worst(then, kept.failed_more) if outcome.had_subjects else nothing[1]),
            reason=models.Text.of(reason) if reason else None,
            reason_code=reason.code if isinstance(reason, Message) else None,
            subjects=_subjects(outcome, now, kept.more_failing),
            next_due=due[0].at if due else None,
            due=due,
            lapses=[self.lapse(control, each) for each in kept.listed],
            lapse_counts=kept.counts,
            pauses=_pauses(outcome),
            population=None
            if population is None
            else subject_states(self.places, labels, population, lapses, (now, then), due, forced),
            subject_labels=labels,
            problems=problems,
            left_out=left_out,
        )

    def _line(self, place: Locator) -> str:
        """Write a place as the file's path and line, also if it is read from a revision."""
        return str(replace(place, file=place.file.removeprefix(self.policy.prefix), column=None))

    def _unknown(
        self, control: Control, outcome: Outcome, labels: list[dict[str, Text]]
    ) -> Iterator[models.Problem]:
        """Yield the spans that cannot be judged, with the reason: the first ones, then a count."""
        spans, reason = outcome.unknown_spans, self.policy.kinds[control.check].unknown
        for each in spans[: self.listed_problems]:
            message = Message.of(
                "cannot judge '{subject}' from {start} to {end}: {reason}",
                subject=subject_text(labels, each.subject),
                start=self.places.when(each.starts),
                end=self.places.when(each.ends),
                reason=reason or "–",
            )
            yield _problem(message)
        if len(spans) > self.listed_problems:
            rest = Message.of("spans that cannot be judged, in all: {count}", count=len(spans))
            yield _problem(rest)

    def _in_period(self, instant: int) -> bool:
        """Whether an instant lies before the period's end; as-of belongs to it."""
        return instant <= self.times.last_of_period

    def _begun(self, day: datetime.date) -> bool:
        return day_starts(day_number(day), self.zone) <= self.times.as_of

    def _forced(
        self, control: Control, outcome: Outcome, problems: bool
    ) -> tuple[Message | Text | None, Verdict | None, tuple[Verdict, Verdict]]:
        """Return why and what a control's verdict is, where its lapses do not decide it.

        The last are its verdicts where there is nothing to judge, now and in the period.
        """
        unknown: tuple[Verdict, Verdict] = ("unknown", "unknown")
        exempt = control.not_applicable
        if exempt and day_starts(day_number(exempt.until) + 1, self.zone) > self.times.as_of:
            return exempt.reason, "not_applicable", unknown
        if problems:
            return None, "unknown", unknown
        if outcome.has_subjects_now and outcome.had_subjects:
            return None, None, unknown
        empty: Verdict = "not_applicable" if control.may_be_empty else "unknown"
        day = self.policy.plan.first_day(control.history[0])
        if not self._in_period(day_starts(day_number(day), self.zone)):
            not_yet = Message.of("the control is in force only from {day} on", day=day)
            now: Verdict = empty if self._begun(day) else "unknown"
            return not_yet, None, (now, "unknown")
        if control.may_be_empty:
            return control.may_be_empty, None, (empty, empty)
        nothing = Message.of(
            "no subject of the control is on file; if that is normal, give the reason in the"
            " control: may_be_empty: …"
        )
        if outcome.has_subjects_now:
            nothing = Message.of(
                "the control had no subject in the period; if that is normal, give the reason"
                " in the control: may_be_empty: …"
            )
        return nothing, None, unknown

    def lapse(self, control: Control, lapse: LapseSpan) -> models.Lapse:
        """Return a lapse as the assessment tells of it; its records must have been located."""
        goes_on = lapse.ends > self.times.as_of
        return models.Lapse(
            subject=lapse.subject,
            starts=self.places.when(lapse.starts),
            ends=None if goes_on else self.places.when(lapse.ends),
            days=round(days_inside(lapse, self.times) / DAY, 6),
            waived_by=lapse.waiver,
            baselined=False,
            opened_by=self.places.where(lapse.opened_by),
            closed_by=None if goes_on else self.places.where(lapse.closed_by),
            paused=None if lapse.paused is None else _seconds(lapse.paused),
            records=[self.places.place(each) for each in lapse.records],
            covered_later=self._covered_later(control, lapse, goes_on=goes_on),
        )

    def _covered_later(
        self, control: Control, lapse: LapseSpan, *, goes_on: bool
    ) -> models.CoveredLater | None:
        if not (self.later_cover and self.commit):
            return None
        span = lapse.starts, FOREVER if goes_on else lapse.ends
        return self.later_cover.find(self.commit, control.id, lapse.subject, span)

    def _due(self, lapses: list[LapseSpan], outcome: Outcome) -> list[models.DueSubjects]:
        """Group what lapses after as-of by its moment; what is overdue already is not due again."""
        by_moment = dict(outcome.upcoming)
        owed = [lapse for lapse in lapses if lapse.waiver is None]
        seen = {s.subject for s in owed if is_open(s, self.times)}
        for lapse in owed:
            if lapse.starts > self.times.as_of and lapse.subject not in seen:
                seen.add(lapse.subject)
                by_moment[lapse.starts] = sorted([*by_moment.get(lapse.starts, []), lapse.subject])
        return [
            models.DueSubjects(at=self.places.when(at), subjects=by_moment[at])
            for at in sorted(by_moment)
        ]


def _seconds(microseconds: int) -> int:
    return round(microseconds / SECOND)


def _pauses(outcome: Outcome) -> models.Pauses | None:
    if outcome.pauses is None:
        return None
    subjects, paused = outcome.pauses
    return models.Pauses(subjects=subjects, seconds=_seconds(paused))


def _problem(message: Message) -> models.Problem:
    hint = message.standing_hint
    return models.Problem(
        code=message.code,
        message=models.Text.of(message),
        hint=models.Text.of(hint) if hint.template else None,
        locator=None,
        dataset=None,
    )


def _subjects(outcome: Outcome, now: Mapping[str, Verdict], more_failing: int) -> models.Subjects:
    """Count the subjects; `now` holds those that do not simply pass, but for more that fail."""
    counts = list(now.values())
    return models.Subjects(
        total=outcome.subjects,
        # Who is in a lapse now, or cannot be decided, has a duty that goes on.
        passed=outcome.subjects - outcome.ended - len(now) - more_failing,
        failed=counts.count("fail") + more_failing,
        waived=counts.count("waived"),
        unknown=counts.count("unknown"),
        baselined=0,
        ended=outcome.ended,
        not_due=outcome.not_due,
    )


def _verdicts(
    lapses: Iterable[LapseSpan], unknown: Iterable[str], undecided: Iterable[str]
) -> dict[str, Verdict]:
    """Return the verdict of each subject that does not simply pass.

    `unknown` are those of whom nothing is known for a while, `undecided` those of whom nothing is.
    """
    verdicts: dict[str, Verdict] = {}
    for lapse in lapses:
        if lapse.waiver is None:
            verdicts[lapse.subject] = "fail"
        else:
            verdicts.setdefault(lapse.subject, "waived")
    for subject in unknown:
        if verdicts.get(subject) != "fail":
            verdicts[subject] = "unknown"
    return verdicts | dict.fromkeys(undecided, "unknown")


def _worst(verdicts: Mapping[str, Verdict], more_failing: bool) -> Verdict:
    """Return a control's verdict by those of its subjects; perhaps more of them fail."""
    if more_failing:
        return "fail"
    return min(verdicts.values(), key=VERDICTS.index, default="pass")
