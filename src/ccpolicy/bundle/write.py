"""Make a bundle, and hand it out only if it verifies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ccpolicy.api import Repository
from ccpolicy.assessment import manifest as public
from ccpolicy.assessment.manifest import ASSESSMENT, MANIFEST, Manifest, ReportFile
from ccpolicy.assessment.models import Assessment
from ccpolicy.bundle.archive import Content, Part, write_archive
from ccpolicy.bundle.canonical import assessment_bytes, manifest_bytes
from ccpolicy.bundle.contents import basis, report_bytes
from ccpolicy.bundle.question import asked
from ccpolicy.bundle.verify import Trust, examine
from ccpolicy.engine.assess import assess
from ccpolicy.engine.write import Question
from ccpolicy.errors import BundleError, BundleErrors


def write_bundle(
    path: Path,
    repository: Repository,
    question: Question,
    filters: dict[str, Iterable[str]],
    reports: Sequence[ReportFile],
) -> Assessment:
    """Judge, write the bundle and verify it; `filters` led to the question's controls.

    Raises:
        PolicyErrors: the policy's files do not fit together.
        BundleError: a file cannot be taken along, or the bundle does not verify.
        OSError: the bundle cannot be written.
    """
    assessment = assess(repository.content, question)
    contents: dict[str, Content] = {
        **basis(repository.content, assessment),
        **{report.path: report_bytes(assessment, report) for report in reports},
        ASSESSMENT: assessment_bytes(assessment),
    }
    parts = {name: _part(name, content) for name, content in contents.items()}
    manifest = Manifest(
        schema_version=public.SCHEMA_VERSION,
        tool=assessment.tool,
        asked=asked(question, filters),
        policy_digest=assessment.policy.digest,
        reports=sorted(reports, key=lambda report: report.path),
        files=[
            public.BundledFile(path=name, size=part.digest.size, sha256=part.digest.sha256)
            for name, part in sorted(parts.items())
        ],
    )
    parts[MANIFEST] = Part.of(manifest_bytes(manifest))
    with path.open("xb") as file:
        write_archive(file, parts)
        file.flush()
        os.fsync(file.fileno())  # some file systems say only now that the disk is full
    if failures := examine(path, Trust()).failures:
        raise BundleErrors("the bundle would not verify, so it is not made", failures)
    return assessment


def _part(name: str, content: Content) -> Part:
    try:
        return Part.of(content)
    except OSError as failure:
        raise BundleError(
            "cannot take '{name}' along: {reason}",
            name=name,
            reason=failure.strerror or str(failure),
        ) from failure
