"""`ccpolicy history`: verdicts by commit."""

from __future__ import annotations

import click

from ccpolicy.cli import options, request
from ccpolicy.cli.translated_click import Command
from ccpolicy.reports import FORMATS


@click.command(
    "history",
    cls=Command,
    short_help="Show which commit changed which verdict.",
    help="Judge every commit that changed the evidence, with what was on file then, and show which"
    " of them changed a verdict. Each is judged by today's policy and at its own moment, unless"
    " one is asked for or pinned.",
)
@options.path
@options.option("--from", "start", metavar="REV|TIME", help="Only what was committed after this.")
@options.option("--to", "end", metavar="REV|TIME", help="Up to here; default what is checked out.")
@options.option(
    "--as-of", metavar="TIME", help="Moment to judge all at; default the commit's own, or the pin."
)
@options.controls
@request.owner
@options.output_format("history")
@options.output
@options.cache
@options.language
@options.colour
@options.verbose
@click.pass_context
def command(
    context: click.Context,
    path: str,
    start: str | None,
    end: str | None,
    as_of: str | None,
    controls: tuple[str, ...],
    owners: tuple[str, ...],
    format_: str,
    output: str | None,
    colour: str,
    verbose: bool,
) -> None:
    """Judge commit after commit, and write what changed."""
    view = options.view(context, path, colour=colour, verbose=verbose)

    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.cli.pin import warn_of_moment
    from ccpolicy.cli.progress import progress
    from ccpolicy.engine.question import resolve_moment
    from ccpolicy.errors import Message
    from ccpolicy.reports import render

    with progress(Message.of("reading the evidence"), view.language):
        repository = ccpolicy.load(path)
        asked = ccpolicy.EvaluationRequest(as_of=as_of, controls=controls, owners=owners)
        result = repository.history(start, end, asked)
    content = render(result, format_, view).content
    write(content, output, for_people=FORMATS[format_].for_people)
    judged, chosen_by = resolve_moment(repository.policy, as_of)
    warn_of_moment(judged.isoformat(), chosen_by, view)
