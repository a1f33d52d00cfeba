"""`ccpolicy test`: run the tests of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command

if TYPE_CHECKING:
    from ccpolicy.engine.policy_tests import PolicyTestResult
    from ccpolicy.reports.page import Page

_SHOWN = 5
"""Problems of a test that failed, unless all are asked for."""


@click.command(
    "test",
    cls=Command,
    short_help="Run the tests of the policy.",
    help="Run the tests in policy/tests: given records, and what then is to be said of a control."
    " It also lists the controls that have no passing or no failing test.\n\n"
    "With --falsify, try instead what policy/falsify.yaml says: edit the evidence as a year would"
    " leave it in which a demand of the plan was broken, and see that the controls turn. It also"
    " lists the clauses, demands and controls that nothing falsifies.\n\n"
    "Exit codes: 0 all tests passed, 1 one failed, or with --require-all something is untested,"
    " 2 wrong usage or an invalid policy, 3 there was no test.",
)
@options.path
@options.controls
@options.option("-k", "words", metavar="WORDS", help="Only tests with these words in their name.")
@options.option(
    "--falsify", is_flag=True, help="Try the falsifications in policy/falsify.yaml instead."
)
@options.option(
    "--require-all",
    is_flag=True,
    help="End with 1 if a control has no passing or no failing test, or with --falsify if nothing"
    " falsifies a clause with a control, a demand or a control.",
)
@options.language
@options.colour
@options.detail
@click.pass_context
def command(
    context: click.Context,
    path: str,
    controls: tuple[str, ...],
    words: str | None,
    falsify: bool,
    require_all: bool,
    colour: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run, say what failed and what is untried, and return the exit code."""
    view = options.view(context, path, colour=colour, quiet=quiet, verbose=verbose)

    import ccpolicy
    from ccpolicy.cli.progress import progress
    from ccpolicy.cli.tests_summary import finish
    from ccpolicy.errors import Message
    from ccpolicy.reports.page import Page

    repository = ccpolicy.load(path)
    page = Page(view)
    chosen = repository.choose(ccpolicy.EvaluationRequest(controls=controls))
    if falsify:
        from ccpolicy.cli.falsify import falsify_controls

        return falsify_controls(
            page, repository, chosen if controls else (), words or "", require_all=require_all
        )
    with progress(Message.of("running the tests"), view.language, quiet=quiet):
        ran = list(repository.test(chosen, words or ""))
    for each in ran:
        if not each.passed:
            _failure(page, each)
        elif verbose:
            _title(page, page.say("PASS"), each)
    missing = {
        name: both
        for name, both in repository.controls_without_tests().items()
        if name in chosen and not words
    }
    for name, (passing, failing) in missing.items() if not quiet else ():
        _missing(page, name, passing=passing, failing=failing)
    return finish(
        page,
        Message.of(
            "{tests}: {passed} passed, {failed} failed",
            tests=page.count(len(ran), "{count} test", "{count} tests"),
        ),
        [each.passed for each in ran],
        lacks_tests=bool(require_all and missing),
    )


def _title(page: Page, word: str, each: PolicyTestResult) -> None:
    place = each.located.place.locate()
    case = each.located.case
    page.paragraph(
        page.say(
            "{word} {place}: {control}: {name}",
            word=word,
            place=f"{place.file}:{place.line}",
            control=case.control,
            name=case.name,
        )
    )


def _failure(page: Page, each: PolicyTestResult) -> None:
    """Show the difference between the expected (-) and the found (+) lines."""
    import difflib

    from ccpolicy.reports.phrases import problem_text

    _title(page, page.say("FAIL"), each)
    for line in difflib.ndiff(each.expected, each.found):
        if not line.startswith("?"):
            page.paragraph(line, indent=4)
    shown = each.problems if page.view.detail == "full" else each.problems[:_SHOWN]
    for problem in shown:
        page.paragraph(problem_text(page, problem), indent=4)
        if problem.hint:
            page.paragraph(page.say("hint: {hint}", hint=page.text(problem.hint)), indent=6)
    if rest := len(each.problems) - len(shown):
        page.paragraph(
            page.count(
                rest,
                "and {count} more problem (-v shows all)",
                "and {count} more problems (-v shows all)",
            ),
            indent=4,
        )


def _missing(page: Page, name: str, *, passing: bool, failing: bool) -> None:
    if not (passing or failing):
        page.paragraph(page.say("{control} has no passing and no failing test", control=name))
    elif not passing:
        page.paragraph(page.say("{control} has no passing test", control=name))
    else:
        page.paragraph(page.say("{control} has no failing test", control=name))
