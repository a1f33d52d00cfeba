"""`ccpolicy bundle`: put all that the verdicts rest on into one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ccpolicy.cli import options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.reports import format_for_file, formats

if TYPE_CHECKING:
    from ccpolicy.assessment.manifest import ReportFile
    from ccpolicy.errors import Language


@click.command(
    "bundle",
    cls=Command,
    short_help="Put policy, evidence and verdicts into one file.",
    help="Judge, and put policy, evidence, verdicts and reports into one file that others can"
    " verify with 'ccpolicy verify'.\n\n"
    "The same inputs and options produce byte-identical files. It exits with 0 whatever the"
    " verdicts; the gate is 'ccpolicy check'.",
)
@options.path
@options.policy_from
@request.options
@request.known_at
@request.allow_tables
@options.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[FORMAT=]NAME",
    help="Include this report, under the name that it has in the bundle; may be repeated."
    " Default: the reports for readers, each with the program's words in English and in"
    " Chinese.",
)
@options.option(
    "-o", "--output", metavar="FILE", required=True, help="The bundle, such as 2026-q3.zip."
)
@options.language
@click.pass_context
def command(
    context: click.Context,
    /,
    path: str,
    policy_from: str | None,
    reports: tuple[str, ...],
    output: str,
    **asked: Any,
) -> None:
    """Make the bundle, verify it, and put it in its place."""
    view = options.view(context, path)

    import shlex

    import ccpolicy
    from ccpolicy.bundle.bundle_files import needs_annex, usual_reports
    from ccpolicy.bundle.write import write_bundle
    from ccpolicy.cli.output import output_file, write
    from ccpolicy.cli.pin import warn_of_moment
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import BundleError, Message
    from ccpolicy.reports.page import Page
    from ccpolicy.reports.summary_text import outcome

    wanted = [_report(each, view.language) for each in reports] or usual_reports()
    for number, report in enumerate(wanted):
        if report.path in (each.path for each in wanted[:number]):
            raise BundleError("two reports are called '{name}'", name=Path(report.path).name)
    asked_for = request.request(asked, appendix=needs_annex(wanted))
    with progress(Message.of("reading the evidence"), view.language):
        repository = ccpolicy.load(path, policy_from)
        with output_file(output) as beside:
            result = write_bundle(beside, repository, asked_for, wanted)
    page = Page(options.view(context, path, quiet=True))
    outcome(page, result)
    page.paragraph(page.say("Made the bundle {file}, which verifies", file=output))
    page.line(page.say("Next: {command}", command=shlex.join(["ccpolicy", "sign", output])))
    write(str(page), None, for_people=True)
    warn_of_moment(result.as_of, result.as_of_source, view)


def _report(wanted: str, language: Language) -> ReportFile:
    """Return a report that is asked for.

    Raises:
        CcpolicyError: neither its name nor what stands before it says the format, or the name
            is not that of a file.
    """
    from ccpolicy.assessment.manifest import ReportFile
    from ccpolicy.bundle.bundle_files import REPORTS
    from ccpolicy.errors import CcpolicyError

    name, equals, file = wanted.partition("=")
    if not (equals and file and name in formats("assessment")):
        name, file = format_for_file(wanted, "assessment"), wanted
    if "/" in file:
        raise CcpolicyError(
            "'{file}' is not the name of a file in the bundle",
            hint="write for example --report {name}=report{suffix}",
            file=file,
            name=name,
            suffix=Path(file).suffix,
        )
    return ReportFile(path=f"{REPORTS}/{file}", format=name, language=language)
