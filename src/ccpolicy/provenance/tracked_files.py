"""The tracked files of commits: reads their records, and compares those of two commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ccpolicy.git.trees import Blob
from ccpolicy.provenance.file_versions import (
    FileVersionReader,
    Key,
    KeyedContent,
    RecordPlace,
    UnreadableVersion,
)
from ccpolicy.provenance.record_states import ContentDelta, Files
from ccpolicy.provenance.tracked import Tracked, TrackedTable

_CACHE_SIZE = 64 << 20
"""Bytes of blobs that are kept for the next comparison."""


class TrackedFiles:
    """Reads files of the tracked datasets."""

    def __init__(
        self,
        tracked: Sequence[Tracked],
        readers: Mapping[str, FileVersionReader],
        read_blob: Callable[[str], bytes],
    ) -> None:
        self.tracked = tracked
        self.tables: dict[str, tuple[TrackedTable, Tracked]] = {
            table.name: (table, each) for each in tracked for table in each.tables
        }
        """Table → its contract, and the dataset that it belongs to."""
        self.readers = {
            name: readers[dataset.dataset.id] for name, (_, dataset) in self.tables.items()
        }
        """Table → what reads its records."""
        self.working: dict[str, bytes] = {}
        """Blob → content, of files that are not committed."""
        self._by_dataset, self._read_blob = readers, read_blob
        self._cache: dict[str, bytes] = {}
        """Blob → content, of those read last."""
        self._cached_bytes = 0
        self._is_tracked: dict[str, bool] = {}
        self._unreadable: set[tuple[str, str | None, str | None]] = set()
        """Path and two versions, one of which cannot be read."""

    def choose(self, files: Iterable[tuple[str, Blob]]) -> dict[str, str]:
        """Return the files that belong to a tracked dataset, by path; links are left out."""
        return {path: blob.id for path, blob in files if not blob.is_link and self._tracks(path)}

    def _tracks(self, path: str) -> bool:
        if path not in self._is_tracked:
            self._is_tracked[path] = any(each.holds(path) for each in self.tracked)
        return self._is_tracked[path]

    def compare(self, old: Files, new: Files) -> tuple[dict[Key, ContentDelta], Files]:
        """Return in which records the files of two commits differ, and the later readable files.

        An unreadable file counts as unchanged: its records stay on file until it is corrected.
        """
        deltas: dict[Key, ContentDelta] = {}
        if old == new:
            return deltas, new
        readable = dict(new)
        for path in sorted(old.keys() | new.keys()):
            if old.get(path) == new.get(path):
                continue
            changes = self._changes(path, old.get(path), new.get(path))
            if changes is None:
                readable.pop(path, None)
                if path in old:
                    readable[path] = old[path]
                continue
            for gone, come in changes:
                _collect(deltas, path, gone, come)
        return deltas, readable

    def _changes(
        self, path: str, old: str | None, new: str | None
    ) -> list[tuple[list[KeyedContent], list[KeyedContent]]] | None:
        """Return for each dataset what is gone and what came; None if a version is unreadable."""
        if (path, old, new) in self._unreadable:
            return None
        try:
            return [
                _compare_versions(
                    self._by_dataset[each.dataset.id],
                    path,
                    None if old is None else self._content(old),
                    None if new is None else self._content(new),
                )
                for each in self.tracked
                if each.holds(path)
            ]
        except UnreadableVersion:
            self._unreadable.add((path, old, new))
            return None

    def places(self, path: str, blob: str) -> list[tuple[Key, RecordPlace]]:
        """Return where in a version of a file its records are; nothing if it is unreadable."""
        try:
            return [
                place
                for each in self.tracked
                if each.holds(path)
                for place in self._by_dataset[each.dataset.id].places(path, self._content(blob))
            ]
        except UnreadableVersion:
            return []

    def _content(self, blob: str) -> bytes:
        if blob in self.working:
            return self.working[blob]
        if blob not in self._cache:
            self._cache[blob] = self._read_blob(blob)
            self._cached_bytes += len(self._cache[blob])
            while self._cached_bytes > _CACHE_SIZE and len(self._cache) > 2:
                self._cached_bytes -= len(self._cache.pop(next(iter(self._cache))))
        return self._cache[blob]

    def clear_cache(self) -> None:
        """Forget the contents of committed files."""
        self._cache.clear()
        self._cached_bytes = 0


def _collect(
    deltas: dict[Key, ContentDelta],
    path: str,
    gone: Sequence[KeyedContent],
    come: Sequence[KeyedContent],
) -> None:
    """Add the changes in one file to those of each record."""
    for key, content in gone:
        delta = deltas.setdefault(key, ContentDelta())
        delta.gone.append(content)
        delta.path = delta.path or path
    for key, content in come:
        if key not in deltas:
            deltas[key] = ContentDelta([], [content], path)
            continue
        delta = deltas[key]
        delta.come.append(content)
        delta.path = path


def _compare_versions(
    reader: FileVersionReader, path: str, before: bytes | None, after: bytes | None
) -> tuple[list[KeyedContent], list[KeyedContent]]:
    if before is None:
        return [], reader.items(path, after or b"")
    if after is None:
        return reader.items(path, before), []
    return reader.changes(path, before, after)
