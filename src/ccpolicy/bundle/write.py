"""Make a bundle, and hand it out only if it verifies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from ccpolicy.api import Repository
from ccpolicy.assessment import manifest as public
from ccpolicy.assessment.manifest import ASSESSMENT, MANIFEST, Manifest, ReportFile
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.provenance import PROVENANCE, Told
from ccpolicy.bundle.archive import Content, Part, write_archive
from ccpolicy.bundle.canonical import assessment_bytes, manifest_bytes, provenance_bytes
from ccpolicy.bundle.contents import basis, report_bytes
from ccpolicy.bundle.question import asked
from ccpolicy.bundle.verify import Trust, examine
from ccpolicy.engine.assess import assess
from ccpolicy.engine.write import Question
from ccpolicy.errors import BundleError, BundleErrors
from ccpolicy.evidence.provenance.models import Provenance
from ccpolicy.evidence.provenance.read import Asked, read_provenance
from ccpolicy.evidence.provenance.snapshot import write_evidence
from ccpolicy.evidence.provenance.told import tell


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
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        return _write(path, repository, question, filters, reports, Path(folder))


def _write(
    path: Path,
    repository: Repository,
    question: Question,
    filters: dict[str, Iterable[str]],
    reports: Sequence[ReportFile],
    folder: Path,
) -> Assessment:
    content = repository.content
    telling = _Telling()
    assessment = assess(content, question, telling)
    evidence = content.root
    if question.known_at and assessment.provenance and assessment.provenance.commit:
        evidence = folder / "known"
        write_evidence(
            evidence, content.root, content.settings.evidence, assessment.provenance.commit
        )
    contents: dict[str, Content] = {
        **basis(content, assessment, evidence),
        **{report.path: report_bytes(assessment, report) for report in reports},
        ASSESSMENT: assessment_bytes(assessment),
    }
    if telling.told:
        contents[PROVENANCE] = provenance_bytes(telling.told)
    parts = {name: _part(name, each) for name, each in contents.items()}
    manifest = Manifest(
        schema_version=public.SCHEMA_VERSION,
        tool=assessment.tool,
        asked=asked(question, filters, content.revision),
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


class _Telling:
    """Reads what git knows, and writes it down."""

    told: Told | None = None

    def __call__(self, asked: Asked, connection: duckdb.DuckDBPyConnection) -> Provenance:
        found = read_provenance(asked, connection)
        self.told = tell(found, connection)
        return found


def _part(name: str, content: Content) -> Part:
    try:
        return Part.of(content)
    except OSError as failure:
        raise BundleError(
            "cannot take '{name}' along: {reason}",
            name=name,
            reason=failure.strerror or str(failure),
        ) from failure
