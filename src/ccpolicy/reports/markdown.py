"""An assessment as Markdown, as GitHub and GitLab show it in a job's summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.attested_text import attestations, attested_lead
from ccpolicy.reports.framework_text import served_share
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import (
    lapse_text,
    lapses_file_note,
    opened_by,
    pauses,
    problem_text,
    reason_text,
    records_behind,
    unlisted_lapses,
    verdict_labels,
    waivers_for_nobody,
)
from ccpolicy.reports.provenance_text import covered_later, recorded
from ccpolicy.reports.sections import Sections
from ccpolicy.reports.summary_text import (
    baseline_notes,
    evidence_notes,
    failed_in_period,
    judgement,
    not_due,
    severities,
    tally,
)
from ccpolicy.reports.time_text import judged_as_of, pinned, until
from ccpolicy.vocabulary import VERDICTS, Verdict

_SYMBOLS: dict[Verdict, str] = {
    "fail": "❌",
    "unknown": "❓",
    "waived": "⏸️",
    "pass": "✅",
    "not_applicable": "➖",
}

_FEW = 10
"""Lapses and problems of a control that are listed, unless all are asked for."""
_MARKUP = re.compile(r"[\\`*_\[\]|~]")
_ACTIVE = re.compile(r"[&<>@#$]|:(?=//)|^:(?=:)|(?<=www)\.", re.IGNORECASE)


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment: how it ended first, every control last."""
    text = "\n".join(_MarkdownParts(Page(view), result).blocks()) + "\n"
    return re.sub("\n{3,}", "\n\n", text)


def escape_markdown(text: str) -> str:
    """Write a text so that it is shown as it is: no markup, link, mention or formula."""
    entities = _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", visible(text))
    return _MARKUP.sub(lambda found: f"\\{found[0]}", entities).strip()


