"""Whether commits are signed by keys that the policy lists: SSH and PGP, and no other trust."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ccpolicy.evidence.provenance.repository import Repository
from ccpolicy.policy.from_git import PGP_KEYS, SSH_SIGNERS

_SSH = {"G": "good", "U": "unlisted", "E": "unlisted"}
# The keyring holds nothing but the keys that the policy lists, so that each in it counts.
_PGP = {"G": "good", "U": "good", "E": "unlisted"}


def judge_signatures(
    repository: Repository, commits: Iterable[str], policy: Path, scratch: Path
) -> dict[str, str]:
    """Return for each commit `good`, `bad`, `unlisted`, `none`, or `unchecked` for want of a tool.

    What the repository or the user trusts does not count, nor which programs they have set.
    """
    ids = sorted(commits)
    found = {id_: _kind(repository.read(id_)) for id_ in ids}
    for kind, tool, verdicts in (("ssh", "ssh-keygen", _SSH), ("pgp", "gpg", _PGP)):
        wanted = [id_ for id_ in ids if found[id_] == kind]
        if not wanted:
            continue
        if not shutil.which(tool):
            found |= dict.fromkeys(wanted, "unchecked")
            continue
        said = _said(repository, wanted, policy, scratch)
        found |= {id_: verdicts.get(said.get(id_, ""), "bad") for id_ in wanted}
    return found


def _kind(commit: bytes) -> str:
    head = commit.partition(b"\n\n")[0]
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name in (b"gpgsig", b"gpgsig-sha256"):
            if value.startswith(b"-----BEGIN SSH"):
                return "ssh"
            return "pgp" if value.startswith(b"-----BEGIN PGP") else "bad"
    return "none"


def _said(repository: Repository, ids: list[str], policy: Path, scratch: Path) -> dict[str, str]:
    """Ask git, which knows how a commit's content is told from its signature."""
    keyring = scratch / "keys"
    keyring.mkdir(mode=0o700, exist_ok=True)
    keys = policy / PGP_KEYS
    if keys.is_file() and shutil.which("gpg"):
        _import(keys, keyring)
    signers = policy / SSH_SIGNERS
    settings = {
        "gpg.program": "gpg",
        "gpg.openpgp.program": "gpg",
        "gpg.x509.program": "gpgsm",
        "gpg.ssh.program": "ssh-keygen",
        "gpg.ssh.allowedSignersFile": str(signers if signers.is_file() else os.devnull),
        "gpg.ssh.revocationFile": "",
        "gpg.minTrustLevel": "undefined",
        "log.showSignature": "false",
    }
    given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    text = repository.git.execute(
        ["git", *given, "log", "--no-walk=unsorted", "--format=%H %G?", *ids],
        env={"GNUPGHOME": str(keyring)},
        stdout_as_string=True,
    )
    return dict(line.split(" ", 1) for line in str(text).splitlines() if " " in line)


def _import(keys: Path, keyring: Path) -> None:
    import git

    with suppress(git.GitCommandError):
        git.Git(keyring).execute(
            ["gpg", "--homedir", str(keyring), "--batch", "--quiet", "--import", str(keys)]
        )
