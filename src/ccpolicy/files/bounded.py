"""Read a whole file that somebody named, up to a limit of its size."""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path
from typing import BinaryIO

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.files.limits import too_large
from ccpolicy.files.missing import missing_file

_PIECE = 1 << 20
_WAIT = 2.0
"""Seconds that a pipe is given until somebody has opened it to write."""


def open_regular(path: Path) -> BinaryIO:
    """Open a file that is read again and again, so that it can be no pipe and no device.

    Raises:
        OSError: it is one, or cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.ESPIPE, "not a regular file")
    return os.fdopen(handle, "rb")


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
        CcpolicyError: (as `error`) it is not there, is a pipe that nobody writes to, or cannot be
            read, which `message` says.
        LimitError: it has more bytes than `most`; hardly more than that were read.
    """
    shown = name or str(path)
    try:
        # Opening a pipe would wait for whoever writes to it, for ever if nobody does.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            first = _first_byte(handle) if stat.S_ISFIFO(os.fstat(handle).st_mode) else b""
            if first is None:
                raise error("nobody writes to the pipe", locator=Locator(shown))
            os.set_blocking(handle, True)
            return first + read_stream(file, shown, most)
    except FileNotFoundError as failure:
        raise missing_file(path, error, shown) from failure
    except (OSError, ValueError) as failure:
        raise error(
            message,
            locator=Locator(shown),
            reason=getattr(failure, "strerror", None) or str(failure),
        ) from failure


def _first_byte(handle: int) -> bytes | None:
    """Return the first byte of a pipe that was opened without waiting, if it has come already.

    None if nobody has the pipe open to write to it.
    """
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    if waiting.poll(_WAIT * 1000):
        return b""
    try:
        return os.read(handle, 1) or None
    except BlockingIOError:  # a writer that takes its time
        return b""


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
