"""The end of the text: controls by verdict, the gate, and the next command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ccpolicy.assessment.models import Assessment, EvidenceFile, FileNote
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import lapses_file_note, obsolete_entry
from ccpolicy.reports.sections import Sections
from ccpolicy.vocabulary import SEVERITIES, VERDICTS, Verdict

_FEW = 5
"""Notes on files that are shown unless all is asked for."""


def outcome(page: Page, result: Assessment) -> None:
    """Count controls by verdict, say whether the gate passed, and give the next command."""
    brief = page.view.detail == "brief"
    total = page.count(len(result.controls), "{count} control", "{count} controls")
    counts = page.join(tally(page, verdict, result.tally[verdict]) for verdict in VERDICTS)
    page.paragraph(page.say("{total}: {counts}", total=total, counts=counts))
    if not brief:
        for said in failed_in_period(page, result):
            page.paragraph(said, colour="yellow")
        _evidence(page, result)
    for said in lapses_file_note(page, result):
        page.paragraph(said, colour="yellow")
    for said, colour in evidence_notes(page, result):
        if colour == "red" or not brief:
            page.paragraph(said, colour=colour)
    _baseline(page, result)
    colour = "yellow" if result.nothing_assessed else "green" if result.gate.passed else "red"
    page.paragraph(judgement(page, result), colour=colour)
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
    return {each: page.say(each) for each in SEVERITIES}


def failed_in_period(page: Page, result: Assessment) -> Iterator[str]:
    """Name the controls that failed or were unknown in the period, where the gate judges now."""
    if result.gate.judged == "period":
        return
    through = Sections(result, "period")
    if failed := [control.id for control in through.with_verdict("fail")]:
        yield page.say("Failed in the period: {controls}", controls=page.join(failed))
    if unknown := [control.id for control in through.with_verdict("unknown")]:
        yield page.say("Unknown in the period: {controls}", controls=page.join(unknown))


def _evidence(page: Page, result: Assessment) -> None:
    """Say how much evidence all this rests on."""
    files = result.evidence.files
    records = page.count(sum(file.records for file in files), "{count} record", "{count} records")
    of_files = page.count(len(files), "{count} file", "{count} files")
    if attached := len({each.file for each in result.evidence.attachments}):
        more = page.count(attached, "{count} attachment", "{count} attachments")
        of_files = page.join([of_files, more])
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
        page.paragraph(page.say("Later records, left out: {controls}", controls=late))
    if open_yet := not_due(page, result):
        page.paragraph(open_yet)


def not_due(page: Page, result: Assessment) -> str:
    """Return the controls with subjects that are not due yet, with their counts, if any."""
    counts = [(each.id, each.subjects) for each in result.controls if each.subjects.not_due]
    if not counts:
        return ""
    named = (
        f"{id_} ({page.say('{count} of {total}', count=count.not_due, total=count.total)})"
        for id_, count in counts
    )
    return page.say("Not due yet: {controls}", controls=page.join(named))


def evidence_notes(page: Page, result: Assessment) -> Iterator[tuple[str, str]]:
    """Yield notes on the evidence: unread files, how others were read, and ignored ones."""
    evidence = result.evidence
    if evidence.unread_total:
        yield (
            page.count(
                evidence.unread_total,
                "{count} file is not read by any dataset, which fails the gate",
                "{count} files are not read by any dataset, which fails the gate",
            ),
            "red",
        )
    notes = [file_note(page, file, note) for file in evidence.files for note in file.notes]
    shown = notes if page.view.detail == "full" else notes[:_FEW]
    for note in shown:
        yield note, "yellow"
    if rest := len(notes) - len(shown):
        yield page.count(rest, "and {count} more", "and {count} more"), "yellow"
    for each in evidence.ignored:
        files = page.count(each.total, "{count} file", "{count} files")
        reason = page.text(each.reason)
        yield (
            page.say(
                "Ignored by {pattern}: {files} ({reason})",
                pattern=each.pattern,
                files=files,
                reason=reason,
            ),
            "",
        )


def file_note(page: Page, file: EvidenceFile, note: FileNote) -> str:
    """Say what should be known of how a file was read."""
    message = f"{note.code} {page.text(note.message)}"
    return page.say("{place}: {message}", place=file.file, message=message)


def _baseline(page: Page, result: Assessment) -> None:
    """Say what the baseline accepted, and which entries are obsolete."""
    for text, colour in baseline_notes(page, result):
        page.paragraph(text, colour=colour)


def baseline_notes(page: Page, result: Assessment) -> Iterator[tuple[str, str]]:
    """Yield what the baseline accepted, and which entries are obsolete."""
    lapses = sum(lapse.baselined for control in result.controls for lapse in control.lapses)
    if lapses:
        known = page.count(lapses, "{count} known lapse", "{count} known lapses")
        yield (
            page.say("Accepted by the baseline: {lapses} (not a pass)", lapses=known),
            "yellow",
        )
    if result.gate.accepted:
        controls = page.join(result.gate.accepted)
        yield page.say("Failing only by known lapses: {controls}", controls=controls), ""
    for entry in result.gate.obsolete:
        yield obsolete_entry(page, entry), "red"
    if result.gate.obsolete:
        yield page.say("hint: {hint}", hint=page.say("--write-baseline removes it")), ""


def judgement(page: Page, result: Assessment) -> str:
    """Return the gate's result, with the controls that failed it."""
    gate = result.gate
    severity = severities(page)[gate.fail_on]
    if gate.judged == "now":
        scope = page.say("now, severity {severity} or above", severity=severity)
    else:
        scope = page.say("through the period, severity {severity} or above", severity=severity)
    if result.nothing_assessed:
        return page.say("Nothing was assessed; the gate has no result")
    if gate.passed:
        return page.say("Gate passed ({scope})", scope=scope)
    if not gate.failed_on:
        return page.say("Gate FAILED ({scope})", scope=scope)
    failed = page.join(gate.failed_on)
    return page.say("Gate FAILED ({scope}): {controls}", scope=scope, controls=failed)


def _next_command(page: Page, result: Assessment) -> None:
    if result.gate.failed_on:
        command = ["ccpolicy", "explain", result.gate.failed_on[0]]
    elif result.problems:
        command = ["ccpolicy", "explain", result.problems[0].code]
        page.line(page.say("Next: {command}", command=shlex.join(command)))
        return
    else:
        command = ["ccpolicy", "due"]
    if page.view.path:
        command.append(page.view.path)
    page.line(page.say("Next: {command}", command=shlex.join(command)))
