"""`ccpolicy draft`: write what would otherwise be typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command

if TYPE_CHECKING:
    from ccpolicy.policy import Policy


class Group(Command, click.Group):
    """The group of what can be drafted."""


@click.group(
    "draft",
    cls=Group,
    short_help="Draft a dataset, control, test, waiver or norm.",
    help="Draft the contract of a dataset from its files, or a control, a test, a waiver or a"
    " norm. What nobody but you can know is a comment that asks: # ?",
)
@options.language
def command() -> None:
    """Draft a part of a policy."""


_repository = options.option(
    "--repository",
    "path",
    metavar="DIR",
    help="Policy repository that it is for; default the current folder.",
)
_output = options.option(
    "-o", "--output", metavar="FILE", help="Write to a new file; one that exists is refused."
)


@command.command(
    "dataset",
    cls=Command,
    short_help="Draft a contract from files of evidence.",
    help="Draft a contract from files of one form: CSV, XLSX, JSON, JSON Lines or YAML. The draft"
    " reads all of them without an invalid record; their first rows stand below as they are read.",
)
@options.argument("files", metavar="FILE…", nargs=-1, required=True, help="Files of evidence.")
@options.option("--id", "name", metavar="NAME", help="Id of the dataset; default from the files.")
@_repository
@_output
@options.language
@click.pass_context
def dataset(
    context: click.Context,
    files: tuple[str, ...],
    name: str | None,
    path: str | None,
    output: str | None,
) -> None:
    """Write the contract."""
    from ccpolicy.cli.output import refuse_existing, write_new
    from ccpolicy.draft.dataset import draft_dataset
    from ccpolicy.draft.drafted import DraftContext
    from ccpolicy.policy import load_policy
    from ccpolicy.policy.settings import FILE

    options.view(context, path or ".")
    refuse_existing(output)
    around = DraftContext(None, (context.obj,), None)
    if path or Path(FILE).is_file():
        # The first dataset of a policy is drafted before there is one.
        around = DraftContext.of(load_policy(Path(path or "."), is_complete=False))
    _, text = draft_dataset([Path(each) for each in files], around, context.obj, name)
    write_new(text, output)


@command.command(
    "control",
    cls=Command,
    short_help="Draft a control from its check kind.",
    help="Draft a control of a check kind: every input and parameter with what it means, filled"
    " from a dataset of the repository.",
)
@options.argument(
    "kind",
    metavar="KIND",
    shell_complete=options.names(lambda repository: repository.kinds),
    help="Name of a check kind.",
)
@options.option(
    "--dataset",
    "dataset_",
    metavar="NAME",
    shell_complete=options.names(lambda repository: repository.datasets),
    help="Dataset of the events; default one that fits.",
)
@options.option(
    "--clause",
    "clause",
    metavar="ID",
    shell_complete=options.names(
        lambda repository: [each.id for each in repository.policy.plan.clauses]
    ),
    help="Clause that asks for it; default the first that has no control.",
)
@options.option("--id", "name", metavar="ID", help="Id of the control.")
@_repository
@_output
@options.language
@click.pass_context
def control(
    context: click.Context,
    kind: str,
    dataset_: str | None,
    clause: str | None,
    name: str | None,
    path: str | None,
    output: str | None,
) -> None:
    """Write the control."""
    from ccpolicy.draft.control import draft_control

    _write(
        context,
        path,
        output,
        lambda policy: draft_control(policy, kind, dataset_, name, context.obj, clause),
        is_complete=False,  # it may be the first
    )


@command.command(
    "test",
    cls=Command,
    short_help="Draft tests of a control from records on file.",
    help="Draft two tests of a control: records that are on file, and the same without those that"
    " help, with what is judged of them today.",
)
@options.argument(
    "control",
    metavar="CONTROL",
    shell_complete=options.names(lambda repository: repository.controls),
    help="Id of a control.",
)
@_repository
@_output
@options.language
@click.pass_context
def test(context: click.Context, control: str, path: str | None, output: str | None) -> None:
    """Write the tests."""
    from ccpolicy.draft.policy_test import draft_test

    _write(context, path, output, lambda policy: draft_test(policy, control, context.obj))


@command.command(
    "waiver",
    cls=Command,
    short_help="Draft waivers of the lapses that are open.",
    help="Draft a waiver for each lapse that is open now and not waived, of one control or of all.",
)
@options.argument(
    "control",
    metavar="[CONTROL]",
    required=False,
    shell_complete=options.names(lambda repository: repository.controls),
    help="Id of a control; default all.",
)
@_repository
@_output
@options.language
@click.pass_context
def waiver(
    context: click.Context, control: str | None, path: str | None, output: str | None
) -> None:
    """Write the waivers."""
    from ccpolicy.draft.waiver import draft_waivers

    _write(context, path, output, lambda policy: draft_waivers(policy, control, context.obj))


@command.command(
    "norm",
    cls=Command,
    short_help="Draft norms for the numbers that cite none.",
    help="Draft a norm for each parameter that cites none as its basis.",
)
@_repository
@_output
@options.language
@click.pass_context
def norm(context: click.Context, path: str | None, output: str | None) -> None:
    """Write the norms."""
    from ccpolicy.draft.norm import draft_norms

    _write(context, path, output, lambda policy: draft_norms(policy, context.obj))


def _write(
    context: click.Context,
    path: str | None,
    output: str | None,
    draft: Callable[[Policy], str],
    *,
    is_complete: bool = True,
) -> None:
    """Load the policy, draft a part of it, and write that."""
    import ccpolicy
    from ccpolicy.cli.output import refuse_existing, write_new
    from ccpolicy.policy import load_policy

    options.view(context, path or ".")
    refuse_existing(output)
    root = Path(path or ".")
    policy = ccpolicy.load(root).policy if is_complete else load_policy(root, is_complete=False)
    write_new(draft(policy), output)
