"""`ccpolicy diff`: changes of the policy, stricter or looser, and of the records on file."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Choice, Command
from ccpolicy.reports import FORMATS


@click.command(
    "diff",
    cls=Command,
    short_help="Show what a change tightened, loosened or altered.",
    help="Compare the policy of a git revision with that of another, or with the files on disk:"
    " what was tightened, what was loosened, and what changed in a way that is neither. Of the"
    " records on file at BASE it says which were altered since, and whether BASE's contracts"
    " permit that.\n\n"
    "Exit codes: 0, or 1 if what --fail-on names was done or may have been;"
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
    multiple=True,
    type=Choice(["loosened", "altered"]),
    help="End with 1 if anything was loosened, or changed in a way that is neither stricter nor"
    " looser; or if a record was altered as BASE's contract does not permit, or nobody can tell;"
    " repeatable.",
)
@options.option(
    "--as-of",
    metavar="TIME",
    help="Moment up to which a change rewrites history, in ISO 8601; default now, or the pin.",
)
@options.output_format("comparison")
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
    fail_on: Sequence[str],
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
    is_altered = result.altered is None or result.altered.against_contract
    done = {"loosened": result.loosened, "altered": is_altered}
    return 1 if any(done[each] for each in fail_on) else 0
