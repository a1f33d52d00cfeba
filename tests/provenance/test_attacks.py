"""What can be done to evidence in a git repository, and what is said of it. See docs/attacks.md."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.api import compare
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError, EvidenceError
from ccpolicy.git import signatures
from message_text import coded
from provenance.conftest import (
    AS_OF,
    FIRST,
    INSPECTIONS,
    ROLE,
    SECOND,
    STRANGER,
    THIRD,
    Centre,
)
from provenance.test_records import rows

LATER = "2026-04-15T10:00:00+08:00"
FOURTH = "I4,PBX-2,2026-04-01T09:00:00+08:00,\n"


def failing(centre: Centre) -> dict[str, list[str]]:
    """Return what does not pass, control by control."""
    return {
        each.id: sorted({lapse.subject for lapse in each.lapses if lapse.ends is None})
        for each in centre.check().controls
        if each.now in ("fail", "unknown")
    }


def uncommitted(centre: Centre) -> list[tuple[str, str]]:
    found = centre.check().provenance
    assert found is not None
    return [(each.file, each.change) for each in found.uncommitted]


def test_nothing_was_done(centre: Centre) -> None:
    assert failing(centre) == {"EM-1": ["PBX-2"]}
    assert uncommitted(centre) == []
    centre.check(require_clean=True)


def test_edit_and_do_not_commit(centre: Centre) -> None:
    """A lapse goes away on paper; the result names the file, and can refuse it."""
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    result = centre.check()
    assert result.provenance is not None
    [file] = result.provenance.uncommitted
    assert (file.file, file.change) == (INSPECTIONS, "changed")
    assert file.sha256 == next(e.sha256 for e in result.evidence.files if e.file == INSPECTIONS)
    with pytest.raises(EvidenceError, match="GI201"):
        centre.check(require_clean=True)
    # The date that was edited in is on file no earlier than it is committed.
    assert failing(centre) == {
        "GV-2": ["inspections × I2 × performed_at"],
        "GV-4": ["inspections × I2"],
    }
    [lapse] = centre.control("GV-4").lapses
    assert (lapse.starts, lapse.opened_by) == (AS_OF, f"{INSPECTIONS}:3")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_have_git_take_an_edited_file_for_unchanged(centre: Centre, flag: str) -> None:
    centre.git("update-index", flag, INSPECTIONS)
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    assert centre.git("status", "--porcelain") == ""
    assert uncommitted(centre) == [(INSPECTIONS, "changed")]


def test_have_git_ignore_a_new_file(centre: Centre) -> None:
    centre.write(**{".gitignore": "evidence/inspections/late.csv\n"})
    centre.put(FOURTH, file="evidence/inspections/late.csv")
    centre.commit(LATER)
    assert uncommitted(centre) == [("evidence/inspections/late.csv", "added")]
    assert failing(centre)["GV-2"] == ["inspections × I4 × performed_at"]


def test_edit_and_commit(centre: Centre) -> None:
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    centre.commit(LATER)
    assert failing(centre) == {"GV-4": ["inspections × I2"]}
    [lapse] = centre.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == ("inspections × I2 × performed_at", LATER)


def test_amend_and_force_push(centre: Centre) -> None:
    head = centre.git("rev-parse", "HEAD")
    centre.check(expect_ancestor=head)
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    centre.commit("2026-04-03T10:00:00+08:00", more=("--amend",))
    with pytest.raises(EvidenceError, match="GI112"):
        centre.check(expect_ancestor=head)
    # A clone of the rewritten branch has never seen the commit.
    clone = centre.folder.parent / "clone"
    centre.git("clone", "--quiet", "--no-local", str(centre.folder), str(clone))
    with pytest.raises(EvidenceError, match="GI108"):
        Centre(clone).check(expect_ancestor=head)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shortest_text_names_what_is_not_committed(centre: Centre, language: str) -> None:
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    asked = ["check", "-q", str(centre.folder), "--as-of", AS_OF, "--lang", language]
    assert INSPECTIONS in CliRunner().invoke(program, asked).output


def test_change_a_record_and_the_policy_and_do_not_commit(centre: Centre) -> None:
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(**{path: text.replace("append_only", "freely")})
    centre.put(FIRST, SECOND.replace(",\n", ",dirty\n"), THIRD)
    assert failing(centre)["GV-4"] == ["inspections × I2"]


def test_delete_a_record_and_do_not_commit(centre: Centre) -> None:
    centre.put(FIRST, THIRD)
    assert failing(centre)["GV-4"] == ["inspections × I2"]


def test_delete_a_record_and_commit(centre: Centre) -> None:
    centre.put(FIRST, THIRD)
    centre.commit(LATER)
    assert failing(centre) == {"EM-1": ["PBX-2"], "GV-4": ["inspections × I2"]}


def test_delete_a_file_and_do_not_commit(centre: Centre) -> None:
    (centre.folder / INSPECTIONS).unlink()
    centre.put(FIRST, THIRD, file="evidence/inspections/b.csv")
    assert uncommitted(centre) == [
        (INSPECTIONS, "deleted"),
        ("evidence/inspections/b.csv", "added"),
    ]


def test_write_an_event_into_the_past(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit(LATER)
    [lapse] = centre.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == ("inspections × I4 × performed_at", LATER)


def test_write_a_commit_into_the_past(centre: Centre) -> None:
    """Neither the author's time nor an earlier committer's time is believed over the parents'."""
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit("2026-03-20T10:00:00+08:00", authored="2026-04-02T10:00:00+08:00")
    # It rests on a commit of 3 April, and so is not taken to be older.
    assert centre.control("GV-2").lapses == []
    centre.put(FIRST, SECOND, THIRD, FOURTH, "I5,PBX-2,2026-03-20T09:00:00+08:00,\n")
    centre.commit("2026-03-21T10:00:00+08:00")
    [lapse] = centre.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == (
        "inspections × I5 × performed_at",
        "2026-04-03T10:00:00+08:00",
    )


