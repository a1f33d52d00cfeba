"""`ccpolicy sample`: draw what an auditor tests by hand, and read back what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ccpolicy.cli import options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.reports import FORMATS


@click.command(
    "sample",
    cls=Command,
    short_help="Draw a sample to be tested by hand.",
    help="Draw from the records of a dataset or the subjects of a control, so that anybody draws"
    " the same: by the digest of the whole population and the period. Nothing is drawn from a"
    " population that is not complete. As CSV or XLSX it has columns for the tester; with --results"
    " these are read back.\n\n"
    "Exit codes: 0 drawn, or tested without exception; 1 there are exceptions, or something is"
    " untested; 2 wrong usage, an invalid policy, or a population that is not complete.",
)
@options.argument(
    "name",
    metavar="DATASET|CONTROL",
    shell_complete=options.names(lambda each: [*each.controls, *each.datasets]),
    help="Id of a dataset or of a control.",
)
@options.path
@options.option(
    "--size",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="How many to draw; default by a built-in table of sizes, which is a choice and not a"
    " norm.",
)
@request.as_of
@request.period
@options.option(
    "--by",
    metavar="FIELD",
    help="Draw from each value of this field by its share, and at least one of each; of a control"
    " a column of its key, or class, by which its parameters differ.",
)
@options.option(
    "--at",
    metavar="FIELD",
    help="Time by which a record belongs to the period; default the one that controls use.",
)
@options.option(
    "--results",
    metavar="FILE",
    help="Table of this draw, CSV or XLSX, in which a tester filled in the results.",
)
@request.allow_tables
@options.output_format("sample")
@options.output
@options.strict
@options.language
@options.colour
@click.pass_context
def command(
    context: click.Context,
    name: str,
    path: str,
    size: int | None,
    as_of: str | None,
    period: str | None,
    by: str | None,
    at: str | None,
    results: str | None,
    allow_tables: bool,
    format_: str,
    output: str | None,
    strict: bool,
    colour: str,
) -> int:
    """Draw, read back results, write the sample, and return the exit code."""
    import ccpolicy
    from ccpolicy.cli.output import refuse_terminal, report_left_out, write
    from ccpolicy.reports import render
    from ccpolicy.sampling.results import read_results
    from ccpolicy.sampling.sample import make_sample

    refuse_terminal(format_, output)
    view = options.view(context, path, colour=colour)
    repository = ccpolicy.load(path)
    drawn: dict[str, Any] = {"size": size, "by": by, "at": at, "allow_tables": allow_tables}
    result = make_sample(repository, name, as_of=as_of, period=period, **drawn)
    if results is not None:
        result = read_results(result, Path(results), repository.policy.settings.limits)
    report = render(result, format_, view)
    report_left_out([(format_, report)], view.language, strict=strict)
    write(report.content, output, for_people=FORMATS[format_].for_people)
    if not result.has_results:
        return 0
    return 1 if result.count("exception") or result.count("untested") else 0
