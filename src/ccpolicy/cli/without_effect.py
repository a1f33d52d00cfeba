"""Refuse an option that would change nothing beside the others, before anything is judged.

Wishes about the terminal itself (`--color`, `--quiet`, `--verbose`, `--lang`), the cache and limits
are none of these: who runs many commands alike gives them to all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.reports import FORMATS


def refuse_with(option: str, other: str) -> NoReturn:
    """Refuse an option that does nothing because of another one.

    Raises:
        CcpolicyError: always.
    """
    raise CcpolicyError(
        "{option} has no effect with {other}",
        hint="leave one of the two out",
        option=option,
        other=other,
    )


def refuse_without(option: str, other: str) -> NoReturn:
    """Refuse an option that does nothing while another one is missing.

    Raises:
        CcpolicyError: always.
    """
    raise CcpolicyError(
        "{option} has no effect without {other}",
        hint="leave it out, or add {other}",
        option=option,
        other=other,
    )


def refuse_for_formats(option: str, asked: Iterable[str], able: Iterable[str]) -> None:
    """Refuse an option that no format asked for can show.

    Raises:
        CcpolicyError: it is so.
    """
    asked, able = dict.fromkeys(asked), [*able]
    if not {*asked} & {*able}:
        raise CcpolicyError(
            "{option} has no effect on what is written as {formats}",
            hint="leave it out, or write one of: {able}",
            option=option,
            formats=", ".join(asked),
            able=", ".join(able),
        )


def refuse_unshown(
    asked: Sequence[str], *, annex: bool = False, subjects: bool = False, provenance: bool = False
) -> None:
    """Refuse options where no format asked for holds what they add.

    Raises:
        CcpolicyError: it is so.
    """
    # JSON holds all that it is asked for.
    if annex:
        able = [name for name, each in FORMATS.items() if each.annex or name == "json"]
        refuse_for_formats("--annex", asked, able)
    if subjects:
        able = [name for name, each in FORMATS.items() if each.subjects or name == "json"]
        refuse_for_formats("--subjects", asked, able)
    if provenance:
        able = [name for name, each in FORMATS.items() if each.names_commit]
        refuse_for_formats("--provenance", asked, able)


def refuse_detail(asked: Iterable[str]) -> None:
    """Refuse `--detail` where every format asked for has one level of detail alone.

    Raises:
        CcpolicyError: it is so.
    """
    refuse_for_formats("--detail", asked, [name for name in FORMATS if FORMATS[name].detailed])


def refuse_one_file(files: Iterable[str | None]) -> None:
    """Refuse to write two results to one file, or to standard output: one would be lost.

    Raises:
        CcpolicyError: it is so.
    """
    taken: set[str] = set()
    for file in files:
        place = "-" if file in (None, "-") else os.path.realpath(str(file))
        if place in taken and not _is_device(place):
            raise CcpolicyError(
                "two results would be written to one place",
                hint="name another file for one of them",
                locator=Locator(file or "-"),
            )
        taken.add(place)


def _is_device(place: str) -> bool:
    """Whether several results may follow one another there, as in /dev/stderr or a pipe."""
    path = Path(place)
    return path.exists() and not path.is_file()
