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
@options.option(
    "--fix",
    is_flag=True,
    help="Put keys in their usual order, name the schema in each file, and renew the digests of"
    " clauses that were reviewed.",
)
@options.option(
    "--reviewed",
    is_flag=True,
    help="With --fix: every control was reviewed against its changed clauses.",
)
@options.option("-q", "--quiet", is_flag=True, help="Only print the result.")
@click.pass_context
def command(
    context: click.Context,
    path: str,
    policy_from: str | None,
    fix: bool,
    reviewed: bool,
    quiet: bool,
) -> int:
    """Print each finding with its place and a hint, and return the exit code."""
    import ccpolicy
    from ccpolicy.cli.diagnostics import Diagnostics, SourceLines
    from ccpolicy.cli.output import write
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.reports.page import Page

    if fix and policy_from:
        raise CcpolicyError("--fix and --policy-from do not go together")
    if reviewed and not fix:
        raise CcpolicyError("--reviewed is given with --fix, and not without it")
    view = options.view(context, path)
    page = Page(view)
    repository = ccpolicy.load(path, policy_from)
    if fix:
        from ccpolicy.cli import lint_fix

        if lint_fix.fix(repository.policy, page, reviewed=reviewed):
            repository = ccpolicy.load(path)
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
