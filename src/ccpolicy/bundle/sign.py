"""Sign a bundle, after verifying it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.bundle import envelope
from ccpolicy.bundle.signers import ED25519, public_blob
from ccpolicy.bundle.statement import SUFFIXES
from ccpolicy.bundle.verify import Trust, examine
from ccpolicy.errors import BundleErrors


@dataclass(frozen=True)
class SignedStatements:
    """What was signed, and by which key."""

    envelopes: dict[str, bytes]
    """What follows the bundle's name → an envelope."""
    public_key: str
    """As OpenSSH writes it: `ssh-ed25519 AAAA…`."""


def sign_bundle(path: Path, key_file: Path) -> SignedStatements:
    """Verify a bundle and sign what holds of it.

    Raises:
        BundleError: the bundle does not verify, or the key cannot be used.
    """
    key = envelope.read_key(key_file)
    examined = examine(path, Trust())
    if examined.failures:
        raise BundleErrors("the bundle does not verify, so it is not signed", examined.failures)
    blob = public_blob(key.public_key().public_bytes_raw())
    return SignedStatements(
        envelopes={
            SUFFIXES[kind]: envelope.sign(statement, key)
            for kind, statement in examined.statements.items()
        },
        public_key=f"{ED25519} {b64encode(blob).decode()}",
    )
