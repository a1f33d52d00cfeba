"""`ccpolicy check`: judge the controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ccpolicy.cli import options
from ccpolicy.cli.words import Choice, Command
from ccpolicy.reports import FORMATS, Rendered, View, format_of, formats, render

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment

PASSED, FAILED, NOTHING = 0, 1, 3
SEVERITIES = ("critical", "high", "medium", "low")


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
@options.option(
    "--as-of", metavar="TIME", help="Moment to judge at, in ISO 8601; default now, or the pin."
)
@options.option("--period", metavar="START/END", help="Audit period; default the 12 months before.")
@options.option(
    "--control", "controls", multiple=True, metavar="ID", help="Only this control; may be repeated."
)
@options.option(
    "--clause",
    "clauses",
    multiple=True,
    metavar="ID",
    help="Only controls of this clause; may be repeated.",
)
@options.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Only controls with this tag; may be repeated.",
)
@options.option(
    "--severity",
    "severities",
    multiple=True,
    type=Choice(SEVERITIES),
    help="Only controls of this severity; may be repeated.",
)
@options.option(
    "--fail-on",
    type=Choice(SEVERITIES),
    help="Least severity that fails the gate; default as ccpolicy.toml says, or low.",
)
@options.option(
    "--gate",
    type=Choice(["now", "period"]),
    help="What the gate judges; default as ccpolicy.toml says, or now.",
)
@options.option(
    "--format",
    "format_",
    type=Choice(formats("assessment")),
    default="text",
    help="How to write the result.",
)
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
    help="Have JSON hold all that an HTML report shows, for 'ccpolicy report --from'.",
)
@options.option(
    "--baseline",
    metavar="FILE",
    help="Let the known lapses of this file stand; fail on new ones, and on entries that are gone.",
)
@options.option(
    "--write-baseline",
    metavar="FILE",
    help="Write the lapses there are as a baseline; one that exists only shrinks.",
)
@options.output
@options.language
@options.colour
@options.detail
@click.pass_context
def command(
    context: click.Context,
    /,
    path: str,
    policy_from: str | None,
    as_of: str | None,
    period: str | None,
    format_: str,
    reports: tuple[str, ...],
    annex: bool,
    baseline: str | None,
    write_baseline: str | None,
    output: str | None,
    colour: str,
    quiet: bool,
    verbose: bool,
    **question: Any,
) -> int:
    """Judge, write the result, and return the exit code."""
    view = options.view(context, path, colour=colour, quiet=quiet, verbose=verbose)
    between = _period(period, context)
    wanted = [(format_, output), *map(_named, reports)]

    import ccpolicy
    from ccpolicy.cli.baseline import Standing
    from ccpolicy.cli.output import write
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Message

    chosen = any(question[each] for each in ("controls", "clauses", "tags", "severities"))
    with progress(Message.of("reading the evidence").text(view.language)):
        result = ccpolicy.load(path, policy_from).check(
            as_of,
            between,
            annex=annex or any(FORMATS[name].annex for name, _ in wanted),
            **question,
        )
    standing = Standing(path, policy_from, baseline, write_baseline)
    result = standing.applied(result, chosen=chosen)
    # Nothing is written before everything could be rendered.
    rendered = [_render(result, name, view, annex) for name, _ in wanted]
    standing.write()
    for (name, file), report in zip(wanted[::-1], rendered[::-1], strict=True):
        write(report.content, file, for_people=FORMATS[name].for_people)
    if output not in (None, "-") and not quiet:
        brief = replace(view, detail="brief", colour=False)
        click.echo(_render(result, "text", brief, annex).text, err=True, nl=False)
    return exit_code(result)


def _named(report: str) -> tuple[str, str]:
    """Return the format and the file of a report that is asked for.

    Raises:
        ReportError: neither its name nor what stands before it says the format.
    """
    name, equals, file = report.partition("=")
    if equals and file and name in formats("assessment"):
        return name, file
    return format_of(report, "assessment"), report


def _render(result: Assessment, name: str, view: View, annex: bool) -> Rendered:
    """Render a result; without its annex where nobody asked for that."""
    if result.annex and not (annex or FORMATS[name].annex):
        result = result.model_copy(update={"annex": None})
    return render(result, name, view)


def exit_code(result: Assessment) -> int:
    """Return the exit code of an assessment, the same for every format."""
    if result.nothing_assessed:
        return NOTHING
    return PASSED if result.gate.passed else FAILED


def _period(text: str | None, context: click.Context) -> tuple[str, str] | None:
    if text is None:
        return None
    starts, slash, ends = text.partition("/")
    if not (starts and slash and ends):
        from ccpolicy.errors import CcpolicyError

        raise CcpolicyError(
            "'{text}' is not a period",
            hint="write it as START/END, such as 2026-01-01/2026-06-30",
            text=text,
        )
    return starts, ends
