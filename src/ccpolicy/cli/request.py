"""The options of a request: as-of, period, filters and gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from ccpolicy.cli.options import controls, names, option
from ccpolicy.cli.translated_click import Choice
from ccpolicy.vocabulary import ENGINES, JUDGED, SEVERITIES

if TYPE_CHECKING:
    from ccpolicy import EvaluationRequest, Repository

F = TypeVar("F", bound=Callable[..., Any])


def _known(filter_name: str) -> Callable[..., list[str]]:
    """Return what completes a filter's option."""

    def of(repository: Repository) -> Iterable[str]:
        from ccpolicy.engine.question import FILTERS

        return FILTERS[filter_name].known(repository.policy)

    return names(of)


def options(command: F) -> F:
    """Add all options of a request."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command


def as_of(command: F) -> F:
    """Add `--as-of`."""
    return option(
        "--as-of",
        metavar="TIME",
        help="Moment to judge at, in ISO 8601, or a day, month or quarter (2026-Q2), which means"
        " its end; default now, or the pin.",
    )(command)


def owner(command: F) -> F:
    """Add `--owner`."""
    return option(
        "--owner",
        "owners",
        multiple=True,
        metavar="ROLE",
        shell_complete=_known("owner"),
        help="Only controls of this owner, in any language of the plan; may be repeated.",
    )(command)


def period(command: F) -> F:
    """Add `--period`."""
    return option(
        "--period",
        metavar="PERIOD",
        help="Audit period: START/END, 2026-Q2, 2026-06, or 90d up to as-of; default the 12 months"
        " before.",
    )(command)


_OPTIONS: list[Callable[[Any], Any]] = [
    as_of,
    period,
    controls,
    option(
        "--clause",
        "clauses",
        multiple=True,
        metavar="ID",
        shell_complete=_known("clause"),
        help="Only controls of this clause; may be repeated.",
    ),
    option(
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        shell_complete=_known("tag"),
        help="Only controls with this tag; may be repeated.",
    ),
    option(
        "--severity",
        "severities",
        multiple=True,
        type=Choice(SEVERITIES),
        help="Only controls of this severity; may be repeated.",
    ),
    owner,
    option(
        "--fail-on",
        type=Choice(SEVERITIES),
        help="Least severity that fails the gate; default as ccpolicy.toml says, or low.",
    ),
    option(
        "--gate",
        type=Choice(JUDGED),
        help="What the gate judges; default as ccpolicy.toml says, or now.",
    ),
]


def subjects(command: F) -> F:
    """Add `--subjects`."""
    return option(
        "--subjects",
        is_flag=True,
        help="List whole populations: how each subject of each control stands, since when and by"
        " which record.",
    )(command)


def engine(command: F) -> F:
    """Add `--engine`, and what another engine than the usual one may be allowed."""
    declare = option(
        "--engine",
        type=Choice(ENGINES),
        default="duckdb",
        help="What judges the records: duckdb, in this process, or postgres or spark, which the"
        " environment names; the verdicts are the same.",
    )
    allow = option(
        "--allow-foreign-sql",
        is_flag=True,
        help="Let the database run check kinds of this repository's own, though --policy-from names"
        " no revision that they were taken from.",
    )
    return declare(allow(command))


def allow_tables(command: F) -> F:
    """Add `--allow-tables`."""
    return option(
        "--allow-tables",
        is_flag=True,
        help="Read the tables that datasets name as evidence, though --policy-from names no"
        " revision that the policy was taken from.",
    )(command)


def known_at(command: F) -> F:
    """Add `--known-at`."""
    return option(
        "--known-at",
        metavar="REV|TIME",
        help="Judge with the evidence that was on file then, not with the working tree's.",
    )(command)


def request(options: dict[str, Any], **more: Any) -> EvaluationRequest:
    """Make a request of the options, which have the names of its fields, and of more fields."""
    from ccpolicy import EvaluationRequest

    return EvaluationRequest(**{**options, **more})
