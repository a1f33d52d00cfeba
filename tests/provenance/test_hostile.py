"""Repositories that are meant to mislead: tangled histories, odd checkouts, programs of their own.

See docs/attacks.md.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import zlib
from pathlib import Path

import pytest

import ccpolicy
from bundle.conftest import run
from ccpolicy.api import compare
from ccpolicy.errors import EvidenceError
from provenance.conftest import AS_OF, FILES, FIRST, HEADER, INSPECTIONS, SECOND, THIRD, Centre
from provenance.test_attacks import LATER, Signing, failing, uncommitted
from provenance.test_records import changed, late, merge, rows

FOURTH = "I4,PBX-2,2026-04-04T09:00:00+08:00,\n"
SOON = "2026-04-05T10:00:00+08:00"
FORGED = SECOND.replace("-12T", "-28T")


@pytest.fixture
def sides(centre: Centre) -> Centre:
    """The centre with a branch that goes on beside `main`, each with a record of its own."""
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FOURTH, file="evidence/inspections/branch.csv")
    centre.commit(SOON)
    centre.git("switch", "--quiet", "main")
    centre.write(**{"README.md": "Something else.\n"})
    centre.commit(SOON)
    return centre


def test_change_a_record_in_the_merge_itself(sides: Centre) -> None:
    merge(sides, "branch", LATER, "--no-commit")
    sides.put(FIRST, FORGED, THIRD)
    sides.commit(LATER, "Merge branch")
    assert sides.git("rev-list", "--parents", "-1", "HEAD").count(" ") == 2
    assert changed(sides) == ["inspections × I2"]
    [lapse] = sides.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == ("inspections × I2 × performed_at", LATER)


def test_add_a_record_in_the_merge_itself(sides: Centre) -> None:
    merge(sides, "branch", LATER, "--no-commit")
    sides.put(FIRST, SECOND, THIRD, "I5,PBX-1,2026-04-01T09:00:00+08:00,\n")
    sides.commit(LATER, "Merge branch")
    assert late(sides) == ["inspections × I5 × performed_at"]


def begin_elsewhere(centre: Centre, orphan: bool, record: str, when: str) -> None:
    """Put a record on file in a branch that claims to be old, and merge it."""
    begins = ("--orphan", "old") if orphan else ("--create=old", "HEAD~2")
    centre.git("switch", "--quiet", *begins)
    centre.put(record, file="evidence/inspections/old.csv")
    centre.commit(when)
    centre.git("switch", "--quiet", "main")
    merge(centre, "old", LATER, "--allow-unrelated-histories")


@pytest.mark.parametrize("orphan", [False, True])
def test_date_back_a_branch_that_begins_at_an_old_commit(centre: Centre, orphan: bool) -> None:
    """What a branch claims is its word; when it was merged is not."""
    begin_elsewhere(
        centre, orphan, "I5,PBX-2,2026-04-01T09:00:00+08:00,\n", "2026-04-02T10:00:00+08:00"
    )
    [told] = [each for each in rows(centre, "recordings") if each["record"] == "I5"]
    claimed, merged = 1775095200_000000, 1776218400_000000
    assert (told["recorded_at"], told["merged_at"]) == (claimed, merged)
    assert late(centre) == []
    path = "policy/controls/1.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(**{path: text.replace("starts: recorded_at", "starts: merged_at", 1)})
    [lapse] = centre.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == ("inspections × I5 × performed_at", LATER)


@pytest.mark.parametrize("orphan", [False, True])
def test_make_a_late_record_early_by_a_branch(centre: Centre, orphan: bool) -> None:
    """It was late; that a branch claims to have had it before does not undo that."""
    record = "I5,PBX-2,2026-04-01T09:00:00+08:00,\n"
    centre.put(record, file="evidence/inspections/old.csv")
    centre.commit("2026-04-14T10:00:00+08:00")
    begins = ("--orphan", "old") if orphan else ("--create=old", "HEAD~2")
    centre.git("switch", "--quiet", *begins)
    centre.put(record, file="evidence/inspections/old.csv")
    centre.commit("2026-04-02T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    merge(centre, "old", LATER, "--allow-unrelated-histories")
    path = "policy/controls/1.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(**{path: text.replace("starts: recorded_at", "starts: merged_at", 1)})
    assert late(centre) == ["inspections × I5 × performed_at"]


@pytest.mark.parametrize("orphan", [False, True])
def test_escape_to_before_the_adoption_by_a_branch(centre: Centre, orphan: bool) -> None:
    adopt(centre)
    for _ in range(2):  # also if what was there before the merge is known already
        assert centre.control("GV-2").now == "not_applicable"
        begin_elsewhere(
            centre, orphan, "I5,PBX-2,2026-03-20T09:00:00+08:00,\n", "2026-03-21T10:00:00+08:00"
        )
        assert centre.control("GV-2").subjects.total == 1
        centre.git("reset", "--quiet", "--hard", "HEAD~1")
        centre.git("branch", "--quiet", "--delete", "--force", "old")


def adopt(centre: Centre) -> None:
    """Have the plan adopted after all that is on file."""
    plan = "policy/plan.yaml"
    text = (centre.folder / plan).read_text("utf-8")
    centre.write(**{plan: text + "adopted_on: 2026-04-10\n"})
    centre.commit("2026-04-10T10:00:00+08:00", "Adopt the plan")


def test_amend_before_the_adoption_by_a_branch(centre: Centre) -> None:
    centre.git("switch", "--quiet", "--create=old", "HEAD~1")
    centre.put(FIRST.replace(",\n", ",dirty\n"), SECOND)
    centre.commit("2026-03-20T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    adopt(centre)
    merge(centre, "old", LATER)
    assert changed(centre) == ["inspections × I1"]


def test_what_was_read_of_a_branch_is_read_anew_once_it_is_merged(centre: Centre) -> None:
    """The same commits, but on file since another time."""
    centre.git("switch", "--quiet", "--create=old", "HEAD~1")
    centre.put(FIRST.replace(",\n", ",dirty\n"), SECOND)
    centre.commit("2026-03-20T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    adopt(centre)
    plan = (centre.folder / "policy/plan.yaml").read_text("utf-8")
    centre.git("switch", "--quiet", "old")
    centre.write(**{"policy/plan.yaml": plan})
    assert changed(centre) == []
    centre.git("checkout", "--quiet", "--", ".")
    centre.git("switch", "--quiet", "main")
    merge(centre, "old", LATER)
    assert changed(centre) == ["inspections × I1"]


def test_rename_a_file_and_change_a_record_in_one_commit(centre: Centre) -> None:
    (centre.folder / INSPECTIONS).unlink()
    centre.put(FIRST, FORGED, THIRD, file="evidence/inspections/moved/new.csv")
    centre.commit(LATER, "Move")
    assert changed(centre) == ["inspections × I2"]


def test_move_a_record_to_another_file_and_change_it(centre: Centre) -> None:
    centre.put(FIRST, THIRD)
    centre.put(FORGED, file="evidence/inspections/other.csv")
    centre.commit(LATER, "Split")
    assert changed(centre) == ["inspections × I2"]


@pytest.mark.parametrize("drop", [False, True])
def test_merge_many_branches_at_once(sides: Centre, drop: bool) -> None:
    sides.git("switch", "--quiet", "--create=third", "HEAD~1")
    sides.put("I5,PBX-1,2026-04-05T09:00:00+08:00,\n", file="evidence/inspections/third.csv")
    sides.commit(SOON)
    sides.git("switch", "--quiet", "main")
    strategy = ("--strategy=ours",) if drop else ()
    merge(sides, "branch", LATER, *strategy, "third")
    assert sides.git("rev-list", "--parents", "-1", "HEAD").count(" ") == 3
    assert late(sides) == []
    dropped = ["inspections × I4", "inspections × I5"] if drop else []
    assert changed(sides) == dropped


def test_merge_back_and_forth(sides: Centre) -> None:
    """Criss-cross: each side takes the other's change, and one of them gives it up in silence."""
    ours = sides.git("rev-parse", "main")
    merge(sides, "branch", LATER)
    sides.git("switch", "--quiet", "branch")
    merge(sides, ours, LATER)
    sides.git("switch", "--quiet", "main")
    again = "2026-04-16T10:00:00+08:00"
    merge(sides, "branch", again)
    assert late(sides) == changed(sides) == []
    assert sides.control("GV-2").subjects.total == 4
    sides.git("switch", "--quiet", "--detach", "HEAD~1")
    (sides.folder / "evidence/inspections/branch.csv").unlink()
    sides.commit(again, "Forget it")
    merge(sides, "branch", again, "--strategy=ours")
    assert changed(sides) == ["inspections × I4"]


