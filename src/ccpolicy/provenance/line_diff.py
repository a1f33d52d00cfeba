"""Compares two versions of a CSV file line by line, without parsing what they have in common."""

from __future__ import annotations

from collections import Counter


def changed_lines(old: bytes, new: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the header, and the lines that only the old and only the new version has.

    None if a line of the files need not be a record, or the headers differ.
    """
    header = new[: new.find(b"\n") + 1]
    if old.endswith(b"\n") and b'"' not in header and new.startswith(old):
        # A shortcut for the most frequent case, appended records. The old version could be read,
        # and so its last line is complete.
        return header, b"", new[len(old) :]
    if not header or not old.startswith(header) or _may_be_multiline(old) or _may_be_multiline(new):
        return None
    first = _common_start(old, new)
    first = new.rfind(b"\n", 0, first) + 1
    rest = min(len(old), len(new)) - first
    last = _common_end(old, new, rest)
    # Let the common end begin with a whole line.
    cut = new.find(b"\n", len(new) - last)
    last = len(new) - cut - 1 if last and cut >= 0 else 0
    gone = Counter(old[first : len(old) - last].splitlines(keepends=True))
    come = Counter(new[first : len(new) - last].splitlines(keepends=True))
    return header, _joined(gone - come), _joined(come - gone)


def _may_be_multiline(content: bytes) -> bool:
    """Whether records may span lines, or a line may hold several."""
    returns = content.count(b"\r")
    return b'"' in content or bool(returns and returns != content.count(b"\r\n"))


def _joined(lines: Counter[bytes]) -> bytes:
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines.elements())


def _common_start(old: bytes, new: bytes) -> int:
    """Return how many bytes at the start are equal."""
    low, high = 0, min(len(old), len(new))
    if old[:high] == new[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle)
    return low


def _common_end(old: bytes, new: bytes, most: int) -> int:
    """Return how many bytes at the end are equal, at most so many."""
    low, high = 0, most
    if high and old[-high:] == new[-high:]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        same = old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]
        low, high = (middle, high) if same else (low, middle)
    return low
