"""CSV: a row for a pin, each control, lapse, problem, due date, subject, note, and other entry.

Each requirement of a framework has a row for each control that serves it, or one without control.

The columns are the same in every language, since other programs name them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from ccpolicy.assessment.models import Assessment, Control, Problem, SubjectState
from ccpolicy.assessment.subject_text import subject_label
from ccpolicy.reports import View
from ccpolicy.reports.layout import inert, visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import lapses_file_note, obsolete_entry, unlisted_lapses
from ccpolicy.reports.sections import without_later_lapses
from ccpolicy.reports.time_text import pinned

COLUMNS = (
    "control",
    "title",
    "severity",
    "owner",
    "clauses",
    "satisfies",
    "verdict",
    "now",
    "period",
    "entry",
    "subject",
    "starts",
    "ends",
    "days",
    "paused",
    "waived_by",
    "baselined",
    "place",
    "records",
    "code",
    "text",
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; tabs and line ends are written out."""
BOM = "\ufeff"
"""Without it Excel shows Chinese as noise."""

ReportRow = dict[str, str]


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment: a control's own row, and below it what it consists of."""
    file = io.StringIO()
    file.write(BOM)
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    page = Page(view)
    for row in _rows(page, without_later_lapses(result)):
        writer.writerow({name: safe_cell(value) for name, value in row.items()})
    return file.getvalue()


def _rows(page: Page, result: Assessment) -> Iterator[ReportRow]:
    yield from _warnings(page, result)
    yield from (_problem(page, problem) for problem in result.problems)
    for waiver in result.waivers:
        if not waiver.subject_known:
            yield {
                "entry": "waiver",
                "control": waiver.control,
                "subject": waiver.subject,
                "starts": waiver.starts,
                "ends": waiver.ends,
                "waived_by": waiver.id,
                "text": page.text(waiver.reason),
            }
    for file in result.evidence.files:
        for note in file.notes:
            said = page.text(note.message)
            yield {"entry": "note", "place": file.file, "code": note.code, "text": said}
    for attached in result.evidence.attachments:
        said = page.say(
            "attachment of {dataset}, SHA-256 {digest}",
            dataset=attached.dataset,
            digest=attached.sha256,
        )
        yield {"entry": "attachment", "place": attached.file, "text": said}
    for each in result.evidence.ignored:
        for name in each.files:
            yield {"entry": "ignored", "place": name, "text": page.text(each.reason)}
    for known in result.gate.obsolete:
        yield {
            "entry": "obsolete",
            "control": known.control,
            "subject": known.subject,
            "starts": known.starts,
            "baselined": "yes",
            "text": obsolete_entry(page, known),
        }
    own = {control.id: _control(page, result, control) for control in result.controls}
    for control in result.controls:
        yield from ({**own[control.id], **entry} for entry in _entries(page, control))
        for said in unlisted_lapses(page, result, control):
            yield {**own[control.id], "entry": "lapses", "text": said}
    yield from _requirements(page, result, own)


def _warnings(page: Page, result: Assessment) -> Iterator[ReportRow]:
    """Yield which moment is pinned, and where lapses are that the rows below do not list."""
    if warnings := pinned(page, result):
        yield {"entry": "pinned", "starts": result.as_of, "text": page.phrases(warnings)}
    for text in lapses_file_note(page, result):
        place = result.lapses_file and result.lapses_file.file
        yield {"entry": "lapses", "place": place or "", "text": text}


def _requirements(
    page: Page, result: Assessment, own: Mapping[str, ReportRow]
) -> Iterator[ReportRow]:
    """Yield each requirement with each control; `own`: control → what its rows have in common."""
    for framework in result.frameworks:
        for requirement in framework.requirements:
            entry = {
                "entry": "requirement",
                "satisfies": requirement.name,
                "text": page.text(requirement.title),
            }
            for name in requirement.controls:
                yield {**own.get(name, {"control": name}), **entry}
            if not (requirement.controls or requirement.heading):
                yield entry


def _control(page: Page, result: Assessment, control: Control) -> ReportRow:
    """Return what the rows of a control have in common."""
    return {
        "control": control.id,
        "title": page.text(control.title),
        "severity": control.severity,
        "owner": page.text(control.owner),
        "clauses": " ".join(control.clauses),
        "verdict": result.verdict(control),
        "now": control.now,
        "period": control.period,
    }


def _entries(page: Page, control: Control) -> Iterator[ReportRow]:
    yield {
        "entry": "control",
        "satisfies": " ".join(control.satisfies),
        "place": control.source,
        "code": control.reason_code or "",
        "text": page.text(control.reason or control.rule),
    }
    for lapse in control.lapses:
        yield {
            "entry": "lapse",
            "subject": lapse.subject,
            "starts": lapse.starts,
            "ends": lapse.ends or "",
            "days": _plain(lapse.days),
            "paused": "" if lapse.paused is None else str(lapse.paused),
            "waived_by": lapse.waived_by or "",
            "baselined": "yes" if lapse.baselined else "",
            "place": lapse.opened_by or "",
            "records": "; ".join(lapse.records),
            "text": _label(page, control, lapse.subject),
        }
    yield from (_problem(page, problem) for problem in control.problems)
    for due in control.due:
        for subject in due.subjects:
            label = _label(page, control, subject)
            yield {"entry": "due", "subject": subject, "starts": due.at, "text": label}
    for each in control.population or []:
        yield {
            "entry": "subject",
            "subject": each.subject,
            "now": each.now,
            "period": each.period,
            "starts": each.since or "",
            "ends": each.next_due or "",
            "days": _plain(each.days),
            "paused": "" if each.paused is None else str(each.paused),
            "place": each.evidence or "",
            "text": _about(page, each),
        }


def _label(page: Page, control: Control, subject: str) -> str:
    """Return what readers call a subject, if that is not its name."""
    found = subject_label(control.subject_labels, subject)
    return page.text(found) if found else ""


def _plain(number: float) -> str:
    """Write a number for machines: no digit is lost, and none stands in an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _about(page: Page, subject: SubjectState) -> str:
    said = [page.text(subject.label)] if subject.label else []
    said += [page.say("not due yet")] if subject.not_due else []
    return page.phrases(said)


def _problem(page: Page, problem: Problem) -> ReportRow:
    return {
        "entry": "problem",
        "place": problem.locator or "",
        "code": problem.code,
        "text": page.text(problem.message),
    }


def safe_cell(value: str) -> str:
    """Keep a spreadsheet from computing a text, and a CI runner from obeying it."""
    shown = inert(visible(value))
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
