"""`ccpolicy init`: begin a policy repository."""

from __future__ import annotations

from pathlib import Path

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command

EXAMPLES = Path(__file__).parents[1] / "examples"
"""What a new repository can begin with, beside the shipped content."""


@click.command(
    "init",
    cls=Command,
    short_help="Begin a policy repository.",
    help="Begin a policy repository that passes lint and check at once: with the call-centre"
    " plan and the records of a fictional centre, or with --bare one clause, one control and one"
    " record.",
)
@options.argument("folder", metavar="DIR", help="New or empty folder.")
@options.option("--bare", is_flag=True, help="One control instead of the call-centre plan.")
@options.option(
    "--with-history",
    is_flag=True,
    help="Make the sample a git repository whose records came week by week.",
)
@options.language
@click.pass_context
def command(context: click.Context, folder: str, bare: bool, with_history: bool) -> None:
    """Make the repository, and say what to do next."""
    import shlex

    from ccpolicy.cli.output import write
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.reports.page import Page

    if bare and with_history:
        raise CcpolicyError("--bare and --with-history do not go together")

    make(Path(folder), bare=bare, with_history=with_history)
    page = Page(options.view(context))
    page.paragraph(page.say("Made a policy repository in {folder}", folder=folder))
    if bare:
        page.paragraph(page.say("It has one control; policy/controls/ is where the next one goes."))
    else:
        page.paragraph(
            page.say(
                "Its evidence is a sample: a fictional centre, judged at the moment that 'as_of'"
                " in ccpolicy.toml pins. For a centre of your own, replace evidence/ and take"
                " that line out."
            )
        )
    for name in ("lint", "check"):
        page.line(page.say("Next: {command}", command=shlex.join(["ccpolicy", name, folder])))
    write(str(page), None, for_people=True)


def make(folder: Path, *, bare: bool, with_history: bool = False) -> None:
    """Make a policy repository beside its place and move it there when it is complete.

    Raises:
        CcpolicyError: the folder is not empty, or cannot be made.
    """
    import shutil
    import tempfile

    from ccpolicy.errors import CcpolicyError, Locator

    taken = folder.is_symlink() or (folder.exists() and not folder.is_dir())
    if taken or (folder.exists() and any(folder.iterdir())):
        raise CcpolicyError(
            "this is not a folder" if taken else "the folder is not empty",
            hint="name a new folder, so that nothing of yours is overwritten",
            locator=Locator(str(folder)),
        )
    target = folder.absolute()
    beside = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        if bare:
            _fill_bare(beside)
        elif with_history:
            from ccpolicy.git.unpack import unpack_history

            unpack_history(EXAMPLES / "centre.bundle", beside)
        else:
            _fill(beside)
        beside.chmod(0o755)
        _move(beside, target)
    except OSError as failure:
        raise CcpolicyError(
            "cannot make the repository: {reason}",
            locator=Locator(str(folder)),
            reason=failure.strerror or str(failure),
        ) from failure
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def _fill(folder: Path) -> None:
    """Copy the shipped content."""
    import shutil

    from ccpolicy.policy.settings import FILE
    from ccpolicy.shipped import shipped_folder

    shutil.copyfile(shipped_folder() / FILE, folder / FILE)
    for name in ("policy", "evidence"):
        # Not copytree(), which goes on when the disk is full, and then tells of every file.
        for path in sorted(shipped_folder(name).rglob("*")):
            copy = folder / name / path.relative_to(shipped_folder(name))
            if path.is_file() and not path.name.startswith("."):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)


def _fill_bare(folder: Path) -> None:
    """Copy the bare example, dated today, with the schemas that its files name."""
    import datetime

    from ccpolicy.policy.schemas import write_schemas

    example = EXAMPLES / "bare"
    # In UTC: nowhere is its beginning in the future for a plan in UTC or east of it.
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for path in sorted(example.rglob("*")):
        if path.is_file():
            copy = folder / path.relative_to(example)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(
                path.read_text("utf-8").replace("{today}", today), "utf-8", newline="\n"
            )
    write_schemas(folder / "policy" / "schemas")


def _move(beside: Path, target: Path) -> None:
    """Put the finished folder in its place."""
    from ccpolicy.policy.settings import FILE

    if not target.exists():
        beside.rename(target)
        return
    # An empty folder may be somebody's working folder: fill it, the root marker last.
    for entry in sorted(beside.iterdir(), key=lambda entry: entry.name == FILE):
        entry.rename(target / entry.name)
