"""A small centre on disk, and the program as a person runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccpolicy.cli.program import program
from git_command import copied
from small_centre import FAILING, INSPECTIONS, lay

Run = Callable[..., Result]


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A centre in which every asset is inspected."""
    return lay(tmp_path / "centre")


@pytest.fixture
def failing(centre: Path) -> Path:
    """The same, but PBX-2 was never inspected."""
    (centre / INSPECTIONS).write_text(FAILING, encoding="utf-8")
    return centre


@pytest.fixture
def kept(small_repository: Path, tmp_path: Path) -> Path:
    """The centre, kept in git on the branch main."""
    return copied(small_repository, tmp_path / "centre")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program, with the environment of a plain English terminal."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "COLUMNS", "CCPOLICY_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*arguments: str | Path, **environment: str) -> Result:
        return CliRunner().invoke(
            program, [str(each) for each in arguments], prog_name="ccpolicy", env=environment
        )

    return run
