"""What the templates are filled with: one assessment, read the way an auditor reads it."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from ccpolicy.assessment.agenda import Task
from ccpolicy.assessment.audit_appendix import ControlAppendix, Kind, Revision
from ccpolicy.assessment.models import Assessment, Clause, Control, Parameter, Waiver
from ccpolicy.reports.assessment_changes import KIND_MESSAGES, Changes, changes
from ccpolicy.reports.assessment_changes import Kind as ChangeKind
from ccpolicy.reports.html_parts import (
    coverage_course,
    lapses,
    overview,
    subjects,
    timeline,
    verdicts,
)
from ccpolicy.reports.html_parts.filters import Sites, facets
from ccpolicy.reports.html_parts.packing import Folded
from ccpolicy.reports.html_parts.register import Register
from ccpolicy.reports.html_parts.scale import Scale
from ccpolicy.reports.html_parts.wording import Wording, count, say, text
from ccpolicy.reports.phrases import unlisted_message
from ccpolicy.reports.sections import (
    ControlDue,
    Sections,
    became_waived,
    without_later_lapses,
)
from ccpolicy.reports.time_text import last_day, when
from ccpolicy.texts import Text
from ccpolicy.vocabulary import SEVERITIES, VERDICTS, Severity, Verdict

SOON = 30
"""Days ahead that the summary tells of."""
AHEAD = 366
"""Days ahead that the calendar lists."""
_PLAIN = re.compile(r"(?!(?:s|lang|theme|state|t)-)[A-Z][A-Z0-9-]*", re.ASCII)
"""Ids that cannot be taken for another place of the page."""


@dataclass(frozen=True, slots=True)
class Section:
    """One control with all that is shown of it."""

    control: Control
    annex: ControlAppendix | None
    kind: Kind | None
    clauses: list[Clause]
    shown: lapses.Shown
    rows: list[timeline.Row]
    on_paper: int
    """How many of these rows, the first, are read without scripts and on paper."""
    not_drawn: int

    @property
    def in_force(self) -> Revision | None:
        """The revision that is judged by at as-of."""
        known = self.annex.revisions if self.annex else []
        return next((each for each in known if each.version == self.control.version), None)


@dataclass(frozen=True, slots=True)
class ControlVersion:
    """A new version of a control."""

    control: Control
    revision: Revision
    parameters: list[tuple[Parameter | None, Parameter | None]]
    """Those that differ, before and after."""


class HtmlDocument:
    """The report's content."""

    def __init__(self, assessed: Assessment) -> None:
        self.result = result = without_later_lapses(assessed)
        self.summary = Sections(result, "now")
        self.scale = Scale.of(result)
        self.register = Register(result)
        self.sites = Sites(result.annex)
        self.facets, self.tokens = facets(result, self.sites)
        self.folded = Folded()
        self.numbers = {control.id: number for number, control in enumerate(result.controls)}
        self.controls = {control.id: control for control in result.controls}
        self.anchors = _anchors(result)
        kinds = result.annex.kinds if result.annex else []
        self.kinds = {each.name: f"q.{number}" for number, each in enumerate(kinds, 1)}
        self._waivers = {each.id: f"w.{number}" for number, each in enumerate(result.waivers, 1)}
        headline = verdicts.now(result)
        self.headline, self.headline_symbol = headline.label, headline.symbol
        self.headline_class = f"v-{headline.name}"
        self.period_sentence = verdicts.period_summary(result)
        self.gate = verdicts.gate(result)
        self.as_of_source = verdicts.source(result)
        ids = [clause.id for clause in result.policy.clauses]
        self.clauses = {each: f"k.{number}" for number, each in enumerate(ids, 1)}
        self.headings = {one for one in ids if any(each.startswith(f"{one}.") for each in ids)}

    @cached_property
    def failed_in_period(self) -> list[overview.Failed]:
        """List the controls that failed in the period, gravest first, then by time missed."""
        return overview.failed(self.result)

    @cached_property
    def owners(self) -> list[overview.OwnerTotals]:
        """Add up by owner."""
        return overview.owners(self.result, self.ahead(SOON))

    @property
    def id(self) -> str:
        """Name this report by what it rests on: the same for the same policy, evidence and time."""
        result = self.result
        told = [result.policy.digest, result.evidence_digest, result.as_of]
        told += [result.window.starts, result.window.ends, *self.controls]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

    def changes(self, before: Assessment) -> Changes:
        """Return what changed since an earlier assessment."""
        return changes(without_later_lapses(before), self.result)

    @staticmethod
    def change_words() -> dict[ChangeKind, Wording]:
        """Name the ways in which a lapse may have changed."""
        return {kind: say(text) for kind, text in KIND_MESSAGES.items()}

    def waiver_anchor(self, waiver: str) -> str:
        """Return a waiver's anchor; that of the section where it is not listed."""
        return self._waivers.get(waiver, "s-waivers")

    @staticmethod
    def order(verdict: Verdict) -> int:
        """Return a verdict's rank, worst first."""
        return VERDICTS.index(verdict)

    @staticmethod
    def severity_rank(severity: Severity) -> int:
        """Return a severity's rank, highest first."""
        return SEVERITIES.index(severity)

    @cached_property
    def ranges(self) -> list[tuple[str, str]]:
        """Name the quarters and months that touch the period, with their first and last days."""
        first = datetime.date.fromisoformat(self.result.window.starts[:10])
        found: dict[str, tuple[datetime.date, datetime.date]] = {}
        for size, sign in ((3, "Q"), (1, "")):
            year, month = first.year, (first.month - 1) // size * size
            while (day := datetime.date(year, month + 1, 1)) <= self.last:
                year, month = (year, month + size) if month + size < 12 else (year + 1, 0)
                name = f"{day.year}-Q{day.month // 3 + 1}" if sign else f"{day:%Y-%m}"
                ends = datetime.date(year, month + 1, 1) - datetime.timedelta(days=1)
                found[name] = day, ends
        return [(name, f"{starts}/{ends}") for name, (starts, ends) in found.items()]

    @property
    def last(self) -> datetime.date:
        """Last day on which the course says anything."""
        return last_day(min(self.result.window.ends, self.result.as_of, key=_time))

    @cached_property
    def chapters(self) -> list[overview.Chapter]:
        """Clauses and controls by chapter."""
        return overview.chapters(self.result)

    @cached_property
    def course(self) -> coverage_course.Course | None:
        """How much of the duty was covered, day by day."""
        annex = self.result.annex
        return (
            coverage_course.draw_course(coverage_course.whole_course(annex, self.last))
            if annex
            else None
        )

    @cached_property
    def strips(self) -> list[coverage_course.Strip]:
        """Controls by week."""
        annex = self.result.annex
        return coverage_course.strips(self.result, annex, self.last) if annex else []

    @cached_property
    def due_days(self) -> list[overview.DueDay]:
        """Due dates to draw."""
        return overview.due_days(self.result)

    def ahead(self, days: int) -> str:
        """Return the moment some days ahead, the horizon at most."""
        until = _time(self.result.as_of) + datetime.timedelta(days=days)
        return min(until, _time(self.result.horizon)).isoformat()

    @cached_property
    def soon_by_control(self) -> list[ControlDue]:
        """Return each control once, with its earliest due date, for the summary."""
        return self.summary.due(self.ahead(SOON))

    def title(self, language: str) -> str:
        """Return the page's title in a language."""
        plan, kind = text(self.result.policy.title), say("compliance report")
        named = [each.text(language).unescape() for each in (plan, kind)]
        return " · ".join([*named, when(self.result.as_of)])

    @cached_property
    def due(self) -> list[Task]:
        """What the calendar lists."""
        return self.summary.tasks(self.ahead(AHEAD))

    def now(self, verdict: str) -> list[Control]:
        """List the controls of a verdict now."""
        return [control for control in self.result.controls if control.now == verdict]

    def period(self, verdict: str) -> list[Control]:
        """List the controls of a verdict in the period."""
        return [control for control in self.result.controls if control.period == verdict]

    @cached_property
    def unjudged(self) -> list[Control]:
        """List the controls that were not assessed or do not apply, now or in the period."""
        return [
            control
            for control in self.result.controls
            if {control.now, control.period} & {"unknown", "not_applicable"}
        ]

    @cached_property
    def due_months(self) -> list[tuple[str, list[Task]]]:
        """Group what falls due by month."""
        return [
            (month, list(group))
            for month, group in groupby(self.due, lambda task: f"{last_day(task.at):%Y-%m}")
        ]

    @staticmethod
    def due_by_control(tasks: list[Task]) -> list[tuple[str, int]]:
        """Count the subjects due of each control, in the order of their first days."""
        found: dict[str, int] = {}
        for task in tasks:
            found[task.control] = found.get(task.control, 0) + len(task.subjects)
        return list(found.items())

    @cached_property
    def known(self) -> dict[str, int]:
        """Count the lapses of each control that stand in the baseline."""
        return {
            control.id: sum(lapse.baselined for lapse in control.lapses)
            for control in self.result.controls
        }

    @cached_property
    def became_waived(self) -> dict[str, set[tuple[str, str]]]:
        """Control → subject and beginning of each of its lapses that goes on under a waiver."""
        return {control.id: became_waived(control) for control in self.result.controls}

    def waived_subject(self, waiver: Waiver) -> Text | str:
        """Return what readers see of a waiver's subject."""
        control = self.controls.get(waiver.control)
        return control.subject_text(waiver.subject) if control else waiver.subject

    @cached_property
    def baselined(self) -> int:
        """How many lapses stand in the baseline."""
        return sum(self.known.values())

    @cached_property
    def revised(self) -> list[ControlVersion]:
        """List how controls changed, the latest change first."""
        annex = self.result.annex
        found = [
            ControlVersion(self.controls[own.id], revision, _changed(before, revision))
            for own in (annex.controls if annex else [])
            for before, revision in pairwise(own.revisions)
        ]
        return sorted(found, key=lambda each: _time(each.revision.starts), reverse=True)

    @cached_property
    def lapses_file_note(self) -> Wording | None:
        """Say where all lapses are, if the assessment does not list them."""
        message = unlisted_message(self.result)
        return say(message.template, **dict(message.values)) if message else None

    def unlisted(self, control: Control) -> Wording:
        """Say where the lapses of a control are that are not listed."""
        rest = control.lapse_count - len(control.lapses)
        more = count(rest, "{count} lapse", "{count} lapses")
        if file := self.result.lapses_file and self.result.lapses_file.file:
            return say("not listed: {lapses}; all are in {file}", lapses=more, file=file)
        return say("not listed, and not kept: {lapses}", lapses=more)

    @cached_property
    def lapses(self) -> int:
        """How many are listed."""
        return sum(len(control.lapses) for control in self.result.controls)

    @cached_property
    def records(self) -> int:
        """How many were read."""
        return sum(file.records for file in self.result.evidence.files)

    def sections(self) -> Iterator[Section]:
        """Yield the controls, one at a time, in the assessment's order."""
        result = self.result
        annexes = {each.id: each for each in result.annex.controls} if result.annex else {}
        kinds = {each.name: each for each in result.annex.kinds} if result.annex else {}
        clauses = {clause.id: clause for clause in result.policy.clauses}
        for control in result.controls:
            own = annexes.get(control.id)
            drawn = timeline.drawn(result, own.timelines) if own else []
            yield Section(
                control=control,
                annex=own,
                kind=kinds.get(control.kind),
                clauses=[clauses[each] for each in control.clauses if each in clauses],
                shown=lapses.on_the_page(control),
                rows=timeline.timeline_rows(result, drawn, self.scale)
                if own
                else timeline.rows_of_lapses(result, control, self.scale),
                on_paper=len(timeline.on_paper(result, drawn)) if own else timeline.WITHOUT_ANNEX,
                not_drawn=own.not_drawn + len(own.timelines) - len(drawn) if own else 0,
            )

    @property
    def has_pauses(self) -> bool:
        """Whether some control has pauses, so that its lapses say for how long."""
        return any(control.pauses for control in self.result.controls)

    def packed(self) -> Iterator[bytes]:
        """Yield all lapses, packed."""
        return lapses.packed(self.result, self.sites.of)

    @cached_property
    def pending(self) -> list[subjects.Pending]:
        """List what is not due yet and what was paused."""
        return subjects.pending(self.result)

    @property
    def subjects(self) -> int:
        """How many subjects all controls have; zero where populations were not asked for."""
        return subjects.total(self.result)

    def packed_subjects(self) -> Iterator[bytes]:
        """Yield all subjects, packed."""
        return subjects.packed(self.result)


def _anchors(result: Assessment) -> dict[str, str]:
    """Name the place of each control by its id, as far as that can stand in a link."""
    found: dict[str, str] = {}
    for number, control in enumerate(result.controls, 1):
        plain = _PLAIN.fullmatch(control.id) and control.id not in found.values()
        found[control.id] = control.id if plain else f"c.{number}"
    return found


def _changed(before: Revision, after: Revision) -> list[tuple[Parameter | None, Parameter | None]]:
    old = {each.name: each for each in before.parameters}
    new = {each.name: each for each in after.parameters}
    pairs = [(old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]
    return [pair for pair in pairs if pair[0] != pair[1]]


def _time(moment: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(moment)
