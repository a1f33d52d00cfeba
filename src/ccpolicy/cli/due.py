"""`ccpolicy due`: what is overdue, what cannot be judged and what falls due next, by owner."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from ccpolicy.cli import look_ahead, options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.reports import FORMATS
from ccpolicy.time.zones import time_zone

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment
    from ccpolicy.time.durations import Duration


@click.command(
    "due",
    cls=Command,
    short_help="Show what is overdue and what falls due, by owner.",
    help="Show what is overdue, what cannot be judged and what falls due next, by owner.\n\n"
    "With --format ics it makes a calendar of all-day events.",
)
@options.path
@options.policy_from
@request.as_of
@request.known_at
@request.allow_tables
@request.owner
@look_ahead.within
@options.output_format("agenda")
@options.output
@options.strict
@options.cache
@options.language
@options.colour
@options.verbose
@click.pass_context
def command(
    context: click.Context,
    path: str,
    policy_from: str | None,
    as_of: str | None,
    known_at: str | None,
    allow_tables: bool,
    owners: tuple[str, ...],
    within: str,
    format_: str,
    output: str | None,
    strict: bool,
    colour: str,
    verbose: bool,
) -> None:
    """Judge, and write what is to be done."""
    view = options.view(context, path, colour=colour, verbose=verbose)

    import ccpolicy
    from ccpolicy.assessment.agenda import agenda
    from ccpolicy.cli.output import refuse_terminal, report_left_out, write
    from ccpolicy.cli.pin import warn_of_moment
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Message
    from ccpolicy.reports import render

    refuse_terminal(format_, output)
    ahead = look_ahead.read_within(within)
    with progress(Message.of("reading the evidence"), view.language):
        asked = ccpolicy.EvaluationRequest(
            as_of=as_of, known_at=known_at, owners=owners, allow_tables=allow_tables
        )
        result = ccpolicy.load(path, policy_from).check(asked)
    until = _until(result, ahead)
    report = render(agenda(result, until), format_, view)
    report_left_out([(format_, report)], view.language, strict=strict)
    write(report.content, output, for_people=FORMATS[format_].for_people)
    warn_of_moment(result.as_of, result.as_of_source, view)


def _until(result: Assessment, ahead: Duration) -> str:
    """Return how far to look: days to the end of the last one, hours exactly.

    Raises:
        CcpolicyError: further than the assessment forecasts.
    """
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.time.calendar import Calendar, instant, moment

    calendar = Calendar(time_zone(result.policy.zone))
    horizon = instant(datetime.datetime.fromisoformat(result.horizon))
    until = calendar.due(instant(datetime.datetime.fromisoformat(result.as_of)), ahead).at
    # The forecast ends at an hour; the day of that hour can be asked for.
    if until > (horizon if ahead.is_clock else calendar.starts(calendar.day_of(horizon) + 1)):
        raise CcpolicyError(
            "the forecast reaches up to {horizon} only",
            hint="look less far ahead, or set a longer 'horizon' in ccpolicy.toml",
            horizon=result.horizon[:10],
        )
    return moment(min(until, horizon), calendar.zone).isoformat()
