"""Build the assessment of an evaluation, in one pass."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from ccpolicy import __version__
from ccpolicy.assessment import models
from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import VERDICTS, Assessment, Verdict
from ccpolicy.engine.control_problems import datasets_of, find_problems
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.lapses import Lapse, Outcome
from ccpolicy.engine.policy_summary import quote_parameters, quote_policy, quote_waivers
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.engine.record_provenance import find_recorded
from ccpolicy.engine.waivers import waive
from ccpolicy.errors import Locator, Message
from ccpolicy.evidence import Evidence
from ccpolicy.policy import Control
from ccpolicy.provenance.models import Provenance
from ccpolicy.time.calendar import day_number, day_starts, instant, moment, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import DAY

CITED = 200
"""Records behind the lapses of a control of which git is asked."""


class LaterCover(Protocol):
    """Knows which lapses were covered by records filed later than the commit judged."""

    def find(
        self,
        commit: str,
        control: str,
        subject: str,
        span: tuple[datetime.datetime, datetime.datetime | None],
    ) -> models.CoveredLater | None:
        """Return since when a lapse is covered by later records, if it is; an open one has no end.

        `commit` is the commit that was judged.
        """
        ...


class AssessmentBuilder:
    """Builds the assessment from what an evaluation found."""

    def __init__(
        self,
        question: ResolvedRequest,
        evaluation: Evaluation,
        outcomes: Mapping[str, Outcome],
        evidence: Evidence,
        provenance: Provenance | None,
        later_cover: LaterCover | None,
    ) -> None:
        self.question, self.evaluation, self.outcomes = question, evaluation, outcomes
        self.evidence, self.provenance, self.later_cover = evidence, provenance, later_cover
        self.policy, self.times, self.zone = (
            evaluation.policy,
            evaluation.times,
            evaluation.calendar.zone,
        )
        self.controls = [self.policy.controls[each] for each in question.controls]
        self.places = RecordPlaces(evidence, self.zone)
        self.lapses = {
            each.id: waive(self.policy, each, outcomes[each.id].lapses) for each in self.controls
        }
        """Control → its lapses, cut where waivers begin and end."""

    def build(self) -> Assessment:
        """Return the assessment."""
        self._locate()
        judged = [self._control(control, self.lapses[control.id]) for control in self.controls]
        annex, shown = self._appendix()
        when = self.places.when
        scope = GateScope(
            judged=self.question.gate,
            fail_on=self.question.fail_on,
            period_ends=moment(self.times.ends, self.zone),
            as_of=moment(self.times.as_of, self.zone),
        )
        soon = shift(self.question.as_of, parse_duration(self.policy.settings.due_soon), 1)
        return Assessment(
            schema_version=models.SCHEMA_VERSION,
            tool=models.Tool(name="ccpolicy", version=__version__),
            policy=quote_policy(self.policy),
            as_of=when(self.times.as_of),
            as_of_source=self.question.source,
            window=models.Window(starts=when(self.times.starts), ends=when(self.times.ends)),
            horizon=when(self.times.horizon),
            due_soon=when(instant(soon)),
            gate=scope.decide(judged),
            tally=scope.tally(judged),
            controls=judged,
            waivers=quote_waivers(self.policy, self.question.controls, self.times.as_of),
            problems=[],
            evidence=[
                models.Evidence(
                    dataset=each.dataset,
                    file=each.file,
                    records=each.records,
                    invalid=each.invalid,
                    sha256=each.sha256,
                )
                for each in self.evidence.files
            ],
            evidence_digest=self._evidence_digest(),
            provenance=self._provenance({*self._cited_records(), *shown}),
            annex=annex,
        )

    def _evidence_digest(self) -> str:
        lines = sorted({f"{each.sha256}  {each.file}" for each in self.evidence.files})
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _appendix(self) -> tuple[models.AuditAppendix | None, set[int]]:
        """Return the appendix, if it is wanted, and the locators of the records it shows."""
        if not (self.question.request.appendix and self.controls):
            return None, set()
        # Needed for reports to auditors alone.
        from ccpolicy.engine.audit_appendix import AppendixBuilder

        builder = AppendixBuilder(
            self.evaluation,
            self.places,
            self.lapses,
            self.outcomes,
            self.provenance,
            {*self._cited_records()},
        )
        return builder.build(self.controls), builder.shown

    def _provenance(self, cited: set[int]) -> models.Provenance | None:
        """Return what git knows, and what it knows of the records at some locators."""
        found = self.provenance
        if found is None:
            return None
        return models.Provenance(
            state=found.state,
            reason=models.Text.of(found.reason) if found.reason else None,
            commit=found.commit,
            tree=found.tree,
            committed_at=(
                None if found.committed_at is None else self.places.when(found.committed_at)
            ),
            known_at=self.question.request.known_at,
            uncommitted=[
                models.Uncommitted(file=each.file, change=each.change, sha256=each.sha256)
                for each in found.uncommitted
            ],
            recorded=find_recorded(self.evaluation, self.places, found, cited),
        )

    def _reported(self, control: str) -> list[Lapse]:
        """Return a control's lapses that began by as-of."""
        return [each for each in self.lapses[control] if each.starts <= self.times.as_of]

    def _cited_records(self) -> list[int]:
        """Return the locators of the records around the first lapses of each control."""
        found: list[int] = []
        for control in self.lapses:
            around = [
                locator
                for lapse in self._reported(control)
                for locator in (lapse.opened_by, lapse.closed_by)
            ]
            found += [locator for locator in around[:CITED] if locator is not None]
        return found

    def _locate(self) -> None:
        wanted = {
            locator
            for control in self.lapses
            for lapse in self._reported(control)
            for locator in (lapse.opened_by, lapse.closed_by)
        }
        wanted |= {
            finding.locator for outcome in self.outcomes.values() for finding in outcome.findings
        }
        self.places.locate({locator for locator in wanted if locator is not None})

    def _control(self, control: Control, lapses: list[Lapse]) -> models.Control:
        outcome = self.outcomes[control.id]
        as_of, window = self.times.as_of, self.times.starts
        problems, left_out = find_problems(
            control, outcome, self.policy, self.evidence, self.places.where
        )
        now = _verdicts(outcome, [s for s in lapses if s.starts <= as_of < s.ends])
        touching = [s for s in lapses if s.ends > window and self._in_period(s.starts)]
        then = _verdicts(outcome, touching)
        reason, forced, nothing = self._forced(control, outcome, bool(problems))
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
            kind=control.check,
            severity=control.severity,
            owner=models.Text.of(control.owner),
            tags=list(control.tags),
            parameters=quote_parameters(self.policy, control, revision),
            datasets=datasets_of(control),
            now=forced or (_worst(now.values()) if outcome.has_subjects_now else nothing[0]),
            period=forced or (_worst(then.values()) if outcome.had_subjects else nothing[1]),
            reason=reason,
            subjects=_subjects(outcome, now),
            next_due=due[0].at if due else None,
            due=due,
            lapses=[
                self._lapse(control, s) for s in lapses if s.ends > window and s.starts <= as_of
            ],
            problems=problems,
            left_out=left_out,
        )

    def _line(self, place: Locator) -> str:
        """Write a place as the file's path and line, also if it is read from a revision."""
        return str(replace(place, file=place.file.removeprefix(self.policy.prefix), column=None))

    def _in_period(self, instant: int) -> bool:
        """Whether an instant lies before the period's end; as-of belongs to it."""
        return instant <= self.times.last

    def _begun(self, day: datetime.date) -> bool:
        return day_starts(day_number(day), self.zone) <= self.times.as_of

    def _forced(
        self, control: Control, outcome: Outcome, problems: bool
    ) -> tuple[models.Text | None, Verdict | None, tuple[Verdict, Verdict]]:
        """Return why and what a control's verdict is, where its lapses do not decide it.

        The last are its verdicts where there is nothing to judge, now and in the period.
        """
        unknown: tuple[Verdict, Verdict] = ("unknown", "unknown")
        exempt = control.not_applicable
        if exempt and day_starts(day_number(exempt.until) + 1, self.zone) > self.times.as_of:
            return models.Text.of(exempt.reason), "not_applicable", unknown
        if problems:
            return None, "unknown", unknown
        if outcome.has_subjects_now and outcome.had_subjects:
            return None, None, unknown
        empty: Verdict = "not_applicable" if control.may_be_empty else "unknown"
        day = self.policy.plan.first_day(control.history[0])
        if not self._in_period(day_starts(day_number(day), self.zone)):
            not_yet = Message.of("the control is in force only from {day} on", day=day)
            now: Verdict = empty if self._begun(day) else "unknown"
            return models.Text.of(not_yet), None, (now, "unknown")
        if control.may_be_empty:
            return models.Text.of(control.may_be_empty), None, (empty, empty)
        nothing = Message.of("there is nothing on file that the control is about")
        if outcome.has_subjects_now:
            nothing = Message.of("in the period there was nothing that the control is about")
        return models.Text.of(nothing), None, unknown

    def _lapse(self, control: Control, lapse: Lapse) -> models.Lapse:
        is_open = lapse.ends > self.times.as_of
        inside = min(lapse.ends, self.times.ends) - max(lapse.starts, self.times.starts)
        return models.Lapse(
            subject=lapse.subject,
            starts=self.places.when(lapse.starts),
            ends=None if is_open else self.places.when(lapse.ends),
            days=round(max(inside, 0) / DAY, 6),
            waived_by=lapse.waiver,
            baselined=False,
            opened_by=self.places.where(lapse.opened_by),
            closed_by=None if is_open else self.places.where(lapse.closed_by),
            covered_later=self._covered_later(control, lapse, is_open=is_open),
        )

    def _covered_later(
        self, control: Control, lapse: Lapse, *, is_open: bool
    ) -> models.CoveredLater | None:
        if not (self.later_cover and self.provenance and self.provenance.commit):
            return None
        span = (
            moment(lapse.starts, self.zone),
            None if is_open else moment(lapse.ends, self.zone),
        )
        return self.later_cover.find(self.provenance.commit, control.id, lapse.subject, span)

    def _due(self, lapses: list[Lapse], outcome: Outcome) -> list[models.Due]:
        """Group what lapses after as-of by its moment; what is overdue already is not due again."""
        by_moment = dict(outcome.upcoming)
        owed = [lapse for lapse in lapses if lapse.waiver is None]
        seen = {s.subject for s in owed if s.starts <= self.times.as_of < s.ends}
        for lapse in owed:
            if lapse.starts > self.times.as_of and lapse.subject not in seen:
                seen.add(lapse.subject)
                by_moment[lapse.starts] = sorted([*by_moment.get(lapse.starts, []), lapse.subject])
        return [
            models.Due(at=self.places.when(at), subjects=by_moment[at]) for at in sorted(by_moment)
        ]


def _subjects(outcome: Outcome, now: Mapping[str, Verdict]) -> models.Subjects:
    """Count the subjects; `now` holds those that do not simply pass."""
    counts = list(now.values())
    return models.Subjects(
        total=outcome.subjects,
        # Who is in a lapse now, or cannot be decided, has a duty that goes on.
        passed=outcome.subjects - outcome.ended - len(now),
        failed=counts.count("fail"),
        waived=counts.count("waived"),
        unknown=counts.count("unknown"),
        baselined=0,
        ended=outcome.ended,
        not_due=outcome.not_due,
    )


def _verdicts(outcome: Outcome, lapses: Iterable[Lapse]) -> dict[str, Verdict]:
    """Return the verdict of each subject that does not simply pass."""
    verdicts: dict[str, Verdict] = {}
    for lapse in lapses:
        if lapse.waiver is None:
            verdicts[lapse.subject] = "fail"
        else:
            verdicts.setdefault(lapse.subject, "waived")
    return verdicts | dict.fromkeys(outcome.undecided, "unknown")


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=VERDICTS.index, default="pass")
