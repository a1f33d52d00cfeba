"""`ccpolicy cache`: show what was kept of large files, or remove it."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "cache",
    cls=Command,
    short_help="Show or clear the cache of large files.",
    help="Show where the columns of large files are kept that were read before, and how much that"
    " is. It may be removed at any time.",
)
@options.option("--clear", is_flag=True, help="Remove all of it.")
@options.language
@click.pass_context
def command(context: click.Context, clear: bool) -> None:
    """Print the folder, the number of entries and their size, before and after removing them."""
    from ccpolicy.cli.output import write
    from ccpolicy.errors import CcpolicyError, Message
    from ccpolicy.files.user_cache import MOST, open_user_cache

    cache = open_user_cache()
    if cache is None:
        raise CcpolicyError(
            "there is no folder that only you may change, so nothing is cached",
            hint="set XDG_CACHE_HOME and XDG_STATE_HOME to folders of yours",
        )
    if clear:
        cache.clear()
    entries = cache.entries()
    facts = Message.of(
        "files: {count}, {size} MiB of {most} at most: {folder}",
        count=len(entries),
        size=f"{sum(each.size for each in entries) / (1 << 20):.1f}",
        most=MOST >> 20,
        folder=str(cache.folder),
    )
    write(facts.text(context.obj) + "\n", None, for_people=True)