def test_rename_a_file_in_case_alone(centre: Centre) -> None:
    (centre.folder / INSPECTIONS).unlink()
    centre.put(FIRST, SECOND, THIRD, file="evidence/inspections/A.csv")
    centre.commit(LATER)
    centre.git("mv", "evidence/inspections/A.csv", "evidence/inspections/a.csv")
    centre.commit(LATER)
    assert changed(centre) == late(centre) == []
    centre.put(THIRD, file="evidence/inspections/A.csv")
    centre.commit(LATER)
    assert centre.control("EM-1").now == "unknown"


def test_have_attributes_rewrite_line_ends(centre: Centre) -> None:
    """The records are the same; that the bytes are not those of the commit is said."""
    centre.write(**{".gitattributes": "*.csv text eol=crlf\n"})
    centre.commit(LATER)
    (centre.folder / INSPECTIONS).unlink()
    centre.git("checkout", "--quiet", "--force", "HEAD", "--", ".")
    assert b"\r\n" in (centre.folder / INSPECTIONS).read_bytes()
    assert centre.git("status", "--porcelain") == ""
    assert (INSPECTIONS, "changed") in uncommitted(centre)
    assert changed(centre) == late(centre) == []


def test_have_a_filter_show_other_records(centre: Centre) -> None:
    centre.write(**{".gitattributes": "*.csv filter=lie\n"})
    centre.git("config", "filter.lie.smudge", "sed s/PBX-1/PBX-2/")
    centre.git("config", "filter.lie.clean", "sed s/PBX-2/PBX-1/")
    centre.commit(LATER)
    (centre.folder / INSPECTIONS).unlink()
    centre.git("checkout", "--quiet", "--force", "HEAD", "--", ".")
    assert centre.git("status", "--porcelain") == ""
    assert (INSPECTIONS, "changed") in uncommitted(centre)
    assert "inspections × I1" in failing(centre)["GV-4"]


