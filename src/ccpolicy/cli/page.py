"""`ccpolicy page`: write one offline page in which records are filled in."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "page",
    cls=Command,
    short_help="Write an offline page to fill in records.",
    help="Write one page, for a phone or a desk without network, in which records are filled in:"
    " forms are those of the contracts, and what is due stands first.\n\n"
    "What was filled in is handed in as a file, or as text to copy, and recorded by:"
    " ccpolicy record DATASET --from FILE",
)
@options.path
@options.option(
    "--dataset",
    "datasets",
    multiple=True,
    metavar="NAME",
    shell_complete=options.names(lambda repository: repository.datasets),
    help="Only forms of this dataset; may be repeated.",
)
@options.option(
    "--within", default="P30D", metavar="DURATION", help="How far to look ahead; default P30D."
)
@options.output
@options.language
@click.pass_context
def command(
    context: click.Context,
    path: str,
    datasets: tuple[str, ...],
    within: str,
    output: str | None,
) -> None:
    """Judge, and write the page."""
    view = options.view(context, path)

    import ccpolicy
    from ccpolicy.cli.output import refuse_terminal, write
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import CcpolicyError, Message
    from ccpolicy.record.offline_page import record_page
    from ccpolicy.time.durations import parse_duration

    refuse_terminal("html", output)
    ahead = parse_duration(within)
    if ahead.is_business:
        raise CcpolicyError(
            "how far to look ahead cannot be in business days",
            hint="write for example P30D or '2 weeks'",
        )
    with progress(Message.of("reading the evidence").text(view.language)):
        content = record_page(ccpolicy.load(path).policy, datasets, ahead, view.language)
    write(content, output, for_people=False)
