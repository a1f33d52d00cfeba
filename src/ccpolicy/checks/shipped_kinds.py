"""The check kinds that ccpolicy ships."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ccpolicy.checks.kinds import Kind, load_kinds
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder


@cache
def shipped_kinds() -> Mapping[str, Kind]:
    """Load the built-in check kinds, by name."""
    return load_kinds(FolderFiles(shipped_folder().resolve()), "checks")
