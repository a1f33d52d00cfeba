"""`ccpolicy explain`: what a control or a check kind asks, and why."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "explain",
    cls=Command,
    short_help="Explain a control or a check kind.",
    help="Explain a control: its clauses, its numbers and why they are what they are, which"
    " evidence counts, and the SQL. Or a check kind: its parameters, its SQL and worked examples.",
)
@options.argument(
    "name",
    metavar="CONTROL|KIND",
    shell_complete=options.names(lambda repository: [*repository.controls, *repository.kinds]),
    help="Id of a control or name of a check kind.",
)
@options.path
@options.language
@options.colour
@click.pass_context
def command(context: click.Context, name: str, path: str, colour: str) -> None:
    """Print the explanation."""
    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.reports.page import Page

    page = Page(options.view(context, path, colour=colour))
    repository = ccpolicy.load(path)
    if name in repository.controls:
        from ccpolicy.cli.explain_control import explain_control

        explain_control(page, repository, repository.controls[name])
    elif name in repository.kinds:
        from ccpolicy.cli.explain_kind import explain_kind

        explain_kind(page, repository.kinds[name])
    else:
        from ccpolicy.policy.names import unknown

        raise unknown(
            "neither a control nor a check kind is called '{name}'",
            name,
            [*repository.controls, *repository.kinds],
            None,
        )
    write(str(page), None, for_people=True)