def test_a_commit_in_the_past_is_told_no_earlier_than_what_it_rests_on(centre: Centre) -> None:
    centre.commit("2026-01-01T10:00:00+08:00")
    for controls in (["EM-1"], ["GV-2"]):
        found = centre.check(controls=controls, provenance=True).provenance
        assert found is not None
        assert found.committed_at == "2026-04-03T10:00:00+08:00"


@pytest.mark.parametrize("second", [b"-5", b"99999999999999999999", b"soon", b""])
def test_write_no_time_into_a_commit(centre: Centre, second: bytes) -> None:
    """It counts as so late that what it holds is not on file yet."""
    role = ROLE.encode()
    forge(
        centre,
        b"committer facilities <" + role + b"> 1775181600 ",
        b"committer facilities <" + role + b"> " + second + b" ",
    )
    assert failing(centre)["GV-2"] == ["inspections × I3 × performed_at"]


def test_write_1970_into_a_commit(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH.replace("-01T", "-03T"))
    centre.commit("1970-01-01T00:00:01+0000")
    assert centre.control("GV-2").lapses == []  # on file since 3 April, as the one before
    [told] = [each for each in rows(centre, "recordings") if each["record"] == "I4"]
    assert told["recorded_at"] == 1775181600_000000
    centre.git("checkout", "--quiet", "--orphan", "first")
    centre.commit("1970-01-01T00:00:01+0000")
    assert centre.control("GV-2").now == "unknown"


