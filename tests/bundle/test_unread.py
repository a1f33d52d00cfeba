"""Files that nobody reads, in bundles, baselines, filters and formats."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest

from ccpolicy.assessment.manifest import ASSESSMENT
from ccpolicy.reports import formats
from small_centre import FAILING, INSPECTIONS, lay

from .conftest import as_json, members, rebuilt, run


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """A small centre with one file that nobody reads, and one that is ignored."""
    files = {"evidence/inspections/2026.old": FAILING, "evidence/README.md": "x"}
    return lay(lay(tmp_path / "small"), files)


def test_a_bundle_verifies_and_still_fails(littered: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "made.zip"
    made = run("bundle", littered, "-o", bundle)
    assert bundle.exists(), made.output
    held = members(bundle)
    assert not any("2026.old" in name for name in held)
    recorded = json.loads(held[ASSESSMENT])
    assert recorded["evidence"]["unread"] == ["evidence/inspections/2026.old"]
    assert not recorded["gate"]["passed"]
    verified = run("verify", bundle)
    assert verified.exit_code == 0, verified.output


def test_a_bundle_that_is_told_to_have_passed(littered: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "made.zip"
    run("bundle", littered, "-o", bundle)

    def pass_(contents: dict[str, bytes]) -> None:
        recorded = json.loads(contents[ASSESSMENT])
        recorded["gate"]["passed"], recorded["problems"] = True, []
        contents[ASSESSMENT] = as_json(recorded)

    verified = run("verify", rebuilt(bundle, pass_))
    assert verified.exit_code == 1
    assert "RP140" in verified.output


def test_no_baseline_takes_it(littered: Path, tmp_path: Path) -> None:
    (littered / INSPECTIONS).write_text(FAILING, "utf-8")
    baseline = tmp_path / "baseline.yaml"
    assert run("check", littered, "--write-baseline", baseline).exit_code == 1
    result = run("check", littered, "--baseline", baseline, "--format", "json")
    assert result.exit_code == 1
    gate = json.loads(result.stdout)["gate"]
    assert (gate["failed_on"], gate["accepted"], gate["passed"]) == ([], ["EM-1"], False)
    (littered / "evidence" / "inspections" / "2026.old").unlink()
    assert run("check", littered, "--baseline", baseline).exit_code == 0


@pytest.mark.parametrize("name", formats("assessment"))
def test_every_format_names_it_and_ends_alike(littered: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "report"
    result = run("check", littered, "--control", "EM-1", "--format", name, "-o", target)
    assert result.exit_code == 1
    content = target.read_bytes()
    if name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
        content = "\n".join(cells).encode()
    if name == "ics":  # a calendar has no day for it
        assert "files that no dataset reads: 1" in result.output
    else:
        assert b"evidence/inspections/2026.old" in content
        assert b"EV110" in content
