"""`ccpolicy page`: write one offline page in which records are filled in."""

from __future__ import annotations

import click

from ccpolicy.cli import look_ahead, options
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
@look_ahead.within
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
    from ccpolicy.errors import Message
    from ccpolicy.record.offline_page import record_page

    refuse_terminal("html", output)
    ahead = look_ahead.read_within(within)
    with progress(Message.of("reading the evidence"), view.language):
        content = record_page(ccpolicy.load(path).policy, datasets, ahead, view.language)
    write(content, output, for_people=False)
