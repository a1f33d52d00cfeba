"""A new repository passes at once, or is not there at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ccpolicy.policy.schemas import NAMES, schema_text
from message_text import coded, said_in

from .conftest import Run


@pytest.mark.parametrize("options", [[], ["--pack", "bare"], ["--pack", "fire"]])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_new_repository_passes_at_once(
    run: Run, tmp_path: Path, options: list[str], language: str
) -> None:
    folder = tmp_path / "deep" / "new"
    made = run("init", folder, *options, "--lang", language)
    assert made.exit_code == 0, made.output
    assert f"ccpolicy check {folder}" in made.stdout
    assert run("lint", folder).exit_code == 0, run("lint", folder).output
    assert run("check", folder).exit_code == 0, run("check", folder).output
    assert list(folder.parent.iterdir()) == [folder]
    assert oct(folder.stat().st_mode & 0o777) == oct(folder.parent.stat().st_mode & 0o777)


def test_bare_repository_has_the_schemas_its_files_name(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "new", "--pack", "bare").exit_code == 0
    schemas = tmp_path / "new/policy/schemas"
    assert {path.stem for path in schemas.iterdir()} == set(NAMES)
    assert all((schemas / f"{name}.json").read_text("utf-8") == schema_text(name) for name in NAMES)


def test_empty_folder_is_filled(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    before = folder.stat().st_ino
    assert run("init", folder, "--pack", "bare").exit_code == 0
    assert folder.stat().st_ino == before
    assert run("check", folder).exit_code == 0


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_is_there_is_left_alone(run: Run, tmp_path: Path, what: str) -> None:
    target = tmp_path / "target"
    if what == "file":
        target.write_text("mine", encoding="utf-8")
    elif what == "folder":
        target.mkdir()
        (target / "mine").touch()
    else:
        target.symlink_to(tmp_path / "elsewhere")
    result = run("init", target)
    assert result.exit_code == 2
    said = coded("US211") if what == "folder" else coded("US210")
    assert said_in(f"{target}: {said}\n  hint: name a new folder", result.stderr)
    assert list(tmp_path.iterdir()) == [target]


def test_failure_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    result = run("init", tmp_path / "new")
    assert result.exit_code == 2
    assert coded("US212", "No space left on device") in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_parent_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("init", tmp_path / "file" / "new")
    assert result.exit_code == 2
    assert "US212 " in result.stderr
