"""Compare a bundle's policy with one that the reader trusts."""

from __future__ import annotations

import posixpath
from pathlib import Path

from ccpolicy.bundle.bundle_files import used_kinds
from ccpolicy.errors import BundleError, BundleErrors, Message
from ccpolicy.policy import Policy


def compare_policies(bundled: Policy, known: Policy) -> tuple[Policy, Message]:
    """Compare two policies by their digests.

    Raises:
        BundleError: they are not the same; it names the files that differ.
    """
    if bundled.digest == known.digest:
        return known, Message.of("the policy is the one that was named")
    ours, theirs = _parts(bundled), _parts(known)
    errors = [
        BundleError("'{name}' differs", name=name)
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]
    if bundled.plan.version == known.plan.version:
        raise BundleErrors(
            "the policy is another one under the same version, {version}",
            errors,
            version=known.plan.version,
        )
    raise BundleErrors(
        "the policy is another one: version {bundled}, not {known}",
        errors,
        bundled=bundled.plan.version,
        known=known.plan.version,
    )


def _parts(content: Policy) -> dict[str, bytes]:
    """Return what decides a policy's digest, by name."""
    root: Path = content.root
    files = {posixpath.normpath(name): (root / name).read_bytes() for name in content.files}
    return files | {f"{name}.sql": kind.sql.encode() for name, kind in used_kinds(content).items()}
