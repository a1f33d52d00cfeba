"""The commands with all their options, as their help says it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import click

from ccpolicy.cli.language import speaking
from ccpolicy.cli.program import COMMANDS, program
from ccpolicy.reports import FORMATS
from reference.wording import Wording


def commands() -> dict[str, click.Command]:
    """Import all commands, in the order in which the program lists them, each before its own."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command: click.Command = import_module(f"ccpolicy.cli.{name}").command
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {each}": own for each, own in command.commands.items()}
    return found


def command_lines(say: Wording) -> Iterator[str]:
    """Yield a section for the program and for each command."""
    with speaking(say.language):
        yield from _options(program, "ccpolicy")
        for name, command in commands().items():
            yield f"{'###' if ' ' in name else '##'} {name}"
            yield ""
            yield from _section(say, command, name)


def _section(say: Wording, command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\nccpolicy {name} {usage}\n```"
    yield ""
    for paragraph in say.message(command.help or "").split("\n\n"):
        is_code = paragraph.startswith(" ")
        yield f"```sh\n{paragraph.strip()}\n```" if is_code else " ".join(paragraph.split("\n"))
        yield ""
    yield from _options(command, name)


def _options(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, resilient_parsing=True)
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            spelling, meaning = (" ".join(each.split()) for each in record)
            yield f"- `{spelling}`: {meaning}" if meaning else f"- `{spelling}`"
    yield ""


def format_lines(say: Wording) -> Iterator[str]:
    """Yield a table of the formats of reports."""
    commands = {
        "assessment": "check",
        "agenda": "due",
        "comparison": "diff",
        "verification": "verify",
    }
    yield say.pick("| Format | Files end with | Commands |", "| 格式 | 文件名结尾 | 命令 |")
    yield "|---|---|---|"
    for name, each in FORMATS.items():
        named = " ".join(f"`{commands.get(subject, subject)}`" for subject in each.renderers)
        yield f"| `{name}` | `{each.suffix}` | {named} |"
    yield ""
