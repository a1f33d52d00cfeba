"""Each recipe is judged as it says, and turns with the files in its folder `broken`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import readme
from ccpolicy.cli.program import program

ROOT = Path(__file__).parents[1]
RECIPES = sorted(path.parent for path in ROOT.glob("recipes/*/ccpolicy.toml"))
NAMES = [path.name for path in RECIPES]
SOURCES = {
    "README.md": ("Source", "Really run", "Written from documentation, not from a run"),
    "README.zh.md": ("来源", "实际运行", "依据文档编写，并非实际运行所得"),
}
"""README → its row, and how it begins where the program was run and where it was not."""


def verdicts(folder: Path) -> tuple[int, dict[str, str]]:
    result = CliRunner().invoke(program, ["check", str(folder), "--format", "json"])
    controls: list[dict[str, Any]] = json.loads(result.stdout)["controls"]
    return result.exit_code, {each["id"]: each["now"] for each in controls}


def expected(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    assert found.keys() == {"evidence", "broken"}
    return found


def was_run(folder: Path) -> bool:
    return (folder / "capture.sh").exists()


def listed(name: str) -> list[list[tuple[str, str]]]:
    """Return folder and line of each recipe in the tables of a page: those run, and the others."""
    _, *parts = (ROOT / "docs" / name).read_text("utf-8").split("\n## ")
    rows = re.compile(
        r"^\| \[.*\]\(\.\./recipes/([\w-]+)/README[.a-z]*\) \| (.*) \|$", re.MULTILINE
    )
    return [rows.findall(part) for part in parts]


def test_at_least_twelve_programs_were_run() -> None:
    assert sum(map(was_run, RECIPES)) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_verdicts(name: str, tmp_path: Path) -> None:
    recipe = ROOT / "recipes" / name
    wanted = expected(recipe)
    assert verdicts(recipe) == (0, wanted["evidence"])
    # Only what the folder holds is replaced.
    broken = shutil.copytree(recipe, tmp_path / name)
    shutil.copytree(broken / "broken", broken / "evidence", dirs_exist_ok=True)
    assert verdicts(broken) == (1, wanted["broken"])
    assert wanted["broken"] != wanted["evidence"]


@pytest.mark.parametrize("name", NAMES)
def test_policy_is_in_order(name: str) -> None:
    result = CliRunner().invoke(program, ["lint", str(ROOT / "recipes" / name)])
    assert result.exit_code == 0, result.output
    assert "warning" not in result.output


@pytest.mark.parametrize("readme_name", SOURCES)
@pytest.mark.parametrize("name", NAMES)
def test_readme(name: str, readme_name: str) -> None:
    folder = ROOT / "recipes" / name
    text = (folder / readme_name).read_text("utf-8")
    row, run, from_documentation = SOURCES[readme_name]
    assert f"\n| {row} | {run if was_run(folder) else from_documentation}" in text
    assert readme.refreshed(text) == text, "run: python tools/readme.py"


@pytest.mark.parametrize(
    ("page", "readme_name"), [("recipes.md", "README.md"), ("recipes.zh.md", "README.zh.md")]
)
def test_page_lists_every_recipe(page: str, readme_name: str) -> None:
    def lines(are_run: bool) -> list[tuple[str, str]]:
        return [
            (each.name, (each / readme_name).read_text("utf-8").partition("\n")[0][2:])
            for each in RECIPES
            if was_run(each) is are_run
        ]

    assert listed(page) == [lines(True), lines(False)]
