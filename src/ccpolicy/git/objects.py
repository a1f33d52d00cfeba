"""Reads git objects: commits, trees and blobs by id.

GitPython runs `git cat-file --batch`, which applies no attribute, filter or alias. Every object is
compared with its id, because git returns an object file without checking its hash.
"""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ccpolicy.files.limits import too_large
from ccpolicy.git.errors import NoHistory, damaged_object

if TYPE_CHECKING:
    import git

MOST_BYTES = 1 << 30
"""Bytes of the largest object."""
_PIPE_SIZE = 1 << 20
"""Bytes that git may write ahead of the reader."""


class ObjectReader:
    """Reads objects one by one, or ahead of time in batches, which is much faster."""

    def __init__(self, process: git.Git) -> None:
        self._process = process
        self._ahead: dict[str, bytes] = {}
        """Objects read ahead; each is returned once and then forgotten."""
        self._awaited: dict[str, None] = {}
        """Ids that the batch has not delivered yet, in order."""
        self._batch: Any = None
        """The process that delivers them."""

    def read(self, id_: str) -> bytes:
        """Return the content of an object.

        Raises:
            NoHistory: it is missing.
            EvidenceError: it does not match its id.
            LimitError: it is too large.
        """
        while id_ in self._awaited and id_ not in self._ahead:
            self._receive()
        if id_ in self._ahead:
            return self._ahead.pop(id_)
        try:
            _check_size(id_, self._process.get_object_header(id_)[2])
            found: Any = self._process.get_object_data(id_)
        except (ValueError, OSError) as failure:
            raise NoHistory("partial") from failure
        return _checked(id_, found[1], bytes(found[3]))

    def read_start(self, id_: str, limit: int) -> bytes:
        """Return the first bytes of an object, at most `limit`; see `read`.

        A longer object is never held in memory, and not compared with its id.
        """
        try:
            _, _, size = self._process.get_object_header(id_)
            if size > limit:
                stream: Any = self._process.stream_object_data(id_)[3]
                return bytes(stream.read(limit))
        except (ValueError, OSError) as failure:
            raise NoHistory("partial") from failure
        return self.read(id_)

    def expect(self, ids: Iterable[str]) -> None:
        """Start to read objects that will be asked for, roughly in this order.

        This replaces the batch of an earlier call.
        """
        self._stop()
        self._awaited = {id_: None for id_ in ids if id_ not in self._ahead}
        if not self._awaited:
            return
        with tempfile.TemporaryFile() as wanted:  # a pipe could fill up and block both sides
            wanted.write("".join(f"{id_}\n" for id_ in self._awaited).encode())
            wanted.seek(0)
            self._batch = self._process.execute(
                ["git", "cat-file", "--batch", "--buffer"], istream=wanted, as_process=True
            )
        with suppress(OSError, AttributeError):  # not every system allows it
            fcntl.fcntl(self._batch.stdout, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read objects that will be asked for, in one batch.

        Raises:
            NoHistory: one of them is missing.
            EvidenceError: one of them does not match its id.
        """
        self.expect(ids)
        while self._awaited:
            self._receive()

    def close(self) -> None:
        """End the batch. Objects can still be read afterwards."""
        self._stop()
        self._process.clear_cache()

    def _receive(self) -> None:
        """Receive the next object of the batch."""
        stream: Any = self._batch.stdout
        header = stream.readline().split()
        if len(header) != 3:
            raise NoHistory("partial")
        size = int(header[2])
        _check_size(header[0].decode(), size)
        content = stream.read(size)
        if len(content) != size or stream.read(1) != b"\n":
            raise NoHistory("partial")
        id_ = header[0].decode()
        self._ahead[id_] = _checked(id_, header[1], content)
        del self._awaited[id_]

    def _stop(self) -> None:
        if self._batch is not None:
            self._batch.stdout.close()
            self._batch.terminate()
            self._batch.proc.wait()
            self._batch = None
        self._awaited = {}


def _check_size(id_: str, size: int) -> None:
    """Refuse an object too large to be held in memory; packed, it may be a thousandth of that.

    Raises:
        LimitError: it is so.
    """
    if size > MOST_BYTES:
        raise too_large(id_, MOST_BYTES)


def object_id(kind: bytes, content: bytes, digits: int) -> str:
    """Return the id of an object; it has 40 digits (SHA-1) or 64 (SHA-256)."""
    algorithm = hashlib.sha1 if digits == 40 else hashlib.sha256
    found = algorithm(b"%s %d\0" % (kind, len(content)), usedforsecurity=False)
    found.update(content)
    return found.hexdigest()


def _checked(id_: str, kind: bytes, content: bytes) -> bytes:
    """Return an object's content if it matches its id."""
    if object_id(kind, content, len(id_)) != id_:
        raise damaged_object(id_)
    return content
