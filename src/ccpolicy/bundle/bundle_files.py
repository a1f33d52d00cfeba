"""The files of a bundle: exactly those that the verdicts rest on, and the results."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from ccpolicy.assessment.manifest import ReportFile
from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.kinds import Kind
from ccpolicy.errors import LANGUAGES, BundleError
from ccpolicy.evidence.exported_tables import TableFiles
from ccpolicy.files.policy_files import FolderFiles, PolicyFiles
from ccpolicy.policy import Policy
from ccpolicy.reports import FORMATS, View, formats, render
from ccpolicy.shipped import shipped_folder

REPOSITORY = "repository"
"""Folder of the policy repository's files, which stand there as in the repository itself."""
KINDS = "checks"
"""Folder of the built-in check kinds that are used, for readers; the repository has none such."""
REPORTS = "reports"
TABLES = "tables"
"""Folder of the rows of tables, a file for each dataset."""
COLUMNS = 100


def bundle_files(
    content: Policy, assessment: Assessment, evidence: Path, tables: TableFiles
) -> dict[str, Path | bytes]:
    """Return every file that the assessment rests on, by its place in a bundle.

    `evidence` is the root below which the evidence was judged; `tables` hold the rows of tables.
    """
    with _policy_tree(content) as policy:
        names = map(posixpath.normpath, content.files)
        files: dict[str, Path | bytes] = {
            f"{REPOSITORY}/{name}": policy.read(name) for name in names
        }
        for kind in used_kinds(content).values():
            name = posixpath.normpath(f"{content.settings.checks}/{kind.name}.sql")
            if f"{kind.name}.sql" in policy.entries(content.settings.checks):
                files[f"{REPOSITORY}/{name}"] = policy.read(name)
            else:
                files[f"{KINDS}/{kind.name}.sql"] = shipped_folder(f"checks/{kind.name}.sql")
    for name in assessment.evidence.digests:
        files[f"{REPOSITORY}/{posixpath.normpath(name)}"] = evidence / name
    for each in assessment.evidence.files:
        if each.table:
            file = tables.file(each.dataset)
            files[f"{TABLES}/{file.name}"] = file
    return files


def _policy_tree(content: Policy) -> AbstractContextManager[PolicyFiles]:
    """Return what the policy was read from."""
    if content.revision is None:
        return nullcontext(FolderFiles(content.root))
    from ccpolicy.git.revision import find_revision

    return find_revision(content.root, content.revision)


def used_kinds(content: Policy) -> dict[str, Kind]:
    """Return the check kinds of the policy's controls by name."""
    used = {control.check for control in content.controls.values()}
    return {name: content.kinds[name] for name in sorted(used & content.kinds.keys())}


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
