"""Set an evaluation down as an assessment."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ccpolicy import __version__
from ccpolicy.assessment import models
from ccpolicy.assessment.models import VERDICTS, Assessment, Verdict
from ccpolicy.engine.control_problems import datasets_of, find_problems
from ccpolicy.engine.lapses import EvaluationTimes, Lapse, Outcome
from ccpolicy.engine.policy_summary import quote_parameters, quote_policy, quote_waivers
from ccpolicy.engine.waivers import waive
from ccpolicy.errors import Locator, Message
from ccpolicy.evidence import Evidence
from ccpolicy.policy import SEVERITIES, Control, Policy, Severity
from ccpolicy.provenance.models import Provenance
from ccpolicy.time.calendar import day_number, day_starts, instant, moment, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import DAY
from ccpolicy.time.zones import time_zone

NAMED = 200
"""Records behind the lapses of a control of which more is said than where they stand."""


@dataclass(frozen=True)
class EvaluationRequest:
    """What is asked: when, over which period, and of which controls."""

    as_of: datetime.datetime
    source: Literal["now", "given", "pinned"]
    starts: datetime.datetime
    ends: datetime.datetime
    controls: Sequence[str]
    gate: Literal["now", "period"]
    fail_on: Severity
    annex: bool = False
    """Whether the assessment gets its annex."""
    provenance: bool = False
    """Whether it says what git knows, though no control rests on that."""
    require_clean: bool = False
    """Whether what is not committed is refused."""
    ancestor: str | None = None
    """Revision that the history must build upon."""
    known_at: str | None = None
    """Revision or moment whose evidence is judged, instead of the working tree's."""

    @property
    def needs_history(self) -> bool:
        """Whether the question cannot be answered without git."""
        return bool(self.require_clean or self.ancestor or self.known_at)


