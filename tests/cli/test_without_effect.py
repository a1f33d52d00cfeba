"""An option that would change nothing is refused, and never passed over in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ccpolicy.reports import FORMATS, View, formats, render
from reports.rich import ASSESSMENT

from .conftest import Run

REFUSED: list[tuple[str, list[str]]] = [
    ("US602", ["check", "CENTRE", "--annex"]),
    ("US602", ["check", "CENTRE", "--annex", "--format", "csv", "--report", "r.sarif"]),
    ("US602", ["check", "CENTRE", "--subjects"]),
    ("US602", ["check", "CENTRE", "--provenance", "--format", "sarif", "--report", "r.csv"]),
    ("US602", ["report", "CENTRE", "--subjects", "--format", "markdown"]),
    ("US602", ["check", "CENTRE", "--detail", "full", "--format", "json"]),
    ("US602", ["report", "CENTRE", "--detail", "normal", "--format", "csv"]),
    ("US602", ["check", "CENTRE", "-v", "--detail", "summary", "--report", "r.json"]),
    ("US600", ["check", "CENTRE", "-q", "--detail", "full"]),
    ("US600", ["check", "CENTRE", "-v", "--detail", "full"]),
    ("US601", ["check", "CENTRE", "--allow-foreign-sql"]),
    ("US601", ["verify", "none.zip", "--signature", "none.sig"]),
    ("US603", ["check", "CENTRE", "-o", "r.txt", "--report", "text=./r.txt"]),
    ("US603", ["check", "CENTRE", "--report", "r.json", "--report", "r.json"]),
    ("US603", ["check", "CENTRE", "--report", "json=-"]),
    ("US603", ["check", "CENTRE", "-o", "known.json", "--write-baseline", "known.json"]),
]


@pytest.mark.parametrize(("code", "asked"), REFUSED)
def test_refused_before_anything_is_read(
    code: str, asked: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*(str(tmp_path / "nowhere") if each == "CENTRE" else each for each in asked))
    assert ended.exit_code == 2
    assert f"error: {code} " in ended.stderr
    assert "hint: " in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "more",
    [
        ["--allow-tables"],
        ["--subjects"],
        ["--as-of", "2026-01-01"],
        ["--period", "2026"],
        ["--known-at", "main"],
        ["--owner", "facilities"],
        ["--lapses", "lapses.parquet"],
    ],
)
def test_nothing_is_asked_anew_of_an_assessment_that_is_read(
    more: list[str], run: Run, centre: Path, tmp_path: Path
) -> None:
    file = tmp_path / "result.json"
    assert run("check", centre, "--format", "json", "-o", file).exit_code == 0
    ended = run("report", "--from", file, *more)
    assert ended.exit_code == 2
    assert f"{more[0]}" in ended.stderr, "the hint names it"


@pytest.mark.parametrize("name", formats("assessment"))
def test_formats_declare_whether_detail_changes_them(name: str) -> None:
    shown = {
        render(ASSESSMENT, name, replace(View(), detail=detail)).content
        for detail in ("brief", "normal", "full")
    }
    assert (len(shown) > 1) is FORMATS[name].detailed


@pytest.mark.parametrize("name", formats("assessment"))
def test_formats_declare_whether_they_name_the_commit(name: str) -> None:
    assert ASSESSMENT.provenance
    without = ASSESSMENT.model_copy(update={"provenance": None})
    shown, other = (render(each, name, View()).content for each in (ASSESSMENT, without))
    assert (shown != other) is FORMATS[name].names_commit


def test_check_writes_reports_in_the_detail_asked_for(
    run: Run, failing: Path, tmp_path: Path
) -> None:
    """The terminal follows -q and -v, and reports `--detail`; without these both follow it."""
    report = tmp_path / "report.md"
    written = {}
    for detail in ("summary", "normal", "full"):
        asked = ("check", failing, "-v", "--detail", detail, "--report", report)
        assert run(*asked).stdout == run("check", failing, "-v").stdout
        written[detail] = report.read_text("utf-8")
        again = run("report", failing, "--format", "markdown", "--detail", detail)
        assert again.stdout == written[detail]
    assert written["summary"] != written["full"]
    full = run("check", failing, "--detail", "full")
    assert full.stdout == run("check", failing, "-v").stdout
    assert full.exit_code == 1
    brief = run("check", failing, "--detail", "summary")
    assert brief.stdout == run("check", failing, "-q").stdout


def test_several_formats_take_what_one_of_them_can_show(
    run: Run, centre: Path, tmp_path: Path
) -> None:
    report = tmp_path / "result.json"
    asked = ("check", centre, "--subjects", "--annex", "--detail", "full", "--report", report)
    assert run(*asked).exit_code == 0
    [control] = json.loads(report.read_text("utf-8"))["controls"]
    assert control["population"]
