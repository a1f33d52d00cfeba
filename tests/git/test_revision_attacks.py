"""A branch that wants to be judged by something weaker than the branch it is to go into."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError
from git_command import commit, git
from message_text import coded
from small_centre import CONTROLS, FAILING, INSPECTIONS, change, lay

WEAK = ("30 days, norm", "10 years, norm")
KIND = "checks/recurrence.sql"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A checkout that holds the centre in a folder, and beside it one with a weaker plan.

    On the branch the centre's evidence fails by the plan of main.
    """
    top = tmp_path / "checkout"
    lay(top / "centre")
    change(lay(top / "example"), CONTROLS, *WEAK)
    git(top, "init", "-q", "-b", "main")
    commit(top)
    git(top, "checkout", "-q", "-b", "branch")
    (top / "centre" / INSPECTIONS).write_text(FAILING, "utf-8")
    commit(top)
    return top


@pytest.fixture
def centre(top: Path) -> Path:
    return top / "centre"


def digest(top: Path) -> str:
    """Return the digest of main's policy, as a clone of main alone has it."""
    clone = top.parent / "clone"
    if not clone.exists():
        git(top.parent, "clone", "-q", "-b", "main", str(top), "clone")
    return ccpolicy.load(clone / "centre").policy.digest


def assert_judged(centre: Path, revision: str = "main") -> None:
    """Main's policy judges, and fails the gate."""
    result = ccpolicy.load(centre, revision).check()
    assert result.policy.digest == digest(centre.parent)
    assert result.policy.revision == git(centre.parent, "rev-parse", "refs/heads/main")
    assert (result.gate.passed, result.gate.failed_on) == (False, ["EM-1"])


def refused(folder: Path, revision: str = "main") -> str:
    with pytest.raises(CcpolicyError) as failure:
        ccpolicy.load(folder, revision).check()
    assert failure.value.message.text("zh") != failure.value.message.text("en")
    return failure.value.diagnostics()


def test_without_an_attack_it_fails(centre: Path) -> None:
    assert_judged(centre)


def test_policy_that_is_a_link(centre: Path) -> None:
    shutil.rmtree(centre / "policy")
    (centre / "policy").symlink_to("../example/policy")
    assert ccpolicy.load(centre.parent / "example").check().gate.passed
    assert_judged(centre)
    commit(centre)
    assert_judged(centre)


@pytest.mark.parametrize(
    "text",
    [
        'policy = "../example/policy"\n',
        'policy = "mine"\n',
        'checks = "mine"\n',
        'as_of = "2026-10-02T00:00:00+08:00"\n',
        'fail_on = "critical"\n',
        'horizon = "1 day"\n',
        "not = toml = at all",
        "",
    ],
)
def test_settings_in_the_working_tree(centre: Path, text: str) -> None:
    (centre / "ccpolicy.toml").write_text(text, "utf-8")
    assert_judged(centre)


def test_evidence_moved(centre: Path) -> None:
    (centre / "evidence").rename(centre / "records")
    (centre / "ccpolicy.toml").write_text('evidence = "records"\n', "utf-8")
    [control] = ccpolicy.load(centre, "main").check().controls
    assert control.now == "unknown"
    # A link to evidence that passes is no better than evidence that passes.
    (centre / "evidence").symlink_to("records")
    result = ccpolicy.load(centre, "main").check()
    assert (result.gate.passed, result.controls[0].now) == (False, "unknown")


def test_own_check_kinds(centre: Path) -> None:
    (centre / "checks").mkdir()
    source = Path(__file__).parents[2] / KIND
    (centre / KIND).write_text(source.read_text("utf-8").replace("'duty'", "'cover'"), "utf-8")
    assert "PL106 " in refused_on_disk(centre)
    assert_judged(centre)


def refused_on_disk(centre: Path) -> str:
    with pytest.raises(CcpolicyError) as failure:
        ccpolicy.load(centre)
    return failure.value.diagnostics()


def test_contracts_waivers_and_exemptions_beside_those_of_main(centre: Path) -> None:
    change(centre, "policy/datasets/assets.yaml", "format: csv", "format: csv\nmay_be_empty:"
           " {en: none, zh: 无}")  # fmt: skip
    shutil.copy(centre / "policy/datasets/assets.yaml", centre / "policy/datasets/more.yaml")
    change(centre, "policy/datasets/more.yaml", "id: assets", "id: more")
    (centre / "policy/waivers.yaml").write_text(
        "waivers:\n  - {id: W-1, control: EM-1, subject: PBX-2, reason: {en: r, zh: 因},"
        " owner: a, approver: b, from: 2026-10-01, until: 2027-03-01}\n",
        "utf-8",
    )
    change(centre, CONTROLS, "    severity: high", "    severity: low")
    assert_judged(centre)
    commit(centre)
    assert_judged(centre)


def test_attributes_filters_and_hooks(centre: Path) -> None:
    """Git's objects are read as they are: nothing is smudged, converted or run."""
    top = centre.parent
    program = f"touch {top.parent}/ran; sed s/30.days/3000.days/"
    for name, value in (
        ("filter.weak.smudge", program),
        ("filter.weak.clean", program),
        ("filter.weak.process", program),
        ("diff.weak.textconv", program),
        ("core.fsmonitor", program),
        ("core.hooksPath", "hooks"),
    ):
        git(top, "config", name, value)
    attributes = "* filter=weak diff=weak text working-tree-encoding=UTF-16 ident export-subst\n"
    (top / ".gitattributes").write_text(attributes, "utf-8")
    (top / ".git/info").mkdir(exist_ok=True)
    (top / ".git/info/attributes").write_text(attributes, "utf-8")
    expected = digest(top)
    (top.parent / "ran").unlink(missing_ok=True)
    result = ccpolicy.load(centre, "main").check()
    assert (result.policy.digest, result.gate.passed) == (expected, False)
    assert not (top.parent / "ran").exists()


