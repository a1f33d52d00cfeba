"""Whom the reader trusts: public keys in the form of OpenSSH's `allowed_signers`.

See ssh-keygen(1), "ALLOWED SIGNERS".
"""

from __future__ import annotations

import base64
import binascii
import datetime
import fnmatch
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.errors import BundleError, Locator
from ccpolicy.files.bounded import read_bounded

NAMESPACE = "ccpolicy"
"""What a signature of a bundle is for; one made for anything else does not count."""
MOST_BYTES = 1 << 20
ED25519 = "ssh-ed25519"

_FIELD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_OPTION = re.compile(r'([a-zA-Z-]+)(?:="([^"]*)")?(?:,|$)')
_MOMENT = re.compile(r"([0-9]{8})([0-9]{4}|[0-9]{6})?Z$")
_KEY_TYPE = re.compile(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+$")
_RAW = 32
"""Bytes of an Ed25519 key."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and whose it is."""

    name: str
    """Whom the line names; of several, the first."""
    line: str
    """What the file says."""
    blob: bytes
    """The key as OpenSSH writes it."""
    is_authority: bool = False
    """Whether it only vouches for other keys, by certificates."""
    namespaces: tuple[str, ...] = ("*",)
    after: datetime.datetime | None = None
    before: datetime.datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Return the key's fingerprint as OpenSSH writes it."""
        return key_fingerprint(self.blob)

    @property
    def ed25519(self) -> bytes | None:
        """Return the bare key, if it is one of Ed25519."""
        head = _string(ED25519.encode()) + len(bytes(_RAW)).to_bytes(4, "big")
        fits = self.blob.startswith(head) and len(self.blob) == len(head) + _RAW
        return self.blob[len(head) :] if fits else None

    @property
    def is_for_bundles(self) -> bool:
        """Whether the key may sign bundles, and not only something else."""
        return any(fnmatch.fnmatchcase(NAMESPACE, each) for each in self.namespaces)

    def may_sign(self, at: datetime.datetime) -> bool:
        """Whether the key itself may sign a bundle at a moment."""
        return (
            not self.is_authority
            and self.is_for_bundles
            and (self.after is None or self.after <= at)
            and (self.before is None or at < self.before)
        )


def key_fingerprint(blob: bytes) -> str:
    """Return a key's fingerprint as OpenSSH writes it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return "SHA256:" + digest.rstrip("=")


def public_blob(raw: bytes) -> bytes:
    """Return an Ed25519 key as OpenSSH writes it, before base64."""
    return _string(ED25519.encode()) + _string(raw)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def read_signers(path: Path) -> list[Signer]:
    """Read a file of signers.

    Raises:
        BundleError: it cannot be read, names nobody, or has a line that is not understood.
        LimitError: it is too large.
    """
    data = read_bounded(path, MOST_BYTES, BundleError, message="cannot read the signers: {reason}")
    try:
        text = data.decode()
    except UnicodeDecodeError as failure:
        raise BundleError(
            "cannot read the signers: {reason}",
            locator=Locator(str(path)),
            reason="not UTF-8 text",
        ) from failure
    signers = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                signers.append(_signer(line.strip()))
            except BundleError as failure:
                raise failure.at(Locator(str(path), number)) from None
    if not signers:
        raise BundleError("the file names no signer", locator=Locator(str(path)))
    return signers


def _signer(line: str) -> Signer:
    fields = _FIELD.findall(line)
    has_options = len(fields) > 1 and not _KEY_TYPE.match(fields[1])
    if len(fields) < 3 + has_options or not _KEY_TYPE.match(fields[1 + has_options]):
        raise BundleError(
            "the line does not name a signer",
            hint='write it as: auditor@example.org namespaces="ccpolicy" ssh-ed25519 AAAA…',
        )
    options = _options(fields[1]) if has_options else {}
    kind, key = fields[1 + has_options : 3 + has_options]
    try:
        blob = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    if not blob.startswith(_string(kind.encode())):
        raise BundleError("the key is damaged")
    return Signer(
        name=fields[0].strip('"').partition(",")[0],
        line=line,
        blob=blob,
        is_authority="cert-authority" in options,
        namespaces=tuple(options["namespaces"].split(",")) if "namespaces" in options else ("*",),
        after=_moment(options.get("valid-after")),
        before=_moment(options.get("valid-before")),
    )


def _options(text: str) -> dict[str, str]:
    options = {}
    place = 0
    while found := _OPTION.match(text, place):
        name, place = found[1].lower(), found.end()
        valued = found[2] is not None
        if name not in ("cert-authority", "namespaces", "valid-after", "valid-before") or (
            valued == (name == "cert-authority")
        ):
            break
        options[name] = found[2] or ""
        if place == len(text):
            return options
    raise BundleError("the options '{text}' are not understood", text=text)


def _moment(text: str | None) -> datetime.datetime | None:
    """Read a bound of a key's validity; one without Z would mean other times in other places."""
    if text is None:
        return None
    found = _MOMENT.match(text)
    try:
        if found:
            clock = (found[2] or "").ljust(6, "0")
            return datetime.datetime.strptime(f"{found[1]}{clock}Z", "%Y%m%d%H%M%S%z")
    except ValueError:
        pass
    raise BundleError(
        "'{text}' is not a time in UTC",
        hint="write it as YYYYMMDDZ or YYYYMMDDHHMMZ",
        text=text,
    )
