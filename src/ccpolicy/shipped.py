"""Where the content that ccpolicy ships stands: check kinds, the plan and its evidence."""

from __future__ import annotations

from pathlib import Path


def shipped_folder(name: str = "") -> Path:
    """Return a folder of the shipped content: of the installed package, or else of the checkout."""
    installed = Path(__file__).parent / "content"
    root = installed if installed.is_dir() else Path(__file__).parents[2]
    return root / name
