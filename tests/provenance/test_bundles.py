"""Bundles of a policy that rests on git: what they carry, and what verification can know."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import ccpolicy
from bundle.conftest import as_json, failing_step, made, members, rebuilt, run, statuses
from ccpolicy.api import Repository
from ccpolicy.assessment.manifest import Manifest
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.provenance import ProvenanceExport
from ccpolicy.bundle.archive import Archive, open_archive
from ccpolicy.bundle.evaluate import evaluate, unpack_repository
from ccpolicy.bundle.serialization import assessment_bytes
from ccpolicy.bundle.verify import Trust, verify
from ccpolicy.cli.program import program
from ccpolicy.policy import load_policy
from ccpolicy.policy.schemas import schema_text
from message_text import coded
from provenance.conftest import AS_OF, FIRST, INSPECTIONS, SECOND, STRANGER, THIRD, Centre

LATE = "I4,PBX-2,2026-04-01T09:00:00+08:00,\n"
Edit = Callable[[dict[str, bytes]], None]


@pytest.fixture
def late(centre: Centre) -> Centre:
    """The centre, with a record that came late."""
    centre.put(FIRST, SECOND, THIRD, LATE)
    centre.commit("2026-04-15T10:00:00+08:00")
    return centre


def bundled(centre: Centre, *options: str) -> Path:
    target = Path(tempfile.mkdtemp(dir=centre.folder.parent)) / "made.zip"
    return made(centre.folder, target, "--as-of", AS_OF, "--report", "csv=all.csv", *options)


def provenance(bundle: Path, repository: Path | None = None) -> tuple[str, str]:
    """Return how the step ended, and what it says."""
    found = verify(bundle, Trust(repository=repository))
    [step] = [each for each in found.steps if each.step == "provenance"]
    said = [(step.code, step.message), *((each.code, each.message) for each in step.details)]
    return step.status, "\n".join(f"{code or ''} {text.text('en')}".lstrip() for code, text in said)


def forged(bundle: Path, edit: Edit) -> Path:
    """Change what a bundle holds, and have its assessment follow from that."""

    def change(contents: dict[str, bytes]) -> None:
        edit(contents)
        drop_reports(contents)

    target = rebuilt(bundle, change)
    with open_archive(target) as file, tempfile.TemporaryDirectory() as folder:
        archive = Archive(file)
        contents = members(target)
        manifest = Manifest.model_validate_json(contents["manifest.json"])
        root = unpack_repository(archive, manifest.digests(), Path(folder))
        again = evaluate(
            Repository(load_policy(root)),
            manifest,
            Assessment.model_validate_json(contents["assessment.json"]),
            ProvenanceExport.model_validate_json(contents["provenance.json"]),
        )
    return rebuilt(target, lambda held: held.update({"assessment.json": assessment_bytes(again)}))


def drop_reports(contents: dict[str, bytes]) -> None:
    manifest = json.loads(contents["manifest.json"])
    for report in manifest["reports"]:
        del contents[report["path"]]
    contents["manifest.json"] = as_json({**manifest, "reports": []})


def told(contents: dict[str, bytes], change: Callable[[Any], None]) -> None:
    """Change what a bundle says that git knew."""
    found = json.loads(contents["provenance.json"])
    change(found)
    contents["provenance.json"] = (
        json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"
    ).encode()


def set_cell(record: str, column: str, value: object) -> Callable[[Any], None]:
    def change(found: Any) -> None:
        table = found["tables"]["recordings"]
        [row] = [each for each in table["rows"] if each[1] == record]
        row[table["columns"].index(column)] = value

    return change


def test_without_a_repository_it_is_said_that_nobody_checked(late: Centre) -> None:
    bundle = bundled(late)
    found = statuses(verify(bundle))
    assert found.pop("provenance") == found.pop("policy") == found.pop("signature") == "not_checked"
    assert set(found.values()) == {"passed"}
    result = run("verify", bundle)
    assert "Verified, but not checked: signature, policy, provenance" in " ".join(
        result.output.split()
    )
    assert "Only the bundle says who filed the evidence" in " ".join(result.output.split())
    result = run("verify", bundle, "--require", "provenance")
    assert result.exit_code == 1


def test_the_repository_says_the_same(late: Centre, tmp_path: Path) -> None:
    bundle = bundled(late)
    status, said = provenance(bundle, late.folder)
    assert status == "passed"
    assert late.git("rev-parse", "HEAD")[:12] in said
    # So does a clone that has gone on since.
    clone = tmp_path / "clone"
    late.git("clone", "--quiet", "--no-local", str(late.folder), str(clone))
    Centre(clone).put(FIRST)
    Centre(clone).commit("2026-05-15T10:00:00+08:00")
    assert provenance(bundle, clone)[0] == "passed"
    result = run("verify", bundle, "--repository", clone, "--require", "provenance")
    assert result.exit_code == 0
    assert "Only the bundle says who filed the evidence" not in " ".join(result.output.split())


def test_a_repository_that_is_none_is_wrong_usage(late: Centre, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("verify", bundled(late), "--repository", tmp_path / "empty").exit_code == 2


def test_who_recorded_it_is_made_up(late: Centre) -> None:
    bundle = forged(bundled(late), lambda held: told(held, set_cell("I4", "author", "x@y.example")))
    assert provenance(bundle)[0] == "not_checked"
    status, said = provenance(bundle, late.folder)
    assert status == "failed"
    assert "recordings: inspections × I4 differs" in said


def test_a_late_record_is_said_to_have_come_in_time(late: Centre) -> None:
    true = bundled(late)
    early = set_cell("I4", "recorded_at", 1775100000000000)
    plain = rebuilt(true, lambda held: told(held, early))
    assert failing_step(plain)[0] == "evaluation"
    bundle = forged(true, lambda held: told(held, early))
    verdicts = {
        each["id"]: each for each in json.loads(members(bundle)["assessment.json"])["controls"]
    }
    assert verdicts["GV-2"]["lapses"] == []
    assert provenance(bundle)[0] == "not_checked"
    assert provenance(bundle, late.folder)[0] == "failed"


def test_a_history_that_was_written_anew(late: Centre, tmp_path: Path) -> None:
    other = Centre(tmp_path / "other")
    late.git("clone", "--quiet", "--no-local", str(late.folder), str(other.folder))
    other.git("reset", "--quiet", "--hard", "HEAD~1")
    other.put(FIRST, SECOND, THIRD, LATE)
    other.commit("2026-04-04T10:00:00+08:00")
    bundle = bundled(other)
    assert provenance(bundle, other.folder)[0] == "passed"
    status, said = provenance(bundle, late.folder)
    assert status == "failed"
    assert "the checked-out commit is not a descendant of" in said


@pytest.mark.parametrize("dropped", [False, True])
def test_evidence_that_is_not_the_commit_s(late: Centre, dropped: bool) -> None:
    late.put("I5,PBX-1,2026-04-14T09:00:00+08:00,dirty\n", file="evidence/inspections/more.csv")
    late.commit("2026-04-16T10:00:00+08:00")
    name = "repository/evidence/inspections/more.csv"

    def edit(held: dict[str, bytes]) -> None:
        if dropped:
            del held[name]
        else:
            held[name] = held[name].replace(b"dirty", b"clean")

    bundle = forged(bundled(late), edit)
    assert provenance(bundle)[0] == "not_checked"
    status, said = provenance(bundle, late.folder)
    assert status == "failed"
    assert coded("BU211", "evidence/inspections/more.csv") in said


def test_what_is_not_committed_cannot_be_checked(late: Centre) -> None:
    late.put(FIRST, SECOND, THIRD, LATE.replace("PBX-2", "PBX-1"))
    status, said = provenance(bundled(late), late.folder)
    assert status == "not_checked"
    assert coded("BU408", "1") in said


def test_what_git_knew_is_left_out(late: Centre) -> None:
    def leave_out(held: dict[str, bytes]) -> None:
        del held["provenance.json"]

    bundle = rebuilt(bundled(late), leave_out)
    step, said = failing_step(bundle)
    assert (step, coded("BU205", "provenance.json") in said) == ("evaluation", True)
    without = bundled(late, "--control", "EM-1")
    assert "provenance.json" not in members(without)
    assert provenance(without, late.folder)[0] == "not_checked"
    more = members(bundled(late))["provenance.json"]
    bundle = rebuilt(without, lambda held: held.update({"provenance.json": more}))
    assert coded("BU204", "provenance.json") in failing_step(bundle)[1]


@pytest.mark.parametrize(
    "change",
    [
        set_cell("I4", "recorded_at", "2026"),
        set_cell("I4", "owed", 1),
        set_cell("I4", "record", None),
        set_cell("I4", "record", "I1"),
        lambda found: found["tables"]["recordings"]["rows"][0].pop(),
        lambda found: found["tables"]["recordings"]["columns"].reverse(),
        lambda found: found["tables"].pop("recordings"),
        lambda found: found["tables"].update({"assets": {"columns": [], "rows": []}}),
    ],
)
def test_what_git_cannot_know_is_refused(late: Centre, change: Callable[[Any], None]) -> None:
    bundle = rebuilt(bundled(late), lambda held: told(held, change))
    step, said = failing_step(bundle)
    assert step == "evaluation"
    assert "GI111 " in said


def test_another_writing_of_what_git_knew(late: Centre) -> None:
    bundle = rebuilt(
        bundled(late), lambda h: h.update({"provenance.json": h["provenance.json"] + b"\n"})
    )
    assert failing_step(bundle)[0] == "schemas"


def test_where_git_knew_nothing(empty: Centre) -> None:
    bundle = bundled(empty)
    assert json.loads(members(bundle)["provenance.json"])["state"] == "no_commit"
    assert provenance(bundle, empty.folder)[0] == "not_checked"
    assert verify(bundle).passed


def test_evidence_as_it_was_known_earlier(late: Centre) -> None:
    bundle = bundled(late, "--known-at", "HEAD~1")
    found = verify(bundle, Trust(repository=late.folder))
    assert statuses(found)["evaluation"] == statuses(found)["provenance"] == "passed"
    assert found.asked is not None
    assert found.asked.known_at == "HEAD~1"
    contents = members(bundle)
    assert LATE.encode() not in contents[f"repository/{INSPECTIONS}"]
    # With the evidence of today it is another answer.
    today = (late.folder / INSPECTIONS).read_bytes()
    swapped = rebuilt(bundle, lambda held: held.update({f"repository/{INSPECTIONS}": today}))
    assert failing_step(swapped)[0] == "evaluation"


def test_the_policy_of_a_revision(late: Centre) -> None:
    head = late.git("rev-parse", "HEAD")
    path = "policy/datasets/inspections.yaml"
    text = (late.folder / path).read_text("utf-8")
    late.write(**{path: text.replace("7 days", "700 days")})
    bundle = bundled(late, "--policy-from", "HEAD")
    found = verify(bundle)
    assert found.asked is not None
    assert found.asked.policy_from == head
    assert statuses(found)["evaluation"] == "passed"
    contents = members(bundle)
    assert contents[f"repository/{path}"] == text.encode()
    assert json.loads(contents["assessment.json"])["policy"]["revision"] == head
    # It is not the policy that lies there now.
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(late.folder)
        assert failing_step(bundle, Trust(policy=late.folder))[0] == "policy"


def test_what_is_asked_is_shown(late: Centre) -> None:
    bundle = bundled(late, "--known-at", "HEAD~1", "--policy-from", "HEAD")
    for language, expected in (("en", "Evidence as known at HEAD~1"), ("zh", "HEAD~1")):
        said = CliRunner().invoke(program, ["verify", str(bundle), "--lang", language]).output
        assert expected in " ".join(said.split())
        assert late.git("rev-parse", "HEAD")[:12] in said


def test_a_recorder_who_may_not_is_in_the_bundle(late: Centre) -> None:
    late.put(FIRST, SECOND, THIRD, LATE, "I5,PBX-1,2026-04-14T09:00:00+08:00,\n")
    late.commit("2026-04-16T10:00:00+08:00", by=STRANGER)
    bundle = bundled(late)
    told = json.loads(members(bundle)["provenance.json"])
    Draft202012Validator(json.loads(schema_text("provenance"))).validate(told)
    rows = told["tables"]["recordings"]
    permitted = rows["columns"].index("recorder_permitted")
    assert {row[1]: row[permitted] for row in rows["rows"]}["I5"] is False
    assert provenance(bundle, late.folder)[0] == "passed"
    assert (
        ccpolicy.load(late.folder).check(ccpolicy.EvaluationRequest(as_of=AS_OF)).gate.passed
        is False
    )