def test_stage_something_else_than_lies_there(centre: Centre) -> None:
    """What is in the index is neither on file nor judged."""
    centre.put(FIRST, FORGED, THIRD)
    centre.git("add", "--all")
    centre.put(FIRST, SECOND, THIRD)
    assert uncommitted(centre) == []
    assert failing(centre) == {"EM-1": ["PBX-2"]}


def test_check_out_only_a_part(centre: Centre) -> None:
    centre.put(FOURTH, file="evidence/inspections/new/x.csv")
    centre.commit(SOON)
    centre.git("sparse-checkout", "set", "--no-cone", "/*", "!/evidence/inspections/new/")
    assert not (centre.folder / "evidence/inspections/new/x.csv").exists()
    assert centre.git("status", "--porcelain") == ""
    assert uncommitted(centre) == [("evidence/inspections/new/x.csv", "deleted")]
    assert failing(centre)["GV-4"] == ["inspections × I4"]


def test_put_records_into_a_submodule_below_the_evidence(centre: Centre, tmp_path: Path) -> None:
    """That repository's history is not this one's: here nobody knows since when."""
    inner = Centre(tmp_path / "inner")
    inner.write(**{"x.csv": "id,asset_id,performed_at,note\nI4,PBX-2,2026-04-01T09:00:00+08:00,\n"})
    inner.git("init", "--quiet")
    inner.commit("2026-04-02T10:00:00+08:00")
    centre.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder),
        "evidence/inspections/inner",
    )  # fmt: skip
    centre.commit(LATER)
    assert ("evidence/inspections/inner/x.csv", "added") in uncommitted(centre)
    assert failing(centre)["GV-2"] == ["inspections × I4 × performed_at"]


