"""Put a file with new records under version control, as its contract wants it."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.git.errors import GitError
from ccpolicy.git.repository import open_repository
from ccpolicy.policy import Policy
from ccpolicy.record.fields import RecordForm


def check_committer(policy: Policy, form: RecordForm) -> None:
    """Refuse to commit as somebody who may not put these records on file.

    Raises:
        EvidenceError: the contract names others, or there is no repository.
    """
    with open_repository(policy.root) as repository:
        recording = form.dataset.recording
        if recording is None or not recording.by:
            return
        try:
            address = repository.run("config", "user.email").strip()
        except GitError:
            address = ""
        if not any(fnmatchcase(address, each) for each in recording.by):
            raise EvidenceError(
                "'{address}' may not put these records on file",
                hint="those who may are in 'recording' of the dataset: {allowed}",
                locator=policy.place("dataset", form.dataset.id, "recording", "by"),
                address=address or "–",
                allowed=", ".join(recording.by),
            )


def commit_file(policy: Policy, form: RecordForm, name: str, subject: str, reason: str) -> str:
    """Commit one file alone, and return the commit's id.

    Raises:
        EvidenceError: git refuses; the records are on file all the same.
    """
    message = [subject, *([f"Reason: {reason}"] if reason else [])]
    recording = form.dataset.recording
    with open_repository(policy.root) as repository:
        path = str((policy.root / name).resolve())
        signed = ["--gpg-sign"] if recording and recording.signed else []
        said = [part for each in message for part in ("--message", each)]
        try:
            repository.run("add", "--", path)
            repository.run("commit", "--quiet", *signed, *said, "--only", "--", path)
        except GitError as failure:
            raise EvidenceError(
                "the records are on file, and git did not commit them: {reason}",
                hint="commit the file yourself: git commit {name}",
                locator=Locator(name),
                reason=failure.message.text(),
                name=name,
            ) from failure
        return repository.resolve("HEAD")