class AssessmentBuilder:
    """Writes outcomes down as an assessment."""

    def __init__(
        self,
        content: Policy,
        question: EvaluationRequest,
        times: EvaluationTimes,
        evidence: Evidence,
        outcomes: Mapping[str, Outcome],
        provenance: Provenance | None = None,
    ) -> None:
        self.provenance = provenance
        self.content, self.question, self.times = content, question, times
        self.evidence, self.outcomes = evidence, outcomes
        self.zone = time_zone(content.plan.zone)
        self.places: dict[int, Locator] = {}
        self.named: set[int] = set()
        """Records behind the first lapses of each control, of which more is said."""
        self.pieces: dict[str, list[Lapse]] = {}
        """Each control's lapses, cut where waivers begin and end."""

    def when(self, microseconds: int) -> str:
        """Write an instant with the offset of the plan's zone."""
        return moment(microseconds, self.zone).isoformat()

    def where(self, locator: int | None) -> str | None:
        """Write the place of a record."""
        return None if locator is None else str(self.places[locator])

    def assessment(self, controls: Sequence[Control]) -> Assessment:
        """Return the whole result."""
        self.pieces = {
            control.id: self.waived(control, self.outcomes[control.id].lapses)
            for control in controls
        }
        self._locate()
        judged = [self._control(control, self.pieces[control.id]) for control in controls]
        question = self.question
        verdicts = {each.id: each.now if question.gate == "now" else each.period for each in judged}
        limit = SEVERITIES.index(question.fail_on)
        failed = [
            each.id
            for each in judged
            if verdicts[each.id] in ("fail", "unknown") and SEVERITIES.index(each.severity) <= limit
        ]
        settings = self.content.settings
        soon = shift(question.as_of, parse_duration(settings.due_soon), 1)
        return Assessment(
            schema_version=models.SCHEMA_VERSION,
            tool=models.Tool(name="ccpolicy", version=__version__),
            policy=quote_policy(self.content),
            as_of=self.when(self.times.as_of),
            as_of_source=question.source,
            window=models.Window(
                starts=self.when(self.times.starts), ends=self.when(self.times.ends)
            ),
            horizon=self.when(self.times.horizon),
            due_soon=self.when(instant(soon)),
            gate=models.Gate(
                judged=question.gate,
                fail_on=question.fail_on,
                passed=not failed,
                failed_on=failed,
                let_stand=[],
                gone=[],
            ),
            tally={verdict: list(verdicts.values()).count(verdict) for verdict in VERDICTS},
            controls=judged,
            waivers=quote_waivers(
                self.content, {control.id for control in controls}, self.times.as_of
            ),
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
            provenance=self._provenance(self.provenance) if self.provenance else None,
            annex=None,
        )

    def _evidence_digest(self) -> str:
        lines = sorted({f"{each.sha256}  {each.file}" for each in self.evidence.files})
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _provenance(self, found: Provenance) -> models.Provenance:
        return models.Provenance(
            state=found.state,
            reason=models.Text.of(found.reason) if found.reason else None,
            commit=found.commit,
            tree=found.tree,
            committed_at=None if found.committed_at is None else self.when(found.committed_at),
            known_at=self.question.known_at,
            uncommitted=[
                models.Uncommitted(file=each.file, change=each.change, sha256=each.sha256)
                for each in found.uncommitted
            ],
        )

    def waived(self, control: Control, lapses: Iterable[Lapse]) -> list[Lapse]:
        """Cut a control's lapses where its waivers begin and end."""
        waivers = [
            (
                waiver.id,
                waiver.subject,
                day_starts(day_number(waiver.from_), self.zone),
                day_starts(day_number(waiver.until) + 1, self.zone),
            )
            for waiver in self.content.waivers.values()
            if waiver.control == control.id
        ]
        return waive(lapses, waivers)

    def locate(self, locators: Collection[int]) -> None:
        """Find the places of records, so that `where` knows them."""
        self.places |= self.evidence.places.locate(set(locators) - self.places.keys())

    def _locate(self) -> None:
        wanted = {
            place
            for each in self.pieces.values()
            for span in each
            if span.starts <= self.times.as_of
            for place in (span.opened_by, span.closed_by)
            if place is not None
        }
        wanted |= {
            finding.locator
            for outcome in self.outcomes.values()
            for finding in outcome.findings
            if finding.locator is not None
        }
        self.locate(wanted)
        for each in self.pieces.values():
            past = [span for span in each if span.starts <= self.times.as_of]
            behind = [place for span in past for place in (span.opened_by, span.closed_by)]
            self.named.update(place for place in behind[:NAMED] if place is not None)

    def _control(self, control: Control, spans: list[Lapse]) -> models.Control:
        outcome = self.outcomes[control.id]
        as_of, window = self.times.as_of, self.times.starts
        problems, left_out = find_problems(
            control, outcome, self.content, self.evidence, self.where
        )
        now = _verdicts(outcome, [s for s in spans if s.starts <= as_of < s.ends])
        subjects = models.Subjects(
            total=outcome.subjects,
            # Who is in a lapse now, or cannot be decided, has a duty that goes on.
            passed=outcome.subjects - outcome.ended - len(now),
            failed=list(now.values()).count("fail"),
            waived=list(now.values()).count("waived"),
            unknown=list(now.values()).count("unknown"),
            baselined=0,
            ended=outcome.ended,
        )
        touching = [s for s in spans if s.ends > window and self._in_period(s.starts)]
        past = _verdicts(outcome, touching)
        reason, forced, nothing = self._forced(control, outcome, bool(problems))
        due = self._due(spans, outcome)
        revision = next(
            (r for r in reversed(control.history) if not r.from_ or self._begun(r.from_)),
            control.history[0],
        )
        return models.Control(
            id=control.id,
            version=revision.version,
            source=self._line(self.content.place("control", control.id)),
            title=models.Text.of(control.title),
            rule=models.Text.of(control.rule),
            rationale=models.Text.of(control.rationale) if control.rationale else None,
            remediation=models.Text.of(control.remediation),
            clauses=list(control.clauses),
            stale_clauses=[
                clause.id
                for clause in self.content.plan.clauses
                if clause.id in control.clauses and control.clauses[clause.id] != clause.digest
            ],
            kind=control.check,
            severity=control.severity,
            owner=models.Text.of(control.owner),
            tags=list(control.tags),
            parameters=quote_parameters(self.content, control, revision),
            datasets=datasets_of(control),
            now=forced or (_worst(now.values()) if outcome.stands else nothing),
            period=forced or (_worst(past.values()) if outcome.stood else nothing),
            reason=reason,
            subjects=subjects,
            next_due=due[0].at if due else None,
            due=due,
            lapses=[self._lapse(s) for s in spans if s.ends > window and s.starts <= as_of],
            problems=problems,
            left_out=left_out,
        )

    def _line(self, place: Locator) -> str:
        """Write a place as the file's path and line, also if it is read from a revision."""
        return str(replace(place, file=place.file.removeprefix(self.content.prefix), column=None))

    def _in_period(self, instant: int) -> bool:
        """Whether an instant lies before the period's end; the moment judged belongs to it."""
        return instant <= self.times.last

    def _begun(self, day: datetime.date) -> bool:
        return day_starts(day_number(day), self.zone) <= self.times.as_of

    def _forced(
        self, control: Control, outcome: Outcome, problems: bool
    ) -> tuple[models.Text | None, Verdict | None, Verdict]:
        """Return why and what a control's verdict is, where its lapses do not decide it.

        The last is its verdict where there is nothing to judge.
        """
        exempt = control.not_applicable
        if exempt and day_starts(day_number(exempt.until) + 1, self.zone) > self.times.as_of:
            return models.Text.of(exempt.reason), "not_applicable", "unknown"
        if problems:
            return None, "unknown", "unknown"
        if outcome.stands and outcome.stood:
            return None, None, "unknown"
        day = self.content.plan.first_day(control.history[0])
        if not self._in_period(day_starts(day_number(day), self.zone)):
            not_yet = Message.of("the control is in force only from {day} on", day=day)
            return models.Text.of(not_yet), None, "unknown"
        if control.may_be_empty:
            return models.Text.of(control.may_be_empty), None, "not_applicable"
        nothing = Message.of("there is nothing on file that the control is about")
        if outcome.stands:
            nothing = Message.of("in the period there was nothing that the control is about")
        return models.Text.of(nothing), None, "unknown"

    def _lapse(self, span: Lapse) -> models.Lapse:
        is_open = span.ends > self.times.as_of
        inside = min(span.ends, self.times.ends) - max(span.starts, self.times.starts)
        return models.Lapse(
            subject=span.subject,
            starts=self.when(span.starts),
            ends=None if is_open else self.when(span.ends),
            days=round(max(inside, 0) / DAY, 6),
            waived_by=span.waiver,
            baselined=False,
            opened_by=self.where(span.opened_by),
            closed_by=None if is_open else self.where(span.closed_by),
        )

    def _due(self, spans: list[Lapse], outcome: Outcome) -> list[models.Due]:
        """Group what lapses after as-of by its moment; what is overdue already is not due again."""
        by_moment = dict(outcome.ahead)
        owed = [span for span in spans if span.waiver is None]
        seen = {s.subject for s in owed if s.starts <= self.times.as_of < s.ends}
        for span in owed:
            if span.starts > self.times.as_of and span.subject not in seen:
                seen.add(span.subject)
                by_moment[span.starts] = sorted([*by_moment.get(span.starts, []), span.subject])
        return [models.Due(at=self.when(at), subjects=by_moment[at]) for at in sorted(by_moment)]


def _verdicts(outcome: Outcome, spans: Iterable[Lapse]) -> dict[str, Verdict]:
    """Return the verdict of each subject that does not simply pass."""
    verdicts: dict[str, Verdict] = {}
    for span in spans:
        if span.waiver is None:
            verdicts[span.subject] = "fail"
        else:
            verdicts.setdefault(span.subject, "waived")
    return verdicts | dict.fromkeys(outcome.undecided, "unknown")


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=VERDICTS.index, default="pass")