def test_have_the_author_s_time_lie(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit(LATER, authored="2026-04-02T10:00:00+08:00")
    [lapse] = centre.control("GV-2").lapses
    assert (lapse.subject, lapse.ends) == ("inspections × I4 × performed_at", LATER)


def test_date_an_event_into_the_future(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2099-01-01T09:00:00+08:00,\n")
    centre.commit(LATER)
    # As of a named moment it has not happened; it is later than its recording at any.
    assert failing(centre) == {"EM-1": ["PBX-2"], "GV-2": []}
    assert centre.control("GV-2").now == "unknown"
    assert (centre.control("EM-1").now, centre.control("EM-1").left_out) == ("unknown", 1)
    assert centre.control("EM-1", None).now == "unknown"


def test_date_a_commit_into_the_future(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-14T09:00:00+08:00,\n")
    centre.commit("2099-01-01T10:00:00+08:00")
    assert centre.control("GV-2").left_out >= 1
    with pytest.raises(EvidenceError, match="US380"):
        centre.control("GV-2", None)
    centre.commit("2026-04-15T10:00:00+08:00")
    assert centre.control("GV-2", None).now == "unknown"


def test_record_what_has_not_happened_yet(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-18T09:00:00+08:00,\n")
    centre.commit(LATER)
    found = centre.control("GV-2")
    assert found.now == "unknown"
    assert found.problems[0].code == "EV411"
    # It covers nobody, whichever control reads it.
    found = centre.control("EM-1")
    assert found.now == "unknown"
    [problem] = found.problems
    assert problem.locator == f"{INSPECTIONS}:5"
    times = "2026-04-18T09:00+08:00", "2026-04-15T10:00+08:00"
    assert f"{problem.code} {problem.message.text('en')}" == coded("EV593", "performed_at", *times)


def test_a_clock_that_is_a_little_slow(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-15T10:05:00+08:00,\n")
    centre.commit(LATER)
    assert centre.control("EM-1").problems == []
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-15T10:05:01+08:00,\n")
    centre.commit(LATER)
    assert [each.code for each in centre.control("EM-1").problems] == ["EV593"]


def test_swap_the_records_of_two_assets(centre: Centre) -> None:
    centre.put(FIRST.replace("PBX-1", "PBX-2"), SECOND.replace("PBX-2", "PBX-1"), THIRD)
    centre.commit(LATER)
    assert failing(centre)["GV-4"] == ["inspections × I1", "inspections × I2"]


def test_copy_a_record_for_another_asset(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, THIRD.replace("I3,PBX-1", "I4,PBX-2"))
    centre.commit(LATER)
    assert [each.subject for each in centre.control("GV-2").lapses] == [
        "inspections × I4 × performed_at"
    ]
    # Under the same key it is no record at all.
    centre.put(FIRST, SECOND, THIRD, THIRD.replace("PBX-1", "PBX-2"))
    assert "EM-1" in failing(centre)
    assert centre.control("EM-1").now == "unknown"


def test_change_the_contract_in_the_same_commit(centre: Centre) -> None:
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8")
    before = centre.check().policy.digest
    centre.write(**{path: text.replace("append_only", "freely")})
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    centre.commit(LATER)
    assert failing(centre) == {"GV-4": ["inspections × I2"]}
    assert centre.check().policy.digest != before


def test_loosen_the_contract_first_and_change_the_record_next(centre: Centre) -> None:
    """By today's contract that is in order; the protected branch and the comparison know better."""
    protected = centre.git("rev-parse", "HEAD")
    before = centre.check().policy.digest
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(**{path: text.replace("append_only", "freely")})
    centre.commit("2026-04-14T10:00:00+08:00", "Loosen")
    centre.put(FIRST, SECOND.replace("-12T", "-28T"), THIRD)
    centre.commit(LATER)
    assert "GV-4" not in failing(centre)
    assert centre.check().policy.digest != before
    found = compare(centre.folder, protected, "HEAD")
    assert ("loosened", "inspections") in [(each.direction, each.name) for each in found.changes]
    repository = ccpolicy.load(centre.folder, protected)
    assert (
        repository.check(ccpolicy.EvaluationRequest(as_of=AS_OF, controls=["GV-4"])).controls[0].now
        == "fail"
    )


def test_change_the_policy_and_do_not_commit(centre: Centre) -> None:
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(**{path: text.replace("7 days", "700 days")})
    assert uncommitted(centre) == [(path, "changed")]
    with pytest.raises(EvidenceError, match="GI201"):
        centre.check(require_clean=True)


def test_replace_a_file_by_a_link(centre: Centre) -> None:
    elsewhere = centre.folder.parent / "elsewhere.csv"
    shutil.copyfile(centre.folder / INSPECTIONS, elsewhere)
    (centre.folder / INSPECTIONS).unlink()
    (centre.folder / INSPECTIONS).symlink_to(elsewhere)
    for _ in range(2):
        assert set(failing(centre)) >= {"EM-1"}
        assert centre.control("EM-1").now == "unknown"
        centre.commit(LATER)
    assert "inspections × I1" in failing(centre)["GV-4"]


def test_replace_objects_and_graft_histories(centre: Centre) -> None:
    """What git shows instead of a commit is not what is on file."""
    expected = centre.check()
    first = centre.git("rev-parse", "HEAD~2")
    centre.git("replace", "--graft", "HEAD", first)
    grafts = centre.folder / ".git/info/grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(f"{centre.git('rev-parse', 'HEAD')} {first}\n", encoding="utf-8")
    shutil.rmtree(centre.folder / ".git/ccpolicy")  # so that all is read again
    assert centre.check() == expected


def test_have_another_store_lie_beside_the_evidence(centre: Centre, tmp_path: Path) -> None:
    """A commit can hold all that a bare repository consists of; it is not the history."""
    before = centre.check()
    store = tmp_path / "store"
    subprocess.run(["git", "init", "-q", "--bare", str(store)], check=True)
    for name in ("HEAD", "config"):
        shutil.copy(store / name, centre.folder / name)
    for name in ("objects", "refs"):
        shutil.copytree(store / name, centre.folder / name)
    top = centre.folder.parent
    (centre.folder / ".git").rename(top / ".git")
    found = centre.check().provenance
    assert found is not None
    assert before.provenance is not None
    assert found.commit == before.provenance.commit


def test_record_as_somebody_who_may_not(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit("2026-04-04T10:00:00+08:00", by=STRANGER)
    assert failing(centre)["GV-5"] == ["inspections × I4 × performed_at"]


def test_rewrite_a_branch_to_drop_a_record(centre: Centre) -> None:
    """What another branch dropped by a merge is told; what was never merged is not on file."""
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit("2026-04-04T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    assert centre.control("GV-2").subjects.total == 3


class Signing:
    """Keys of the kind that a centre's policy lists."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        if not shutil.which("ssh-keygen"):
            if os.environ.get("CI"):
                pytest.fail("ssh-keygen is missing, and no signature was tested")
            pytest.skip("ssh-keygen is missing: NO SIGNATURE WAS TESTED")
        self.listed, self.unlisted = self.key("listed"), self.key("unlisted")
        public = self.listed.with_suffix(".pub").read_text("utf-8")
        path = "policy/datasets/inspections.yaml"
        text = (centre.folder / path).read_text("utf-8")
        centre.write(
            **{
                "policy/allowed_signers": f'{ROLE} namespaces="git" {public}',
                path: text.replace("append_only", "append_only\n  signed: true"),
            }
        )

    def key(self, name: str) -> Path:
        file = self.centre.folder.parent / name
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file], check=True
        )
        return file

    def commit(self, when: str, key: Path) -> str:
        for name, value in {
            "gpg.format": "ssh",
            "user.signingKey": str(key),
            # What the repository itself trusts does not count.
            "gpg.ssh.allowedSignersFile": str(self.everybody()),
        }.items():
            self.centre.git("config", name, value)
        return self.centre.commit(when, more=("--gpg-sign",))

    def everybody(self) -> Path:
        file = self.centre.folder.parent / "everybody"
        keys = [key.with_suffix(".pub").read_text("utf-8") for key in (self.listed, self.unlisted)]
        file.write_text("".join(f"facilities {key}" for key in keys), encoding="utf-8")
        return file


@pytest.fixture
def signing(empty: Centre) -> Signing:
    signing = Signing(empty)
    signing.commit("2026-03-11T10:00:00+08:00", signing.listed)
    return signing


def unsigned(centre: Centre) -> list[str]:
    return failing(centre).get("GV-6", [])


def test_signed_by_a_listed_key(signing: Signing) -> None:
    assert unsigned(signing.centre) == []
    assert signing.centre.control("GV-6").subjects.passed == 1


def test_sign_with_an_unlisted_key(signing: Signing) -> None:
    signing.centre.put(FIRST, SECOND)
    signing.commit("2026-03-13T10:00:00+08:00", signing.unlisted)
    assert unsigned(signing.centre) == ["inspections × I2 × performed_at"]


def test_strip_a_signature(signing: Signing) -> None:
    signing.centre.git("config", "--unset", "user.signingKey")
    signing.centre.commit("2026-03-11T10:00:00+08:00", more=("--amend", "--no-gpg-sign"))
    assert unsigned(signing.centre) == ["inspections × I1 × performed_at"]


def forge(centre: Centre, old: bytes, new: bytes) -> None:
    """Put another commit in the last one's place, with its signature."""
    commit = subprocess.run(
        ["git", "cat-file", "commit", "HEAD"], cwd=centre.folder, capture_output=True, check=True
    ).stdout
    assert old in commit
    forged = centre.folder.parent / "forged"
    forged.write_bytes(commit.replace(old, new))
    made = centre.git("hash-object", "--literally", "-t", "commit", "-w", str(forged))
    centre.git("update-ref", "HEAD", made)


def test_put_a_signature_on_another_commit(signing: Signing) -> None:
    forge(signing.centre, b"Records", b"Forgery")
    assert unsigned(signing.centre) == ["inspections × I1 × performed_at"]


def test_carry_two_signatures(signing: Signing) -> None:
    """Which of them counts is nobody's choice."""
    forge(signing.centre, b"\n\nRecords", b"\ngpgsig nothing\n\nRecords")
    assert unsigned(signing.centre) == ["inspections × I1 × performed_at"]


def test_sign_in_another_s_name(signing: Signing) -> None:
    """A key of the list is good in its own name alone, whoever else the commit names."""
    centre = signing.centre
    public = signing.unlisted.with_suffix(".pub").read_text("utf-8")
    text = (centre.folder / "policy/allowed_signers").read_text("utf-8")
    for name, expected in (
        ("intern@centre.example", ["inspections × I2 × performed_at"]),
        ("*@centre.example", []),
    ):
        centre.write(**{"policy/allowed_signers": f"{text}{name} {public}"})
        centre.put(FIRST, SECOND)
        signing.commit("2026-03-13T10:00:00+08:00", signing.unlisted)
        assert unsigned(centre) == expected
        centre.git("reset", "--quiet", "--hard", "HEAD~1")


def test_date_a_commit_back_to_when_its_key_was_good(signing: Signing) -> None:
    centre = signing.centre
    public = signing.listed.with_suffix(".pub").read_text("utf-8")
    line = f'{ROLE} valid-before="20260312" {public}'
    centre.write(**{"policy/allowed_signers": line})
    assert unsigned(centre) == []
    centre.put(FIRST, SECOND)
    signing.commit("2026-03-13T10:00:00+08:00", signing.listed)
    assert unsigned(centre) == ["inspections × I2 × performed_at"]
    centre.put(FIRST, SECOND, THIRD)
    signing.commit("2026-03-11T11:00:00+08:00", signing.listed)
    assert unsigned(centre) == [
        "inspections × I2 × performed_at",
        "inspections × I3 × performed_at",
    ]


@pytest.mark.parametrize("option", ['namespaces="file"', "cert-authority"])
def test_list_a_key_for_something_else(signing: Signing, option: str) -> None:
    public = signing.listed.with_suffix(".pub").read_text("utf-8")
    signing.centre.write(**{"policy/allowed_signers": f"{ROLE} {option} {public}"})
    assert unsigned(signing.centre) == ["inspections × I1 × performed_at"]


def test_take_the_key_off_the_list(signing: Signing) -> None:
    before = signing.centre.check().policy.digest
    (signing.centre.folder / "policy/allowed_signers").unlink()
    assert unsigned(signing.centre) == ["inspections × I1 × performed_at"]
    assert signing.centre.check().policy.digest != before


def test_verdicts_of_signatures_are_kept_for_these_keys_alone(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = signing.centre
    assert unsigned(centre) == []
    # What was found is not asked again: no program is needed for it.
    monkeypatch.setattr(signatures, "_run", lambda *_: (1, ""))
    assert unsigned(centre) == []
    [file] = (centre.folder / ".git/ccpolicy").glob("signatures-*.json")
    file.write_bytes(file.read_bytes() + b" ")
    assert unsigned(centre) == ["inspections × I1 × performed_at"]
    monkeypatch.undo()
    file.unlink()
    assert unsigned(centre) == []
    # With other keys it is asked anew.
    public = signing.unlisted.with_suffix(".pub").read_text("utf-8")
    centre.write(**{"policy/allowed_signers": f'{ROLE} namespaces="git" {public}'})
    assert unsigned(centre) == ["inspections × I1 × performed_at"]


def test_lie_about_which_program_verifies(signing: Signing) -> None:
    signing.centre.put(FIRST, SECOND)
    signing.commit("2026-03-13T10:00:00+08:00", signing.unlisted)
    for name in ("gpg.program", "gpg.ssh.program", "gpg.openpgp.program"):
        signing.centre.git("config", name, "/bin/true")
    assert unsigned(signing.centre) == ["inspections × I2 × performed_at"]


class Ring:
    """Keys of GnuPG, made at a time when the centre's records were."""

    def __init__(self, centre: Centre, home: Path) -> None:
        if not shutil.which("gpg"):
            if os.environ.get("CI"):
                pytest.fail("gpg is missing, and PGP was not tested")
            pytest.skip("gpg is missing: PGP WAS NOT TESTED")
        self.centre, self.home = centre, home
        home.mkdir(mode=0o700)
        # Whoever signs sets their clock as they like.
        self.program = home / "signs"
        self.program.write_text(
            '#!/bin/sh\nexec gpg --faked-system-time 20260301T000000 "$@"\n', "utf-8"
        )
        self.program.chmod(0o755)
        path = "policy/datasets/inspections.yaml"
        text = (centre.folder / path).read_text("utf-8")
        centre.write(**{path: text.replace("append_only", "append_only\n  signed: true")})

    def gpg(self, *arguments: str) -> str:
        options = ["--homedir", str(self.home), "--batch", "--passphrase", ""]
        command = [str(self.program), *options, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def key(self, name: str, ends: str = "never") -> str:
        self.gpg("--quick-gen-key", name, "ed25519", "sign", ends)
        listed = self.gpg("--with-colons", "--list-keys", f"={name}").splitlines()
        return next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def list(self, *keys: str) -> None:
        self.centre.write(**{"policy/allowed_keys.asc": self.gpg("--armor", "--export", *keys)})

    def commit(self, when: str, key: str) -> None:
        self.centre.git("config", "gpg.program", str(self.program))
        self.centre.git("add", "--all")
        self.centre.git(
            "commit",
            "--quiet",
            "--message=x",
            f"--gpg-sign={key}!",
            GNUPGHOME=str(self.home),
            GIT_AUTHOR_DATE=when,
            GIT_COMMITTER_DATE=when,
        )


@pytest.fixture
def ring(empty: Centre) -> Ring:
    return Ring(empty, empty.folder.parent / "gpg")


def test_pgp(ring: Ring) -> None:
    known, other = ring.key(f"Facilities <{ROLE}>"), ring.key(f"Stranger <{ROLE}>")
    ring.list(known)
    ring.commit("2026-03-13T10:00:00+08:00", known)
    ring.centre.put(FIRST, SECOND)
    ring.commit("2026-03-13T11:00:00+08:00", other)
    assert unsigned(ring.centre) == ["inspections × I2 × performed_at"]
    assert ring.centre.control("GV-6").subjects.passed == 1


def test_pgp_key_of_somebody_else(ring: Ring) -> None:
    """A key of the list is good in its own name alone."""
    intern = ring.key("intern@centre.example")
    ring.list(intern)
    ring.commit("2026-03-13T10:00:00+08:00", intern)
    assert unsigned(ring.centre) == ["inspections × I1 × performed_at"]
    ring.gpg("--quick-add-uid", intern, f"Facilities <{ROLE.upper()}>")
    ring.list(intern)
    assert unsigned(ring.centre) == []


def test_pgp_key_that_runs_out(ring: Ring) -> None:
    """It counts for what was put on file until then, whatever day it is today."""
    brief = ring.key(ROLE, "20260313T080000")
    ring.list(brief)
    ring.commit("2026-03-13T10:00:00+08:00", brief)
    assert unsigned(ring.centre) == []
    ring.centre.put(FIRST, SECOND)
    ring.commit("2026-03-14T10:00:00+08:00", brief)
    assert unsigned(ring.centre) == ["inspections × I2 × performed_at"]


def test_pgp_signature_of_something_else(ring: Ring) -> None:
    known = ring.key(ROLE)
    ring.list(known)
    ring.commit("2026-03-13T10:00:00+08:00", known)
    assert unsigned(ring.centre) == []
    forge(ring.centre, b"\nx\n", b"\ny\n")
    assert unsigned(ring.centre) == ["inspections × I1 × performed_at"]


def test_every_refusal_names_its_hint(centre: Centre) -> None:
    for asked in ({"expect_ancestor": "nowhere"}, {"known_at": "nowhere"}):
        with pytest.raises(CcpolicyError) as refused:
            centre.check(AS_OF, **asked)
        assert refused.value.hint.template
