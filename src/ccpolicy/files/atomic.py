"""Write files so that each appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


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
    """Write JSON with its digest, which appears when it is complete.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(content, separators=(",", ":")).encode()
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(digest(text).encode() + b"\n" + text)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