def test_objects_of_another_store(centre: Centre, tmp_path: Path) -> None:
    shared = Centre(tmp_path / "shared")
    centre.git("clone", "--quiet", "--shared", str(centre.folder), str(shared.folder))
    assert (shared.folder / ".git/objects/info/alternates").is_file()
    assert shared.check().controls == centre.check().controls
    shutil.rmtree(shared.folder / ".git/ccpolicy")
    centre.folder.rename(tmp_path / "gone")
    result = shared.check()
    assert result.provenance is not None
    assert result.provenance.state in ("partial", "no_commit")
    assert not result.gate.passed


def test_hide_that_the_history_is_cut_off(centre: Centre, tmp_path: Path) -> None:
    clone = Centre(tmp_path / "shallow")
    centre.git("clone", "--quiet", "--depth=1", centre.folder.as_uri(), str(clone.folder))
    (clone.folder / ".git/shallow").unlink()
    found = clone.check().provenance
    assert found is not None
    assert found.state == "partial"


def test_pretend_that_the_history_is_cut_off(centre: Centre) -> None:
    """What comes before a cut cannot be hidden: then nothing is known."""
    (centre.folder / ".git/shallow").write_text(centre.git("rev-parse", "HEAD~1") + "\n", "utf-8")
    assert centre.control("GV-4").now == "unknown"


@pytest.mark.parametrize("kind", ["commit", "tree", "blob"])
def test_exchange_what_an_object_holds(centre: Centre, kind: str) -> None:
    """The ids stay, and whoever remembers the head would see nothing."""
    head = centre.git("rev-parse", "HEAD")
    old = centre.git(
        "rev-parse",
        {"commit": "HEAD~1", "tree": "HEAD~1^{tree}"}.get(kind, f"HEAD~1:{INSPECTIONS}"),
    )
    raw = subprocess.run(
        ["git", "cat-file", kind, old], cwd=centre.folder, capture_output=True, check=True
    ).stdout
    forged = {
        "commit": raw.replace(b"facilities@centre", b"somebody@centre"),
        "tree": raw.replace(b"ccpolicy.toml", b"ccpolicy.tomk"),
        "blob": raw.replace(b"PBX-2", b"PBX-1"),
    }[kind]
    assert forged != raw
    file = centre.folder / ".git/objects" / old[:2] / old[2:]
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    file.write_bytes(zlib.compress(f"{kind} {len(forged)}\0".encode() + forged))
    with pytest.raises(EvidenceError, match="GI107"):
        centre.check(expect_ancestor=head)


@pytest.mark.parametrize("config", ["[[[", "[core]\nrepositoryformatversion = 99\n"])
def test_settings_that_git_cannot_read(centre: Centre, config: str) -> None:
    (centre.folder / ".git/config").write_text(config, "utf-8")
    result = run("check", centre.folder, "--as-of", AS_OF)
    assert result.exit_code in (1, 2)


def test_evidence_that_was_a_file_once(centre: Centre) -> None:
    kept = {
        path.relative_to(centre.folder).as_posix(): path.read_text("utf-8")
        for path in (centre.folder / "evidence").rglob("*.csv")
    }
    for content in ("a file", None):
        shutil.rmtree(centre.folder / "evidence")
        if content:
            (centre.folder / "evidence").write_text(content, "utf-8")
        else:
            (centre.folder / "evidence").symlink_to("policy")
        centre.commit(SOON, "No folder")
        (centre.folder / "evidence").unlink()
        centre.write(**kept)
        centre.commit(LATER, "A folder")
    assert "inspections × I1" in failing(centre)["GV-4"]


