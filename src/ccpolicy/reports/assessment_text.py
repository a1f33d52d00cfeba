"""An assessment as text in a terminal: worst first, and what to do next."""

from __future__ import annotations

from ccpolicy.assessment.models import Assessment, Control, Problem, Recorded
from ccpolicy.reports import View
from ccpolicy.reports.attested_text import attestations, attested_lead
from ccpolicy.reports.framework_text import served_share
from ccpolicy.reports.layout import pad, width
from ccpolicy.reports.page import Page, PageTable, Word
from ccpolicy.reports.phrases import (
    baseline_note,
    lapse_text,
    opened_by,
    pauses,
    problem_text,
    reason_text,
    records_behind,
    unlisted_lapses,
    verdict_labels,
    waivers_for_nobody,
)
from ccpolicy.reports.provenance_text import by_place, covered_later, on_file, recorded, uncommitted
from ccpolicy.reports.sections import ControlLapses, Sections
from ccpolicy.reports.summary_text import outcome, severities
from ccpolicy.reports.time_text import exactly, judged_as_of, length_in_period, pinned, until


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment: what needs attention first, then what is merely to be known."""
    page = Page(view)
    if view.detail == "brief":
        for warning in pinned(page, result)[:1]:
            page.paragraph(warning, colour="yellow")
        for warning, _ in uncommitted(page, result, full=False):
            page.paragraph(warning, colour="yellow")
    else:
        _SectionText(page, result).write()
        page.line()
    outcome(page, result)
    return str(page)


class _SectionText:
    """The sections of one assessment as text; one without an entry is left out."""

    def __init__(self, page: Page, result: Assessment) -> None:
        self.page, self.result, self.sections = page, result, Sections(result)
        self.full = page.view.detail == "full"
        self.recorded = by_place(result)
        self.severities = severities(page)
        labels = verdict_labels(page)
        self.words: dict[str, Word] = {
            "fail": (labels["fail"], "red"),
            "unknown": (labels["unknown"], "yellow"),
            "problem": (page.say("PROBLEM"), "yellow"),
            "cured": (page.say("CURED"), "green"),
            "waived": (labels["waived"], "cyan"),
            "not_applicable": (labels["not_applicable"], "dim"),
            "stale": (page.say("STALE"), "yellow"),
            "due": (page.say("DUE"), "yellow"),
            "pass": (labels["pass"], "green"),
        }
        words = [text for text, _ in self.words.values()]
        self.table = PageTable(page, words, [control.id for control in result.controls])

    def write(self) -> None:
        """Write every section that has something to say."""
        self.header()
        self.attention()
        self.cured()
        self.waived()
        self.waivers_for_nobody()
        self.not_assessed()
        self.stale()
        self.due_soon()
        if self.full:
            self.in_order()
            self.frameworks()
            self.attested()

    def header(self) -> None:
        """Add the header: plan, judged moment and period."""
        result, page = self.result, self.page
        title, version = page.text(result.policy.title), result.policy.version
        page.paragraph(
            page.say("{title}, version {version}", title=title, version=version), colour="bold"
        )
        if result.policy.revision:
            page.paragraph(page.say("Policy of commit {commit}", commit=result.policy.revision))
        warnings = pinned(page, result)
        for text in warnings or [judged_as_of(page, result.as_of, result.as_of_source)]:
            page.paragraph(text, colour="yellow" if warnings else None)
        starts, ends, zone = (
            exactly(result.window.starts),
            exactly(result.window.ends),
            result.policy.zone,
        )
        page.paragraph(
            page.say("Period {start} to {end}, {zone}", start=starts, end=ends, zone=zone)
        )

        for note, is_warning in recorded(page, result, full=self.full):
            page.paragraph(note, colour="yellow" if is_warning else None)

    def attention(self) -> None:
        """Show what fails or could not be judged."""
        page, sections = self.page, self.sections
        if not (sections.attention or sections.problems):
            return
        page.heading(page.say("Needs attention"))
        if sections.problems:
            self.table.row(self.words["problem"], "", page.say("not specific to one control"))
        hint = None
        for problem in sections.problems:
            # Many files that nobody reads have the same hint.
            again = problem.hint is not None and problem.hint == hint
            self.problem(problem.model_copy(update={"hint": None}) if again else problem)
            hint = problem.hint or hint
        for each in sections.attention:
            control = each.control
            if self.result.verdict(control) == "fail":
                self.row("fail", control, self.ratio(control, each.subject_count))
            else:
                self.row("unknown", control)
                self.reason(control)
            self.lapses(each)
            for note in unlisted_lapses(page, self.result, control):
                self.table.detail(note)
            for note in pauses(page, control):
                self.table.detail(note)
            for known in baseline_note(page, control):
                self.table.detail(known)
            self.problems(control)

    def cured(self) -> None:
        """Show what lapsed in the period and was covered again."""
        page, shown = self.page, self.sections.cured
        if shown and self.full:
            page.heading(page.say("Lapsed in the period, cured since"))
        elif shown:
            page.heading(page.say("Lapsed in the period, cured since (-v shows when)"))
        for each in shown:
            count = page.count(each.count, "{count} lapse", "{count} lapses")
            length = length_in_period(page, self.result, each.longest) if each.lapses else ""
            if each.count > 1 and length:
                count = page.say("{lapses}, longest {length}", lapses=count, length=length)
            elif length:
                count = page.say("{lapses}, {length}", lapses=count, length=length)
            self.row("cured", each.control, count)
            if self.full:
                self.lapses(each)
                for note in pauses(page, each.control):
                    self.table.detail(note)

    def waived(self) -> None:
        """Show what was accepted, why, by whom and until when."""
        page = self.page
        if self.sections.waived:
            page.heading(page.say("Waived"))
        for each in self.sections.waived:
            control, waiver, day = each.control, each.waiver, until(each.waiver.ends)
            if waiver.state == "expired":
                end = page.say("expired {day}", day=day)
            else:
                end = page.say("until {day}", day=day)
            subjects = page.subjects(control, each.subjects)
            self.table.row(self.words["waived"], control.id, page.text(control.title), end)
            self.table.detail(
                page.say(
                    "{subjects}: {reason} ({waiver}, approved by {approver})",
                    subjects=page.join(subjects) if self.full else page.names(subjects, 40),
                    reason=page.text(waiver.reason),
                    waiver=waiver.id,
                    approver=page.text(waiver.approver),
                )
            )
            for lapse in each.unwaived_before:
                shown = lapse_text(page, self.result, control, lapse)
                self.table.detail(page.say("not waived before: {lapse}", lapse=shown))

    def waivers_for_nobody(self) -> None:
        """Show which waivers accept nothing."""
        if found := list(waivers_for_nobody(self.page, self.result)):
            self.page.line()
        for text in found:
            self.page.paragraph(text, colour="yellow")

    def not_assessed(self) -> None:
        """Show which controls do not apply or had nothing to judge, and why that is all right."""
        if self.sections.not_assessed:
            self.page.heading(self.page.say("Not assessed"))
        for control in self.sections.not_assessed:
            self.row("not_applicable", control)
            self.reason(control)

    def stale(self) -> None:
        """Show controls whose clause was changed since they were reviewed."""
        if self.sections.stale:
            self.page.heading(self.page.say("To be reviewed"))
        for control in self.sections.stale:
            self.row("stale", control)
            clauses = self.page.join(control.stale_clauses)
            self.table.detail(
                self.page.say(
                    "changed in the plan since the last review: {clauses}", clauses=clauses
                )
            )

    def due_soon(self) -> None:
        """Show what falls due soon, a control a line, soonest first."""
        page, found = self.page, self.sections.due()
        if not found:
            return
        page.heading(page.say("Due by {day}", day=until(self.result.due_soon)))
        columns = max(width(until(each.tasks[0].at)) for each in found)
        for each in found:
            ratio = self.ratio(each.control, each.subjects)
            end = f"{ratio}  {pad(until(each.tasks[0].at), columns)}"
            title = page.text(each.control.title)
            self.table.row(self.words["due"], each.control.id, title, end)
            for task in each.tasks if self.full else ():
                names = page.join(page.subjects(task, task.subjects))
                self.table.detail(page.say("{moment}: {names}", moment=until(task.at), names=names))

    def in_order(self) -> None:
        """Show the controls that fail nothing."""
        page = self.page
        if self.sections.in_order:
            page.heading(page.say("In order"))
        for control in self.sections.in_order:
            total = page.count(control.subjects.total, "{count} subject", "{count} subjects")
            self.row(self.result.verdict(control), control, total)
            if control.next_due:
                self.table.detail(page.say("next due {moment}", moment=until(control.next_due)))
            for note in pauses(page, control):
                self.table.detail(note)

    def frameworks(self) -> None:
        """Add how far the controls serve frameworks, and the requirements without a control."""
        page = self.page
        if self.result.frameworks:
            page.heading(page.say("By framework"))
        for framework in self.result.frameworks:
            page.paragraph(served_share(page, framework), 2)
            if names := page.join(each.id for each in framework.without_control):
                page.paragraph(page.say("no control: {names}", names=names), 4, "dim")

    def attested(self) -> None:
        """Add what people vouch for, by whom and until when."""
        page = self.page
        if self.result.attested:
            page.heading(page.say("What this does not prove"))
            page.paragraph(attested_lead(page), 2)
        for each in self.result.attested:
            end = page.join(each.controls)
            self.table.row(self.words[each.now], each.control, page.text(each.title), end)
            for said in attestations(page, each):
                self.table.detail(said)

    def row(self, word: str, control: Control, count: str = "") -> None:
        """Add a control's row: how many at the right edge, and how severe."""
        severity = pad(self.severities[control.severity], max(map(width, self.severities.values())))
        end = f"{count}  {severity}" if count else severity
        self.table.row(self.words[word], control.id, self.page.text(control.title), end)

    def ratio(self, control: Control, count: int) -> str:
        return self.page.say(
            "{count} of {total}", count=count, total=max(control.subjects.total, count)
        )

    def reason(self, control: Control) -> None:
        if control.reason:
            self.table.detail(reason_text(self.page, control))

    def lapses(self, found: ControlLapses) -> None:
        """Show the longest lapse, or all of them."""
        longest = [found.longest] if found.lapses else []
        for lapse in found.lapses if self.full else longest:
            shown = lapse_text(self.page, self.result, found.control, lapse)
            if found.count > 1 and not self.full:
                shown = self.page.say("longest {lapse}", lapse=shown)
            self.table.detail(shown, opened_by(self.page, lapse))
            for note in records_behind(self.page, lapse):
                self.table.detail(note)
            for note in covered_later(self.page, lapse):
                self.table.detail(note)
            if lapse.closed_by and self.full:
                self.table.detail(self.page.say("cured by {place}", place=lapse.closed_by))
            behind = [lapse.opened_by, lapse.closed_by] if self.full else []
            for each in (each for place in dict.fromkeys(behind) for each in self.known(place)):
                for note in on_file(self.page, each):
                    self.table.detail(note)

    def known(self, place: str | None) -> list[Recorded]:
        """Return what git knows of the record at a place."""
        return self.recorded.get(place, []) if place else []

    def problems(self, control: Control) -> None:
        """Show the first problem of a control, or all of them."""
        shown = control.problems if self.full else control.problems[:1]
        for problem in shown:
            self.problem(problem)
        if rest := len(control.problems) - len(shown):
            self.table.detail(
                self.page.count(
                    rest,
                    "and {count} more problem (-v shows all)",
                    "and {count} more problems (-v shows all)",
                )
            )

    def problem(self, problem: Problem) -> None:
        """Show what could not be judged, where, and the hint how to correct it."""
        self.table.detail(problem_text(self.page, problem))
        if self.page.view.excerpt and problem.locator:
            for line in self.page.view.excerpt(problem.locator, problem.field):
                self.page.line(" " * self.table.indent + line)
        if problem.hint:
            self.table.detail(self.page.say("hint: {hint}", hint=self.page.text(problem.hint)))
