"""The end of the text: how many controls stand how, the gate, and what to do next."""

from __future__ import annotations

import shlex

from ccpolicy.assessment.models import VERDICTS, Assessment, Verdict
from ccpolicy.reports.page import Page


def outcome(page: Page, result: Assessment) -> None:
    """Say how many controls stand how, whether the gate passed, and what to do next."""
    brief = page.view.detail == "brief"
    total = page.count(len(result.controls), "{count} control", "{count} controls")
    counts = page.join(tally(page, verdict, result.tally[verdict]) for verdict in VERDICTS)
    page.paragraph(page.say("{total}: {counts}", total=total, counts=counts))
    if not brief:
        _evidence(page, result)
    _baseline(page, result)
    _gate(page, result)
    if not brief:
        _next_command(page, result)


def tally(page: Page, verdict: Verdict, count: int) -> str:
    """Say how many controls have one verdict."""
    match verdict:
        case "fail":
            return page.say("{count} fail", count=count)
        case "unknown":
            return page.say("{count} unknown", count=count)
        case "waived":
            return page.say("{count} waived", count=count)
        case "pass":
            return page.say("{count} pass", count=count)
        case "not_applicable":
            return page.say("{count} not applicable", count=count)


def severities(page: Page) -> dict[str, str]:
    """Return the severities in the reader's language."""
    return {
        "critical": page.say("critical"),
        "high": page.say("high"),
        "medium": page.say("medium"),
        "low": page.say("low"),
    }


def _evidence(page: Page, result: Assessment) -> None:
    """Say how much evidence all this rests on."""
    files = result.evidence
    records = page.count(sum(file.records for file in files), "{count} record", "{count} records")
    of_files = page.count(len(files), "{count} file", "{count} files")
    page.paragraph(page.say("Evidence: {records} in {files}", records=records, files=of_files))
    if invalid := sum(file.invalid for file in files):
        page.paragraph(
            page.count(invalid, "{count} record is invalid", "{count} records are invalid"),
            colour="yellow",
        )
    late = page.join(
        f"{control.id} ({control.left_out})" for control in result.controls if control.left_out
    )
    if late:
        page.paragraph(page.say("Records of a later time, left out: {controls}", controls=late))


def _baseline(page: Page, result: Assessment) -> None:
    """Say what the baseline let stand, and what it no longer can."""
    lapses = sum(lapse.baselined for control in result.controls for lapse in control.lapses)
    if lapses:
        known = page.count(lapses, "{count} known lapse", "{count} known lapses")
        page.paragraph(
            page.say("The baseline lets {lapses} stand, which are no pass", lapses=known),
            colour="yellow",
        )
    if result.gate.let_stand:
        controls = page.join(result.gate.let_stand)
        page.paragraph(page.say("Failing by known lapses alone: {controls}", controls=controls))
    for entry in result.gate.gone:
        page.paragraph(
            page.say(
                "Take out of the baseline what is no longer there: {control}, {subject}, {start}",
                control=entry.control,
                subject=entry.subject,
                start=entry.starts,
            ),
            colour="red",
        )
    if result.gate.gone:
        page.paragraph(page.say("hint: {hint}", hint=page.say("--write-baseline takes it out")))


def _gate(page: Page, result: Assessment) -> None:
    """Say whether the gate passed, and which controls failed it."""
    gate = result.gate
    severity = severities(page)[gate.fail_on]
    if gate.judged == "now":
        scope = page.say("now, severity {severity} or above", severity=severity)
    else:
        scope = page.say("through the period, severity {severity} or above", severity=severity)
    if result.nothing_assessed:
        page.paragraph(page.say("Nothing was assessed, so the gate says nothing"), colour="yellow")
    elif gate.passed:
        page.paragraph(page.say("Gate passed ({scope})", scope=scope), colour="green")
    elif not gate.failed_on:
        page.paragraph(page.say("Gate FAILED ({scope})", scope=scope), colour="red")
    else:
        failed = page.join(gate.failed_on)
        page.paragraph(
            page.say("Gate FAILED ({scope}): {controls}", scope=scope, controls=failed),
            colour="red",
        )


def _next_command(page: Page, result: Assessment) -> None:
    if result.gate.failed_on:
        command = ["ccpolicy", "explain", result.gate.failed_on[0]]
    else:
        command = ["ccpolicy", "due"]
    if page.view.path:
        command.append(page.view.path)
    page.line(page.say("Next: {command}", command=shlex.join(command)))
