"""The page on performance says what the figures say; nothing is timed here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ccpolicy.errors import LANGUAGES, Language
from performance.__main__ import DOCS
from performance.figures import load as load_figures
from performance.goals import GOALS
from performance.page import page, pictures

FIGURES = load_figures(DOCS / "performance")
HEAD = {
    "date": "2026-12-01",
    "machine": "2 × x86_64",
    "load": [0.1, 1.2],
    "commit": "c",
    "versions": {},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_its_pictures_are_in_step_with_the_figures(language: Language) -> None:
    name = "performance.md" if language == "en" else f"performance.{language}.md"
    assert FIGURES.runs, "there are no figures"
    assert (DOCS / name).read_text("utf-8") == page(FIGURES, language)
    drawn = pictures(FIGURES, language)
    assert drawn
    for file, picture in drawn.items():
        assert (DOCS / "performance" / file).read_text("utf-8") == picture


def test_no_picture_is_left_of_figures_that_are_gone() -> None:
    drawn = {file for language in LANGUAGES for file in pictures(FIGURES, language)}
    assert {path.name for path in (DOCS / "performance").glob("*.svg")} == drawn


def test_a_missed_goal_is_said_with_its_profile(tmp_path: Path) -> None:
    sides = {"ccpolicy": [3.0, 5.0, 40.0], "imports": [1.0, 1.0, 10.0], "warm": [1.7, 1.0, 10.0]}
    lines = [
        {"case": "first", "size": 1, "side": side, "wall": cpu, "cpu": cpu}
        for side, cpu in sides.items()
    ]
    shares = {"case": "first", "size": 1, "shares": {"engine.evaluation": 0.75}}
    skipped = {"case": "shipped", "size": 1, "skipped": "no disk"}
    text = "".join(f"{json.dumps(line)}\n" for line in (HEAD, *lines, shares, skipped))
    (tmp_path / "start.jsonl").write_text(text, "utf-8")
    written = page(load_figures(tmp_path), "en")
    # 3, 5 and 4 times as much, round by round; not the ratio of the medians.
    assert "| 3.4 | ≤ 2.5 | 4 (3–5) | 3 | **missed** |" in written
    assert "| – | ≤ 1.8 | 1 (1–1.7) | 3 | met |" in written
    assert "`engine.evaluation` 75 %" in written
    assert "shipped 1: no disk" in written
    assert written.count("not measured |") == len(GOALS) - 2


def test_a_busy_machine_is_said(tmp_path: Path) -> None:
    for part, load in (("start", 3.1), ("growth", 2.9)):
        head = json.dumps(HEAD | {"load": [0.5, load]})
        (tmp_path / f"{part}.jsonl").write_text(f"{head}\n", "utf-8")
    assert "**Measured on a busy machine: `start`.**" in page(load_figures(tmp_path), "en")
    (tmp_path / "start.jsonl").unlink()
    assert "busy" not in page(load_figures(tmp_path), "en")
