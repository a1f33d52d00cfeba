"""Verify a bundle, step by step: trust from outside, then form, digests, schemas, the verdicts.

Each step rests on the one before. A step that could not run is reported as `not_checked`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import from_json

from ccpolicy import __version__
from ccpolicy.api import Repository
from ccpolicy.assessment import verification as public
from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.manifest import ASSESSMENT, MANIFEST, Manifest
from ccpolicy.assessment.models import Assessment, Tool
from ccpolicy.assessment.provenance import PROVENANCE, ProvenanceExport
from ccpolicy.assessment.verification import Judged, Verification
from ccpolicy.bundle.archive import Archive, open_archive
from ccpolicy.bundle.bundle_files import report_bytes
from ccpolicy.bundle.evaluate import (
    check_kinds,
    check_lapses,
    check_roles,
    compare_result,
    evaluate,
    unpack_repository,
)
from ccpolicy.bundle.policy_comparison import compare_policies
from ccpolicy.bundle.provenance_comparison import compare_provenance
from ccpolicy.bundle.serialization import manifest_bytes, provenance_bytes
from ccpolicy.bundle.signature import check_signatures, find_signatures
from ccpolicy.bundle.statement import expected
from ccpolicy.bundle.verification_run import OtherVersionError, VerificationRun
from ccpolicy.errors import BundleError, BundleErrors, CcpolicyError, Message
from ccpolicy.policy import load_policy
from ccpolicy.policy.settings import find_root
from ccpolicy.vocabulary import STEPS, StepName

MOST_MANIFEST = 64 << 20
MOST_IN_MEMORY = 1 << 30
"""Bytes of an assessment or a report, which are compared in memory."""

M = TypeVar("M", bound=AssessmentModel)


@dataclass(frozen=True)
class Trust:
    """What the reader brings along; nothing in a bundle can say whom to trust."""

    signers: Path | None = None
    """Public keys and whose they are, in the form of OpenSSH's `allowed_signers`."""
    signatures: tuple[Path, ...] = ()
    """Signatures to check; without any, those that stand beside the bundle."""
    policy: Path | None = None
    """Repository whose policy the bundle's policy is compared with."""
    repository: Path | None = None
    """Repository whose git history must agree with the bundle about who filed which record when."""
    required: tuple[StepName, ...] = ()
    """Steps that must not be left unchecked."""


@dataclass(frozen=True)
class VerifiedBundle:
    """The verification result, its failures, and the statements that may be signed."""

    verification: Verification
    failures: tuple[CcpolicyError, ...]
    statements: dict[str, Any]
    """The statements that hold of the bundle, by type; none if its files are not valid."""


@dataclass(frozen=True)
class ListedBundle:
    """A bundle whose files are those that its manifest lists."""

    archive: Archive
    manifest: Manifest
    sha256: str
    """Of the manifest."""


@dataclass(frozen=True)
class ParsedBundle:
    """A bundle whose files are valid."""

    listed: ListedBundle
    repository: Repository
    assessment: Assessment
    told: ProvenanceExport | None
    """What git knew."""


def verify(path: str | Path, trust: Trust | None = None) -> Verification:
    """Verify the bundle in a file, step by step; see docs/verify.md.

    A step that fails is part of the result, not an error.

    Raises:
        BundleError: it, or what the reader named, cannot be read at all.
        PolicyError: the policy to compare with cannot be read.
    """
    return examine(Path(path), trust or Trust()).verification