def test_no_program_of_the_repository_runs(empty: Centre, tmp_path: Path) -> None:
    """Whoever looks at a stranger's pull request runs nothing of theirs."""
    signing = Signing(empty)
    signing.commit("2026-03-11T10:00:00+08:00", signing.listed)
    empty.put(FIRST, SECOND)
    empty.write(
        **{
            ".gitattributes": "* filter=spy diff=spy merge=spy text\n",
            ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::touch\n\tupdate = !touch\n',
        }
    )
    signing.commit("2026-03-13T10:00:00+08:00", signing.unlisted)
    head = empty.git("rev-parse", "HEAD")
    ran = tmp_path / "ran"
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\nexit 0\n', "utf-8")
    spy.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        shutil.copy(spy, hooks / name)
        shutil.copy(spy, empty.folder / ".git/hooks" / name)
    settings = {
        "core.fsmonitor": spy,
        "core.hooksPath": hooks,
        "core.sshCommand": spy,
        "core.gitProxy": spy,
        "core.askPass": spy,
        "core.pager": spy,
        "core.editor": spy,
        "core.alternateRefsCommand": spy,
        "pager.log": spy,
        "pager.cat-file": spy,
        "pager.rev-list": spy,
        "credential.helper": f"!{spy}",
        "diff.external": spy,
        "diff.spy.textconv": spy,
        "diff.spy.command": spy,
        "diff.trustExitCode": "true",
        "filter.spy.clean": spy,
        "filter.spy.smudge": spy,
        "filter.spy.process": spy,
        "filter.spy.required": "true",
        "merge.spy.driver": spy,
        "gpg.program": spy,
        "gpg.openpgp.program": spy,
        "gpg.x509.program": spy,
        "gpg.ssh.program": spy,
        "gpg.ssh.defaultKeyCommand": spy,
        "alias.log": f"!{spy}",
        "alias.cat-file": f"!{spy}",
        "alias.rev-list": f"!{spy}",
        "log.showSignature": "true",
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::{spy}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": spy,
        "uploadpack.packObjectsHook": spy,
        "submodule.recurse": "true",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "trailer.x.command": spy,
        "maintenance.auto": "true",
        "interactive.diffFilter": spy,
        "browser.spy.cmd": spy,
    }
    config = empty.folder / ".git/config"
    for name, value in settings.items():
        subprocess.run(["git", "config", "--file", config, name, str(value)], check=True)
    # An object that is missing would be fetched from a promisor.
    blob = subprocess.run(
        ["git", "rev-parse", f"{head}:.gitmodules"], cwd=empty.folder, capture_output=True,
        check=True, text=True,
    ).stdout.strip()  # fmt: skip
    (empty.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    repository = ccpolicy.load(empty.folder, head)
    assert (
        repository.check(ccpolicy.EvaluationRequest(as_of=AS_OF, provenance=True)).provenance
        is not None
    )
    repository.check(ccpolicy.EvaluationRequest(as_of=AS_OF, known_at="HEAD~1"))
    repository.history(request=ccpolicy.EvaluationRequest(as_of=AS_OF))
    compare(empty.folder, "HEAD~1", "HEAD")
    for command in (
        ("check", empty.folder, "--policy-from", "HEAD", "--as-of", AS_OF),
        ("bundle", empty.folder, "-o", tmp_path / "made.zip", "--as-of", AS_OF),
        ("verify", tmp_path / "made.zip", "--repository", empty.folder),
    ):
        assert run(*command).exit_code in (0, 1)
    assert not ran.exists(), ran.read_text("utf-8")
    # The spy would have been seen.
    subprocess.run(["git", "status"], cwd=empty.folder, capture_output=True, check=False)
    assert ran.exists()


def test_names_and_texts_that_are_no_text(centre: Centre) -> None:
    """Such a file is refused when it is read, and so no record in it was ever on file."""
    file = os.fsencode(centre.folder / "evidence/inspections") + b"/\xff.csv"
    Path(os.fsdecode(file)).write_text(HEADER + FORGED, "utf-8")
    base = centre.commit(LATER)
    assert centre.control("GV-4").now == "not_applicable"
    assert centre.control("EM-1").now == "unknown"
    Path(os.fsdecode(file)).unlink()
    found = compare(centre.folder, base).altered
    assert found is not None
    assert (found.count, found.unreadable, found.against_contract) == (0, [], False)
    # JSON can write half of a surrogate pair, which no text holds.
    contract = "policy/datasets/inspections.yaml"
    text = FILES[contract].replace("*.csv", "*.json").replace("format: csv", "format: json")
    centre.write(**{contract: text, "evidence/inspections/1.json": '[{"id": "\\ud800"}]'})
    centre.commit(LATER)
    assert centre.control("EM-1").now == "unknown"
    assert centre.control("GV-4").now == "not_applicable"
