"""`ccpolicy sign`: sign a bundle."""

from __future__ import annotations

from pathlib import Path

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command


@click.command(
    "sign",
    cls=Command,
    short_help="Sign a bundle.",
    help="Verify a bundle, and sign what it holds: as an in-toto test result in BUNDLE.dsse.json,"
    " and with the whole assessment in BUNDLE.assessment.dsse.json.\n\n"
    "ssh-keygen can sign too, without this program: see docs/verify.md.",
)
@options.argument("bundle", metavar="BUNDLE", help="What 'ccpolicy bundle' made.")
@options.option(
    "--key",
    metavar="FILE",
    required=True,
    help="Private key of Ed25519, as OpenSSH or PEM writes it.",
)
@options.language
@click.pass_context
def command(context: click.Context, bundle: str, key: str) -> None:
    """Sign, and say how others learn whose the key is."""
    view = options.view(context)

    import shlex

    from ccpolicy.bundle.sign import sign_bundle
    from ccpolicy.cli.output import write
    from ccpolicy.cli.progress import progress
    from ccpolicy.errors import Message
    from ccpolicy.reports.page import Page

    with progress(Message.of("verifying"), view.language):
        signed = sign_bundle(Path(bundle), Path(key))
    for suffix, envelope in signed.envelopes.items():
        write(envelope, f"{bundle}{suffix}", for_people=False)
    page = Page(view)
    for suffix in signed.envelopes:
        page.paragraph(page.say("Signed in {file}", file=f"{bundle}{suffix}"))
    page.paragraph(page.say("Who is to trust the key has this line in a file, with your name:"))
    page.verbatim(f'NAME namespaces="ccpolicy" {signed.public_key}')
    command = ["ccpolicy", "verify", bundle, "--signers"]
    page.line(page.say("Next: {command}", command=f"{shlex.join(command)} FILE"))
    write(str(page), None, for_people=True)
