"""What belongs into a bundle: exactly the files that the verdicts rest on, and what was written."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from ccpolicy.assessment.manifest import ReportFile
from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.kinds import Kind
from ccpolicy.content import content_folder
from ccpolicy.errors import LANGUAGES, BundleError
from ccpolicy.policy import Content
from ccpolicy.reports import FORMATS, View, formats, render

REPOSITORY = "repository"
"""Folder of the policy repository's files, which stand there as in the repository itself."""
KINDS = "checks"
"""Folder of the built-in check kinds that are used, for readers; the repository has none such."""
REPORTS = "reports"
COLUMNS = 100


def basis(content: Content, assessment: Assessment) -> dict[str, Path]:
    """Return every file that the assessment rests on, by its place in a bundle."""
    names = [*content.files, *(each.file for each in assessment.evidence)]
    files = {f"{REPOSITORY}/{posixpath.normpath(name)}": content.root / name for name in names}
    for kind in used_kinds(content).values():
        if is_own(content, kind):
            name = posixpath.normpath(f"{content.settings.checks}/{kind.name}.sql")
            files[f"{REPOSITORY}/{name}"] = content.root / name
        else:
            files[f"{KINDS}/{kind.name}.sql"] = content_folder(f"checks/{kind.name}.sql")
    return files


def used_kinds(content: Content) -> dict[str, Kind]:
    """Return the check kinds of the policy's controls by name."""
    used = {control.check for control in content.controls.values()}
    return {name: content.kinds[name] for name in sorted(used & content.kinds.keys())}


def is_own(content: Content, kind: Kind) -> bool:
    """Whether the repository itself has the file of a check kind."""
    return (content.root / content.settings.checks / f"{kind.name}.sql").is_file()


def usual_reports() -> list[ReportFile]:
    """Return the reports of a bundle unless others are named: for readers, in both languages."""
    readable = [
        name for name in formats("assessment") if FORMATS[name].for_people or FORMATS[name].annex
    ]
    return [
        ReportFile(
            path=f"{REPORTS}/assessment.{language}{FORMATS[name].suffix}",
            format=name,
            language=language,
        )
        for name in readable
        for language in LANGUAGES
    ]


def report_bytes(assessment: Assessment, report: ReportFile) -> bytes:
    """Render a report as it stands in a bundle.

    Raises:
        BundleError: this program does not know its format.
    """
    if report.format not in formats("assessment"):
        raise BundleError(
            "the format '{name}' of '{path}' is not known here",
            name=report.format,
            path=report.path,
        )
    view = View(language=report.language, columns=COLUMNS, detail="full")
    content = render(assessment, report.format, view).content
    return content if isinstance(content, bytes) else content.encode()


def needs_annex(reports: Iterable[ReportFile]) -> bool:
    """Whether a report shows the assessment's annex."""
    return any(FORMATS[report.format].annex for report in reports)
