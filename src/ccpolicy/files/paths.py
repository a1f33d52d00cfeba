"""Paths and patterns as a policy writes them, with `/` between folders."""

from __future__ import annotations


def plain_path(folder: str) -> str:
    """Return a folder's path without dots and slashes that change nothing."""
    return "/".join(part for part in folder.split("/") if part not in ("", "."))


def leads_out(pattern: str) -> bool:
    """Whether a pattern leads out of the folder in which it begins."""
    return pattern.startswith("/") or ".." in pattern.split("/")
