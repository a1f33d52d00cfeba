"""Statements in DSSE envelopes, signed by Ed25519 keys with securesystemslib.

https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccpolicy.bundle.signers import MOST_BYTES, Signer, key_fingerprint, public_blob
from ccpolicy.bundle.statement import PAYLOAD, statement_bytes
from ccpolicy.errors import BundleError, Locator
from ccpolicy.files.bounded import read_bounded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.dsse import Envelope

MOST_SIGNATURES = 100


def sign(statement: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return a statement in an envelope, signed."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]

    raw = key.public_key().public_bytes_raw()
    keyid = key_fingerprint(public_blob(raw))
    envelope = Envelope(statement_bytes(statement), PAYLOAD, {})
    envelope.sign(CryptoSigner(key, SSlibKey(keyid, "ed25519", "ed25519", {"public": raw.hex()})))
    return (json.dumps(envelope.to_dict(), indent=2) + "\n").encode()


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key of Ed25519, as OpenSSH or PEM (PKCS #8) writes it.

    Raises:
        BundleError: it cannot be read, is protected by a passphrase, or is of another kind.
        LimitError: it is too large.
    """
    require()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
        load_ssh_private_key,
    )

    place = Locator(str(path))
    data = read_bounded(path, MOST_BYTES, BundleError, message="cannot read the key: {reason}")
    load = load_ssh_private_key if b"BEGIN OPENSSH" in data else load_pem_private_key
    try:
        key = load(data, None)
    except TypeError as failure:
        raise _protected(place) from failure
    except (ValueError, UnsupportedAlgorithm) as failure:
        if "encrypted" in str(failure):
            raise _protected(place) from failure
        raise BundleError(
            "this is not a private key",
            hint="make one with: ssh-keygen -t ed25519",
            locator=place,
        ) from failure
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(
            "the key is not one of Ed25519",
            hint="make one with: ssh-keygen -t ed25519",
            locator=place,
        )
    return key


def _protected(place: Locator) -> BundleError:
    return BundleError(
        "the key is protected by a passphrase",
        hint="sign with ssh-keygen, which asks for it or knows the agent: see docs/verify.md",
        locator=place,
    )


def check(data: bytes, signers: Sequence[Signer], at: datetime.datetime) -> tuple[Signer, Any]:
    """Return who signed an envelope, and the statement in it.

    Raises:
        BundleError: it is no envelope, or nobody listed signed it.
    """
    require()
    from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

    envelope = _envelope(data)
    for signature in envelope.signatures.values():
        for signer in signers:
            raw = signer.ed25519
            if raw is None or not signer.may_sign(at):
                continue
            # The key's id in an envelope is only a hint, which nothing vouches for.
            key = SSlibKey(signature.keyid, "ed25519", "ed25519", {"public": raw.hex()})
            try:
                key.verify_signature(signature, envelope.pae())
            except (UnverifiedSignatureError, VerificationError):
                continue
            return signer, _statement(envelope.payload)
    raise BundleError("the signing key is not listed as that of a signer who may sign")


def _envelope(data: bytes) -> Envelope:
    """Parse an envelope, which may hold anything."""
    from securesystemslib.dsse import Envelope

    try:
        value = json.loads(data)
        if (
            value.keys() != {"payload", "payloadType", "signatures"}
            or value["payloadType"] != PAYLOAD
            or not 0 < len(value["signatures"]) <= MOST_SIGNATURES
        ):
            raise BundleError("the file is not an envelope with a signed statement")
        return Envelope.from_dict(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as failure:
        raise BundleError("the file is not an envelope with a signed statement") from failure


def _statement(payload: bytes) -> Any:
    """Parse what somebody who is trusted has signed."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as failure:
        raise BundleError("the signed content is not a statement") from failure


def require() -> None:
    """Say what is missing before it is needed.

    Raises:
        BundleError: what signs and checks envelopes is not installed.
    """
    try:
        import cryptography  # noqa: F401
        import securesystemslib.signer  # noqa: F401
    except ImportError as failure:
        raise BundleError(
            "securesystemslib or cryptography is not installed, which envelopes need",
            hint="install ccpolicy again as you did, with its extra: ccpolicy[sign]",
        ) from failure
