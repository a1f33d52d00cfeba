"""Write a result: to the terminal or a pipe, or to a file that is complete or not there.

What a format cannot express is reported on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from ccpolicy.errors import Language, Locator, Message, ReportError, catalogue
from ccpolicy.files.atomic import atomic_file, temporary_beside, write_atomic
from ccpolicy.reports import FORMATS, Rendered
from ccpolicy.reports.layout import inert, visible


def report_left_out(
    reports: Iterable[tuple[str, Rendered]], language: Language, *, strict: bool
) -> None:
    """Say on standard error what the formats of reports cannot express.

    Raises:
        ReportError: there is such a thing, and the reader is strict about it.
    """
    lines = []
    for name, report in reports:
        if not report.unsaid:
            continue
        left = catalogue(language).gettext("; ").join(each.text(language) for each in report.unsaid)
        unsaid = ReportError("the format '{name}' does not show {left}", name=name, left=left)
        if strict:
            raise unsaid
        lines.append(unsaid.message)
    for message in dict.fromkeys(lines):
        warn(message, language)


def warn(message: Message, language: Language) -> None:
    """Write a warning to standard error."""
    text = catalogue(language).gettext("warning: {message}")
    click.echo(inert(visible(text.format(message=message.coded(language)))), err=True)


def refuse_terminal(name: str, output: str | None) -> None:
    """Refuse to fill a terminal with a format for files; asked before anything is judged.

    Raises:
        ReportError: the format is of no use in a terminal, which is where it would go.
    """
    form = FORMATS[name]
    if form.for_files and output is None and _is_terminal():
        raise ReportError(
            "the format '{name}' is not for a terminal",
            hint="write it to a file with: -o report{suffix}",
            name=name,
            suffix=form.suffix,
        )


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def write(content: str | bytes, output: str | None, *, for_people: bool) -> None:
    """Write to a file, or without one to standard output.

    Raises:
        ReportError: it cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode()
    if output is None or output == "-":
        _print(data, for_people)
        return
    target = Path(output)
    try:
        if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced
            target.write_bytes(data)
        else:
            write_atomic(target.resolve(), data)
    except OSError as failure:
        raise unwritten_report(output, failure) from failure


def unwritten_report(output: str, failure: OSError) -> ReportError:
    """Make the error for a report that the system does not write."""
    return ReportError(
        "cannot write the report: {reason}",
        locator=Locator(output),
        reason=failure.strerror or str(failure),
    )


def unwritten_file(output: str, failure: OSError) -> ReportError:
    """Make the error for a file that the system does not write."""
    return ReportError(
        "cannot write the file: {reason}",
        locator=Locator(output),
        reason=failure.strerror or str(failure),
    )


def refuse_existing(output: str | None) -> None:
    """Refuse to write over a file; asked before anything is done.

    Raises:
        ReportError: there is one.
    """
    if output is not None and output != "-" and os.path.lexists(output):
        raise ReportError(
            "the file is there already",
            hint="name a new file, so that nothing of yours is overwritten",
            locator=Locator(output),
        )


def write_new(text: str, output: str | None) -> None:
    """Write a text to a file that is not there yet, or without one to standard output.

    Raises:
        ReportError: there is one by now, or it cannot be written.
    """
    if output is None or output == "-":
        write(text, None, for_people=True)
        return
    try:
        with temporary_beside(Path(output)) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.link(beside, output)  # a file that is there by now stays
    except FileExistsError:
        refuse_existing(output)
        raise
    except OSError as failure:
        raise unwritten_file(output, failure) from failure


def refuse_special(target: Path, name: str) -> None:
    """Refuse to put a file where something else is.

    Raises:
        ReportError: it is a folder or a device.
    """
    if target.exists() and not target.is_file():
        raise ReportError(
            "the path names a folder or a device, not a regular file", locator=Locator(name)
        )


@contextmanager
def output_file(output: str) -> Iterator[Path]:
    """Yield where to write a file that appears when it is complete; see `atomic_file`.

    Raises:
        ReportError: it cannot be written.
    """
    target = Path(output).resolve()
    refuse_special(target, output)
    try:
        with atomic_file(target) as beside:
            yield beside
    except OSError as failure:
        raise unwritten_file(output, failure) from failure


def _print(data: bytes, for_people: bool) -> None:
    stream = sys.stdout
    if for_people:  # whose terminal may not know every character
        data = data.decode().encode(stream.encoding, "backslashreplace")
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        _abandon(stream)  # its reader has seen enough; the verdict stands
    except OSError as failure:
        _abandon(stream)
        raise ReportError("cannot write the report: {reason}", reason=failure.strerror) from failure


def _abandon(stream: IO[str]) -> None:
    """Keep Python from trying once more to write what is left when it exits."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
