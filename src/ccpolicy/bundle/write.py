"""Make a bundle, and hand it out only if it verifies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ccpolicy.api import Repository
from ccpolicy.assessment import manifest as public
from ccpolicy.assessment.manifest import ASSESSMENT, LAPSES, MANIFEST, Manifest, ReportFile
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.provenance import PROVENANCE, ProvenanceExport
from ccpolicy.bundle.archive import Content, Part, write_archive
from ccpolicy.bundle.bundle_files import TABLES, bundle_files, report_bytes
from ccpolicy.bundle.request import write_request
from ccpolicy.bundle.serialization import assessment_bytes, manifest_bytes, provenance_bytes
from ccpolicy.bundle.verify import Trust, examine
from ccpolicy.engine.assess import assess
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.question import EvaluationRequest, resolve
from ccpolicy.errors import BundleError, BundleErrors, LimitError
from ccpolicy.evidence.exported_tables import TableFiles
from ccpolicy.files.limits import Limits
from ccpolicy.git.snapshot import write_evidence
from ccpolicy.provenance.export import export_provenance
from ccpolicy.provenance.models import Provenance
from ccpolicy.provenance.read import ProvenanceRequest, read_provenance
from ccpolicy.store import DuckDB


def write_bundle(
    path: Path,
    repository: Repository,
    request: EvaluationRequest,
    reports: Sequence[ReportFile],
) -> Assessment:
    """Judge, write the bundle and verify it.

    Raises:
        PolicyErrors: the policy's files do not fit together.
        BundleError: a file cannot be taken along, or the bundle does not verify.
        OSError: the bundle cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        return _write(path, repository, request, reports, Path(folder))


def _write(
    path: Path,
    repository: Repository,
    request: EvaluationRequest,
    reports: Sequence[ReportFile],
    folder: Path,
) -> Assessment:
    policy = repository.policy
    question = resolve(policy, request)
    telling = _Telling()
    lapses = LapsesTarget(folder / LAPSES, LAPSES)
    tables = TableFiles(folder / TABLES, are_read=False)
    assessment = assess(policy, question, telling, lapses=lapses, table_files=tables)
    _check_rows(assessment, policy.settings.limits)
    evidence = policy.root
    if request.known_at and assessment.provenance and assessment.provenance.commit:
        evidence = folder / "known"
        write_evidence(
            evidence, policy.root, policy.settings.evidence, assessment.provenance.commit
        )
    contents: dict[str, Content] = {
        **bundle_files(policy, assessment, evidence, tables),
        **{report.path: report_bytes(assessment, report) for report in reports},
        ASSESSMENT: assessment_bytes(assessment),
    }
    if assessment.lapses_file and lapses.file:
        contents[LAPSES] = lapses.file
    if telling.told:
        contents[PROVENANCE] = provenance_bytes(telling.told)
    parts = {name: _part(name, each) for name, each in contents.items()}
    manifest = Manifest(
        schema_version=public.SCHEMA_VERSION,
        tool=assessment.tool,
        asked=write_request(question, policy.revision),
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


def _check_rows(assessment: Assessment, limits: Limits) -> None:
    """Refuse to take more rows of tables along than the limit.

    Raises:
        LimitError: there are more.
    """
    rows = sum(each.records for each in assessment.evidence.files if each.table)
    if rows > limits.bundled_rows:
        raise LimitError(
            "the evidence is {count} rows of tables, and a bundle takes at most {limit} along",
            setting="bundled_rows",
            count=rows,
            limit=limits.bundled_rows,
        )


class _Telling:
    """Reads what git knows, and writes it down."""

    told: ProvenanceExport | None = None

    def __call__(self, asked: ProvenanceRequest, store: DuckDB) -> Provenance:
        found = read_provenance(asked, store)
        self.told = export_provenance(found, store)
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
