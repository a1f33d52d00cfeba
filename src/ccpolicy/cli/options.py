"""Options that several commands have, and what they mean for the reader's view."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ccpolicy.cli.translated_click import Argument, Choice, Option
from ccpolicy.deadline import current
from ccpolicy.errors import LANGUAGES, CcpolicyError
from ccpolicy.reports import Detail, Subject, View, formats

if TYPE_CHECKING:
    from ccpolicy.api import Repository

F = TypeVar("F", bound=Callable[..., Any])
_WIDEST = 120
_NARROWEST = 40
PATH = f"{__name__}.path"
"""Key of the repository's path in what a command line's contexts share."""


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """Declare an option with translated help."""
    return click.option(*names, cls=Option, **settings)


def argument(*names: str, **settings: Any) -> Callable[[F], F]:
    """Declare an argument with translated help."""
    return click.argument(*names, cls=Argument, **settings)


def names(of: Callable[[Repository], Iterable[str]]) -> Callable[..., list[str]]:
    """Complete names of the policy that is worked on."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        import ccpolicy

        try:
            repository = ccpolicy.load(context.params.get("path") or ".")
        except CcpolicyError:  # nobody reads it amid a line
            return []
        return [each for each in dict.fromkeys(of(repository)) if each.startswith(incomplete)]

    return complete


def path(command: F) -> F:
    """Add the argument `PATH`, the policy repository."""
    return argument(
        "path", default=".", metavar="[PATH]", help="Policy repository; default the current folder."
    )(command)


def policy_from(command: F) -> F:
    """Add `--policy-from`."""
    return option(
        "--policy-from",
        metavar="REV",
        help="Take policy and checks from this git revision; the evidence stays that of the files.",
    )(command)


def _allow(context: click.Context, _: click.Parameter, seconds: int | None) -> None:
    deadline = current.get()
    if seconds is not None and deadline:
        deadline.allow(seconds)


def language(command: F) -> F:
    """Add `--lang` (already applied before parsing) and `--max-seconds`."""
    limited = option(
        "--max-seconds",
        type=click.IntRange(1, 86_400),
        metavar="N",
        expose_value=False,
        callback=_allow,
        help="Seconds that the command may take; default from ccpolicy.toml, or 1800.",
    )(command)
    return option(
        "--lang",
        type=Choice(LANGUAGES),
        expose_value=False,
        help="Language; default from LC_ALL, LC_MESSAGES or LANG.",
    )(limited)


def _cache(_context: click.Context, _: click.Parameter, wanted: bool | None) -> None:
    from ccpolicy.files.user_cache import is_wanted

    is_wanted.set("CI" not in os.environ if wanted is None else wanted)


def cache(command: F) -> F:
    """Add `--cache` and `--no-cache`."""
    return option(
        "--cache/--no-cache",
        default=None,
        expose_value=False,
        callback=_cache,
        help="Use the cache of large files (or do not); by default it is used, but not where"
        " CI is set.",
    )(command)


def output_format(subject: Subject) -> Callable[[F], F]:
    """Add `--format`, of the formats that can say what is shown."""
    return option(
        "--format",
        "format_",
        type=Choice(formats(subject)),
        metavar="FORMAT",
        default="text",
        help="How to write the result.",
    )


def colour(command: F) -> F:
    """Add `--color`."""
    return option(
        "--color",
        "colour",
        type=Choice(["auto", "always", "never"]),
        default="auto",
        help="When to use colours; NO_COLOR turns them off too.",
    )(command)


def verbose(command: F) -> F:
    """Add `--verbose`."""
    return option("-v", "--verbose", is_flag=True, help="Verbose output.")(command)


def detail(command: F) -> F:
    """Add `--quiet` and `--verbose`."""
    quiet = option("-q", "--quiet", is_flag=True, help="Only print the result.")
    return quiet(verbose(command))


DETAILS: dict[str, Detail] = {"summary": "brief", "normal": "normal", "full": "full"}
"""How much a reader wants to see, as an option says it → as a view has it."""


def report_detail(command: F) -> F:
    """Add `--detail`."""
    return option(
        "--detail",
        type=Choice([*DETAILS]),
        help="Level of detail, by default normal; an HTML summary prints on at most three pages.",
    )(command)


def controls(command: F) -> F:
    """Add `--control`."""
    return option(
        "--control",
        "controls",
        multiple=True,
        metavar="ID",
        shell_complete=names(lambda repository: repository.controls),
        help="Only this control; may be repeated.",
    )(command)


def strict(command: F) -> F:
    """Add `--strict-format`."""
    return option(
        "--strict-format",
        "strict",
        is_flag=True,
        help="End with 2 if a format cannot express the whole result.",
    )(command)


def output(command: F) -> F:
    """Add `--output`."""
    return option(
        "-o", "--output", metavar="FILE", help="Write to a file, which appears when it is complete."
    )(command)


def lapses(command: F) -> F:
    """Add `--lapses`."""
    return option(
        "--lapses",
        metavar="FILE",
        help="Write all lapses to this Parquet file if they are more than 'lapses' under [limits];"
        " default beside the assessment, as NAME.lapses.parquet.",
    )(command)


def view(
    context: click.Context,
    path: str = ".",
    *,
    colour: str = "never",
    quiet: bool = False,
    verbose: bool = False,
) -> View:
    """Return how the reader wants to see a page.

    Raises:
        CcpolicyError: both less and more is asked for.
    """
    context.meta[PATH] = path
    if quiet and verbose:
        raise CcpolicyError("--quiet and --verbose do not go together")
    detail: Detail = "brief" if quiet else "full" if verbose else "normal"
    return View(
        language=context.obj,
        columns=_columns(),
        colour=_wants_colour(colour),
        detail=detail,
        path="" if path == "." else path,
    )


def folder(path: str) -> str:
    """Return where the repository at a path lies below the top of its git checkout."""
    from ccpolicy.git.checkout import checkout_of
    from ccpolicy.policy.settings import find_root

    root = find_root(Path(path)).resolve()
    below = root.relative_to(checkout_of(root) or root).as_posix()
    return "" if below == "." else f"{below}/"


def _columns() -> int:
    """Return the width to fill: the terminal's up to a readable one, and 80 in a file or a pipe."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return min(max(int(columns), _NARROWEST), _WIDEST)
    try:
        width = os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
    return min(max(width, _NARROWEST), _WIDEST)


def _wants_colour(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
