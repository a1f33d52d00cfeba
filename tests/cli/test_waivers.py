"""Waivers that nobody should have written: refused, or said to accept nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ccpolicy.reports import FORMATS, formats
from message_text import coded

from .conftest import Run
from .test_pin import readable

WAIVER = """\
waivers:
  - id: W-1
    control: EM-1
    subject: PBX-2
    reason: {en: Locked away., zh: 锁在屋里。}
    owner: facilities
    approver: manager
    from: 2026-10-01
    until: 2026-12-31
"""


def waive(centre: Path, old: str = "PBX-2", new: str = "PBX-2") -> None:
    (centre / "policy/waivers.yaml").write_text(WAIVER.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("until: 2026-12-31", "until: 2199-12-31", "9:5: error: PL519"),
        ("until: 2026-12-31", "until: 2027-04-01", "9:5: error: PL519"),
        ("approver: manager", "approver: facilities", "7:5: error: PL610"),
    ],
)
def test_check_refuses_what_lint_refuses(
    run: Run, failing: Path, old: str, new: str, said: str
) -> None:
    waive(failing, old, new)
    for command in ("lint", "check"):
        ended = run(command, failing)
        assert ended.exit_code == 2
        assert ended.stderr.startswith(f"policy/waivers.yaml:{said}")


def test_a_waiver_for_a_subject_that_does_not_exist(run: Run, failing: Path) -> None:
    waive(failing)
    ended = run("check", failing)
    assert ended.exit_code == 0
    assert "accepts nothing" not in ended.stdout
    waive(failing, "PBX-2", "PBX-3")
    ended = run("check", failing)
    assert ended.exit_code == 1
    assert "Waiver W-1 accepts nothing: EM-1 has no subject 'PBX-3'" in ended.stdout
    result = json.loads(run("check", failing, "--format", "json").stdout)
    assert [(each["id"], each["subject_known"]) for each in result["waivers"]] == [("W-1", False)]


@pytest.mark.parametrize("name", formats("assessment"))
def test_every_format_says_it(run: Run, failing: Path, tmp_path: Path, name: str) -> None:
    """Or says beside it that it does not."""
    file = tmp_path / f"report{FORMATS[name].suffix}"
    waive(failing, "PBX-2", "PBX-3")
    ended = run("check", failing, "--report", f"{name}={file}", "-q")
    said = readable(name, file) + ended.stderr
    assert "W-1" in said
    nothing = r"accepts nothing|do not exist|\"subject_known\": ?false|,waiver,PBX-3,"
    assert re.search(nothing, said), said
    waive(failing)
    ended = run("check", failing, "--report", f"{name}={file}", "-q")
    assert not re.search(nothing, readable(name, file) + ended.stderr)


def test_one_subject_alone_is_known_by_lint(run: Run, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    assert run("init", "--pack", "bare", bare).exit_code == 0
    waiver = WAIVER.replace("EM-1", "GV-1").replace("approver: manager", "approver: director")
    (bare / "policy/waivers.yaml").write_text(waiver, "utf-8")
    found = run("lint", bare)
    assert found.exit_code == 1
    assert (
        f"policy/waivers.yaml:4:5: warning: {coded('LN113', 'W-1', 'PBX-2', 'GV-1')}"
        in found.stdout
    )
    assert "hint: write the subject exactly as JSON and CSV name it: centre" in found.stdout
    said = "Waiver W-1 accepts nothing: GV-1 has no subject 'PBX-2'"
    assert said in run("check", bare).stdout
    (bare / "policy/waivers.yaml").write_text(waiver.replace("PBX-2", "centre"), "utf-8")
    assert "LN113" not in run("lint", bare).stdout
    assert "accepts nothing" not in run("check", bare).stdout


def test_a_baseline_entry_for_nobody_fails(run: Run, centre: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    for control, subject in (("EM-1", "PBX-9"), ("EM-9", "PBX-1")):
        entry = f'{{control: {control}, subject: {subject}, starts: "2026-10-01T00:00:00+08:00"}}'
        known.write_text(f"lapses:\n  - {entry}\n", "utf-8")
        ended = run("check", centre, "--baseline", known)
        assert ended.exit_code == 1
        assert f"Obsolete baseline entry, remove it: {control}, {subject}" in ended.stdout
        chosen = run("check", centre, "--baseline", known, "--control", "EM-1")
        assert chosen.exit_code == 1
