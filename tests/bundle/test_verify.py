"""Every attack on a bundle, and the step that stops it."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import ccpolicy.bundle.verify
from ccpolicy.bundle.verify import Trust, verify
from ccpolicy.policy.schemas import schema_text
from ccpolicy.vocabulary import STEPS
from message_text import coded

from .conftest import as_json, failing_step, forged, made, members, rebuilt, run, statuses

CONTROLS = "repository/policy/controls/fire.yaml"
EVIDENCE = "repository/evidence/inspections.csv"


def changed(contents: dict[str, bytes], name: str, old: bytes, new: bytes) -> None:
    assert contents[name].count(old) >= 1, name
    contents[name] = contents[name].replace(old, new, 1)


def set_in(contents: dict[str, bytes], name: str, *path: str | int, to: Any) -> None:
    """Set a value in a JSON file."""
    value = json.loads(contents[name])
    part = value
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = to
    contents[name] = as_json(value)


def listed(bundle: Path) -> dict[str, bytes]:
    """Return the files that a bundle's manifest lists."""
    found = members(bundle)
    del found["manifest.json"]
    assert len(found) > 20
    return found


def test_bundle_verifies(bundle: Path) -> None:
    found = verify(bundle)
    assert found.passed
    unchecked = {"signature", "policy", "provenance"}
    expected = {step: "not_checked" if step in unchecked else "passed" for step in STEPS}
    assert statuses(found) == expected


def test_says_so_in_both_languages_and_to_programs(bundle: Path) -> None:
    result = run("verify", bundle)
    assert result.exit_code == 0
    assert "Verified, but not checked: signature, policy" in result.stdout
    assert "anybody can make a bundle" in result.stdout
    result = run("verify", bundle, "--lang", "zh")
    machine = run("verify", bundle, "--format", "json")
    assert machine.exit_code == 0
    document = json.loads(machine.stdout)
    Draft202012Validator(json.loads(schema_text("verification"))).validate(document)
    assert str(bundle.parent) not in machine.stdout


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_byte_can_be_another(kept: Path, data: st.DataObject) -> None:
    whole = bytearray(kept.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flipped.zip"
        path.write_bytes(whole)
        found = verify(path)
    assert not found.passed
    assert statuses(found)["archive"] == "failed"
    assert found.judged is None


def test_changed_byte_in_each_member_with_its_checksum(bundle: Path) -> None:
    """Each member in turn, in an archive of the right form: the manifest tells."""
    for name, content in listed(bundle).items():

        def flip(contents: dict[str, bytes], name: str = name, content: bytes = content) -> None:
            middle = len(content) // 2
            contents[name] = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

        step, said = failing_step(rebuilt(bundle, flip, relist=False))
        assert (step, coded("BU222", name) in said) == (
            "manifest",
            True,
        )


def test_changed_byte_in_each_member_with_its_digest(bundle: Path) -> None:
    """Each member in turn, with a manifest made to fit: schemas, evaluation or reports tell."""
    for name, content in listed(bundle).items():

        def change(contents: dict[str, bytes], name: str = name, content: bytes = content) -> None:
            contents[name] = content + b"\n"

        step, _ = failing_step(rebuilt(bundle, change))
        assert step in ("schemas", "evaluation", "reports"), name


@pytest.mark.parametrize("relist", [False, True])
def test_extra_and_missing_files(bundle: Path, relist: bool) -> None:
    def add(contents: dict[str, bytes]) -> None:
        contents["repository/evidence/zz.txt"] = b"more"

    def drop(contents: dict[str, bytes]) -> None:
        del contents[EVIDENCE]

    step, said = failing_step(rebuilt(bundle, add, relist=relist))
    assert step == ("evaluation" if relist else "manifest")
    assert "zz.txt'" in said
    step, _ = failing_step(rebuilt(bundle, drop, relist=relist))
    assert step == ("evaluation" if relist else "manifest")


@pytest.mark.parametrize("folder", ["", "reports/", "checks/", "repository/", "x/"])
def test_files_that_nothing_rests_on(bundle: Path, folder: str) -> None:
    step, said = failing_step(
        rebuilt(bundle, lambda contents: contents.update({f"{folder}extra": b"more"}))
    )
    assert step in ("schemas", "evaluation")
    assert f"'{folder}extra'" in said


@pytest.mark.parametrize("names", [["../a", "a"], ["/a"], ["a", "a"]])
def test_names_that_lead_elsewhere(bundle: Path, names: list[str]) -> None:
    bundle.write_bytes(forged(names))
    assert failing_step(bundle)[0] == "archive"
    assert not (bundle.parent.parent / "a").exists()


def test_evidence_made_better(bundle: Path) -> None:
    """A failing record made a passing one, with manifest and digests made to fit."""
    step, said = failing_step(
        rebuilt(bundle, lambda contents: changed(contents, EVIDENCE, b"fail", b"pass"))
    )
    assert step == "evaluation"
    assert "BU209 " in said


def test_verdict_made_better(bundle: Path) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        set_in(contents, "assessment.json", "gate", "passed", to=True)

    step, said = failing_step(rebuilt(bundle, edit))
    assert (step, said) == (
        "evaluation",
        coded("BU209", "gate/passed", "false", "true"),
    )


def test_report_made_better(bundle: Path) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        changed(contents, "reports/assessment.en.txt", b"FAIL ", b"PASS ")

    step, said = failing_step(rebuilt(bundle, edit))
    assert step == "reports"
    assert coded("BU226", "reports/assessment.en.txt") in said


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["asked", "as_of"], "2026-02-01T18:00:00+08:00"),
        (["asked", "as_of"], "2026-02-01"),
        (["asked", "as_of"], "never"),
        (["asked", "as_of_source"], "given"),
        (["asked", "as_of_source"], "now"),
        (["asked", "starts"], "2026-01-01T00:00:00+08:00"),
        (["asked", "ends"], "2025-01-01T00:00:00+08:00"),
        (["asked", "controls"], ["FIRE-2"]),
        (["asked", "controls"], ["NO-1"]),
        (["asked", "gate"], "now"),
        (["asked", "fail_on"], "critical"),
        (["asked", "surplus"], 1),
        (["policy_digest"], f"sha256:{'0' * 64}"),
        (["tool", "version"], "9.9"),
        (["tool", "name"], "other"),
        (["schema_version"], "2.0"),
        (["reports"], []),
        (["reports", 0, "format"], "pdf"),
        (["reports", 0, "language"], "zh"),
        (["reports", 0, "path"], "assessment.json"),
    ],
)
def test_manifest_that_says_something_else(bundle: Path, path: list[str], value: Any) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        set_in(contents, "manifest.json", *path, to=value)

    found = verify(rebuilt(bundle, edit))
    assert not found.passed, found


