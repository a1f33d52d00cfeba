"""`ccpolicy export`: write the policy in the form of another standard."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Choice, Command

NAMES = ("oscal-catalog", "oscal-component")
"""As in `ccpolicy.policy.oscal`, which is heavy for a help page; a test compares the two."""


@click.command(
    "export",
    cls=Command,
    short_help="Write the controls in OSCAL.",
    help="Write the controls for programs that read OSCAL: as a catalog, or as the definition of a"
    " component that implements it.\n\n"
    "Results are written by 'ccpolicy check --format oscal'.",
)
@options.argument("name", type=Choice(NAMES), help="Which document.")
@options.path
@options.output
@options.language
@click.pass_context
def command(context: click.Context, name: str, path: str, output: str | None) -> None:
    """Load the policy and write the document."""
    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.policy.oscal import DOCUMENTS

    repository = ccpolicy.load(path)
    repository.lint()  # what cannot be is not exported
    write(DOCUMENTS[name](repository.policy, context.obj), output, for_people=False)
