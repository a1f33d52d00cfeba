"""Put a file with new records under version control, as its contract wants it."""

from __future__ import annotations

import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.git.checkout import checkout_of
from ccpolicy.git.errors import NoHistory
from ccpolicy.policy import Policy
from ccpolicy.record.form_fields import RecordForm

_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""What a hook that runs this has set, and would lead elsewhere."""


def check_committer(policy: Policy, form: RecordForm) -> None:
    """Refuse to commit as somebody who may not put these records on file.

    Raises:
        EvidenceError: the contract names others, or there is no repository.
    """
    if checkout_of(policy.root.resolve()) is None:
        raise NoHistory("no_repository")
    recording = form.dataset.recording
    if recording is None or not recording.by:
        return
    address = _git(policy.root, "config", "user.email").stdout.strip()
    if not any(fnmatchcase(address, each) for each in recording.by):
        raise EvidenceError(
            "'{address}' may not put these records on file",
            hint="those who may are in 'recording' of the dataset: {allowed}",
            locator=policy.place("dataset", form.dataset.id, "recording", "by"),
            address=address or "–",
            allowed=", ".join(recording.by),
        )


def commit_file(policy: Policy, form: RecordForm, name: str, subject: str, reason: str) -> str:
    """Commit one file alone, with the user's own git, and return the commit's id.

    Raises:
        EvidenceError: git refuses; the records are on file all the same.
    """
    recording = form.dataset.recording
    signed = ["--gpg-sign"] if recording and recording.signed else []
    said = [f"--message={each}" for each in (subject, reason and f"Reason: {reason}") if each]
    for arguments in (
        ["add", "--", name],
        ["commit", "--quiet", *signed, *said, "--only", "--", name],
    ):
        done = _git(policy.root, *arguments)
        if done.returncode:
            raise EvidenceError(
                "the records are on file, and git did not commit them: {reason}",
                hint="commit the file yourself: git commit {name}",
                locator=Locator(name),
                reason=done.stderr.strip() or done.stdout.strip(),
                name=name,
            )
    return _git(policy.root, "rev-parse", "HEAD").stdout.strip()


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in _OF_HOOKS}
    try:
        return subprocess.run(
            ["git", *arguments],  # noqa: S607  user's own git
            cwd=root,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError as failure:
        raise NoHistory("no_git") from failure
