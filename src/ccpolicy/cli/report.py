"""`ccpolicy report`: write a report of an assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccpolicy.cli import options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.reports import FORMATS, render

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment

MOST_BYTES = 1 << 28
"""Bytes of the largest assessment, of which some twenty times as many are needed in memory."""
_JUDGING = {"as_of", "period", "known_at", "allow_tables", "owners", "subjects", "lapses"}
"""Parameters that say how to judge."""


@click.command(
    "report",
    cls=Command,
    short_help="Write a report for auditors.",
    help="Write a report for auditors, from an assessment or by judging now.\n\n"
    "It says what was judged and ends with 0 whatever the verdicts; the gate is"
    " 'ccpolicy check'.",
)
@options.path
@options.option(
    "--from",
    "source",
    metavar="FILE",
    help="Assessment to show, as 'ccpolicy check --annex --format json' wrote it; PATH then says"
    " only where its files lie.",
)
@request.as_of
@request.period
@request.known_at
@request.allow_tables
@request.owner
@request.subjects
@options.output_format("assessment")
@options.report_detail
@options.option(
    "--compare",
    metavar="FILE",
    help="Earlier assessment as JSON: the report says what is new, cured, longer or shorter since,"
    " and which rules changed.",
)
@options.option(
    "--prepared-by", default="", metavar="NAME", help="Who prepared the report, for its first page."
)
@options.option(
    "--prepared-on", default="", metavar="DAY", help="When it was prepared, as it is to be shown."
)
@options.output
@options.lapses
@options.strict
@options.cache
@options.language
@click.pass_context
def command(
    context: click.Context,
    path: str,
    source: str | None,
    as_of: str | None,
    period: str | None,
    known_at: str | None,
    allow_tables: bool,
    owners: tuple[str, ...],
    subjects: bool,
    format_: str,
    detail: str | None,
    compare: str | None,
    prepared_by: str,
    prepared_on: str,
    output: str | None,
    lapses: str | None,
    strict: bool,
) -> None:
    """Read or make the assessment, and write the report."""
    view = replace(options.view(context, path), detail=options.DETAILS[detail or "normal"])

    from ccpolicy.cli.lapses_file import pending_lapses, refuse_loss
    from ccpolicy.cli.output import refuse_terminal, report_left_out, write
    from ccpolicy.cli.pin import warn_of_moment
    from ccpolicy.cli.without_effect import refuse_detail, refuse_unshown
    from ccpolicy.errors import ReportError
    from ccpolicy.policy.settings import FILE as SETTINGS

    refuse_terminal(format_, output)
    if (compare or prepared_by or prepared_on) and not FORMATS[format_].prepared:
        raise ReportError(
            "the format '{name}' shows neither a comparison nor who prepared it",
            hint="write one of: {names}",
            name=format_,
            names=", ".join(name for name, each in FORMATS.items() if each.prepared),
        )
    if source:
        _refuse_judging(context)
    if detail:
        refuse_detail([format_])
    refuse_unshown([format_], subjects=subjects)
    # Where its files lie says PATH alone: an assessment may be shown away from its repository.
    if source is None or path != "." or Path(SETTINGS).exists():
        view = replace(view, folder=options.folder(path))
    with pending_lapses(lapses, [] if source else [(format_, output)]) as pending:
        if source:
            result = read(Path(source))
        else:
            import ccpolicy
            from ccpolicy.cli.progress import progress
            from ccpolicy.errors import Message

            with progress(Message.of("reading the evidence"), view.language):
                result = ccpolicy.load(path).check(
                    ccpolicy.EvaluationRequest(
                        as_of=as_of,
                        period=period,
                        known_at=known_at,
                        owners=owners,
                        allow_tables=allow_tables,
                        appendix=FORMATS[format_].annex,
                        subjects=subjects or FORMATS[format_].subjects,
                    ),
                    pending.target,
                )
            refuse_loss(result, pending, [format_])
        view = replace(view, prepared_by=prepared_by, prepared_on=prepared_on)
        if compare:
            view = replace(view, compared=_earlier(compare, result))
        report = render(result, format_, view)
        report_left_out([(format_, report)], view.language, strict=strict)
        pending.keep(result)
    write(report.content, output, for_people=FORMATS[format_].for_people)
    warn_of_moment(result.as_of, result.as_of_source, view)


def _refuse_judging(context: click.Context) -> None:
    """Refuse options that say how to judge, where nothing is judged.

    Raises:
        CcpolicyError: one is given.
    """
    from ccpolicy.errors import CcpolicyError

    given = [
        each.opts[0]
        for each in context.command.params
        if each.name in _JUDGING and context.params[each.name]
    ]
    if given:
        raise CcpolicyError(
            "an assessment that is read with --from was judged already, as of its own moment",
            hint="leave out {options}, or leave out --from to judge again",
            options=", ".join(given),
        )


def _earlier(file: str, result: Assessment) -> Assessment:
    """Read the assessment that a report is compared with.

    Raises:
        ReportError: it is of another plan, or no earlier one.
    """
    from ccpolicy.errors import Locator, ReportError

    found = read(Path(file))
    if found.policy.id != result.policy.id:
        raise ReportError(
            "the assessment is of another plan: '{other}', not '{plan}'",
            hint="compare two assessments of one plan",
            locator=Locator(file),
            other=found.policy.id,
            plan=result.policy.id,
        )
    if datetime.fromisoformat(found.as_of) > datetime.fromisoformat(result.as_of):
        raise ReportError(
            "the assessment to compare with is of a later moment: {moment}",
            hint="give the earlier one to --compare",
            locator=Locator(file),
            moment=found.as_of,
        )
    return found


def read(file: Path) -> Assessment:
    """Read an assessment, and hold the file of its lapses to it if it has one.

    Raises:
        ReportError: the file is not one, or that of its lapses is another or is missing.
        LimitError: it is too large.
    """
    from ccpolicy.assessment.parse import check_lapses_file, read_assessment
    from ccpolicy.errors import ReportError
    from ccpolicy.files.bounded import read_bounded

    data = read_bounded(
        file, MOST_BYTES, ReportError, message="cannot read the assessment: {reason}"
    )
    result = read_assessment(data, str(file))
    check_lapses_file(result, file)
    return result
