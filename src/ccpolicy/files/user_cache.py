"""A cache in the user's own folder, whose entries are authenticated before use.

The name of each entry contains an HMAC of its bytes, whose key is kept in another folder. An entry
that is damaged, or was written by anybody without that key, fails the check and is not used.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ccpolicy.files.atomic import temporary_beside

is_wanted: ContextVar[bool] = ContextVar("cache", default=False)
"""Whether a command may take from the cache, and put something there."""
MOST = 4 << 30
"""Bytes that the entries may take together."""
_SECRET = 32
"""Bytes of the secret."""


class CacheEntry(NamedTuple):
    """A file of the cache."""

    path: Path
    size: int
    used: float
    """When it was last read, in seconds since 1970."""


@dataclass(frozen=True)
class UserCache:
    """Entries by key in a folder that only its user may change."""

    folder: Path
    secret: bytes
    most: int = MOST

    def find(self, key: str) -> Path | None:
        """Return the entry of a key, if it is there and as it was written."""
        for path in self.folder.glob(f"{key}-*"):
            with suppress(OSError):
                if path.name == self._name(key, path):
                    os.utime(path)
                    return path
                path.unlink()
        return None

    @contextmanager
    def add(self, key: str) -> Iterator[Path]:
        """Yield where to write the entry of a key, which is there once that is done.

        The entries that were not used for longest make room for it.

        Raises:
            OSError: it cannot be written.
        """
        with temporary_beside(self.folder / key) as beside:
            yield beside
            beside.replace(self.folder / self._name(key, beside))
        self._make_room()

    def entries(self) -> list[CacheEntry]:
        """Return all entries, the one used last first."""
        found = []
        for path in self.folder.iterdir():
            with suppress(OSError):
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode):
                    found.append(CacheEntry(path, facts.st_size, facts.st_mtime))
        return sorted(found, key=lambda entry: (-entry.used, entry.path))

    def clear(self) -> None:
        """Remove all entries."""
        for entry in self.entries():
            entry.path.unlink(missing_ok=True)

    def _name(self, key: str, path: Path) -> str:
        # Neither led elsewhere by a link, nor kept waiting by a pipe.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        code = hmac.new(self.secret, key.encode() + b" " + content, "sha256")
        return f"{key}-{code.hexdigest()}"

    def _make_room(self) -> None:
        taken = 0
        for entry in self.entries():
            taken += entry.size
            if taken > self.most:
                entry.path.unlink(missing_ok=True)


def open_user_cache() -> UserCache | None:
    """Open the user's cache, which is made if need be.

    None where there is no place that is this user's alone.
    """
    try:
        folder = _own_folder(_user_folder("XDG_CACHE_HOME", ".cache", "Library/Caches"))
        state = _own_folder(_user_folder("XDG_STATE_HOME", ".local/state", "Library/ccpolicy"))
        return UserCache(folder, _secret(state / "cache.key"))
    except (OSError, RuntimeError):  # the latter: there is no home
        return None


def _user_folder(variable: str, usual: str, on_macos: str) -> Path:
    named = os.environ.get(variable, "")
    if named and Path(named).is_absolute():
        return Path(named) / "ccpolicy"
    return Path.home() / (on_macos if sys.platform == "darwin" else usual) / "ccpolicy"


def _own_folder(folder: Path) -> Path:
    """Make a folder that is the user's alone.

    Raises:
        OSError: it cannot be made, or others may write there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_own(folder.lstat(), stat.S_ISDIR)
    return folder


def _secret(file: Path) -> bytes:
    """Return the user's secret, which is made if need be.

    Raises:
        OSError: it cannot be made, or others may know it.
    """
    if not file.exists():
        with temporary_beside(file) as beside:
            beside.touch(mode=0o600, exist_ok=False)
            beside.write_bytes(secrets.token_bytes(_SECRET))
            with suppress(FileExistsError):  # another run was first
                os.link(beside, file)
    facts = file.lstat()
    _check_own(facts, stat.S_ISREG)
    secret = file.read_bytes()
    if len(secret) != _SECRET or facts.st_mode & 0o077:
        raise PermissionError(file)
    return secret


def _check_own(facts: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    """Refuse what is of another kind, another user's, or open to others' writing.

    Raises:
        PermissionError: it is so.
    """
    if not is_kind(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o022:
        raise PermissionError
