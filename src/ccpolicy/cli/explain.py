"""`ccpolicy explain`: what a control, a check kind or a requirement asks; what a message means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command

if TYPE_CHECKING:
    from ccpolicy.api import Repository


def _names(repository: Repository) -> Iterator[str]:
    yield from (*repository.controls, *repository.kinds)
    for framework in repository.frameworks.values():
        yield framework.id
        yield from (f"{framework.id}:{each.id}" for each in framework.requirements)


@click.command(
    "explain",
    cls=Command,
    short_help="Explain a control, a check kind, a requirement or a message.",
    help="Explain a control: its clauses, its parameters and their basis, which"
    " evidence counts, and the SQL. Or a check kind: its parameters, its SQL and worked examples."
    " Or a framework, or a requirement of one, such as iso27001:A.5.30: which controls serve it."
    " Or a message by its code, such as EV204: what it means, an example, and what to do.",
)
@options.argument(
    "name",
    metavar="CONTROL|KIND|REQUIREMENT|CODE",
    shell_complete=options.names(_names),
    help="Id of a control, name of a check kind, a framework or a requirement of one, or code of a"
    " message.",
)
@options.path
@options.language
@options.colour
@click.pass_context
def command(context: click.Context, name: str, path: str, colour: str) -> None:
    """Print the explanation."""
    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.messages import is_code
    from ccpolicy.reports.page import Page

    page = Page(options.view(context, path, colour=colour))
    if is_code(name.upper()):  # also where the policy is what the message complains of
        from ccpolicy.cli.explain_message import explain_message

        explain_message(page, name.upper())
        write(str(page), None, for_people=True)
        return
    repository = ccpolicy.load(path)
    if name in repository.controls:
        from ccpolicy.cli.explain_control import explain_control

        explain_control(page, repository, repository.controls[name])
    elif name in repository.kinds:
        from ccpolicy.cli.explain_kind import explain_kind

        explain_kind(page, repository.kinds[name])
    elif ":" in name or name in repository.frameworks:
        from ccpolicy.cli.explain_framework import explain_framework

        explain_framework(page, repository, name)
    else:
        from ccpolicy.policy.names import unknown

        raise unknown(
            "neither a control nor a check kind is called '{name}'",
            name,
            [*repository.controls, *repository.kinds, *repository.frameworks],
            None,
        )
    write(str(page), None, for_people=True)
