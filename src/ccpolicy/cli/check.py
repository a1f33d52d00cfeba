"""`ccpolicy check`: judge the controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ccpolicy.cli import options
from ccpolicy.cli.words import Choice, Command
from ccpolicy.reports import formats

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
@options.output
@options.language
@options.colour
@options.detail
@click.pass_context
def command(
    context: click.Context,
    /,
    path: str,
    as_of: str | None,
    period: str | None,
    format_: str,
    output: str | None,
    colour: str,
    quiet: bool,
    verbose: bool,
    **question: Any,
) -> int:
    """Judge, write the result, and return the exit code."""
    view = options.view(context, path, colour=colour, quiet=quiet, verbose=verbose)
    between = _period(period, context)

    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Message
    from ccpolicy.reports import render

    with progress(Message.of("reading the evidence").text(view.language)):
        result = ccpolicy.load(path).check(as_of, between, **question)
    write(render(result, format_, view), output, for_people=format_ == "text")
    if output not in (None, "-") and not quiet:
        click.echo(
            render(result, "text", replace(view, detail="brief", colour=False)), err=True, nl=False
        )
    return exit_code(result)


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
