"""Whether commits are signed by keys that the policy lists: SSH and PGP, and no other trust.

A key counts for the committer whom its line or its user id names, and at the time at which the
commit was put on file. Neither is what git asks when it verifies: a listed key would be good in
anybody's name, and one that has run out in a commit that is dated back.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ccpolicy.files.atomic import read_checked, write_checked
from ccpolicy.git.programs import run_isolated
from ccpolicy.git.repository import GitRepository

SSH_SIGNERS = "allowed_signers"
"""File in the policy folder, as `ssh-keygen -Y verify` has it."""
PGP_KEYS = "allowed_keys.asc"
"""File in the policy folder: public keys, armoured."""
KEY_FILES = (SSH_SIGNERS, PGP_KEYS)
RULES = b"2\n"
"""Raised when what makes a signature good changes."""
_NAMESPACE = "git"
"""What the signature of a commit is for; one made for anything else does not count."""
_WHOLE = frozenset(["GOODSIG", "EXPKEYSIG", "EXPSIG", "REVKEYSIG", "NO_PUBKEY"])
"""What GnuPG says of a signature that is one, whoever made it; see its `doc/DETAILS`."""


class Signed(NamedTuple):
    """A commit whose signature is asked for."""

    id: str
    committer: str
    """The address."""
    time: int
    """When it was made at the earliest, in seconds since 1970."""


def judge_signatures(
    repository: GitRepository,
    commits: Iterable[Signed],
    policy: Path,
    scratch: Path,
    *,
    cached: bool,
) -> dict[str, str]:
    """Return for each commit `good`, `bad`, `unlisted`, `none`, or `unchecked` for want of a tool.

    What the repository or the user trusts does not count, nor which programs they have set. That
    one is good is kept if it may be `cached`: it rests on the commit and the listed keys alone.
    """
    file = _file(repository.common, policy)
    kept = _kept(file) if cached else set()
    judges: dict[str, tuple[str, Callable[[Signed, bytes, bytes], str]]] = {
        "ssh": ("ssh-keygen", _Ssh(policy / SSH_SIGNERS, scratch).judge),
        "pgp": ("gpg", _Pgp(policy / PGP_KEYS, scratch).judge),
    }
    found = {}
    for commit in sorted(commits):
        kind, signature, payload = _taken_apart(repository.objects.read(commit.id), len(commit.id))
        if kind not in judges:
            found[commit.id] = kind
        elif commit.id in kept:
            found[commit.id] = "good"
        else:
            tool, judge = judges[kind]
            found[commit.id] = (
                judge(commit, signature, payload) if shutil.which(tool) else "unchecked"
            )
    good = {id_ for id_, verdict in found.items() if verdict == "good"}
    if cached and good - kept:
        with suppress(OSError):
            file.parent.mkdir(exist_ok=True)
            write_checked(file, sorted(kept | good))
    return found


def _file(common: Path, policy: Path) -> Path:
    """Return the file of the commits that are signed by the keys that are listed."""
    listed = hashlib.sha256(RULES)
    for name in (SSH_SIGNERS, PGP_KEYS):
        path = policy / name
        content = path.read_bytes() if path.is_file() else b""
        listed.update(b"%d\n%s" % (len(content), content))
    return common / "ccpolicy" / f"signatures-{listed.hexdigest()[:24]}.json"


def _kept(file: Path) -> set[str]:
    try:
        return set(read_checked(file))
    except (OSError, ValueError, TypeError):
        return set()


def _taken_apart(commit: bytes, digits: int) -> tuple[str, bytes, bytes]:
    """Return how a commit is signed, the signature, and what it was made for.

    See `parse_buffer_signed_by_header` in git's `commit.c`: a commit may carry one signature for
    each kind of object id, and neither is part of what the other was made for.
    """
    head, blank, message = commit.partition(b"\n\n")
    own = b"gpgsig" if digits == 40 else b"gpgsig-sha256"
    signatures: list[list[bytes]] = []
    payload = []
    name = b""
    for line in head.split(b"\n"):
        if line.startswith(b" "):  # goes on with what stands above
            value = line[1:]
        else:
            name, _, value = line.partition(b" ")
            signatures += [[]] if name == own else []
        if not name.startswith(b"gpgsig"):
            payload.append(line)
        elif name == own:
            signatures[-1].append(value)
    if not signatures:
        return "none", b"", b""
    signature = b"\n".join(signatures[0]) + b"\n"
    kind = "bad"
    if len(signatures) == 1 and signature.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        kind = "ssh"
    elif len(signatures) == 1 and signature.startswith(b"-----BEGIN PGP SIGNATURE-----"):
        kind = "pgp"
    return kind, signature, b"\n".join(payload) + blank + message


class _Ssh:
    """Has OpenSSH judge signatures by the policy's list."""

    def __init__(self, signers: Path, scratch: Path) -> None:
        self.signers = signers if signers.is_file() else Path(os.devnull)
        self.file = scratch / "signature"

    def judge(self, commit: Signed, signature: bytes, payload: bytes) -> str:
        self.file.write_bytes(signature)
        at = datetime.datetime.fromtimestamp(commit.time, datetime.UTC)
        asked = ["-n", _NAMESPACE, "-s", str(self.file)]
        listed = ["-f", str(self.signers), "-I", commit.committer]
        when = [f"-Overify-time={at:%Y%m%d%H%M%S}"]
        if not _run(["ssh-keygen", "-Y", "verify", *asked, *listed, *when], payload)[0]:
            return "good"
        is_whole = not _run(["ssh-keygen", "-Y", "check-novalidate", *asked], payload)[0]
        return "unlisted" if is_whole else "bad"


