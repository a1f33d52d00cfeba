"""`lint --fix` changes only what it says, and a digest only for who reviewed the control."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from ccpolicy.draft.key_order import DATASET_ORDER, ordered_dataset, ordered_entries
from ccpolicy.policy.dataset import Dataset
from cli.conftest import Run
from git_command import copied
from message_text import coded
from small_centre import CONTROLS, change

ROOT = Path(__file__).parents[2]
JUMBLED = """\
controls:
  # About the first.
  - severity: high  # not low
    # The id comes late.
    id: A-1
    rule: |
      severity: is no key here
    title: First
  - id: A-2
    title: Second
    check: level
    # ends the file
"""
ORDERED = """\
controls:
  # About the first.
    # The id comes late.
  - id: A-1
    title: First
    rule: |
      severity: is no key here
    severity: high  # not low
  - id: A-2
    title: Second
    check: level
    # ends the file
"""


def test_every_key_has_its_place() -> None:
    assert set(DATASET_ORDER) == {each.alias or name for name, each in Dataset.model_fields.items()}


def test_comments_go_with_the_key_below() -> None:
    found = ordered_entries(JUMBLED, "controls")
    assert yaml.safe_load(found) == yaml.safe_load(JUMBLED)
    assert found == ORDERED
    assert ordered_entries(found, "controls") == found
    text = "# top\nrecord: {a: 1}\n# of the id\nid: x\nunknown: 1\n"
    assert ordered_dataset(text) == text
    assert ordered_dataset("# top\nrecord: {a: 1}\n# of the id\nid: x\n") == (
        "# top\n# of the id\nid: x\nrecord: {a: 1}\n"
    )


def test_a_policy_in_order_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run("init", folder, "--pack", "fire").exit_code == 0
    before = {path: path.stat().st_ino for path in folder.rglob("*.yaml")}
    assert "fixed" not in run("lint", "--fix", folder).stdout
    assert {path: path.stat().st_ino for path in folder.rglob("*.yaml")} == before


def test_a_digest_is_renewed_after_its_change_was_shown(
    run: Run, small_repository: Path, tmp_path: Path
) -> None:
    centre = copied(small_repository, tmp_path / "centre")
    change(centre, "policy/plan.yaml", "Inspect equipment regularly.", "Inspect it every month.")
    shown = run("lint", "--fix", centre)
    assert shown.exit_code == 1
    assert "before  Maintenance\n          Inspect equipment regularly.\n" in shown.stdout
    assert "after   Maintenance\n          Inspect it every month.\n" in shown.stdout
    assert "run again with --reviewed" in shown.stdout
    text = (centre / CONTROLS).read_text("utf-8")
    fixed = run("lint", "--fix", "--reviewed", centre)
    assert fixed.exit_code == 0, fixed.output
    assert f"fixed: {CONTROLS}: digests of clauses renewed" in fixed.stdout
    new = (centre / CONTROLS).read_text("utf-8")
    assert [a for a, b in zip(text.splitlines(), new.splitlines(), strict=True) if a != b] == [
        next(line for line in text.splitlines() if "clauses:" in line)
    ]
    assert run("lint", "--fix", centre, "--reviewed").stdout == run("lint", centre).stdout


def test_the_line_that_names_the_schema(run: Run, centre: Path) -> None:
    assert "fixed" not in run("lint", "--fix", centre).stdout
    shutil.copytree(ROOT / "policy/schemas", centre / "policy/schemas")
    change(centre, "policy/norms.yaml", "norms:", "# yaml-language-server: $schema=x.json\nnorms:")
    assert run("lint", "--fix", centre).exit_code == 0
    lines = {
        name: (centre / "policy" / name).read_text("utf-8").partition("\n")[0]
        for name in ("norms.yaml", "datasets/assets.yaml")
    }
    assert lines == {
        "norms.yaml": "# yaml-language-server: $schema=schemas/norms.json",
        "datasets/assets.yaml": "# yaml-language-server: $schema=../schemas/dataset.json",
    }


def test_options_that_do_not_go_together(run: Run, centre: Path) -> None:
    assert coded("US433") in run("lint", "--fix", "--policy-from", "main", centre).stderr
    assert coded("US434") in run("lint", "--reviewed", centre).stderr