def examine(path: Path, trust: Trust) -> VerifiedBundle:
    """Verify a bundle; see `verify`."""
    known = load_policy(trust.policy) if trust.policy else None
    root = find_root(trust.repository).resolve() if trust.repository else None
    signatures = find_signatures(path, trust.signatures)
    steps = VerificationRun()
    statements: dict[str, Any] = {}
    with open_archive(path) as file, tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        archive = steps.run("archive", partial(_archive, file))
        listed = archive and steps.run("manifest", partial(_manifest, *archive))
        read = listed and steps.run("schemas", partial(_schemas, listed, Path(folder)))
        if read:
            statements = expected(read.listed.sha256, read.listed.manifest, read.assessment)
        result = read and steps.run("evaluation", partial(_evaluation, read, Path(folder)))
        if read and not read.listed.manifest.reports:
            steps.skip("reports", Message.of("the bundle holds no report"))
        elif read and result:
            steps.run("reports", partial(_reports, read, result))
        if known is None:
            steps.skip("policy", Message.of("no policy was named to compare the bundled one with"))
        elif read:
            steps.run("policy", partial(compare_policies, read.repository.policy, known))
        if read and not read.told:
            steps.skip("provenance", Message.of("nothing in the bundle rests on git"))
        elif read and result:
            _run_provenance(steps, read, root)
        if not signatures and not trust.signers:
            steps.skip("signature", Message.of("there is no signature beside the bundle"))
        elif not trust.signers:
            steps.skip(
                "signature", Message.of("the bundle is signed, but nobody was named to trust")
            )
        elif read:
            manifest = read.listed.archive.read(MANIFEST, MOST_MANIFEST)
            check = partial(check_signatures, signatures, trust.signers, manifest, statements)
            steps.run("signature", check)
    found = [steps.found[name] for name in STEPS]
    unchecked = {step.step for step in found if step.status == "not_checked"}
    verification = Verification(
        schema_version=public.SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=__version__),
        made_by=listed.manifest.tool if listed else None,
        manifest=f"sha256:{listed.sha256}" if listed else None,
        asked=listed.manifest.asked if listed else None,
        judged=_judged(read.repository, result) if read and result else None,
        provenance_from_bundle=bool(read and read.told),
        steps=found,
        required=list(trust.required),
        passed=all(step.status in ("passed", "not_checked") for step in found)
        and unchecked.isdisjoint(trust.required),
    )
    return VerifiedBundle(verification, tuple(steps.failures), statements)


def _archive(file: IO[bytes]) -> tuple[tuple[Archive, dict[str, str]], Message]:
    """Read all of the archive, and hold it to the one form that is allowed."""
    archive = Archive(file)
    digests = archive.check()
    message = Message.of(
        "{count} files in {size} bytes, and nothing beside them",
        count=len(digests),
        size=archive.size,
    )
    return (archive, digests), message


def _manifest(archive: Archive, digests: dict[str, str]) -> tuple[ListedBundle, Message]:
    """Hold every file to what the manifest lists."""
    data = archive.read(MANIFEST, MOST_MANIFEST)
    manifest = _parsed(Manifest, MANIFEST, data)
    if manifest_bytes(manifest) != data:
        raise BundleError("the manifest is not written as manifests are")
    listed = manifest.digests()
    held = digests.keys() - {MANIFEST}
    errors = [
        BundleError("the manifest does not list '{name}'", name=name)
        for name in sorted(held - listed.keys())
    ]
    errors += [
        BundleError("the manifest lists '{name}', which is missing", name=name)
        for name in sorted(listed.keys() - held)
    ]
    errors += [
        BundleError("'{name}' is not the file that the manifest lists", name=file.path)
        for file in manifest.files
        if file.path in held
        and (file.sha256, file.size) != (digests[file.path], archive.members[file.path])
    ]
    if [file.path for file in manifest.files] != sorted(listed):
        errors.append(BundleError("the manifest lists a file twice, or out of order"))
    if errors:
        raise BundleErrors("the files are not those that the manifest lists", errors)
    message = Message.of("every file is the one that the manifest lists")
    return ListedBundle(archive, manifest, digests[MANIFEST]), message


def _schemas(listed: ListedBundle, folder: Path) -> tuple[ParsedBundle, Message]:
    """Read the assessment and the policy."""
    manifest, archive = listed.manifest, listed.archive
    data = archive.read(ASSESSMENT, MOST_IN_MEMORY)
    assessment = _parsed(Assessment, ASSESSMENT, data)
    check_kinds(archive)
    content = load_policy(unpack_repository(archive, manifest.digests(), folder))
    if manifest.tool != assessment.tool:
        raise BundleError("manifest and assessment name different programs")
    if manifest.policy_digest != content.digest:
        raise BundleError("the policy's digest is not the one that the manifest names")
    told = None
    if PROVENANCE in archive.members:
        data = archive.read(PROVENANCE, MOST_IN_MEMORY)
        told = _parsed(ProvenanceExport, PROVENANCE, data)
        if provenance_bytes(told) != data:
            raise BundleError("'{name}' is not written as this program writes it", name=PROVENANCE)
    message = Message.of("manifest, assessment and policy are valid")
    return ParsedBundle(listed, Repository(content), assessment, told), message


