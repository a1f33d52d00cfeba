"""`ccpolicy lint`: look at the policy alone."""

from __future__ import annotations

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "lint",
    cls=Command,
    short_help="Check the policy itself, without evidence.",
    help="Check the policy itself, without evidence: files, names, numbers and the plan's"
    " clauses.\n\n"
    "Exit codes: 0 nothing found, 1 something to look at, 2 the policy is invalid.",
)
@options.path
@options.policy_from
@options.language
@options.option("-q", "--quiet", is_flag=True, help="Only print the result.")
@click.pass_context
def command(context: click.Context, path: str, policy_from: str | None, quiet: bool) -> int:
    """Print each finding with its place and a hint, and return the exit code."""
    import ccpolicy
    from ccpolicy.cli.diagnostics import Diagnostics, SourceLines
    from ccpolicy.cli.output import write
    from ccpolicy.reports.page import Page

    view = options.view(context, path)
    page = Page(view)
    repository = ccpolicy.load(path, policy_from)
    findings = repository.lint()
    root = None if policy_from else repository.policy.root
    found = Diagnostics(page, SourceLines(root, view.columns))
    for finding in findings:
        found.write(finding, finding.level)
    if quiet:
        page.lines.clear()
    if findings:
        page.line(found.tally())
    else:
        clauses, controls = len(repository.plan.clauses), len(repository.controls)
        page.line(
            page.say(
                "The policy is in order: {clauses}, {controls}, {datasets}",
                clauses=page.count(clauses, "{count} clause", "{count} clauses"),
                controls=page.count(controls, "{count} control", "{count} controls"),
                datasets=page.count(
                    len(repository.datasets), "{count} dataset", "{count} datasets"
                ),
            )
        )
    write(str(page), None, for_people=True)
    return 1 if findings else 0
