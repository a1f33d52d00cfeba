"""Judge again from what a bundle holds, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from ccpolicy.api import Repository
from ccpolicy.assessment.lapses_file import COLUMNS, LapsesFile, RowsDigest
from ccpolicy.assessment.manifest import ASSESSMENT, LAPSES, Manifest
from ccpolicy.assessment.models import Assessment, EvidenceFile
from ccpolicy.assessment.parse import lists_unread
from ccpolicy.assessment.provenance import PROVENANCE, ProvenanceExport
from ccpolicy.bundle.archive import Archive
from ccpolicy.bundle.bundle_files import KINDS, REPOSITORY, TABLES, bundle_files
from ccpolicy.bundle.request import read_request
from ccpolicy.bundle.serialization import assessment_bytes
from ccpolicy.engine.assess import assess
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.errors import BundleError, Message
from ccpolicy.evidence.exported_tables import TableFiles
from ccpolicy.files.atomic import file_digest
from ccpolicy.provenance.export import import_provenance
from ccpolicy.provenance.models import Provenance
from ccpolicy.provenance.read import ProvenanceRequest
from ccpolicy.shipped import shipped_folder
from ccpolicy.store import DuckDB, StoreError

_SHORT = 60


def unpack_repository(archive: Archive, digests: Mapping[str, str], folder: Path) -> Path:
    """Write the files of a bundle that are judged below a new folder.

    Returns the root of the repository's; those of tables stand beside it.

    Raises:
        BundleError: they cannot be written, or the bundle changed meanwhile.
    """
    root = folder / REPOSITORY
    if archive.size > shutil.disk_usage(folder).free:
        raise BundleError(
            "there is no room to unpack the bundle, which takes {size} bytes", size=archive.size
        )
    try:
        root.mkdir()
        for name in digests:
            if name.startswith((f"{REPOSITORY}/", f"{TABLES}/")):
                _unpack(archive, name, digests[name], folder / name)
    except OSError as failure:
        raise BundleError(
            "the bundle cannot be unpacked: {reason}", reason=failure.strerror or str(failure)
        ) from failure
    return root


def _unpack(archive: Archive, name: str, sha256: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in archive.pieces(name):
            found.update(piece)
            file.write(piece)
    if found.hexdigest() != sha256:
        raise BundleError("the bundle changed while it was read")


def evaluate(
    repository: Repository, manifest: Manifest, recorded: Assessment, told: ProvenanceExport | None
) -> Assessment:
    """Judge again, and return the result, which is said to come from the program that recorded it.

    What git knew is taken as it is told; see the step `provenance`. So is which files nobody read
    or were ignored, since these are not in a bundle.

    Raises:
        CcpolicyError: the question cannot be put, or the policy's files do not fit together.
        BundleError: the recorded assessment contradicts itself.
    """
    policy = replace(repository.policy, revision=manifest.asked.policy_from)
    evidence = policy.root / policy.settings.evidence
    if not evidence.exists():  # an archive has no empty folders, and an empty one is not missing
        evidence.mkdir(parents=True)

    def provide(_: ProvenanceRequest, store: DuckDB) -> Provenance:
        if told is None:
            raise BundleError("'{name}' is missing from the bundle", name=PROVENANCE)
        return import_provenance(told, store)

    # The rows are judged again; which bytes hold them says the bundle. Whoever made it decides
    # nothing about the reader's databases.
    target = LapsesTarget(None, LAPSES)
    request = read_request(policy, manifest.asked)
    tables = TableFiles(policy.root.parent / TABLES, are_read=True)
    result = assess(policy, request, provide, lapses=target, table_files=tables)
    if not lists_unread(recorded):
        raise BundleError("the list of unread files is not complete")
    around: dict[str, Any] = {
        name: getattr(recorded.evidence, name) for name in ("unread", "unread_total", "ignored")
    }
    around["files"] = [
        _of_the_same_snapshot(each, recorded.evidence.files) for each in result.evidence.files
    ]
    return result.model_copy(
        update={
            "tool": recorded.tool,
            "lapses_file": _in_same_bytes(result.lapses_file, recorded.lapses_file),
            "evidence": result.evidence.model_copy(update=around),
            "problems": recorded.problems,
            "gate": result.scope.decide(result.controls, recorded.problems),
        }
    )


def _of_the_same_snapshot(found: EvidenceFile, recorded: Iterable[EvidenceFile]) -> EvidenceFile:
    """Return what was read of a table, with what only whoever read the database can say of it."""
    if found.table is None:
        return found
    for each in recorded:
        if (each.dataset, each.file) == (found.dataset, found.file) and each.table:
            return found.model_copy(update={"table": each.table, "notes": each.notes})
    return found


def _in_same_bytes(found: LapsesFile | None, recorded: LapsesFile | None) -> LapsesFile | None:
    """Return what is said of the rows that were found, in the recorded file."""
    if found and recorded:
        return found.model_copy(update={"sha256": recorded.sha256})
    return found


def check_lapses(archive: Archive, recorded: Assessment, folder: Path) -> None:
    """Hold the bundled file of lapses to what the assessment says of it.

    It was judged again before, so that the number of rows is known.

    Raises:
        BundleError: it is another file, or its rows are others.
    """
    said = recorded.lapses_file
    if said is None:
        return
    if LAPSES not in archive.members:
        raise BundleError("'{name}' is missing from the bundle", name=LAPSES)
    file = folder / LAPSES
    with file.open("xb") as stream:
        stream.writelines(archive.pieces(LAPSES))
    if file_digest(file) != said.sha256:
        raise BundleError("'{name}' is not the file that the assessment names", name=LAPSES)
    # Slow to import, and seldom needed.
    from ccpolicy.store.parquet import read_parquet

    rows = RowsDigest()
    try:
        rows.add(islice(read_parquet(file, COLUMNS), said.lapses + 1))
    except StoreError as failure:
        raise BundleError("'{name}' is not a table of lapses", name=LAPSES) from failure
    if rows.hexdigest() != said.rows_sha256:
        raise BundleError("'{name}' holds other lapses than were judged", name=LAPSES)


def check_kinds(archive: Archive) -> None:
    """Hold the built-in check kinds of a bundle to those of this program.

    Raises:
        BundleError: one is not the same.
    """
    for name in archive.members:
        folder, _, file = name.partition("/")
        if folder != KINDS:
            continue
        own = shipped_folder("checks") / file
        if not own.is_file() or archive.read(name, 1 << 24) != own.read_bytes():
            raise BundleError(
                "'{name}' is not the check kind that this program judges by", name=name
            )


def check_roles(manifest: Manifest, repository: Repository, result: Assessment) -> None:
    """Hold the files of a bundle to those that the result rests on.

    Raises:
        BundleError: there are others, or some are missing.
    """
    needed = {
        *bundle_files(
            repository.policy,
            result,
            repository.policy.root,
            TableFiles(repository.policy.root.parent / TABLES, are_read=True),
        ),
        *(report.path for report in manifest.reports),
        ASSESSMENT,
    }
    if result.provenance:
        needed.add(PROVENANCE)
    if result.lapses_file:
        needed.add(LAPSES)
    held = manifest.digests().keys()
    for name in sorted(held - needed):
        raise BundleError("nothing in the bundle rests on '{name}'", name=name)
    for name in sorted(needed - held):
        raise BundleError("'{name}' is missing from the bundle", name=name)


def compare_result(result: Assessment, recorded: bytes) -> None:
    """Compare a result with the bytes in a bundle.

    Raises:
        BundleError: they differ; the message names the first place.
    """
    found = assessment_bytes(result)
    if found == recorded:
        return
    difference = _difference(json.loads(recorded), json.loads(found), "")
    if difference is None:
        raise BundleError("the bundle's assessment is not written as this program writes it")
    raise BundleError.of(difference)


def _difference(recorded: Any, found: Any, place: str) -> Message | None:
    """Name the first place at which two JSON values differ."""
    if isinstance(recorded, dict) and isinstance(found, dict) and recorded.keys() == found.keys():
        pairs = [(key, recorded[key], found[key]) for key in found]
    elif isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        pairs = [
            (str(index), *pair) for index, pair in enumerate(zip(recorded, found, strict=True))
        ]
    elif recorded == found:
        return None
    else:
        return Message.of(
            "judged again, '{place}' is {found}, and the bundle says {recorded}",
            place=place.lstrip("/"),
            found=_short(found),
            recorded=_short(recorded),
        )
    for key, first, second in pairs:
        if difference := _difference(first, second, f"{place}/{key}"):
            return difference
    return None


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
