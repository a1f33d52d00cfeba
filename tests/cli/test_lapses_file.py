"""The file of all lapses: where it is put, what reports say of it, and what refuses to go on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result

from ccpolicy.assessment.lapses_file import COLUMNS
from ccpolicy.engine import kept_lapses
from ccpolicy.files.atomic import file_digest
from ccpolicy.store.parquet import read_parquet
from small_centre import FAILING, INSPECTIONS, change, lay

from .conftest import Run

LOST = "not listed, and not kept: 6 lapses"
IN_FILE = "not listed: 6 lapses; all are in a.lapses.parquet"


@pytest.fixture
def many(centre: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A centre of seven assets that were never inspected, of which one is listed, and another."""
    monkeypatch.setattr(kept_lapses, "WORST", 1)
    assets = "".join(f"PBX-{number},2026-10-0{number}\n" for number in range(1, 8))
    lay(
        centre,
        {
            "evidence/assets/assets.csv": f"asset_id,commissioned_on\n{assets}PBX-8,2026-11-01\n",
            INSPECTIONS: FAILING.replace("PBX-1", "PBX-8"),
        },
    )
    toml = centre / "ccpolicy.toml"
    toml.write_text(f"{toml.read_text('utf-8')}[limits]\nlapses = 6\n", "utf-8")
    return centre


@pytest.fixture
def written(many: Path, run: Run, tmp_path: Path) -> Path:
    """The assessment of the centre, beside the file of its lapses."""
    file = tmp_path / "a.json"
    result = run("check", many, "--annex", "--format", "json", "-o", file)
    assert result.exit_code == 1, result.output
    return file


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def refused(result: Result, code: str) -> str:
    assert result.exit_code == 2, result.output
    assert code in result.output
    assert "hint: " in result.output
    return result.output


def test_beside_the_assessment(written: Path) -> None:
    file = written.with_name("a.lapses.parquet")
    rows = list(read_parquet(file, COLUMNS))
    assert [row[:2] for row in rows] == [("EM-1", f"PBX-{number}") for number in range(1, 8)]
    found = read(written)
    assert found["lapses_file"] == {
        "file": file.name,
        "lapses": 7,
        "sha256": file_digest(file),
        "rows_sha256": found["lapses_file"]["rows_sha256"],
    }
    [control] = found["controls"]
    assert [each["subject"] for each in control["lapses"]] == ["PBX-1"]
    assert (control["now"], control["subjects"]["failed"]) == ("fail", 7)
    assert (control["lapse_counts"]["total"], control["lapse_counts"]["open"]) == (7, 7)
    assert {each.name for each in written.parent.iterdir()} == {"centre", file.name, written.name}


def test_where_it_is_named(many: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    inner, outer, named = tmp_path / "out/a.json", tmp_path / "b.json", tmp_path / "x.parquet"
    beside = outer.with_name("b.lapses.parquet")
    for option, given, written, file in (
        ("--lapses", named, inner, named),
        ("--report", inner.with_suffix(".xlsx"), outer, beside),
    ):
        result = run("check", many, "--format", "json", option, given, "-o", written)
        assert result.exit_code == 1, result.output
        assert file.is_file()
        assert (written.parent / read(written)["lapses_file"]["file"]).resolve() == file
    shown = run("check", many, "--lapses", tmp_path / "y.parquet").stdout
    assert (tmp_path / "y.parquet").is_file()
    assert "y.parquet" in shown


def test_terminal_says_that_nobody_keeps_it(many: Path, run: Run) -> None:
    result = run("check", many)
    assert result.exit_code == 1
    assert LOST in result.stdout
    assert "7 of 8" in result.stdout
    assert "--lapses FILE" in " ".join(result.stdout.split())
    assert "其余未保留" in run("check", many, "--lang", "zh").stdout
    assert not list(many.rglob("*.parquet"))


def test_pipe_gets_no_assessment_without_its_lapses(many: Path, run: Run) -> None:
    refused(run("check", many, "--format", "json"), "US517")
    refused(run("report", many, "--format", "json"), "US517")


def test_every_report_says_where_they_are(written: Path, run: Run, tmp_path: Path) -> None:
    digest = read(written)["lapses_file"]["sha256"]
    for form in ("text", "markdown", "html", "csv", "sarif", "junit", "github", "gitlab", "oscal"):
        file = tmp_path / f"report.{form}"
        result = run("report", "--from", written, "--format", form, "-o", file)
        assert result.exit_code == 0, result.output
        text = " ".join(file.read_text("utf-8").split()).replace("\\.", ".")
        assert "a.lapses.parquet" in text, form
        if form not in ("sarif", "gitlab"):  # which list findings
            assert digest in text, form
        if form != "html":
            assert re.search(r"not listed: 6\b", text), form
    file = tmp_path / "report.xlsx"
    run("report", "--from", written, "--format", "xlsx", "-o", file)
    rows = openpyxl.load_workbook(file)["Summary"].iter_rows(values_only=True)
    assert any("a.lapses.parquet" in str(row[1]) for row in rows)
    assert 'message="7 lapses"' in (tmp_path / "report.junit").read_text("utf-8")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "7 open lapses" in page
    assert "未列出：" in page


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda file: file.unlink(), "EV706"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "EV707"),
        (lambda file: file.write_bytes(file.read_bytes() + b" "), "EV707"),
        (lambda file: (file.unlink(), file.mkdir()), "EV706"),
    ],
)
def test_missing_or_altered_file(written: Path, run: Run, spoil: Any, code: str) -> None:
    spoil(written.with_name("a.lapses.parquet"))
    refused(run("report", "--from", written), code)


