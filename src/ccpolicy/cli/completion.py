"""`ccpolicy completion`: print what a shell needs to complete commands and options."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Choice, Command


@click.command(
    "completion",
    cls=Command,
    short_help="Print the completion script of a shell.",
    help="Print the completion script of a shell. For bash, put this into ~/.bashrc, for zsh the"
    " like into ~/.zshrc, behind compinit:\n\n"
    '  eval "$(ccpolicy completion bash)"\n\nFor fish, write it to a file:\n\n'
    "  ccpolicy completion fish > ~/.config/fish/completions/ccpolicy.fish",
)
@options.argument("shell", type=Choice(["bash", "zsh", "fish"]), help="Which shell.")
@options.language
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script."""
    from click.shell_completion import get_completion_class

    from ccpolicy.cli.output import write

    found = get_completion_class(shell)
    assert found is not None
    program = context.find_root().command
    write(
        found(program, {}, "ccpolicy", "_CCPOLICY_COMPLETE").source() + "\n", None, for_people=False
    )
