"""The program: its commands, its exit codes, and how it says that something went wrong."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from ccpolicy.cli.language import requested_language, speaking
from ccpolicy.cli.options import PATH
from ccpolicy.cli.translated_click import Choice, Command, Option, usage_error
from ccpolicy.deadline import Deadline, current
from ccpolicy.errors import LANGUAGES, CcpolicyError, Language, LimitError, Locator, Message

MOST_SECONDS = 1_800
"""What a command may take before its policy was read."""
USAGE = 2
"""Exit code of wrong usage, an invalid policy and our own mistakes."""
ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""What asks for an end: a person, a machine that cancels a job, a terminal that is closed."""

COMMANDS = (
    *("check", "report", "due", "history", "explain", "lint", "test", "preview", "sample", "diff"),
    *("draft", "record", "template", "page", "init"),
    *("bundle", "verify", "sign", "export", "schema", "cache", "completion"),
)
"""Each is a module of this package with a `command`; only the one that runs is imported."""


class Program(Command, click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ccpolicy.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=ctx
            ) from None

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run a command line and exit with the code that says how it went."""
        arguments = list(sys.argv[1:] if args is None else args)
        language = requested_language(arguments, os.environ)
        extra["standalone_mode"] = False

        def too_long(seconds: int) -> int:
            return _say(language, _error(_too_long(seconds), language))

        with speaking(language), _interruptible() as asked, _timed(too_long) as deadline:
            try:
                # What its options set holds for this command line alone, however it ends.
                answer: Callable[..., int] = super().main
                code = copy_context().run(answer, arguments, *rest, obj=language, **extra)
            except CcpolicyError as error:
                code = _say(language, _error(error, language))
            except click.ClickException as error:
                code = _say(language, usage_error(error))
            except click.Abort:
                if deadline.passed:
                    code = too_long(deadline.seconds)
                else:
                    code = 128 + (asked[0] if asked else signal.SIGINT)
                    _say(language, Message.of("interrupted").text(language), code)
            except MemoryError:
                code = _say(language, _error(LimitError("not enough memory"), language))
            except Exception as error:
                if os.environ.get("CCPOLICY_TRACEBACK"):
                    raise
                code = _say(language, _defect(error, language))
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CcpolicyError as error:  # here, where the context knows the repository
            return _say(ctx.obj, _error(error, ctx.obj, ctx.meta.get(PATH)))
        except KeyboardInterrupt:
            # Here and not in click, which would put a blank line before ours.
            raise click.Abort from None
        except RuntimeError as error:
            if str(error) != "Query interrupted":  # what DuckDB makes of it amid a query
                raise
            raise click.Abort from None


def _too_long(seconds: int) -> CcpolicyError:
    return CcpolicyError(
        "not done in {seconds} s, the limit of a command",
        hint="if the policy and its evidence are as they should be, allow more with"
        " --max-seconds, or with 'seconds' in the table [limits] of ccpolicy.toml",
        seconds=seconds,
    )


@contextmanager
def _timed(say: Callable[[int], int]) -> Iterator[Deadline]:
    """Watch the time of a command."""
    deadline = Deadline(MOST_SECONDS, say, USAGE)
    token = current.set(deadline)
    try:
        yield deadline
    finally:
        current.reset(token)
        deadline.end()


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Let the first request to end finish the work in order, and a second one at once.

    A query can take long to notice the first. Yields the requests that came.
    """
    asked: list[int] = []

    def first(number: int, frame: FrameType | None) -> NoReturn:
        asked.append(number)
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in ENDING}
    try:
        for each, handler in before.items():
            if handler != signal.SIG_IGN:  # nohup
                signal.signal(each, first)
    except ValueError:  # not in the main thread, which alone is interrupted
        yield asked
        return
    try:
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _say(language: Language, text: str, code: int = USAGE) -> int:
    from ccpolicy.reports.layout import inert

    click.echo("\n".join(map(inert, text.split("\n"))), err=True)
    return code


def _error(error: CcpolicyError, language: Language, path: str | None = None) -> str:
    """Write an error, with lines of the files of the repository at a path."""
    from ccpolicy.cli.diagnostics import error_text
    from ccpolicy.policy.settings import find_root

    root = None
    if path is not None:
        with suppress(CcpolicyError, OSError):
            root = find_root(Path(path))
    return error_text(error, language, root)


def _defect(error: Exception, language: Language) -> str:
    if isinstance(error, OSError):
        refused = CcpolicyError(
            "the system refused: {reason}",
            locator=Locator(str(error.filename)) if error.filename else None,
            reason=error.strerror or str(error),
        )
        return _error(refused, language)
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    kind, reason = type(error).__name__, " ".join(str(error).split())
    place = f"{frame.filename.rpartition(os.sep)[2]}:{frame.lineno}"
    return _error(
        CcpolicyError(
            "a defect in ccpolicy: {kind}: {reason} ({place})",
            hint="please report it; CCPOLICY_TRACEBACK=1 shows where it happened",
            kind=kind,
            reason=reason,
            place=place,
        ),
        language,
    )


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ccpolicy import __version__

        click.echo(f"ccpolicy {__version__}")
        ctx.exit()


program = Program(
    "ccpolicy",
    help="Prove from evidence in git that an incident plan is followed.\n\nBegin with:"
    " ccpolicy check",
    params=[
        Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Show the version and exit.",
        ),
        Option(
            ["--lang"],
            type=Choice(LANGUAGES),
            expose_value=False,
            help="Language; default from LC_ALL, LC_MESSAGES or LANG.",
        ),
    ],
)
