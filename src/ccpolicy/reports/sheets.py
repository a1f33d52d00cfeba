"""An assessment as sheets of rows, for workbooks."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ccpolicy.assessment.models import Assessment, Control, Lapse, Waiver
from ccpolicy.reports.amount_text import label_text
from ccpolicy.reports.assessment_changes import KIND_MESSAGES, Changes, changes
from ccpolicy.reports.length_text import length_text, seconds_of
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import (
    GRADE_MESSAGES,
    VERDICT_MESSAGES,
    WAIVER_STATE_MESSAGES,
    lapses_file_note,
    reason_text,
    waivers_for_nobody,
)
from ccpolicy.reports.sections import all_problems, without_later_lapses
from ccpolicy.reports.summary_text import baseline_notes, evidence_notes, judgement, severities
from ccpolicy.reports.time_text import beginning, ending, local, pinned, span_ending

Cell = str | float | datetime.date | None
"""A moment is local to the plan's zone."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with headings."""

    name: str
    """At most 31 characters, without those that sheets may not have."""
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def sheets(page: Page, result: Assessment) -> Iterator[Sheet]:
    """Yield every sheet, also those without a row."""
    result = without_later_lapses(result)
    yield Sheet(
        page.say("Summary"), [page.say("What"), page.say("Value")], list(_summary(page, result))
    )
    if page.view.compared:
        found = changes(without_later_lapses(page.view.compared), result)
        yield _changes(page, result, found)
    yield _controls(page, result)
    yield _lapses(page, result)
    yield _problems(page, result)
    yield _due(page, result)
    if any(control.population is not None for control in result.controls):
        yield _subjects(page, result)
    yield _waivers(page, result)
    yield _frameworks(page, result)
    yield _evidence(page, result)


def _summary(page: Page, result: Assessment) -> Iterator[Sequence[Cell]]:
    yield page.say("Plan"), page.text(result.policy.title)
    yield page.say("Version"), result.policy.version
    yield page.say("Gate"), judgement(page, result)
    for text, _ in baseline_notes(page, result):
        yield page.say("Baseline"), text
    for text in waivers_for_nobody(page, result):
        yield page.say("Waivers"), text
    for text in lapses_file_note(page, result):
        yield page.say("Lapses"), text
    for text, _ in evidence_notes(page, result):
        yield page.say("Evidence"), text
    yield page.say("Judged as of"), local(result.as_of)
    for text in pinned(page, result):
        yield page.say("Pinned"), text
    yield page.say("Period from"), local(result.window.starts)
    yield page.say("Period to"), local(result.window.ends)
    yield page.say("Time zone"), result.policy.zone
    for verdict, count in result.tally.items():
        yield page.say(VERDICT_MESSAGES[verdict]), count
    yield page.say("Policy digest (SHA-256)"), result.policy.digest
    yield page.say("Made by"), f"{result.tool.name} {result.tool.version}"
    if page.view.prepared_by or page.view.prepared_on:
        yield page.say("Prepared by"), f"{page.view.prepared_by} {page.view.prepared_on}".strip()


def _changes(page: Page, result: Assessment, found: Changes) -> Sheet:
    head = [
        page.say("Change"),
        page.say("Control"),
        page.say("Subject"),
        page.say("From"),
        page.say("Up to, before"),
        page.say("Up to"),
    ]
    verdicts = {verdict: page.say(text) for verdict, text in VERDICT_MESSAGES.items()}
    rows: list[Sequence[Cell]] = [
        (page.say("rule changed"), each.id, None, None, None, None) for each in found.rules
    ]
    for turned in found.verdicts:
        sides = [
            " / ".join(verdicts[e] for e in pair)
            for pair in zip(turned.now, turned.period, strict=True)
        ]
        rows.append((page.say("verdict changed"), turned.control.id, None, None, *sides))
    for each in found.lapses:
        subject = page.subject(each.control, each.lapse.subject)
        starts = beginning(each.lapse.starts)
        ends = _until(page, each.before), _until(page, each.after)
        rows.append((page.say(KIND_MESSAGES[each.kind]), each.control.id, subject, starts, *ends))
    return Sheet(page.say("Changes"), head, rows)