def _run_provenance(steps: VerificationRun, read: ParsedBundle, repository: Path | None) -> None:
    """Compare the bundle's provenance with the history of a repository, if one was named."""
    told = read.told
    if told is None or repository is None:
        steps.skip("provenance", Message.of("no repository was named to compare the bundle with"))
    elif told.state != "known":
        steps.skip("provenance", Message.of("git knew nothing when the bundle was made"))
    elif told.uncommitted:
        steps.skip(
            "provenance",
            Message.of(
                "files that were not committed when the bundle was made, so that no history"
                " tells of them: {count}",
                count=len(told.uncommitted),
            ),
        )
    else:
        steps.run(
            "provenance",
            partial(compare_provenance, read.repository.policy, read.assessment, told, repository),
        )


def _evaluation(read: ParsedBundle, folder: Path) -> tuple[Assessment, Message]:
    """Judge again, and compare the bytes."""
    manifest = read.listed.manifest
    version = read.assessment.tool.version
    try:
        result = evaluate(read.repository, manifest, read.assessment, read.told)
        compare_result(result, read.listed.archive.read(ASSESSMENT, MOST_IN_MEMORY))
        check_lapses(read.listed.archive, result, folder)
    except BundleError as failure:
        if version != __version__:
            failure.hint = Message.of(
                "the bundle was made by {made} and judged again by {here}; verify it with {made}",
                made=version,
                here=__version__,
            )
        raise
    check_roles(manifest, read.repository, result)
    if version == __version__:
        message = Message.of("judged again, the assessment is the same, byte for byte")
    else:
        message = Message.of(
            "judged again, the assessment is the same but for the program's version:"
            " made by {made}, judged again by {here}",
            made=version,
            here=__version__,
        )
    return result, message


def _reports(read: ParsedBundle, result: Assessment) -> tuple[Assessment, Message]:
    """Write the reports again, and compare the bytes."""
    reports = read.listed.manifest.reports
    errors = [
        BundleError("written again, '{name}' differs", name=report.path)
        for report in reports
        if read.listed.archive.read(report.path, MOST_IN_MEMORY) != report_bytes(result, report)
    ]
    if errors:
        raise BundleErrors("the reports do not show the assessment", errors)
    message = Message.of("written again, every report is the same ({count})", count=len(reports))
    return result, message


def _judged(repository: Repository, result: Assessment) -> Judged:
    policy = result.policy
    return Judged(
        id=policy.id,
        title=policy.title,
        version=policy.version,
        digest=policy.digest,
        controls=len(result.controls),
        of=len(repository.controls),
        gate=result.gate,
        nothing_assessed=result.nothing_assessed,
    )


def _parsed(model: type[M], name: str, data: bytes) -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as failure:
        _refuse_other_version(model, name, data)
        first = failure.errors(include_url=False, include_input=False)[0]
        raise BundleError(
            "'{name}' is not what it should be: {reason} at '{where}'",
            name=name,
            reason=first["msg"],
            where="/".join(map(str, first["loc"])),
        ) from failure


def _refuse_other_version(model: type[M], name: str, data: bytes) -> None:
    """Refuse what another version of this program wrote, as such."""
    try:
        value = from_json(data)
    except ValueError:
        return
    version = value.get("schema_version") if isinstance(value, dict) else None
    [known] = get_args(model.model_fields["schema_version"].annotation)
    if isinstance(version, str) and version != known:
        raise OtherVersionError(
            "'{name}' has schema version '{version}', and this ccpolicy reads '{known}'",
            hint="verify the bundle with the version of ccpolicy that made it",
            name=name,
            version=version,
            known=known,
        )
