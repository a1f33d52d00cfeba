"""The one reader of git, on real repositories."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccpolicy.errors import EvidenceError
from ccpolicy.git.commits import read_commit
from ccpolicy.git.errors import GitError, NoHistory, RevisionError
from ccpolicy.git.repository import GitRepository, open_repository
from ccpolicy.git.snapshot import (
    EvidenceCheckout,
    commit_known_at,
    committed_files,
    evidence_commits,
)
from ccpolicy.git.trees import Blob
from git_command import commit, git

UTC = ZoneInfo("UTC")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with two commits, on the branch main."""
    top = tmp_path / "top"
    (top / ".evidence" / "a").mkdir(parents=True)
    git(top, "init", "-q", "-b", "main")
    (top / ".evidence" / "a" / "1.csv").write_text("one\n", "utf-8")
    (top / "note").write_text("x" * 1000, "utf-8")
    commit(top)
    (top / ".evidence" / "a" / "2.csv").symlink_to("1.csv")
    commit(top)
    return top


def store(top: Path, kind: str, content: bytes) -> str:
    """Store an object as it is, even if it is malformed."""
    command = ["git", "hash-object", "-w", "--literally", "-t", kind, "--stdin"]
    done = subprocess.run(command, cwd=top, input=content, capture_output=True, check=True)
    return done.stdout.decode().strip()


def tree(repository: GitRepository) -> str:
    return read_commit(repository, repository.head).tree


def test_files_and_folders_at_paths(top: Path) -> None:
    with open_repository(top / ".evidence") as repository:
        found = tree(repository)
        folder = repository.trees.find_folder(found, ".evidence/a")
        assert folder == git(top, "rev-parse", "HEAD:.evidence/a")
        first = git(top, "rev-parse", "HEAD:.evidence/a/1.csv")
        assert repository.trees.find(found, ".evidence/a/1.csv") == first
        assert repository.trees.find_folder(found, ".evidence/a/1.csv") is None
        assert repository.trees.find(found, ".evidence/b") is None
        assert repository.trees.find(found, "") == repository.trees.find_folder(found, "") == found
        files = dict(repository.trees.files(folder))
        assert files["1.csv"] == Blob(first, is_link=False)
        assert files["2.csv"].is_link
        assert list(repository.trees.files(None)) == []
        assert repository.path_inside(top / ".evidence") == ".evidence"
        assert repository.path_inside(top) == ""
        assert repository.path_inside(top.parent) is None


def test_objects_one_by_one_and_ahead(top: Path) -> None:
    ids = [git(top, "rev-parse", each) for each in ("HEAD:note", "HEAD:.evidence/a/1.csv")]
    with open_repository(top) as repository:
        assert [repository.objects.read(each) for each in ids] == [b"x" * 1000, b"one\n"]
        repository.objects.expect(ids)
        assert [repository.objects.read(each) for each in reversed(ids)] == [b"one\n", b"x" * 1000]
        repository.objects.read_ahead(ids)
        assert [repository.objects.read(each) for each in ids] == [b"x" * 1000, b"one\n"]
        with pytest.raises(NoHistory, match="GI105"):
            repository.objects.read_ahead([*ids, "f" * 40])
        with pytest.raises(NoHistory, match="GI105"):
            repository.objects.read("f" * 40)


def test_only_the_start_of_a_long_object_is_read(top: Path) -> None:
    note = git(top, "rev-parse", "HEAD:note")
    with open_repository(top) as repository:
        assert repository.objects.read_start(note, 10) == b"x" * 10
        assert repository.objects.read_start(note, 1000) == b"x" * 1000
        assert repository.objects.read_start(note, 1001) == b"x" * 1000
        with pytest.raises(NoHistory):
            repository.objects.read_start("f" * 40, 10)


