"""Write files so that each appears complete or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """Yield the path of a temporary file in the target's folder; what is left there is removed."""
    # Runs in several containers that share a folder may have the same process id.
    beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield where to write a file, which replaces the target once that is done.

    A reader finds the old file or the new one.

    Raises:
        OSError: it cannot replace the target.
    """
    with temporary_beside(target) as beside:
        yield beside
        beside.replace(target)


def write_atomic(target: Path, content: bytes) -> None:
    """Write a file, which replaces the target once its content is on the disk.

    Raises:
        OSError: it cannot be written.
    """
    with atomic_file(target) as beside, beside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # some file systems report only now that the disk is full


def read_checked(file: Path) -> Any:
    """Read what `write_checked` wrote.

    Raises:
        ValueError: it was damaged.
        OSError: it is not there.
    """
    written, _, text = file.read_bytes().partition(b"\n")
    if digest(text).encode() != written:
        raise ValueError(file)
    return json.loads(text)


def write_checked(file: Path, content: object) -> None:
    """Write JSON with its digest, by which damage shows.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(content, separators=(",", ":")).encode()
    with atomic_file(file) as beside:
        beside.write_bytes(digest(text).encode() + b"\n" + text)
