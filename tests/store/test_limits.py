"""What every database of the program has in common, whichever command opens it."""

from __future__ import annotations

import ast
from pathlib import Path

import ccpolicy
from ccpolicy.store import open_store

SOURCE = Path(ccpolicy.__file__).parent


def test_none_is_opened_without_the_limit_of_memory() -> None:
    """The table `[limits]` holds in every command, not in `check` alone."""
    calls = [
        (path.relative_to(SOURCE).as_posix(), node)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "open_store"
    ]
    assert len(calls) > 10
    without = [
        f"{name}:{node.lineno}"
        for name, node in calls
        if "memory" not in {keyword.arg for keyword in node.keywords}
    ]
    assert without == []


def test_the_limit_of_memory_holds() -> None:
    with open_store(memory=256) as store:
        assert store.ask("SELECT current_setting('memory_limit')") == [("256.0 MiB",)]
