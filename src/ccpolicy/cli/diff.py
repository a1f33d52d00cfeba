"""`ccpolicy diff`: what changed in the policy, and which way."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.words import Choice, Command
from ccpolicy.reports import FORMATS, formats


@click.command(
    "diff",
    cls=Command,
    short_help="Show what a change tightened or loosened.",
    help="Compare the policy of a git revision with that of another, or with the files on disk:"
    " what was tightened, what was loosened, and what changed so that nobody can say.\n\n"
    "Exit codes: 0, or with --fail-on loosened 1 if anything was loosened or may have been;"
    " 2 wrong usage or an invalid policy.",
)
@options.argument("base", metavar="BASE", help="Revision to compare with, such as origin/main.")
@options.argument(
    "head", metavar="[HEAD]", required=False, help="Revision to look at; default the files on disk."
)
@options.option(
    "--path", default=".", metavar="PATH", help="Policy repository; default the current folder."
)
@options.option(
    "--fail-on",
    type=Choice(["loosened"]),
    help="End with 1 if anything was loosened, or changed so that nobody can say which way.",
)
@options.option(
    "--as-of",
    metavar="TIME",
    help="Moment up to which a change rewrites history, in ISO 8601; default now, or the pin.",
)
@options.option(
    "--format",
    "format_",
    type=Choice(formats("comparison")),
    default="text",
    help="How to write it.",
)
@options.output
@options.language
@options.colour
@options.verbose
@click.pass_context
def command(
    context: click.Context,
    base: str,
    head: str | None,
    path: str,
    fail_on: str | None,
    as_of: str | None,
    format_: str,
    output: str | None,
    colour: str,
    verbose: bool,
) -> int:
    """Compare, write what changed, and return the exit code."""
    view = options.view(context, path, colour=colour, verbose=verbose)

    from ccpolicy.api import compare
    from ccpolicy.cli.output import write
    from ccpolicy.reports import render

    result = compare(path, base, head, as_of)
    write(render(result, format_, view).content, output, for_people=FORMATS[format_].for_people)
    return 1 if fail_on and result.loosened else 0
