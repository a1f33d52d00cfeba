"""`ccpolicy cache`, and when `check` keeps anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccpolicy.evidence import column_cache
from ccpolicy.files.user_cache import is_wanted
from message_text import coded

from .conftest import Run


@pytest.mark.parametrize(
    ("options", "ci", "kept"),
    [
        ([], None, True),
        ([], "true", False),
        (["--cache"], "true", True),
        (["--no-cache"], None, False),
    ],
)
def test_what_is_kept_is_shown_and_cleared(
    run: Run,
    centre: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    ci: str | None,
    kept: bool,
) -> None:
    monkeypatch.setattr(column_cache, "LEAST", 1)
    monkeypatch.delenv("CI", raising=False)
    places = {"XDG_CACHE_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")}
    environment = places | ({"CI": ci} if ci else {})
    for _ in range(2):
        assert run("check", centre, *options, **environment).exit_code == 0
    count = 2 if kept else 0
    shown = run("cache", **environment)
    assert (shown.exit_code, shown.stdout.split()[:2]) == (0, ["files:", f"{count},"])
    assert shown.stdout.rstrip().endswith(str(tmp_path / "c/ccpolicy"))
    cleared = run("cache", "--clear", **environment)
    assert cleared.stdout.split()[1] == "0,"
    assert not [*(tmp_path / "c/ccpolicy").iterdir()]


def test_without_a_folder_of_ones_own_there_is_no_cache(
    run: Run, centre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_cache, "LEAST", 1)
    folder = tmp_path / "c/ccpolicy"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    places = {"XDG_CACHE_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")}
    assert run("check", centre, "--cache", **places).exit_code == 0
    assert not [*folder.iterdir()]
    result = run("cache", **places)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {coded('US495')}")


def test_a_command_line_that_is_refused_leaves_the_cache_as_it_was(run: Run, centre: Path) -> None:
    assert run("check", centre, "--cache", "--max-seconds", "x").exit_code == 2
    assert not is_wanted.get()
