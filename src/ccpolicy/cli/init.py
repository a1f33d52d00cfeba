"""`ccpolicy init`: begin a policy repository."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Choice, Command

if TYPE_CHECKING:
    from ccpolicy.reports.page import Page

PACKS = ("call-centre", "fire", "bare")
SERVICES = ("github", "gitlab")


@click.command(
    "init",
    cls=Command,
    short_help="Begin a policy repository.",
    help="Begin a policy repository that passes lint and check at once: with the call-centre"
    " plan and the records of a fictional centre, with the fire plan of a small hospital, or bare"
    " with one clause, one control and one record. In a terminal it asks for what no option says.",
)
@options.argument("folder", metavar="DIR", help="New or empty folder.")
@options.option(
    "--pack", type=Choice(PACKS), metavar="PACK", help="What it begins with; default call-centre:"
)
@options.option("--name", metavar="TITLE", help="Title of the plan.")
@options.option(
    "--languages",
    metavar="LIST",
    help="Languages of the plan: en, zh, or both as en,zh or zh,en; default both.",
)
@options.option("--zone", metavar="ZONE", help="Time zone, such as Asia/Shanghai.")
@options.option(
    "--subject", metavar="WORD", help="What a control without subjects is about, such as hospital."
)
@options.option(
    "--calendar",
    metavar="CODE",
    help="With the pack fire: whose public holidays are not worked, by ISO 3166: CN, GB-SCT.",
)
@options.option(
    "--effective-on",
    metavar="DAY",
    help="Day from which the plan is in force, such as 2026-01-01; default today. What was before"
    " is not judged.",
)
@options.option(
    "--ci",
    "services",
    type=Choice(SERVICES),
    metavar="SERVICE",
    multiple=True,
    help="Write the files for a pipeline; may be repeated:",
)
@options.option(
    "--from",
    "files",
    metavar="FILE",
    multiple=True,
    help="Take over evidence and draft its datasets; may be repeated.",
)
@options.option(
    "--with-history",
    is_flag=True,
    help="Make the sample a git repository whose records came week by week.",
)
@options.language
@click.pass_context
def command(context: click.Context, /, folder: str, **chosen: Any) -> None:
    """Make the repository, and say what to do next."""
    import shlex

    from ccpolicy.cli.output import write
    from ccpolicy.draft.new_repository import WRITTEN_IN, RepositoryOptions, make_repository
    from ccpolicy.reports.page import Page

    page = Page(options.view(context))
    if not any(chosen.values()) and _is_terminal():
        chosen |= _asked(page)
    languages = [each.strip() for each in (chosen["languages"] or "").split(",") if each.strip()]
    beginning = RepositoryOptions(
        pack=chosen["pack"] or "call-centre",
        languages=tuple(dict.fromkeys(languages)) or WRITTEN_IN,
        name=chosen["name"],
        zone=chosen["zone"],
        subject=chosen["subject"],
        calendar=chosen["calendar"],
        effective_on=_day(chosen["effective_on"]),
        services=tuple(dict.fromkeys(chosen["services"])),
        files=tuple(Path(each) for each in chosen["files"]),
        with_history=chosen["with_history"],
    )
    begun = make_repository(Path(folder), beginning, context.obj)
    page.paragraph(page.say("Made a policy repository in {folder}", folder=folder))
    if beginning.pack == "bare":
        page.paragraph(page.say("It has one control; policy/controls/ is where the next one goes."))
        if not beginning.files:
            page.paragraph(
                page.say(
                    "Its one record is made up: put your own into evidence/reviews/reviews.csv."
                )
            )
    elif beginning.pack == "fire":
        page.paragraph(
            page.say(
                "It has six controls. Their made-up records are taken out: name your datasets and"
                " their columns in the inputs, or put records into the pack's own files."
            )
            if beginning.files
            else page.say("It has six controls; put your own registers and records into evidence/.")
        )
    else:
        page.paragraph(
            page.say(
                "Its evidence is a sample: a fictional centre, judged at the moment that 'as_of'"
                " in ccpolicy.toml pins. For a centre of your own, replace evidence/ and take"
                " that line out."
            )
        )
    if begun.drafted:
        names = page.join(begun.drafted)
        page.paragraph(
            page.say("Drafted: {names}. Answer what '# ?' asks in policy/datasets/.", names=names)
        )
    for name, other in begun.beside.items():
        page.paragraph(
            page.say(
                "'{name}' stands beside '{other}', which was there: let the inputs of controls name"
                " it, and take out the other with its file.",
                name=name,
                other=other,
            )
            if other not in begun.drafted
            else page.say(
                "'{name}' is written otherwise than '{other}': give it a name of its own, by"
                " another name of its file.",
                name=name,
                other=other,
            )
        )
    if begun.first_day and begun.effective_on and begun.first_day < begun.effective_on:
        page.paragraph(
            page.say(
                "The records begin on {first}, and the plan is in force from {day}: what was before"
                " is not judged. To judge it, write an earlier 'effective_on' in policy/plan.yaml,"
                " or give --effective-on.",
                first=begun.first_day.isoformat(),
                day=begun.effective_on.isoformat(),
            )
        )
    next_one = ["preview", begun.drafted[0], folder] if begun.drafted else ["check", folder]
    page.line(page.say("Next: {command}", command=shlex.join(["ccpolicy", *next_one])))
    write(str(page), None, for_people=True)


def _day(text: str | None) -> datetime.date | None:
    """Read a day.

    Raises:
        CcpolicyError: it is none.
    """
    from ccpolicy.errors import CcpolicyError

    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise CcpolicyError(
            "--effective-on takes a day, and '{text}' is none",
            hint="write year, month and day, such as 2026-01-01",
            text=text or "",
        ) from None


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked(page: Page) -> dict[str, Any]:
    """Ask for what a new repository begins with."""
    pack = click.prompt(
        page.say("What does it begin with?"), type=Choice(PACKS), default="call-centre"
    )
    chosen: dict[str, Any] = {
        "pack": pack,
        "name": click.prompt(
            page.say("Title of the plan, or Enter"), default="", show_default=False
        )
        or None,
        "languages": click.prompt(page.say("Languages: en, zh or en,zh"), default="en,zh"),
    }
    if pack != "call-centre":
        chosen["zone"] = click.prompt(page.say("Time zone"), default="UTC")
        chosen["subject"] = (
            click.prompt(
                page.say("What is it about, such as hospital, or Enter"),
                default="",
                show_default=False,
            )
            or None
        )
    if pack == "fire":
        chosen["calendar"] = (
            click.prompt(
                page.say("Country of the public holidays, such as CN, or Enter"),
                default="",
                show_default=False,
            )
            or None
        )
    service = click.prompt(page.say("Pipeline"), type=Choice(["none", *SERVICES]), default="none")
    chosen["services"] = () if service == "none" else (service,)
    return chosen