class _Pgp:
    """Has GnuPG judge signatures by the policy's keys, and by no others."""

    def __init__(self, keys: Path, scratch: Path) -> None:
        self.keys, self.file = keys, scratch / "signature"
        self.home = scratch / "keys.gpg"
        self.names: dict[str, list[str]] | None = None
        """Fingerprint of a key → addresses of its user ids."""

    def judge(self, commit: Signed, signature: bytes, payload: bytes) -> str:
        if self.names is None:
            self.names = self._imported()
        self.file.write_bytes(signature)
        # A key counts if it had not run out when the commit was made, and the clocks of whoever
        # made keys, signatures and commits do not agree to the second.
        when = ["--faked-system-time", str(commit.time), "--ignore-time-conflict"]
        text = self._gpg([*when, "--verify", str(self.file), "-"], payload)
        said = [line.split() for line in text.splitlines() if line.startswith("[GNUPG:] ")]
        words = [line[1] for line in said if len(line) > 1]
        if words.count("NEWSIG") != 1 or "BADSIG" in words or _WHOLE.isdisjoint(words):
            return "bad"
        owner = next((line[-1] for line in said if line[1:2] == ["VALIDSIG"]), "")
        is_good = "GOODSIG" in words and commit.committer.casefold() in self.names.get(owner, ())
        return "good" if is_good else "unlisted"

    def _imported(self) -> dict[str, list[str]]:
        """Import the keys, and return the addresses that each is for."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.keys.is_file():
            self._gpg(["--import", str(self.keys)], b"")
        names: dict[str, list[str]] = {}
        kind = owner = ""
        for line in self._gpg(["--with-colons", "--list-keys"], b"").splitlines():
            fields = line.split(":")
            if fields[0] == "fpr" and kind == "pub":
                owner = fields[9]
            elif fields[0] == "uid" and fields[1] != "r":
                name = fields[9].replace("\\x3a", ":")
                found = re.search(r"<([^<>]+)>$", name)
                names.setdefault(owner, []).append((found[1] if found else name).casefold())
            kind = fields[0]
        return names

    def _gpg(self, arguments: list[str], given: bytes) -> str:
        options = ["--no-options", "--batch", "--status-fd=1", "--trust-model=always"]
        command = ["gpg", "--homedir", str(self.home), *options, *arguments]
        return _run(command, given)[1]


def _run(command: list[str], given: bytes) -> tuple[int, str]:
    """Run a program; return how it ended and what it said."""
    try:
        done = run_isolated(command, given)
    except subprocess.TimeoutExpired:
        return 1, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")