def _until(page: Page, lapse: Lapse | None) -> Cell:
    if lapse is None:
        return None
    return span_ending(lapse.starts, lapse.ends) if lapse.ends else page.say("still open")


def _controls(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Control"),
        page.say("Title"),
        page.say("Verdict"),
        page.say("Now"),
        page.say("Period"),
        page.say("Severity"),
        page.say("Owner"),
        page.say("Clauses"),
        page.say("Serves"),
        page.say("Subjects"),
        page.say("Passed"),
        page.say("Failed"),
        page.say("Known"),
        page.say("Waived"),
        page.say("Unknown"),
        page.say("Ended"),
        page.say("Not due yet"),
        page.say("Next due"),
        page.say("Rule"),
        page.say("Reason"),
        page.say("Remediation"),
        page.say("Clauses changed since the review"),
        page.say("Records of a later time"),
        page.say("Place"),
    ]
    verdicts = {verdict: page.say(text) for verdict, text in VERDICT_MESSAGES.items()}
    words = severities(page)
    rows = [
        (
            control.id,
            page.text(control.title),
            verdicts[result.verdict(control)],
            verdicts[control.now],
            verdicts[control.period],
            words[control.severity],
            page.text(control.owner),
            " ".join(control.clauses),
            " ".join(control.satisfies),
            control.subjects.total,
            control.subjects.passed,
            control.subjects.failed,
            control.subjects.baselined,
            control.subjects.waived,
            control.subjects.unknown,
            control.subjects.ended,
            control.subjects.not_due,
            control.next_due and ending(control.next_due),
            page.text(control.rule),
            reason_text(page, control) or None,
            page.text(control.remediation),
            " ".join(control.stale_clauses),
            control.left_out,
            control.source,
        )
        for control in result.controls
    ]
    return Sheet(page.say("Controls"), head, rows)


def _lapses(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Control"),
        page.say("Subject"),
        page.say("From"),
        page.say("To"),
        page.say("Days in the period"),
        page.say("Length in the period"),
        page.say("Hours paused before"),
        page.say("Waiver"),
        page.say("In the baseline"),
        page.say("Opened by"),
        page.say("Closed by"),
        page.say("Records behind it"),
    ]
    length = partial(_length, page)
    rows = [
        (
            control.id,
            page.subject(control, lapse.subject),
            beginning(lapse.starts),
            lapse.ends and span_ending(lapse.starts, lapse.ends),
            lapse.days,
            length(lapse.days),
            None if lapse.paused is None else lapse.paused / 3600,
            lapse.waived_by,
            page.say("known") if lapse.baselined else None,
            lapse.opened_by,
            lapse.closed_by,
            "; ".join(lapse.records) or None,
        )
        for control in result.controls
        for lapse in control.lapses
    ]
    return Sheet(page.say("Lapses"), head, rows)


def _length(page: Page, days: float) -> str:
    return length_text(seconds_of(days), page.view.language)


def _problems(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Control"),
        page.say("Place"),
        page.say("Code"),
        page.say("Problem"),
        page.say("Hint"),
    ]
    rows = [
        (
            control.id if control else None,
            problem.locator,
            problem.code,
            page.text(problem.message),
            page.text(problem.hint) if problem.hint else None,
        )
        for control, problem in all_problems(result)
    ]
    return Sheet(page.say("Problems"), head, rows)


def _due(page: Page, result: Assessment) -> Sheet:
    head = [page.say("Control"), page.say("Subject"), page.say("Due"), page.say("Owner")]
    rows = [
        (control.id, page.subject(control, subject), ending(due.at), page.text(control.owner))
        for control in result.controls
        for due in control.due
        for subject in due.subjects
    ]
    return Sheet(page.say("Falling due"), head, rows)


