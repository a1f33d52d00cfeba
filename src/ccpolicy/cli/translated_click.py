"""Commands and options whose help is translated when it is shown."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from gettext import gettext, ngettext
from typing import Any

import click

from ccpolicy.errors import Message


class Formatter(click.HelpFormatter):
    """Lays help out by display width, which click counts in characters."""

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{heading}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that begins with a blank is kept as it is."""
        from ccpolicy.reports.layout import wrap

        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.split("\n\n"):
            kept = paragraph.startswith(" ")
            lines = (
                paragraph.splitlines()
                if kept
                else wrap(" ".join(paragraph.split("\n")), self.width - self.current_indent)
            )
            paragraphs.append("\n".join(indent + line for line in lines))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms and what they mean in two columns."""
        from ccpolicy.reports.layout import pad, width, wrap

        rows = list(rows)
        first = min(max(width(term) for term, _ in rows), col_max) + col_spacing
        indent = " " * (self.current_indent + first)
        for term, meaning in rows:
            lines = wrap(meaning, self.width - len(indent)) if meaning else []
            if width(term) + col_spacing > first:
                self.write(" " * self.current_indent + f"{term}\n")
            else:
                start = lines.pop(0) if lines else ""
                self.write((" " * self.current_indent + pad(term, first) + start).rstrip() + "\n")
            for line in lines:
                self.write(f"{indent}{line}\n")


class Context(click.Context):
    """Click's context, with our help."""

    formatter_class = Formatter


class Command(click.Command):
    """A command that explains itself in the reader's language."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's help option, in the reader's language."""
        option = super().get_help_option(ctx)
        if option:
            option.help = gettext("Show this message and exit.")
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command is for."""
        translated = copy.copy(self)
        translated.help = gettext(self.help or "")
        super(Command, translated).format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what the command is for in one line."""
        return gettext(self.short_help or "")


class Option(click.Option):
    """An option that explains itself in the reader's language."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's spellings and what it does."""
        record = _translated(super().get_help_record(ctx), self.help)
        if record and self.metavar and isinstance(self.type, Choice):  # see `Argument`
            return record[0], f"{record[1]} {', '.join(self.type.choices)}"
        return record


class Argument(click.Argument):
    """An argument that explains itself in the reader's language."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the argument's name and what it is; its choices where the name hides them."""
        name, _ = super().get_help_record(ctx)
        text = gettext(self.help or "")
        if self.metavar and isinstance(self.type, Choice):  # whose choices would fill the line
            text = f"{text} {', '.join(self.type.choices)}"
        return name, text


_MESSAGES: dict[type[click.ClickException], str] = {
    click.exceptions.NoSuchCommand: "No such command {name!r}.",
    click.exceptions.NoSuchOption: "No such option {name!r}.",
    click.exceptions.BadOptionUsage: "Option {name!r} requires an argument.",
    click.exceptions.MissingParameter: "Missing argument",
    click.exceptions.BadParameter: "Invalid value: {message}",
    click.exceptions.UsageError: "Got unexpected extra argument ({args})",
}
"""What click complains of → the message whose code it has."""


def usage_error(error: click.ClickException) -> str:
    """Return the text of an error of click's with its code, after how the command is used."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    template = next(_MESSAGES[each] for each in type(error).__mro__ if each in _MESSAGES)
    message = f"{Message(template).code} {error.format_message()}"
    lines = [gettext("Error: {message}").format(message=message)]
    context = getattr(error, "ctx", None)
    if context:
        hint = gettext("Try '{command} {option}' for help.")
        lines[:0] = [
            context.get_usage(),
            hint.format(command=context.command_path, option="--help"),
            "",
        ]
    return "\n".join(lines)


def _translated(record: tuple[str, str] | None, help: str | None) -> tuple[str, str] | None:
    if record is None or not help:
        return record
    return record[0], record[1].replace(help, gettext(help), 1)


class Choice(click.Choice[str]):
    """One of several values, with what was probably meant when it is none of them."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Say that the value is not known, and which are."""
        from ccpolicy.near_names import nearest

        message = super().get_invalid_choice_message(value, ctx)
        close = nearest(str(value), self.choices)
        if close:
            hint = ngettext(
                "Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1
            )
            return f"{message} {hint.format(possibility=repr(close.name))}"
        return message