def test_an_object_that_was_exchanged(top: Path) -> None:
    """Git itself returns whatever lies under an id."""
    note = git(top, "rev-parse", "HEAD:note")
    other = store(top, "blob", b"something else")
    objects = top / ".git" / "objects"
    (objects / note[:2] / note[2:]).unlink()
    shutil.copy(objects / other[:2] / other[2:], objects / note[:2] / note[2:])
    with open_repository(top) as repository:
        for read in (repository.objects.read, lambda id_: repository.objects.read_start(id_, 99)):
            with pytest.raises(EvidenceError, match="tampered"):
                read(note)
        with pytest.raises(EvidenceError, match="tampered"):
            repository.objects.read_ahead([note])


@pytest.mark.parametrize("content", [b"40000 no end", b"100644", b"\xff\xfe\0" + bytes(20)])
def test_a_malformed_tree(top: Path, content: bytes) -> None:
    damaged = store(top, "tree", content)
    with open_repository(top) as repository, pytest.raises(EvidenceError, match="tampered"):
        repository.trees.entries(damaged)


def test_a_commit_without_a_tree(top: Path) -> None:
    damaged = store(top, "commit", b"author a <a@centre.example> 0 +0000\n\nnothing\n")
    with open_repository(top) as repository, pytest.raises(EvidenceError, match="tampered"):
        read_commit(repository, damaged)


@pytest.mark.parametrize("name", ["nowhere", "", "^main", "--all", "main\n", "HEAD^{tree}", "a b"])
def test_a_name_of_no_commit(top: Path, name: str) -> None:
    with open_repository(top) as repository, pytest.raises(RevisionError, match="GI108"):
        repository.resolve(name)


def test_a_name_of_several_commits_is_refused_everywhere(top: Path) -> None:
    git(top, "tag", "main", "HEAD~1")
    with open_repository(top) as repository:
        for name in ("main", "main~0"):
            with pytest.raises(RevisionError, match="could be any of: refs/tags/main"):
                commit_known_at(repository, name, UTC)
        assert commit_known_at(repository, "refs/heads/main", UTC) == repository.head
    with pytest.raises(RevisionError, match="GI109"):
        evidence_commits(top, ".evidence", "main", None, UTC)


def test_a_name_that_no_program_can_be_given(top: Path) -> None:
    with open_repository(top) as repository, pytest.raises(GitError, match="cannot read"):
        repository.resolve("a\0b")


def test_a_hidden_evidence_folder(top: Path) -> None:
    head = git(top, "rev-parse", "HEAD")
    assert list(committed_files(top, ".evidence", head)) == [".evidence/a/1.csv"]
    (top / "note").write_text("y", "utf-8")
    commit(top)
    assert len(evidence_commits(top, ".evidence", "HEAD", None, UTC).commits) == 2


def test_the_evidence_of_one_commit_after_another(top: Path, tmp_path: Path) -> None:
    """Whatever was written out before, what is there is the commit's and nothing else."""
    evidence = top / ".evidence"
    shutil.rmtree(evidence / "a")
    (evidence / "a").write_text("a file where a folder was\n", "utf-8")
    commit(top)
    (evidence / "a").unlink()
    (evidence / "a" / "deep").mkdir(parents=True)
    (evidence / "a" / "deep" / "1.csv").write_text("two\n", "utf-8")
    commit(top)
    git(top, "rm", "-q", "-r", ".evidence")
    commit(top)
    commits = evidence_commits(top, ".evidence", "HEAD", None, UTC).commits
    assert len(commits) == 5
    expected = [{"a/1.csv"}, {"a/1.csv", "a/2.csv"}, {"a"}, {"a/deep/1.csv"}, set()]
    with open_repository(top) as repository:
        folder = tmp_path / "written"
        checkout = EvidenceCheckout(repository, ".evidence", folder)
        for number in (0, 1, 2, 3, 4, 2, 1, 3, 0):
            checkout.switch(commits[number].tree)
            found = {each for each in folder.rglob("*") if each.is_symlink() or each.is_file()}
            assert {each.relative_to(folder).as_posix() for each in found} == expected[number]
            folders = {each for each in folder.rglob("*") if each not in found}
            assert folders <= {parent for each in found for parent in each.parents}
        assert (folder / "a" / "1.csv").read_text("utf-8") == "one\n"
