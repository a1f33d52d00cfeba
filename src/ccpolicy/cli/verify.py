"""`ccpolicy verify`: verify a bundle, step by step."""

from __future__ import annotations

from pathlib import Path

import click

from ccpolicy.cli import options
from ccpolicy.cli.check import FAILED, NOTHING, PASSED
from ccpolicy.cli.translated_click import Choice, Command
from ccpolicy.cli.without_effect import refuse_without
from ccpolicy.reports import FORMATS, render
from ccpolicy.vocabulary import STEPS


@click.command(
    "verify",
    cls=Command,
    short_help="Verify a bundle, step by step.",
    help="Verify a bundle: who signed it, that nothing in it was changed, and that judging again"
    " gives the same bytes. Each step is said to have passed, failed or not been checked.\n\n"
    "Exit codes: 0 no step failed, 1 a step failed, or was not checked though it is required,"
    " 2 wrong usage, 3 another version made the bundle, so that it was not verified.",
)
@options.argument("bundle", metavar="BUNDLE", help="What 'ccpolicy bundle' made.")
@options.option(
    "--signers",
    metavar="FILE",
    help="Whom you trust, as OpenSSH's allowed_signers; the bundle must then be signed.",
)
@options.option(
    "--signature",
    "signatures",
    multiple=True,
    metavar="FILE",
    help="A signature to check; default those beside the bundle. May be repeated.",
)
@options.option(
    "--policy", metavar="PATH", help="Policy repository whose policy the bundle's must be."
)
@options.option(
    "--repository",
    metavar="PATH",
    help="Policy repository whose history must say the same about who recorded what.",
)
@options.option(
    "--require",
    "required",
    multiple=True,
    type=Choice(STEPS),
    metavar="STEP",
    help="Fail unless this step is taken; may be repeated.",
)
@options.output_format("verification")
@options.output
@options.language
@options.colour
@options.option("-q", "--quiet", is_flag=True, help="Only print the result.")
@click.pass_context
def command(
    context: click.Context,
    bundle: str,
    signers: str | None,
    signatures: tuple[str, ...],
    policy: str | None,
    repository: str | None,
    required: tuple[str, ...],
    format_: str,
    output: str | None,
    colour: str,
    quiet: bool,
) -> int:
    """Verify, write what came of it, and return the exit code."""
    view = options.view(context, colour=colour, quiet=quiet)
    if signatures and signers is None:
        refuse_without("--signature", "--signers")

    from ccpolicy.bundle.verify import Trust, verify
    from ccpolicy.cli.output import write
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Message

    trust = Trust(
        signers=Path(signers) if signers else None,
        signatures=tuple(map(Path, signatures)),
        policy=Path(policy) if policy else None,
        repository=Path(repository) if repository else None,
        required=tuple(step for step in STEPS if step in required),
    )
    with progress(Message.of("verifying"), view.language, quiet=quiet):
        result = verify(Path(bundle), trust)
    content = render(result, format_, view).content
    write(content, output, for_people=FORMATS[format_].for_people)
    if result.passed:
        return PASSED
    statuses = {step.status for step in result.steps}
    return NOTHING if "other_version" in statuses and "failed" not in statuses else FAILED
