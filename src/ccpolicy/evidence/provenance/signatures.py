"""Whether commits are signed by keys that the policy lists: SSH and PGP, and no other trust."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ccpolicy.evidence.provenance.cache import read, write
from ccpolicy.evidence.provenance.repository import Repository
from ccpolicy.policy.from_git import PGP_KEYS, SSH_SIGNERS

_SSH = {"G": "good", "U": "unlisted", "E": "unlisted"}
# The keyring holds nothing but the keys that the policy lists, so that each in it counts.
_PGP = {"G": "good", "U": "good", "E": "unlisted"}


def judge_signatures(
    repository: Repository, commits: Iterable[str], policy: Path, scratch: Path, *, cached: bool
) -> dict[str, str]:
    """Return for each commit `good`, `bad`, `unlisted`, `none`, or `unchecked` for want of a tool.

    What the repository or the user trusts does not count, nor which programs they have set. That
    one of SSH's is good is kept if it may be `cached`: it rests on the commit and the listed keys
    alone. PGP's does not, for its keys run out by today's date.
    """
    ids = sorted(commits)
    found = {id_: _kind(repository.read(id_)) for id_ in ids}
    file = _file(repository.common, policy)
    kept = _kept(file) if cached else set()
    good = {id_: "good" for id_ in ids if found[id_] == "ssh" and id_ in kept}
    for kind, tool, verdicts in (("ssh", "ssh-keygen", _SSH), ("pgp", "gpg", _PGP)):
        wanted = [id_ for id_ in ids if found[id_] == kind and id_ not in good]
        if not wanted:
            continue
        if not shutil.which(tool):
            found |= dict.fromkeys(wanted, "unchecked")
            continue
        said = _said(repository, wanted, policy, scratch)
        judged = {id_: verdicts.get(said.get(id_, ""), "bad") for id_ in wanted}
        found |= judged
        if cached and kind == "ssh":
            with suppress(OSError):
                file.parent.mkdir(exist_ok=True)
                write(file, sorted(kept | {id_ for id_ in wanted if judged[id_] == "good"}))
    return found | good


def _file(common: Path, policy: Path) -> Path:
    """Return the file of the commits that are signed by the keys that are listed."""
    signers = policy / SSH_SIGNERS
    listed = signers.read_bytes() if signers.is_file() else b""
    return common / "ccpolicy" / f"signatures-{hashlib.sha256(listed).hexdigest()[:24]}.json"


def _kept(file: Path) -> set[str]:
    try:
        return set(read(file))
    except (OSError, ValueError, TypeError):
        return set()


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
