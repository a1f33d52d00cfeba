"""The bytes in which a bundle holds its own JSON."""

from __future__ import annotations

from ccpolicy.assessment.manifest import Manifest
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.provenance import ProvenanceExport


def assessment_bytes(assessment: Assessment) -> bytes:
    """Return an assessment as a bundle holds it: the bytes of its public JSON."""
    return (assessment.model_dump_json(indent=2) + "\n").encode()


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return a manifest as a bundle holds it."""
    return (manifest.model_dump_json(indent=2) + "\n").encode()


def provenance_bytes(told: ProvenanceExport) -> bytes:
    """Return the provenance export of a bundle as one line of JSON; it can be large."""
    return (told.model_dump_json() + "\n").encode()
