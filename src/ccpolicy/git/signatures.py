"""Checks whether commits are signed by keys that the policy lists: SSH and PGP.

A key counts only for the committer that its line or user id names, and only if it was valid at the
commit's earliest possible time. `git verify-commit` checks neither: it accepts a listed key for any
committer, and an expired key in a backdated commit.
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

from ccpolicy.errors import EvidenceError
from ccpolicy.files.atomic import read_checked, write_checked
from ccpolicy.files.bounded import read_bounded
from ccpolicy.git.programs import run_isolated
from ccpolicy.git.repository import GitRepository

SSH_SIGNERS = "allowed_signers"
"""File in the policy folder; see ALLOWED SIGNERS in ssh-keygen(1)."""
PGP_KEYS = "allowed_keys.asc"
"""File in the policy folder: armoured public keys."""
KEY_FILES = (SSH_SIGNERS, PGP_KEYS)
RULES = b"2\n"
"""Raised when the rules for a good signature change."""
_MOST_BYTES = 16 << 20
"""Of a file with keys."""
_NAMESPACE = "git"
"""Namespace of git's signatures; signatures for other purposes do not count."""
_INTACT = frozenset(["GOODSIG", "EXPKEYSIG", "EXPSIG", "REVKEYSIG", "NO_PUBKEY"])
"""What GnuPG reports of an intact signature, whoever made it; see its `doc/DETAILS`."""


class SignedCommit(NamedTuple):
    """A commit whose signature is to be checked."""

    id: str
    committer: str
    """The committer's address."""
    time: int
    """The commit's earliest possible time, in seconds since 1970; see `recorded_times`."""


def judge_signatures(
    repository: GitRepository,
    commits: Iterable[SignedCommit],
    policy: Path,
    scratch: Path,
    *,
    cached: bool,
) -> dict[str, str]:
    """Return for each commit `good`, `bad`, `unlisted`, `none`, or `unchecked` without the program.

    Keys and programs that the repository or the user configured do not count. With `cached`, good
    signatures are remembered: they depend on the commit and the listed keys alone.
    """
    file = _cache_file(repository.common, policy)
    known = _cached(file) if cached else set()
    judges: dict[str, tuple[str, Callable[[SignedCommit, bytes, bytes], str]]] = {
        "ssh": ("ssh-keygen", _Ssh(policy / SSH_SIGNERS, scratch).judge),
        "pgp": ("gpg", _Pgp(policy / PGP_KEYS, scratch).judge),
    }
    found = {}
    for commit in sorted(commits):
        kind, signature, payload = _split(repository.objects.read(commit.id), len(commit.id))
        if kind not in judges:
            found[commit.id] = kind
        elif commit.id in known:
            found[commit.id] = "good"
        else:
            tool, judge = judges[kind]
            found[commit.id] = (
                judge(commit, signature, payload) if shutil.which(tool) else "unchecked"
            )
    good = {id_ for id_, verdict in found.items() if verdict == "good"}
    if cached and good - known:
        with suppress(OSError):
            file.parent.mkdir(exist_ok=True)
            write_checked(file, sorted(known | good))
    return found


def _cache_file(common: Path, policy: Path) -> Path:
    """Return the cache for the listed keys."""
    listed = hashlib.sha256(RULES)
    for name in (SSH_SIGNERS, PGP_KEYS):
        path = policy / name
        content = read_bounded(path, _MOST_BYTES, EvidenceError) if path.is_file() else b""
        listed.update(b"%d\n%s" % (len(content), content))
    return common / "ccpolicy" / f"signatures-{listed.hexdigest()[:24]}.json"


def _cached(file: Path) -> set[str]:
    try:
        return set(read_checked(file))
    except (OSError, ValueError, TypeError):
        return set()


def _split(commit: bytes, digits: int) -> tuple[str, bytes, bytes]:
    """Return the kind of a commit's signature, the signature, and the payload that it signs.

    See `parse_buffer_signed_by_header` in git's `commit.c`: a commit may have one signature for
    each kind of object id, and neither is part of the other's payload.
    """
    head, blank, message = commit.partition(b"\n\n")
    own = b"gpgsig" if digits == 40 else b"gpgsig-sha256"
    signatures: list[list[bytes]] = []
    payload = []
    name = b""
    for line in head.split(b"\n"):
        if line.startswith(b" "):  # continues the line above
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
    """Checks signatures with OpenSSH, by the policy's list."""

    def __init__(self, signers: Path, scratch: Path) -> None:
        self.signers = signers if signers.is_file() else Path(os.devnull)
        self.file = scratch / "signature"

    def judge(self, commit: SignedCommit, signature: bytes, payload: bytes) -> str:
        self.file.write_bytes(signature)
        at = datetime.datetime.fromtimestamp(commit.time, datetime.UTC)
        signed = ["-n", _NAMESPACE, "-s", str(self.file)]
        listed = ["-f", str(self.signers), "-I", commit.committer]
        when = [f"-Overify-time={at:%Y%m%d%H%M%S}"]
        if not _run(["ssh-keygen", "-Y", "verify", *signed, *listed, *when], payload)[0]:
            return "good"
        is_intact = not _run(["ssh-keygen", "-Y", "check-novalidate", *signed], payload)[0]
        return "unlisted" if is_intact else "bad"


class _Pgp:
    """Checks signatures with GnuPG, by the policy's keys and no others."""

    def __init__(self, keys: Path, scratch: Path) -> None:
        self.keys, self.file = keys, scratch / "signature"
        self.home = scratch / "keys.gpg"
        self.names: dict[str, list[str]] | None = None
        """Fingerprint of a key → addresses of its user ids."""

    def judge(self, commit: SignedCommit, signature: bytes, payload: bytes) -> str:
        if self.names is None:
            self.names = self._imported()
        self.file.write_bytes(signature)
        # The key must not have expired when the commit was made; clocks that differ by seconds
        # are ignored.
        when = ["--faked-system-time", str(commit.time), "--ignore-time-conflict"]
        text = self._gpg([*when, "--verify", str(self.file), "-"], payload)
        status = [line.split() for line in text.splitlines() if line.startswith("[GNUPG:] ")]
        words = [line[1] for line in status if len(line) > 1]
        if words.count("NEWSIG") != 1 or "BADSIG" in words or _INTACT.isdisjoint(words):
            return "bad"
        owner = next((line[-1] for line in status if line[1:2] == ["VALIDSIG"]), "")
        is_good = "GOODSIG" in words and commit.committer.casefold() in self.names.get(owner, ())
        return "good" if is_good else "unlisted"

    def _imported(self) -> dict[str, list[str]]:
        """Import the keys, and return the addresses of each."""
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
    """Run a program; return its exit code and output."""
    try:
        done = run_isolated(command, given)
    except subprocess.TimeoutExpired:
        return 1, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")