def test_pin_that_is_none(centre: Path, tmp_path: Path) -> None:
    bundle = made(centre, tmp_path / "given.zip", "--as-of", "2026-02-01")

    def edit(contents: dict[str, bytes]) -> None:
        set_in(contents, "manifest.json", "asked", "as_of_source", to="pinned")
        set_in(contents, "assessment.json", "as_of_source", to="pinned")

    step, said = failing_step(rebuilt(bundle, edit))
    assert step == "evaluation"
    assert "BU217 " in said


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"schema_version": 1}'],
)
@pytest.mark.parametrize(
    ("name", "step"), [("manifest.json", "manifest"), ("assessment.json", "schemas")]
)
def test_hostile_json(bundle: Path, name: str, step: str, content: bytes) -> None:
    relist = name != "manifest.json"
    assert (
        failing_step(
            rebuilt(bundle, lambda contents: contents.update({name: content}), relist=relist)
        )[0]
        == step
    )


@pytest.mark.parametrize(
    ("name", "step"), [("manifest.json", "manifest"), ("assessment.json", "schemas")]
)
def test_another_version_is_neither_verified_nor_said_to_have_failed(
    bundle: Path, name: str, step: str
) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        set_in(contents, name, "schema_version", to="0.9")
        set_in(contents, name, "tool", "version", to="0.0.1")

    old = rebuilt(bundle, edit)
    found = verify(old)
    assert not found.passed
    assert found.judged is None
    assert statuses(found)[step] == "other_version"
    assert "failed" not in statuses(found).values()
    result = run("verify", old)
    assert result.exit_code == 3
    assert "NOT verified: another version of ccpolicy made the bundle" in result.stdout
    assert "verify the bundle with the version of ccpolicy" in " ".join(result.stdout.split())


