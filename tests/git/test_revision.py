"""A policy read from a revision in git, on real git repositories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError
from git_command import commit, copied, git
from message_text import coded
from small_centre import CONTROLS, FAILING, INSPECTIONS, change, lay


@pytest.fixture
def kept(small_repository: Path, tmp_path: Path) -> Path:
    """A centre whose policy is kept in git, on the branch main."""
    return copied(small_repository, tmp_path / "kept")


def refused(folder: Path, revision: str = "main") -> str:
    with pytest.raises(CcpolicyError) as failure:
        ccpolicy.load(folder, revision)
    assert failure.value.diagnostics("zh")
    return failure.value.diagnostics()


def test_change_cannot_weaken_its_own_judge(kept: Path) -> None:
    (kept / INSPECTIONS).write_text(FAILING, "utf-8")
    change(kept, CONTROLS, "30 days, norm", "10 years, norm")
    assert ccpolicy.load(kept).check().gate.passed
    by_main = ccpolicy.load(kept, "main").check()
    assert by_main.gate.failed_on == ["EM-1"]
    assert by_main.policy.revision == git(kept, "rev-parse", "main")


def test_same_policy_is_the_same_result(kept: Path) -> None:
    on_disk = ccpolicy.load(kept).check()
    by_main = ccpolicy.load(kept, "main").check()
    assert on_disk.policy.revision is None
    policy = on_disk.policy.model_copy(update={"revision": git(kept, "rev-parse", "HEAD")})
    assert on_disk.model_copy(update={"policy": policy}) == by_main


@pytest.mark.parametrize("name", ["main", "HEAD~0", "v1", "@{0}"])
def test_revision_is_whatever_git_knows(kept: Path, name: str) -> None:
    git(kept, "tag", "-a", "-m", "first", "v1")
    assert ccpolicy.load(kept, name).policy.revision == git(kept, "rev-parse", "HEAD")


def test_branch_with_a_slash_and_no_checkout(kept: Path) -> None:
    git(kept, "branch", "release/2026")
    change(kept, CONTROLS, "severity: high", "severity: low")
    before = (kept / CONTROLS).read_bytes()
    assert ccpolicy.load(kept, "release/2026").controls["EM-1"].severity == "high"
    assert (kept / CONTROLS).read_bytes() == before
    assert git(kept, "status", "--porcelain") == f"M {CONTROLS}"


def test_place_names_the_revision(kept: Path) -> None:
    change(kept, CONTROLS, "severity: high", "severity: hig")
    commit(kept)
    change(kept, CONTROLS, "severity: hig", "severity: high")
    assert refused(kept).startswith(f"main:{CONTROLS}:7:5: FI310 'severity' must be one of")
    content = ccpolicy.load(kept, "main~1").policy
    assert str(content.place("control", "EM-1", "severity")) == f"main~1:{CONTROLS}:7:5"


@pytest.mark.parametrize(
    "name", ["nowhere", "origin/main", "", "--help", "main:policy", "HEAD^{tree}", "a\nb", "f" * 40]
)
def test_unknown_revision(kept: Path, name: str) -> None:
    assert f"{coded('GI108', name)}\nhint: name a branch" in refused(kept, name)


def test_no_repository(tmp_path: Path) -> None:
    folder = lay(tmp_path / "loose")
    assert refused(folder).startswith(f"{coded('GI203', '')}{folder}")
    assert refused(tmp_path / "nowhere").startswith("US303 ")


def test_repository_without_a_commit(tmp_path: Path) -> None:
    folder = lay(tmp_path / "new")
    git(folder, "init", "-q", "-b", "main")
    assert coded("GI108", "HEAD") in refused(folder, "HEAD")


def test_bare_repository(kept: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(kept), "bare")
    assert "GI203 " in refused(tmp_path / "bare")


def test_shallow_clone_says_what_to_fetch(kept: Path, tmp_path: Path) -> None:
    commit(kept)
    git(tmp_path, "clone", "-q", "--depth", "1", kept.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    assert ccpolicy.load(shallow, "origin/main").check().gate.passed
    assert "this clone is shallow; fetch it first" in refused(shallow, "HEAD~1")


def test_linked_working_tree(kept: Path, tmp_path: Path) -> None:
    git(kept, "worktree", "add", "-q", "--detach", str(tmp_path / "beside"))
    assert ccpolicy.load(tmp_path / "beside", "main").check().gate.passed


def test_repository_of_another_owner(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert "GI106 " in refused(kept)
    assert "dubious ownership" in refused(kept)


def test_subfolder_of_the_repository(tmp_path: Path) -> None:
    top = tmp_path / "top"
    folder = lay(top / "plans" / "centre")
    git(top, "init", "-q", "-b", "main")
    commit(top)
    change(folder, CONTROLS, "severity: high", "severity: low")
    found = ccpolicy.load(folder, "main")
    assert found.controls["EM-1"].severity == "high"
    assert found.check().gate.passed
    assert str(found.policy.place("control", "EM-1", "check")).startswith(f"main:{CONTROLS}:")
    (tmp_path / "link").symlink_to(folder)
    assert ccpolicy.load(tmp_path / "link", "main").check().gate.passed


def test_subfolder_that_is_new(kept: Path) -> None:
    folder = lay(kept / "new")
    message = coded("PL931", "new", "main")
    assert refused(folder).startswith(f"{message}\nhint: ")


def test_subfolder_of_the_policy_repository(kept: Path) -> None:
    """Files on disk are searched upwards; a revision says of itself which folder is meant."""
    folder = kept / "evidence"
    assert ccpolicy.load(folder).policy.root == kept.resolve()
    assert "evidence" in refused(folder)
    (folder / "ccpolicy.toml").write_text("", "utf-8")
    assert coded("PL931", "evidence", "main") in refused(folder)


def test_policy_folder_that_is_new(kept: Path) -> None:
    git(kept, "rm", "-rq", "--cached", "policy/controls")
    git(kept, "commit", "-q", "-m", "without")
    message = f"main:policy/controls: {coded('PL102', 'policy/controls')}"
    assert refused(kept).startswith(f"{message}\nhint: ")


@pytest.mark.parametrize("name", [CONTROLS, "policy", "ccpolicy.toml", "policy/controls"])
def test_symbolic_link_in_the_commit(kept: Path, name: str) -> None:
    (kept / name).rename(kept / "elsewhere")
    (kept / name).symlink_to(kept / "elsewhere")
    commit(kept)
    assert coded("FI101") in refused(kept)


def test_symbolic_link_to_a_check_kind(kept: Path) -> None:
    (kept / "checks").mkdir()
    (kept / "checks" / "own.sql").symlink_to("/etc/passwd")
    commit(kept)
    assert refused(kept).startswith(f"main:checks/own.sql: {coded('FI101')}")


def test_submodule(kept: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(kept), "other")
    shutil.rmtree(kept / "policy")
    commit(kept)
    git(kept, "submodule", "--quiet", "add", str(tmp_path / "other"), "policy")
    commit(kept)
    assert coded("GI206", "policy") in refused(kept)
    # Inside of it, its own revisions would be what the repository around it says.
    assert "is a submodule" in refused(kept / "policy", "HEAD")


def test_evidence_folder_is_that_of_the_revision(kept: Path) -> None:
    shutil.copytree(kept / "evidence", kept / "nicer")
    (kept / INSPECTIONS).write_text(FAILING, "utf-8")
    settings = (kept / "ccpolicy.toml").read_text("utf-8")
    (kept / "ccpolicy.toml").write_text(f'{settings}evidence = "nicer"\n', "utf-8")
    assert ccpolicy.load(kept).check().gate.passed
    by_main = ccpolicy.load(kept, "main").check()
    assert not by_main.gate.passed
    assert {each.file.split("/")[0] for each in by_main.evidence.files} == {"evidence"}


def test_evidence_folder_that_leads_elsewhere_is_no_evidence(kept: Path) -> None:
    (kept / "evidence").rename(kept / "nicer")
    (kept / "evidence").symlink_to(kept / "nicer")
    assert ccpolicy.load(kept, "main").check().controls[0].now == "unknown"
    (kept / "evidence").unlink()
    (kept / "evidence").symlink_to(kept.parent)
    assert coded("PL113", "evidence") in refused(kept)


def test_working_tree_needs_no_policy(kept: Path) -> None:
    shutil.rmtree(kept / "policy")
    (kept / "ccpolicy.toml").unlink()
    assert ccpolicy.load(kept, "main").check().gate.passed


@pytest.mark.parametrize("folder", ["../policy", "/etc", "a/../../b"])
def test_folders_lie_inside(kept: Path, folder: str) -> None:
    text = (kept / "ccpolicy.toml").read_text("utf-8")
    (kept / "ccpolicy.toml").write_text(f'{text}policy = "{folder}"\n', "utf-8")
    commit(kept)
    message = f"main:ccpolicy.toml:3:1: {coded('PL113', folder)}"
    assert refused(kept).startswith(f"{message}\nhint: ")


def test_objects_that_are_missing(kept: Path) -> None:
    blob = git(kept, "rev-parse", f"HEAD:{CONTROLS}")
    (kept / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert f"main:{CONTROLS}: {coded('GI105')}" in refused(kept)


def test_replaced_objects_do_not_count(kept: Path) -> None:
    blob = git(kept, "rev-parse", f"HEAD:{CONTROLS}")
    change(kept, CONTROLS, "30 days, norm", "10 years, norm")
    git(kept, "replace", blob, git(kept, "hash-object", "-w", CONTROLS))
    parameters = ccpolicy.load(kept, "main").controls["EM-1"].history[0].parameters
    assert parameters["every"].value == "30 days"


def test_own_check_kinds_are_those_of_the_revision(kept: Path) -> None:
    sql = "SELECT control, 'duty' AS part, subject, starts, ends, locator FROM subjects"
    head = "/*\nsummary: {en: Never., zh: 从不。}\ninputs:\n  subjects:\n"
    head += "    label: {en: who, zh: 谁}\n    holds: state\n    effect: harm\n"
    head += "    population: true\n    columns: [starts]\n"
    head += "  events:\n    label: {en: what, zh: 何事}\n    holds: happening\n"
    head += "    effect: help\n    needs: [starts]\n"
    head += (
        "parameters:\n  every: {type: duration, stricter: shorter, label: {en: e, zh: 每}}\n*/\n"
    )
    (kept / "checks").mkdir()
    (kept / "checks" / "never.sql").write_text(head + sql, "utf-8")
    change(kept, CONTROLS, "check: recurrence", "check: never")
    commit(kept)
    cover = " UNION ALL SELECT control, 'cover', subject, starts, ends, locator FROM subjects"
    (kept / "checks" / "never.sql").write_text(head + sql + cover, "utf-8")
    assert ccpolicy.load(kept).check().gate.passed
    assert not ccpolicy.load(kept, "main").check().gate.passed