class _MarkdownParts:
    """The parts of the document; one without an entry is left out."""

    def __init__(self, page: Page, result: Assessment) -> None:
        self.page, self.result, self.sections = page, result, Sections(result)
        self.full = page.view.detail == "full"
        self.severities = severities(page)
        self.words = {
            verdict: f"{_SYMBOLS[verdict]} {label}"
            for verdict, label in verdict_labels(page).items()
        }

    def blocks(self) -> Iterable[str]:
        """Yield the document line by line."""
        yield from self.header()
        if self.page.view.detail == "brief":
            return
        yield from self.attention()
        yield from self.waived()
        for text in waivers_for_nobody(self.page, self.result):
            yield ""
            yield f"⚠️ {escape_markdown(text)}"
        yield from self.due_soon()
        yield from self.controls()
        if self.full:
            yield from self.frameworks()
            yield from self.attested()

    def header(self) -> Iterable[str]:
        page, result = self.page, self.result
        title = page.say(
            "{title}, version {version}",
            title=page.text(result.policy.title),
            version=result.policy.version,
        )
        yield f"## {escape_markdown(title)}"
        yield ""
        sign = "⚠️" if result.nothing_assessed else "✅" if result.gate.passed else "❌"
        yield f"{sign} **{escape_markdown(judgement(page, result))}**"
        yield ""
        warnings = pinned(page, result)
        for text in warnings:
            yield f"⚠️ **{escape_markdown(text)}**"
            yield ""
        if not warnings:
            yield escape_markdown(judged_as_of(page, result.as_of, result.as_of_source))
            yield ""
        for text, is_warning in recorded(page, result, full=self.full):
            yield f"⚠️ {escape_markdown(text)}" if is_warning else escape_markdown(text)
            yield ""
        for text, _ in baseline_notes(page, result):
            yield escape_markdown(text)
            yield ""
        counts = page.join(tally(page, verdict, result.tally[verdict]) for verdict in VERDICTS)
        total = page.count(len(result.controls), "{count} control", "{count} controls")
        yield escape_markdown(page.say("{total}: {counts}", total=total, counts=counts))
        for text in failed_in_period(page, result):
            yield ""
            yield escape_markdown(text)
        for text in lapses_file_note(page, result):
            yield ""
            yield f"⚠️ {escape_markdown(text)}"
        if (open_yet := not_due(page, result)) and page.view.detail != "brief":
            yield ""
            yield escape_markdown(open_yet)
        for text, colour in evidence_notes(page, result):
            if colour == "red" or page.view.detail != "brief":
                yield ""
                yield escape_markdown(text)

    def attention(self) -> Iterable[str]:
        """Show what does not hold or could not be judged, each as a list of its troubles."""
        page, result, sections = self.page, self.result, self.sections
        if not (sections.attention or sections.problems):
            return
        yield from self.heading(page.say("Needs attention"))
        for problem in sections.problems:
            yield f"- {escape_markdown(problem_text(page, problem))}"
        for found in sections.attention:
            control = found.control
            word = self.words[result.verdict(control)]
            title = self.noted(page.text(control.title), self.severities[control.severity])
            yield ""
            yield f"**{word} {escape_markdown(control.id)}** {escape_markdown(title)}"
            yield ""
            yield from self.some(
                [
                    page.phrases(
                        [
                            self.noted(
                                lapse_text(page, result, control, each), opened_by(page, each)
                            ),
                            *records_behind(page, each),
                            *covered_later(page, each),
                        ]
                    )
                    for each in found.lapses
                ]
            )
            yield from self.some(list(unlisted_lapses(page, result, control)))
            yield from self.some(list(pauses(page, control)))
            yield from self.some([problem_text(page, each) for each in control.problems])
            if control.reason:
                yield f"- {escape_markdown(reason_text(page, control))}"
            yield f"- {escape_markdown(page.text(control.remediation))}"

    def noted(self, text: str, note: str) -> str:
        return self.page.say("{text} ({note})", text=text, note=note)

    def some(self, entries: Sequence[str]) -> Iterable[str]:
        """List entries, or the first of them and how many more there are."""
        shown = entries if self.full else entries[:_FEW]
        for entry in shown:
            yield f"- {escape_markdown(entry)}"
        if rest := len(entries) - len(shown):
            more = self.page.count(rest, "and {count} more", "and {count} more")
            yield f"- {escape_markdown(more)}"

    def waived(self) -> Iterable[str]:
        """Show what was accepted, why, by whom and until when."""
        page = self.page
        rows = [
            (
                each.waiver.id,
                each.control.id,
                page.subject(each.control, each.waiver.subject),
                page.text(each.waiver.reason),
                page.text(each.waiver.approver),
                until(each.waiver.ends),
            )
            for each in self.sections.waived
        ]
        if rows:
            yield from self.heading(page.say("Waived"))
            head = [
                page.say("Waiver"),
                page.say("Control"),
                page.say("Subject"),
                page.say("Reason"),
                page.say("Approved by"),
                page.say("Until"),
            ]
            yield from self.table(head, rows)

    def due_soon(self) -> Iterable[str]:
        page, result = self.page, self.result
        tasks = self.sections.tasks()
        if not tasks:
            return
        yield from self.heading(page.say("Due by {day}", day=until(result.due_soon)))
        yield from self.some(
            [
                page.say(
                    "{control}, {moment}: {names}",
                    control=task.control,
                    moment=until(task.at),
                    names=page.names(
                        page.subjects(task, task.subjects), 10_000 if self.full else 100
                    ),
                )
                for task in tasks
            ]
        )

    def controls(self) -> Iterable[str]:
        """Show every control, folded away."""
        page, result = self.page, self.result
        yield ""
        yield "<details>"
        yield f"<summary>{escape_markdown(page.say('All controls'))}</summary>"
        head = [
            page.say("Verdict"),
            page.say("Control"),
            page.say("Title"),
            page.say("Severity"),
            page.say("Clauses"),
            page.say("Owner"),
            page.say("Subjects"),
            page.say("Next due"),
        ]
        rows = [
            (
                self.words[result.verdict(control)],
                control.id,
                page.text(control.title),
                self.severities[control.severity],
                page.join(control.clauses),
                page.text(control.owner),
                str(control.subjects.total),
                until(control.next_due) if control.next_due else "",
            )
            for control in result.controls
        ]
        yield from self.table(head, rows)
        for control in self.sections.not_assessed:
            reason = reason_text(page, control)
            yield ""
            yield escape_markdown(
                page.say("{control}: {reason}", control=control.id, reason=reason)
            )
        for control in self.sections.stale:
            clauses = page.join(control.stale_clauses)
            said = page.say("changed in the plan since the last review: {clauses}", clauses=clauses)
            yield ""
            yield escape_markdown(page.say("{control}: {reason}", control=control.id, reason=said))
        yield ""
        yield "</details>"

    def frameworks(self) -> Iterable[str]:
        """Show the requirements of other documents and their controls, folded away."""
        page = self.page
        head = [
            page.say("Requirement"),
            page.say("Title"),
            page.say("Controls"),
            page.say("Now"),
            page.say("Period"),
        ]
        for framework in self.result.frameworks:
            yield ""
            yield "<details>"
            yield f"<summary>{escape_markdown(served_share(page, framework))}</summary>"
            rows = [
                (
                    each.id,
                    page.text(each.title),
                    page.join(each.controls) or page.say("no control"),
                    self.words[each.now] if each.now else "",
                    self.words[each.period] if each.period else "",
                )
                for each in framework.requirements
                if not each.heading
            ]
            yield from self.table(head, rows)
            yield ""
            yield "</details>"

    def attested(self) -> Iterable[str]:
        """Show what people vouch for, and until when."""
        page = self.page
        if not self.result.attested:
            return
        yield from self.heading(page.say("What this does not prove"))
        yield escape_markdown(attested_lead(page))
        head = [
            page.say("Matter"),
            page.say("Controls that rest on it"),
            page.say("Attested by, in force"),
            page.say("Now"),
            page.say("Period"),
        ]
        rows = [
            (
                page.text(each.title),
                page.join(each.controls),
                page.phrases(attestations(page, each)),
                self.words[each.now],
                self.words[each.period],
            )
            for each in self.result.attested
        ]
        yield from self.table(head, rows)

    def heading(self, text: str) -> Iterable[str]:
        yield ""
        yield f"### {escape_markdown(text)}"
        yield ""

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
        yield ""
        yield f"| {' | '.join(map(escape_markdown, head))} |"
        yield "|---" * len(head) + "|"
        for row in rows:
            yield f"| {' | '.join(map(escape_markdown, row))} |"
