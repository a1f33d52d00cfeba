"""Where a command writes all lapses, if they are more than an assessment lists."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.cli.output import refuse_special, unwritten_file
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.files.atomic import temporary_beside

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment

SUFFIX = ".lapses.parquet"
_MAGIC = b"PAR1"
"""How every Parquet file begins."""


@dataclass(frozen=True)
class PendingLapses:
    """A file of lapses that is written, if need be, but not in its place yet."""

    target: LapsesTarget
    place: Path | None
    """Where it belongs; nobody keeps it without one."""

    def keep(self, result: Assessment) -> None:
        """Put the file in its place, if there is one.

        Raises:
            ReportError: it cannot be put there.
        """
        if result.lapses_file is None or self.target.file is None or self.place is None:
            return
        try:
            self.target.file.replace(self.place)
        except OSError as failure:
            raise unwritten_file(str(self.place), failure) from failure


@contextmanager
def pending_lapses(
    named: str | None, reports: Sequence[tuple[str, str | None]]
) -> Iterator[PendingLapses]:
    """Yield the file that was named, or else one beside the first assessment or report.

    `reports` are their formats and files. What was not kept at the end is removed.

    Raises:
        ReportError: the file's place is a folder or a device.
        CcpolicyError: a report has the same place, or a file that is no Parquet.
    """
    files = [(form, file) for form, file in reports if file and file != "-" and _is_plain(file)]
    in_order = sorted(files, key=lambda each: each[0] != "json")
    first = in_order[0][1] if in_order else None
    if named is None and first is None:
        yield PendingLapses(LapsesTarget(None, None), None)
        return
    wanted = Path(named or Path(first or "").with_suffix(SUFFIX))
    place = wanted.parent.resolve() / wanted.name  # a link there is replaced, and not followed
    refuse_special(place, named or place.name)
    if place in [Path(file).resolve() for _, file in files]:
        raise CcpolicyError(
            "the lapses and a report would be written to one file",
            hint="name another file after --lapses",
            locator=Locator(named or place.name),
        )
    name = os.path.relpath(place, Path(first).resolve().parent if first else Path.cwd())
    try:
        _refuse_other_file(place, named or place.name)
        with temporary_beside(place) as beside:
            yield PendingLapses(LapsesTarget(beside, Path(name).as_posix()), place)
    except OSError as failure:
        raise unwritten_file(str(place), failure) from failure


def refuse_loss(result: Assessment, pending: PendingLapses, formats: Sequence[str]) -> None:
    """Refuse to write an assessment whose lapses are neither in it nor in a file.

    Raises:
        CcpolicyError: it is so.
    """
    found = result.lapses_file
    if found and pending.place is None and "json" in formats:
        raise CcpolicyError(
            "there are {count} lapses, too many to be listed, and no file for them",
            hint="name one: --lapses FILE, or write the assessment to a file: -o FILE",
            count=found.lapses,
        )


def _refuse_other_file(place: Path, name: str) -> None:
    """Refuse to put lapses in the place of a policy, of evidence or of any other such file.

    Raises:
        CcpolicyError: it is such a file.
    """
    if place.is_symlink() or not place.is_file():
        return
    with place.open("rb") as file:
        begins = file.read(len(_MAGIC))
    if begins and begins != _MAGIC:
        raise CcpolicyError(
            "the file of lapses would overwrite a file that is no Parquet",
            hint="name another file after --lapses, or remove that one",
            locator=Locator(name),
        )


def _is_plain(file: str) -> bool:
    path = Path(file)
    return path.is_file() or not path.exists()