def test_submodule_has_no_say(centre: Path, tmp_path: Path) -> None:
    """The branch makes the centre a submodule, whose main is as weak as it likes."""
    top = centre.parent
    weak = lay(tmp_path / "weak")
    change(weak, CONTROLS, *WEAK)
    (weak / INSPECTIONS).write_text(FAILING, "utf-8")
    git(weak, "init", "-q", "-b", "main")
    commit(weak)
    shutil.rmtree(centre)
    commit(top)
    git(top, "submodule", "--quiet", "add", str(weak), "centre")
    commit(top)
    assert ccpolicy.load(centre).check().gate.passed
    assert "GI204 " in refused(centre)
    assert "is a submodule" in refused(centre / "policy", "HEAD")


def test_linked_working_tree_inside_the_checkout_is_none(centre: Path) -> None:
    git(centre.parent, "worktree", "add", "-q", "trees/branch", "--detach")
    assert_judged(centre.parent / "trees" / "branch" / "centre")


@pytest.mark.parametrize("kind", ["commit", "tree", "blob"])
def test_replaced_objects(centre: Path, kind: str) -> None:
    top = centre.parent
    change(centre, CONTROLS, *WEAK)
    commit(top)
    names = {"commit": "{}", "tree": "{}^{{tree}}", "blob": f"{{}}:centre/{CONTROLS}"}
    old, new = (git(top, "rev-parse", names[kind].format(each)) for each in ("main", "branch"))
    git(top, "replace", old, new)
    shown = git(top, "show", f"main:centre/{CONTROLS}")
    assert "10 years" in shown
    assert_judged(centre)


def test_grafted_parents(centre: Path) -> None:
    top = centre.parent
    git(top, "checkout", "-q", "main")
    (top / "note").write_text("one more", "utf-8")
    second = commit(top)
    git(top, "checkout", "-q", "branch")
    change(centre, CONTROLS, *WEAK)
    weak = commit(top)
    (top / ".git/info").mkdir(exist_ok=True)
    (top / ".git/info/grafts").write_text(f"{second} {weak}\n", "utf-8")
    result = ccpolicy.load(centre, "main~1").check()
    assert (result.policy.digest, result.gate.passed) == (digest(top), False)


def test_folder_that_looks_like_git_s_own(centre: Path, tmp_path: Path) -> None:
    """A commit can hold all that a bare repository consists of, with settings of its own."""
    weak = lay(tmp_path / "weak")
    change(weak, CONTROLS, *WEAK)
    git(weak, "init", "-q", "-b", "main")
    commit(weak)
    for name in ("HEAD", "objects", "refs", "config", "packed-refs"):
        source = weak / ".git" / name
        if source.is_dir():
            shutil.copytree(source, centre / name)
        elif source.exists():
            shutil.copy(source, centre / name)
    git(centre, "--git-dir=.", "config", "core.bare", "false")
    git(centre, "--git-dir=.", "config", "core.worktree", str(centre))
    assert git(centre, "--git-dir=.", "rev-parse", "main") == git(weak, "rev-parse", "main")
    assert_judged(centre)


def test_folder_that_is_a_link(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the plan of another folder would judge, which main holds as well."""
    top = centre.parent
    shutil.rmtree(centre)
    centre.symlink_to("example")
    assert ccpolicy.load(top / "example", "main").check().gate.passed
    said = "GI202 "
    assert said in refused(centre)
    monkeypatch.chdir(top)
    assert said in refused(Path("centre"))
    assert said in refused(Path("./centre/../centre"))
    monkeypatch.chdir(centre)
    monkeypatch.setenv("PWD", str(centre))
    assert said in refused(Path())


def test_link_from_outside_is_its_owner_s(centre: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(centre.parent)
    result = ccpolicy.load(alias / "centre", "main").check()
    assert not result.gate.passed


@pytest.mark.parametrize("kind", ["tag", "branch"])
def test_name_that_the_branch_took(centre: Path, tmp_path: Path, kind: str) -> None:
    """Git would take the tag, or the local branch, and only warn of it."""
    change(centre, CONTROLS, *WEAK)
    commit(centre.parent)
    git(centre.parent, "update-ref", "refs/remotes/origin/main", "main")
    git(centre.parent, kind, "origin/main", "branch")
    assert coded("GI109", "origin/main", "") in refused(centre, "origin/main")
    assert coded("GI109", "origin/main~0", "") in refused(centre, "origin/main~0")
    result = ccpolicy.load(centre, "refs/remotes/origin/main").check()
    assert not result.gate.passed


def test_name_like_a_commit(centre: Path) -> None:
    first = git(centre, "rev-parse", "main")
    assert_judged(centre, first[:12])
    git(centre, "tag", first[:12], "branch")
    assert f"{coded('GI109', first[:12], 'refs/tags/')}{first[:12]}" in refused(centre, first[:12])
    git(centre, "branch", "-q", "deadbeef", "main")
    assert_judged(centre, "deadbeef")


def test_two_names_of_one_commit_are_no_question(centre: Path) -> None:
    git(centre, "tag", "-a", "-m", "same", "main", "main")
    assert_judged(centre)


def test_environment_of_a_hook(
    centre: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weak = lay(tmp_path / "weak")
    change(weak, CONTROLS, *WEAK)
    git(weak, "init", "-q", "-b", "main")
    commit(weak)
    expected = digest(centre.parent)
    monkeypatch.setenv("GIT_DIR", str(weak / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(weak))
    monkeypatch.setenv("GIT_INDEX_FILE", os.devnull)
    assert ccpolicy.load(centre, "main").policy.digest == expected
