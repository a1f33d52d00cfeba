"""Let one run at a time add to the evidence, and replace a file as a whole."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.files.atomic import write_atomic
from ccpolicy.git.checkout import checkout_of

_NAME = "ccpolicy-record.lock"
_PAUSE = 0.02
"""Seconds between two attempts."""
PATIENCE = 60.0
"""Seconds that a run waits for another."""


class Lock:
    """The right to write, while `locked` holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def replace(self, target: Path, content: bytes) -> None:
        """Replace a file, or make it, once its content is on the disk.

        A run that is killed leaves the old file or the new one, and nothing beside the evidence:
        what is written meanwhile lies beside the lock, and the next run overwrites it.

        Raises:
            OSError: it cannot be written.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        try:
            with beside.open("wb") as file:
                if target.exists():
                    os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except OSError as failure:
            beside.unlink(missing_ok=True)
            if failure.errno != errno.EXDEV:
                raise
            write_atomic(target, content)  # the lock lies on another disk
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Have the new name of a file on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def locked(root: Path, patience: float = PATIENCE) -> Iterator[Lock]:
    """Hold the lock of a policy repository; a run that is killed loses it at once.

    Raises:
        CcpolicyError: another run holds it all the time.
    """
    path = lock_path(root)
    ends = time.monotonic() + patience
    while (handle := _acquired(path)) is None:
        if time.monotonic() > ends:
            raise CcpolicyError(
                "another run is writing to the evidence",
                hint="try again when it is done",
                locator=Locator(str(path)),
            )
        time.sleep(_PAUSE)
    try:
        yield Lock(path)
    finally:
        # Removed while it is held, so that nobody waits for a file that is gone: see `_acquired`.
        path.unlink(missing_ok=True)
        os.close(handle)


def lock_path(root: Path) -> Path:
    """Return where the lock of a repository lies: in git's own folder, or beside the evidence."""
    root = root.resolve()
    top = checkout_of(root)
    if top is not None and (top / ".git").is_dir():
        return top / ".git" / _NAME
    return (top or root) / f".{_NAME}"


def _acquired(path: Path) -> int | None:
    """Lock the file, and return its handle; None if another has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The run before may have removed the file that was opened here.
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None
