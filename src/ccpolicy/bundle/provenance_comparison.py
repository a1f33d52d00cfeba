"""Compare what a bundle says git knew with the history of a repository."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.provenance import ProvenanceExport
from ccpolicy.engine.assess import provenance_request
from ccpolicy.errors import BundleError, BundleErrors, EvidenceError, Message
from ccpolicy.files.finder import fits_path
from ccpolicy.git.snapshot import committed_files
from ccpolicy.policy import FROM_GIT, Policy
from ccpolicy.provenance.export import export_provenance
from ccpolicy.provenance.read import read_provenance
from ccpolicy.store import open_store
from ccpolicy.vocabulary import KEY_SEPARATOR

SHOWN = 5
"""Records of a table that are named, if it differs."""


def compare_provenance(
    bundled: Policy, recorded: Assessment, told: ProvenanceExport, repository: Path
) -> tuple[ProvenanceExport, Message]:
    """Read the history again, and compare: the commit, its evidence, and who recorded what.

    What was kept of earlier readings is not used.

    Raises:
        BundleError: the repository does not say the same, or cannot say.
    """
    content = replace(bundled, root=repository)
    commit = told.commit or ""
    try:
        _compare_files(
            bundled, recorded, committed_files(repository, content.settings.evidence, commit)
        )
        with (
            tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder,
            open_store(Path(folder) / "spill", memory=content.settings.limits.memory) as own,
        ):
            as_of = datetime.datetime.fromisoformat(recorded.as_of)
            asked = provenance_request(content, as_of, Path(folder))
            wanted = replace(asked, known_at=commit, cached=False, tables=told.tables is not None)
            found = read_provenance(wanted, own)
            again = export_provenance(found, own)
    except EvidenceError as failure:
        raise BundleError.of(failure.message) from failure
    if again != told:
        raise BundleErrors(
            "the repository's history says something else than the bundle",
            [BundleError("{what} differs", what=each) for each in _differences(told, again)],
        )
    return again, Message.of(
        "the repository says the same: commit {commit} holds this evidence, recorded by the same"
        " people at the same times",
        commit=commit[:12],
    )


def _compare_files(bundled: Policy, recorded: Assessment, committed: Mapping[str, str]) -> None:
    """Hold the evidence in the bundle to that of the commit, so that none was put in or left out.

    Raises:
        BundleError: they differ; it names the files.
    """
    used = {each.dataset for each in recorded.evidence.files}
    used |= {name.partition(".")[0] for control in recorded.controls for name in control.datasets}
    patterns = [bundled.datasets[name].files for name in used if bundled.datasets[name].is_filed]
    folder = f"{bundled.settings.evidence}/"
    here = recorded.evidence.digests
    attached = {each.file for each in recorded.evidence.attachments}
    there = {
        path: digest
        for path, digest in committed.items()
        if path in attached
        or any(fits_path(path.removeprefix(folder), pattern) for pattern in patterns)
    }
    errors = [
        BundleError("'{name}' differs", name=name)
        for name in sorted(there.keys() | here.keys())
        if there.get(name) != here.get(name)
    ]
    if errors:
        raise BundleErrors("the evidence in the bundle is not that of the commit", errors)


def _differences(told: ProvenanceExport, again: ProvenanceExport) -> Iterator[str]:
    """Name what two readings do not have in common."""
    for name in ("state", "commit", "tree", "committed_at", "uncommitted"):
        if getattr(told, name) != getattr(again, name):
            yield name
    for table in FROM_GIT:
        first, second = [(each.tables or {}).get(table) for each in (told, again)]
        if first != second:
            rows = [
                {tuple(row) for row in each.rows} if each else set() for each in (first, second)
            ]
            keys = sorted({KEY_SEPARATOR.join(map(str, row[:2])) for row in rows[0] ^ rows[1]})
            yield f"{table}: {', '.join(keys[:SHOWN])}" if keys else table
