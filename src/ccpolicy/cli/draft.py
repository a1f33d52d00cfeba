"""`ccpolicy draft`: write what would otherwise be typed."""

from __future__ import annotations

from pathlib import Path

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


class Group(Command, click.Group):
    """The group of what can be drafted."""


@click.group(
    "draft",
    cls=Group,
    short_help="Draft a dataset, control, test, waiver or norm.",
    help="Draft the contract of a dataset from its files, or a control, a test, a waiver or a"
    " norm. What nobody but you can know is a comment that asks: # ?",
)
def command() -> None:
    """Draft a part of a policy."""


_repository = options.option(
    "--repository",
    "path",
    metavar="DIR",
    help="Policy repository that it is for; default the current folder.",
)
_output = options.option(
    "-o", "--output", metavar="FILE", help="Write to a new file; one that exists is refused."
)


@command.command(
    "dataset",
    cls=Command,
    short_help="Draft a contract from files of evidence.",
    help="Draft a contract from files of one form: CSV, XLSX, JSON, JSON Lines or YAML. The draft"
    " reads all of them without an invalid record; their first rows stand below as they are read.",
)
@options.argument("files", metavar="FILE…", nargs=-1, required=True, help="Files of evidence.")
@options.option("--id", "name", metavar="NAME", help="Id of the dataset; default from the files.")
@_repository
@_output
@options.language
@click.pass_context
def dataset(
    context: click.Context,
    files: tuple[str, ...],
    name: str | None,
    path: str | None,
    output: str | None,
) -> None:
    """Write the contract."""
    import ccpolicy
    from ccpolicy.cli.output import refuse_existing, write_new
    from ccpolicy.draft.dataset import draft_dataset
    from ccpolicy.draft.drafted import Surroundings
    from ccpolicy.policy.settings import FILE

    options.view(context, path or ".")
    refuse_existing(output)
    around = Surroundings(None, (context.obj,), None)
    if path or Path(FILE).is_file():
        around = Surroundings.of(ccpolicy.load(path or ".").policy)
    _, text = draft_dataset([Path(each) for each in files], around, context.obj, name)
    write_new(text, output)
