"""The options that say what is asked: when, over which period, and of which controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ccpolicy.cli.options import controls, names, option
from ccpolicy.cli.translated_click import Choice

F = TypeVar("F", bound=Callable[..., Any])
SEVERITIES = ("critical", "high", "medium", "low")
FILTERS = ("controls", "clauses", "tags", "severities")


def options(command: F) -> F:
    """Take the whole question."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command


_OPTIONS: list[Callable[[Any], Any]] = [
    option(
        "--as-of", metavar="TIME", help="Moment to judge at, in ISO 8601; default now, or the pin."
    ),
    option("--period", metavar="START/END", help="Audit period; default the 12 months before."),
    controls,
    option(
        "--clause",
        "clauses",
        multiple=True,
        metavar="ID",
        shell_complete=names(lambda found: [clause.id for clause in found.plan.clauses]),
        help="Only controls of this clause; may be repeated.",
    ),
    option(
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        shell_complete=names(
            lambda found: [tag for c in found.controls.values() for tag in c.tags]
        ),
        help="Only controls with this tag; may be repeated.",
    ),
    option(
        "--severity",
        "severities",
        multiple=True,
        type=Choice(SEVERITIES),
        help="Only controls of this severity; may be repeated.",
    ),
    option(
        "--fail-on",
        type=Choice(SEVERITIES),
        help="Least severity that fails the gate; default as ccpolicy.toml says, or low.",
    ),
    option(
        "--gate",
        type=Choice(["now", "period"]),
        help="What the gate judges; default as ccpolicy.toml says, or now.",
    ),
]


def known_at(command: F) -> F:
    """Take whose evidence is judged."""
    return option(
        "--known-at",
        metavar="REV|TIME",
        help="Judge with the evidence that was on file then, not with the working tree's.",
    )(command)


def arguments(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options as `Repository.check` and `Repository.question` take them.

    Raises:
        CcpolicyError: the period is none.
    """
    return {**asked, "period": _period(asked["period"])}


def _period(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    starts, slash, ends = text.partition("/")
    if not (starts and slash and ends):
        from ccpolicy.errors import CcpolicyError

        raise CcpolicyError(
            "'{text}' is not a period",
            hint="write it as START/END, such as 2026-01-01/2026-06-30",
            text=text,
        )
    return starts, ends