def test_name_that_no_file_can_have(written: Path, run: Run) -> None:
    found = read(written)
    found["lapses_file"]["file"] = "a\0b"
    written.write_text(json.dumps(found), "utf-8")
    refused(run("report", "--from", written), "EV706")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (("controls", 0, "lapse_counts", "total"), 1),
        (("controls", 0, "lapse_counts", "total"), 8),
        (("controls", 0, "lapse_counts", "open"), 0),
        (("controls", 0, "lapse_counts"), None),
        (("lapses_file", "lapses"), 1),
        (("lapses_file", "sha256"), None),
        (("lapses_file",), None),
        (("controls", 0, "lapses"), []),
    ],
)
def test_counts_that_contradict_the_rest(
    written: Path, run: Run, field: tuple[str | int, ...], value: object
) -> None:
    found: Any = read(written)
    part = found
    for step in field[:-1]:
        part = part[step]
    part[field[-1]] = value
    written.write_text(json.dumps(found), "utf-8")
    result = run("report", "--from", written)
    if field[-1] == "lapses" and value == []:  # fewer than the worst are still no other counts
        assert result.exit_code == 0
        return
    refused(result, "EV709")


def test_green_by_counts_alone_is_refused(written: Path, run: Run) -> None:
    found = read(written)
    found["controls"][0]["now"] = "pass"
    found["gate"] |= {"failed_on": [], "passed": True}
    found["tally"] |= {"fail": 0, "pass": 1}
    written.write_text(json.dumps(found), "utf-8")
    refused(run("report", "--from", written), "EV709")


def test_no_baseline_without_a_list(many: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    refused(run("check", many, "--write-baseline", file), "US518")
    assert not file.exists()
    change(many, "ccpolicy.toml", "lapses = 6", "lapses = 7")
    assert run("check", many, "--write-baseline", file).exit_code == 0
    change(many, "ccpolicy.toml", "lapses = 7", "lapses = 6")
    refused(run("check", many, "--baseline", file), "US518")


def test_no_comparison_without_a_list(written: Path, run: Run, many: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    asked = ["report", "--from", written, "--compare", written, "--format", "html", "-o", report]
    refused(run(*asked), "US519")
    assert not report.exists()


def test_place_that_cannot_be(many: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    same = run("check", many, "--format", "json", "-o", file, "--lapses", file)
    refused(same, "US521")
    folder = run("check", many, "--lapses", tmp_path)
    assert folder.exit_code == 2
    lost = run("check", many, "--lapses", tmp_path / "no/x.parquet")
    assert lost.exit_code == 2
    assert "EV708" in lost.output
    assert not file.exists()


def test_no_other_file_is_overwritten(many: Path, run: Run, tmp_path: Path) -> None:
    evidence = many / "evidence/assets/assets.csv"
    before = evidence.read_bytes()
    refused(run("check", many, "--lapses", evidence), "US522")
    link = tmp_path / "a.lapses.parquet"
    link.symlink_to(evidence)
    assert run("check", many, "--format", "json", "-o", tmp_path / "a.json").exit_code == 1
    assert evidence.read_bytes() == before
    assert not link.is_symlink()
    again = run("check", many, "--format", "json", "-o", tmp_path / "a.json")
    assert again.exit_code == 1, again.output


def test_history_and_due_know_all(many: Path, run: Run) -> None:
    due = json.loads(run("due", many, "--format", "json").stdout)
    assert "PBX-7" in json.dumps(due)
