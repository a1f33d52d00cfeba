"""What the faults happen to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from git_command import commit
from small_centre import INSPECTIONS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all that is here where there are no signals."""
    if os.name == "nt":
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason="needs POSIX signals"))


@pytest.fixture
def centre(small_repository: Path, tmp_path: Path) -> Path:
    """The small centre with two commits, so that it has a history."""
    folder = tmp_path / "centre"
    shutil.copytree(small_repository, folder)
    with (folder / INSPECTIONS).open("a", encoding="utf-8") as file:
        file.write("PBX-2,2026-11-19T09:00:00+08:00,pass\n")
    commit(folder)
    return folder