def test_manifest_written_otherwise(bundle: Path) -> None:
    """A key that stands twice means different things to different readers."""

    def twice(contents: dict[str, bytes]) -> None:
        data = contents["manifest.json"]
        contents["manifest.json"] = data.replace(b'  "tool"', b'  "reports": [],\n  "tool"', 1)

    step, said = failing_step(rebuilt(bundle, twice, relist=False))
    assert (step, said) == ("manifest", coded("BU219"))


def test_hostile_policy(bundle: Path) -> None:
    def link(contents: dict[str, bytes]) -> None:
        contents["repository/ccpolicy.toml"] += b'evidence = "/etc"\n'

    assert failing_step(rebuilt(bundle, link))[0] == "schemas"


def test_laxer_policy_under_the_same_version(centre: Path, tmp_path: Path) -> None:
    """A whole bundle made from a laxer policy agrees with itself; what is known outside tells."""
    known = Path(shutil.copytree(centre, tmp_path / "known"))
    [controls] = (centre / "policy" / "controls").glob("*.yaml")
    text = controls.read_text("utf-8")
    assert "value: 30 days" in text
    controls.write_text(text.replace("value: 30 days", "value: 300 days", 1), "utf-8")
    bundle = made(centre, tmp_path / "lax.zip")
    assert verify(bundle).passed
    step, said = failing_step(bundle, Trust(policy=known))
    assert step == "policy"
    assert "another one under the same version, 1" in said
    assert "BU211 " in said
    result = run("verify", bundle, "--policy", known)
    assert result.exit_code == 1
    assert verify(bundle, Trust(policy=centre)).passed


def test_policy_of_another_version(centre: Path, bundle: Path) -> None:
    plan = centre / "policy" / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace('version: "1"', 'version: "2"'), "utf-8")
    step, said = failing_step(bundle, Trust(policy=centre))
    assert (step, said.split("\n")[0]) == ("policy", coded("BU210", "1", "2"))


def test_kind_that_is_not_this_programs(bundle: Path) -> None:
    """Who changes the rule in the bundle is not judged by it."""
    step, said = failing_step(
        rebuilt(
            bundle,
            lambda contents: changed(contents, "checks/recurrence.sql", b"SELECT", b"SELECT "),
        )
    )
    assert (step, said) == (
        "schemas",
        coded("BU208", "checks/recurrence.sql"),
    )


def test_what_is_required_must_be_checked(bundle: Path) -> None:
    result = run("verify", bundle, "--require", "signature")
    assert result.exit_code == 1
    assert "NOT verified: signature not checked, though required" in result.stdout
    assert run("verify", bundle, "--require", "evaluation").exit_code == 0
    result = run("verify", bundle, "--require", "signatur")
    assert result.exit_code == 2


def test_no_report(centre: Path, tmp_path: Path, bundle: Path) -> None:
    def edit(contents: dict[str, bytes]) -> None:
        for name in list(contents):
            if name.startswith("reports/"):
                del contents[name]
        set_in(contents, "manifest.json", "reports", to=[])

    found = verify(rebuilt(bundle, edit))
    assert found.passed
    assert statuses(found)["reports"] == "not_checked"


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify with a program of a later version."""
    monkeypatch.setattr(ccpolicy.bundle.verify, "__version__", "9.9")
    monkeypatch.setattr("ccpolicy.engine.build.__version__", "9.9")


@pytest.mark.usefixtures("newer")
def test_made_by_another_version(bundle: Path) -> None:
    found = verify(bundle)
    assert found.passed
    [evaluation] = [step for step in found.steps if step.step == "evaluation"]
    assert f"made by {ccpolicy.__version__}, judged again by 9.9" in evaluation.message.text("en")

    def edit(contents: dict[str, bytes]) -> None:
        set_in(contents, "assessment.json", "gate", "passed", to=True)

    step, said = failing_step(rebuilt(bundle, edit))
    assert step == "evaluation"
    assert f"verify it with {ccpolicy.__version__}" in said


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        result = run("verify", path)
        assert result.exit_code == 2
        assert result.stdout == ""
