"""Check the signatures of a bundle against those whom the reader trusts."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccpolicy.bundle import envelope
from ccpolicy.bundle.signers import NAMESPACE, Signer, read_signers
from ccpolicy.bundle.statement import SUFFIXES
from ccpolicy.errors import BundleError, BundleErrors, LimitError, Locator, Message
from ccpolicy.files.bounded import read_bounded
from ccpolicy.git.programs import run_isolated

SSH_SUFFIX = ".sig"
_SSH = b"-----BEGIN SSH SIGNATURE-----"
MOST_BYTES = 1 << 29
"""Of a signature, which may hold the whole assessment in base64."""


def find_signatures(bundle: Path, named: Sequence[Path]) -> list[Path]:
    """Return the signatures named, or else those that stand beside a bundle."""
    if named:
        return list(named)
    beside = [Path(f"{bundle}{suffix}") for suffix in (*SUFFIXES.values(), SSH_SUFFIX)]
    return [path for path in beside if os.path.lexists(path)]


def check_signatures(
    signatures: Sequence[Path],
    trusted: Path,
    manifest: bytes,
    statements: Mapping[str, Any],
) -> tuple[list[Signer], Message]:
    """Check every signature; each must be good, and there must be one.

    `statements` are those that hold of the bundle, by type.

    Raises:
        BundleError: there is none, or one is not good.
    """
    signers = read_signers(trusted)
    if not signatures:
        raise BundleError(
            "there is no signature beside the bundle, though signers were named",
            hint="get it from whoever gave you the bundle; it may have been taken away",
        )
    names: dict[str, None] = {}
    errors = []
    for path in signatures:
        try:
            data = read_bounded(
                path, MOST_BYTES, BundleError, message="cannot read the signature: {reason}"
            )
            if data.lstrip().startswith(_SSH):
                names[_ssh(data, signers, manifest)] = None
            else:
                names[_dsse(data, signers, statements)] = None
        except (BundleError, LimitError) as failure:
            errors.append(failure.at(failure.locator or Locator(path.name)))
    if errors:
        raise BundleErrors(
            "signatures that are not good: {bad} of {count}",
            errors,
            bad=len(errors),
            count=len(signatures),
        )
    return signers, Message.of("signed by {names}", names=", ".join(names))


def _dsse(data: bytes, signers: Sequence[Signer], statements: Mapping[str, Any]) -> str:
    """Check an envelope, and that what it states is so; return who signed."""
    now = datetime.datetime.now(datetime.UTC)
    signer, statement = envelope.check(data, signers, now)
    kind = statement.get("predicateType") if isinstance(statement, dict) else None
    holds = statements.get(kind) if isinstance(kind, str) else None
    if holds is None:
        raise BundleError(
            "the statement is of a type that is not known here: {kind}", kind=str(kind)
        )
    for part in ("_type", "subject", "predicate"):
        if statement.get(part) != holds[part]:
            raise BundleError(
                "it is signed by {name}, but for another bundle: its '{part}' differs",
                name=signer.name,
                part=part,
            )
    return f"{signer.name} ({signer.fingerprint})"


def _ssh(data: bytes, signers: Sequence[Signer], manifest: bytes) -> str:
    """Have ssh-keygen check a signature of the manifest; return who signed."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise BundleError("ssh-keygen is not installed, which checks such signatures")
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        copy = Path(folder) / "signature"
        copy.write_bytes(data)
        # It looks for the first line with the key, even if that is for something else.
        listed = Path(folder) / "signers"
        lines = [f"{signer.line}\n" for signer in signers if signer.is_for_bundles]
        listed.write_text("".join(lines), "utf-8")
        files = ["-f", str(listed), "-s", str(copy)]
        found = _run([program, "-Y", "find-principals", *files], b"")
        names = found.stdout.decode("utf-8", "replace").splitlines()
        if found.returncode or not names:
            raise BundleError("the signing key is not listed as that of a signer who may sign")
        done = _run([program, "-Y", "verify", *files, "-n", NAMESPACE, "-I", names[0]], manifest)
    if done.returncode:
        raise BundleError(
            "it is signed by {name}, but not for this bundle or not as '{namespace}'",
            name=names[0],
            namespace=NAMESPACE,
        )
    key = done.stdout.decode("utf-8", "replace").split()[-1:]
    return f"{names[0]} ({key[0] if key else 'SSH'})"


def _run(command: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return run_isolated(command, given)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise BundleError("ssh-keygen did not answer: {reason}", reason=str(failure)) from failure
