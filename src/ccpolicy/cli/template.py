"""`ccpolicy template`: write a workbook in which records are filled in."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "template",
    cls=Command,
    short_help="Write a form in Excel for records.",
    help="Write a workbook in which records of a dataset are filled in: headings, drop-downs and"
    " checks are those of its contract and of the registers on file.\n\n"
    "What was filled in is recorded by: ccpolicy record DATASET --from form.xlsx",
)
@options.argument(
    "dataset",
    help="Dataset whose records are filled in.",
    shell_complete=options.names(lambda repository: repository.datasets),
)
@options.path
@options.output
@options.language
@click.pass_context
def command(context: click.Context, dataset: str, path: str, output: str | None) -> None:
    """Read the registers and write the workbook."""
    import ccpolicy
    from ccpolicy.cli.output import refuse_terminal, write
    from ccpolicy.record.recorder import Recorder
    from ccpolicy.record.workbook_template import template

    refuse_terminal("xlsx", output)
    recorder = Recorder(ccpolicy.load(path).policy, dataset, appends=False)
    with recorder.answers() as answers:
        content = template(answers, context.obj)
    write(content, output, for_people=False)
