"""`ccpolicy schema`: print a JSON Schema."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Choice, Command

NAMES = (
    *("plan", "norms", "controls", "dataset", "waivers", "calendars", "framework"),
    *("tests", "falsify"),
    "baseline",
    *(
        "assessment",
        "agenda",
        "manifest",
        "provenance",
        "verification",
        "history",
        "comparison",
        "preview",
        "sample",
    ),
)
"""As in `ccpolicy.policy.schemas`, which is heavy for a help page; a test compares the two."""


@click.command(
    "schema",
    cls=Command,
    short_help="Print a JSON Schema.",
    help="Print the JSON Schema of a policy file, for editors and other tools,"
    " or of what ccpolicy writes.",
)
@options.argument("name", metavar="NAME", type=Choice(NAMES), help="Which schema:")
@options.output
@options.language
def command(name: str, output: str | None) -> None:
    """Print the schema."""
    from ccpolicy.cli.output import write
    from ccpolicy.policy.schemas import schema_text

    write(schema_text(name), output, for_people=False)
