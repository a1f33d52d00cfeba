"""Read a whole file that somebody named, up to a limit of its size."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.files.limits import too_large
from ccpolicy.files.missing import missing_file

_PIECE = 1 << 20


def read_bounded(
    path: Path,
    most: int,
    error: type[CcpolicyError],
    *,
    name: str = "",
    message: str = "cannot read the file: {reason}",
) -> bytes:
    """Return the bytes of a file, which may also be a pipe that somebody writes to.

    Messages call it `name`, by default as the path is written.

    Raises:
        CcpolicyError: (as `error`) it is not there, or cannot be read, which `message` says.
        LimitError: it has more bytes than `most`; hardly more than that were read.
    """
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            return read_stream(file, shown, most)
    except FileNotFoundError as failure:
        raise missing_file(path, error, shown) from failure
    except (OSError, ValueError) as failure:
        raise error(
            message,
            locator=Locator(shown),
            reason=getattr(failure, "strerror", None) or str(failure),
        ) from failure


def read_stream(stream: BinaryIO, name: str, most: int) -> bytes:
    """Return what a stream that is called `name` still holds.

    Raises:
        LimitError: that is more bytes than `most`; hardly more than that were read.
    """
    pieces, size = [], 0
    # Whoever asks for all that is allowed at once gets room for all of it first.
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > most:
            raise too_large(name, most)
        pieces.append(piece)
    return b"".join(pieces)