def _subjects(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Control"),
        page.say("Subject"),
        page.say("Label"),
        page.say("Class"),
        page.say("Now"),
        page.say("Period"),
        page.say("Since"),
        page.say("Rests on"),
        page.say("Next due"),
        page.say("Not due yet"),
        page.say("Hours paused"),
        page.say("Lapses in the period"),
        page.say("Days in the period"),
        page.say("Length in the period"),
        page.say("Owner"),
    ]
    length = partial(_length, page)
    verdicts = {verdict: page.say(text) for verdict, text in VERDICT_MESSAGES.items()}
    rows = [
        (
            control.id,
            each.subject,
            page.text(each.label) if each.label else None,
            _class_text(page, control, each.class_name),
            verdicts[each.now],
            verdicts[each.period],
            each.since and beginning(each.since),
            each.evidence,
            each.next_due and ending(each.next_due),
            page.say("yes") if each.not_due else None,
            None if each.paused is None else each.paused / 3600,
            each.lapses,
            each.days,
            length(each.days),
            page.text(control.owner),
        )
        for control in result.controls
        for each in control.population or []
    ]
    return Sheet(page.say("Subjects"), head, rows)


def _class_text(page: Page, control: Control, name: str | None) -> str | None:
    """Return a class by the name that the policy gives it."""
    labels = {key: value for each in control.parameters for key, value in each.value_labels.items()}
    return label_text(name, page.view.language, labels) if name else None


def _waived_subject(page: Page, controls: Mapping[str, Control], waiver: Waiver) -> str:
    control = controls.get(waiver.control)
    return page.subject(control, waiver.subject) if control else waiver.subject


def _waivers(page: Page, result: Assessment) -> Sheet:
    controls = {control.id: control for control in result.controls}
    head = [
        page.say("Waiver"),
        page.say("Control"),
        page.say("Subject"),
        page.say("Reason"),
        page.say("Owner"),
        page.say("Approved by"),
        page.say("From"),
        page.say("Until"),
        page.say("State"),
    ]
    rows = [
        (
            waiver.id,
            waiver.control,
            _waived_subject(page, controls, waiver),
            page.text(waiver.reason),
            page.text(waiver.owner),
            page.text(waiver.approver),
            beginning(waiver.starts),
            ending(waiver.ends),
            page.say(WAIVER_STATE_MESSAGES[waiver.state]),
        )
        for waiver in result.waivers
    ]
    return Sheet(page.say("Waivers"), head, rows)


def _frameworks(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Framework"),
        page.say("Requirement"),
        page.say("Title"),
        page.say("Controls"),
        page.say("Now"),
        page.say("Period"),
        page.say("Checked"),
        page.say("Norm"),
    ]
    verdicts = {verdict: page.say(text) for verdict, text in VERDICT_MESSAGES.items()}
    rows = [
        (
            page.text(framework.title),
            each.id,
            page.text(each.title),
            " ".join(each.controls) or page.say("no control"),
            each.now and verdicts[each.now],
            each.period and verdicts[each.period],
            page.say(GRADE_MESSAGES[each.grade]),
            page.text(each.norm.title) if each.norm else None,
        )
        for framework in result.frameworks
        for each in framework.requirements
        if not each.heading
    ]
    return Sheet(page.say("Frameworks"), head, rows)


def _evidence(page: Page, result: Assessment) -> Sheet:
    head = [
        page.say("Dataset"),
        page.say("File"),
        page.say("Records"),
        page.say("Invalid"),
        page.say("SHA-256"),
        page.say("Notes"),
    ]
    rows: list[Sequence[Cell]] = [
        (
            each.dataset,
            each.file,
            each.records,
            each.invalid,
            each.sha256,
            page.join(f"{note.code} {page.text(note.message)}" for note in each.notes) or None,
        )
        for each in result.evidence.files
    ]
    attached = page.say("attachment")
    rows += [
        (each.dataset, each.file, None, None, each.sha256, attached)
        for each in result.evidence.attachments
    ]
    for ignored in result.evidence.ignored:
        said = page.say("ignored: {reason}", reason=page.text(ignored.reason))
        rows += [(None, file, None, None, None, said) for file in ignored.files]
    return Sheet(page.say("Evidence"), head, rows)
