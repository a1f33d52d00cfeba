"""Patterns of ignored files, compared with a plain search through all ways to fit."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpolicy.files.ignoring import ignores, ignores_everything

NAMES = st.sampled_from(["a", "b", "ab", ".a", "~$a", "a.csv"])
PARTS = st.sampled_from(["a", "b", "*", "**", "a*", ".*", "~$*", "*.csv", "?"])


def fits(names: list[str], parts: list[str]) -> bool:
    """Try every number of folders for each `**`."""
    if not parts:
        return not names
    if parts[0] == "**":
        rest = parts[1:] or ["*"]
        return any(
            all(each[0] not in ".~" for each in names[:count]) and fits(names[count:], rest)
            for count in range(len(names) + 1)
        )
    if not names:
        return False
    plain = not names[0].startswith((".", "~$")) or parts[0][:1] == names[0][0]
    return plain and fnmatch.fnmatchcase(names[0], parts[0]) and fits(names[1:], parts[1:])


@given(st.lists(NAMES, min_size=1, max_size=5), st.lists(PARTS, min_size=2, max_size=5))
def test_paths(names: list[str], parts: list[str]) -> None:
    assert ignores("/".join(parts), "/".join(names)) is fits(names, parts)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.pdf", "a/b/c.pdf", True),
        ("*.pdf", "a/.c.pdf", False),
        ("*.pdf", "a.pdf/c.csv", False),
        (".*", "a/.b", True),
        ("~$*", "a/~$b.xlsx", True),
        ("*", "~$b.xlsx", False),
        ("scans/*", "scans/a", True),
        ("scans/*", "x/scans/a", False),
        ("scans/**", "scans/a/b", True),
        ("scans/**", "scans", False),
        ("scans", "scans/a", False),
        ("a\nb", "a\nb", False),
        ("*.pdf", "a\u202e.pdf", False),
        ("[ab].pdf", "b.pdf", True),
        ("A.pdf", "a.pdf", False),
    ],
)
def test_pattern(pattern: str, path: str, expected: bool) -> None:
    assert ignores(pattern, path) is expected


def test_many_folders_take_no_time() -> None:
    began = time.process_time()
    assert not ignores("/".join(["**", "a"] * 30) + "/x", "/".join(["a"] * 500))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("pattern", ["*.csv", "a/**", "a*", "*/a/*", "README", ".*", "*.[cj]*"])
def test_pattern_that_leaves_something(pattern: str) -> None:
    assert not ignores_everything(pattern)
