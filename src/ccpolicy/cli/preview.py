"""`ccpolicy preview`: how a dataset or a file is read, before any control."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "preview",
    cls=Command,
    short_help="Show how evidence is read.",
    help="Show how a dataset, or one file of it, is read: each row with its place, and what is"
    " refused and why. No control is judged.\n\n"
    "Exit codes: 0 everything was read, 1 something was refused, 2 the policy is invalid,"
    " 3 there is no record.",
)
@options.argument(
    "name",
    metavar="DATASET|FILE",
    shell_complete=options.names(lambda repository: repository.datasets),
    help="Id of a dataset, or path of a file.",
)
@options.path
@options.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=20,
    metavar="N",
    help="Rows of each table, and refusals of each family, to show; default 20.",
)
@options.output_format("preview")
@options.output
@options.strict
@options.language
@options.colour
@click.pass_context
def command(
    context: click.Context,
    name: str,
    path: str,
    limit: int,
    format_: str,
    output: str | None,
    strict: bool,
    colour: str,
) -> int:
    """Read the evidence, write what was read, and return the exit code."""
    from dataclasses import replace

    import ccpolicy
    from ccpolicy.cli.diagnostics import SourceLines
    from ccpolicy.cli.output import report_left_out, write
    from ccpolicy.draft.preview import preview
    from ccpolicy.errors import Locator
    from ccpolicy.reports import FORMATS, render

    policy = ccpolicy.load(path).policy
    view = options.view(context, path, colour=colour)
    source = SourceLines(policy.root, view.columns)
    view = replace(view, excerpt=lambda place, field: source.excerpt(Locator.read(place), field))
    result = preview(policy, name, limit)
    report = render(result, format_, view)
    report_left_out([(format_, report)], view.language, strict=strict)
    write(report.content, output, for_people=FORMATS[format_].for_people)
    if result.refused:
        return 1
    return 0 if result.records.count else 3
