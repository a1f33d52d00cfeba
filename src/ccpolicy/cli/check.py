"""`ccpolicy check`: judge the controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ccpolicy.cli import options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.cli.without_effect import (
    refuse_detail,
    refuse_one_file,
    refuse_unshown,
    refuse_with,
    refuse_without,
)
from ccpolicy.reports import FORMATS, Rendered, View, format_for_file, formats, render

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment

PASSED, FAILED, NOTHING = 0, 1, 3
_ALL = 1_000_000
"""Problems of each kind that -v lists."""
_INDENT = 12
"""Columns that the text of an assessment leaves free before a detail, at most."""


@click.command(
    "check",
    cls=Command,
    short_help="Judge every control from the evidence.",
    help="Judge every control from the evidence: now, through the audit period, and ahead.\n\n"
    "Exit codes: 0 the gate passed, 1 it failed, 2 wrong usage or an invalid policy,"
    " 3 nothing was assessed. What cannot be judged fails the gate.",
)
@options.path
@options.policy_from
@request.options
@options.output_format("assessment")
@options.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Also write this report; the file's name may say the format. May be repeated.",
)
@options.option(
    "--annex",
    is_flag=True,
    help="Include in JSON everything the HTML report needs, for 'ccpolicy report --from'.",
)
@options.option(
    "--provenance",
    is_flag=True,
    help="Include in the result which commit was judged and which files are not committed.",
)
@options.option(
    "--require-current/--allow-pinned",
    help="Refuse (or judge, the default) a moment that ccpolicy.toml pins; pipelines refuse it.",
)
@options.option(
    "--require-clean", is_flag=True, help="Refuse evidence or policy that is not committed."
)
@options.option(
    "--expect-ancestor",
    metavar="REV",
    help="Refuse a history that does not descend from this commit.",
)
@request.known_at
@request.engine
@request.allow_tables
@request.subjects
@options.option(
    "--baseline",
    metavar="FILE",
    help="Accept the known lapses in this file; fail on new lapses and on obsolete entries.",
)
@options.option(
    "--write-baseline",
    metavar="FILE",
    help="Write the current lapses as a baseline; an existing baseline only shrinks.",
)
@options.output
@options.lapses
@options.strict
@options.cache
@options.language
@options.colour
@options.report_detail
@options.detail
@click.pass_context
def command(
    context: click.Context,
    /,
    path: str,
    policy_from: str | None,
    format_: str,
    reports: tuple[str, ...],
    annex: bool,
    subjects: bool,
    baseline: str | None,
    write_baseline: str | None,
    output: str | None,
    lapses: str | None,
    strict: bool,
    colour: str,
    detail: str | None,
    quiet: bool,
    verbose: bool,
    **asked: Any,
) -> int:
    """Judge, write the result, and return the exit code."""
    view = options.view(context, path, colour=colour, quiet=quiet, verbose=verbose)
    # How much the terminal says is not how much a report holds.
    filed = replace(view, detail=options.DETAILS[detail or "normal"])
    view = view if quiet or verbose else filed
    wanted = [(format_, output), *map(_named, reports)]
    names = [name for name, _ in wanted]
    refuse_one_file([*(file for _, file in wanted), *filter(None, [write_baseline])])
    refuse_unshown(names, annex=annex, subjects=subjects, provenance=asked["provenance"])
    if detail:
        _refuse_detail(names, "--quiet" if quiet else "--verbose" if verbose else "")
    if asked["allow_foreign_sql"] and asked["engine"] == "duckdb":
        refuse_without("--allow-foreign-sql", "--engine")
    asked_for = request.request(
        asked,
        appendix=annex or any(FORMATS[name].annex for name in names),
        subjects=subjects,
        # What machines read does not depend on how much a person wants to see.
        listed_problems=_ALL if view.detail == "full" and {*names} == {"text"} else None,
    )

    import ccpolicy
    from ccpolicy.cli.baseline import BaselineFile
    from ccpolicy.cli.diagnostics import SourceLines
    from ccpolicy.cli.lapses_file import pending_lapses, refuse_loss
    from ccpolicy.cli.output import refuse_terminal, report_left_out, write
    from ccpolicy.cli.pin import warn_of_moment
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Locator, Message

    refuse_terminal(format_, output)
    with pending_lapses(lapses, wanted) as pending:
        with progress(Message.of("reading the evidence"), view.language, quiet=quiet):
            repository = ccpolicy.load(path, policy_from)
            result = repository.check(asked_for, pending.target)
        refuse_loss(result, pending, names)
        folder = options.folder(path)
        view, filed = replace(view, folder=folder), replace(filed, folder=folder)
        terminal = view
        if output in (None, "-") and not asked_for.known_at:  # or else the files are others
            source = SourceLines(repository.policy.root, view.columns - _INDENT)
            terminal = replace(
                view, excerpt=lambda place, field: source.excerpt(Locator.read(place), field)
            )
        standing = BaselineFile(path, policy_from, baseline, write_baseline)
        result = standing.applied(result, chosen=bool(asked_for.filters))
        # Nothing is written before everything could be rendered.
        shown = {"annex": annex, "subjects": annex or subjects}
        rendered = [
            _render(result, name, terminal if at is output else filed, **shown)
            for name, at in wanted
        ]
        report_left_out(zip(names, rendered, strict=True), view.language, strict=strict)
        standing.write()
        pending.keep(result)
    if any(FORMATS[name].job_summary for name in names):
        from ccpolicy.cli.summary import append

        append(result, view)
    for (name, file), report in zip(wanted[::-1], rendered[::-1], strict=True):
        write(report.content, file, for_people=FORMATS[name].for_people)
    warn_of_moment(result.as_of, result.as_of_source, view)
    if output not in (None, "-") and not quiet:
        brief = replace(view, detail="brief", colour=False)
        click.echo(_render(result, "text", brief, **shown).text, err=True, nl=False)
    return exit_code(result)


def _refuse_detail(names: list[str], said: str) -> None:
    """Refuse `--detail` where it decides nothing: `said` goes before it in the first report.

    Raises:
        CcpolicyError: it is so.
    """
    if said and len(names) == 1:
        refuse_with("--detail", said)
    refuse_detail(names[1:] if said else names)


def _named(report: str) -> tuple[str, str]:
    """Return the format and the file of a report that is asked for.

    Raises:
        ReportError: neither its name nor what stands before it says the format.
    """
    name, equals, file = report.partition("=")
    if equals and file and name in formats("assessment"):
        return name, file
    return format_for_file(report, "assessment"), report


def _render(result: Assessment, name: str, view: View, *, annex: bool, subjects: bool) -> Rendered:
    """Render a result; without its annex and its populations where nobody asked for these."""
    if result.annex and not (annex or FORMATS[name].annex):
        result = result.model_copy(update={"annex": None})
    if not (subjects or FORMATS[name].annex):
        result = without_populations(result)
    return render(result, name, view)


def without_populations(result: Assessment) -> Assessment:
    """Leave out the subjects that only a report for auditors asked for."""
    if not any(control.population is not None for control in result.controls):
        return result
    controls = [each.model_copy(update={"population": None}) for each in result.controls]
    return result.model_copy(update={"controls": controls})


def exit_code(result: Assessment) -> int:
    """Return the exit code of an assessment, the same for every format."""
    if result.nothing_assessed:
        return NOTHING
    return PASSED if result.gate.passed else FAILED
