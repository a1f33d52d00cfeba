"""Judge the evidence of one commit after another, of which each reads only what differs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.assessment.models import Assessment
from ccpolicy.engine.assess import assess, read_from_git
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.git.repository import open_repository
from ccpolicy.git.snapshot import EvidenceCheckout, EvidenceCommit
from ccpolicy.policy import Policy
from ccpolicy.provenance.models import Provenance
from ccpolicy.store import DuckDB
from ccpolicy.time.epoch import SECOND

if TYPE_CHECKING:
    from ccpolicy.provenance.read import ProvenanceRequest


@dataclass(frozen=True)
class CommittedEvidence:
    """Commits of one line, whose evidence is written out below a folder."""

    policy: Policy
    folder: Path
    checkout: EvidenceCheckout

    def judge(self, commit: EvidenceCommit, question: ResolvedRequest) -> Assessment:
        """Judge the evidence of a commit.

        Raises:
            NoHistory: a part of it is missing.
            EvidenceError: the name of a file leads elsewhere.
            PolicyErrors: the policy's files do not fit together.
        """
        self.checkout.switch(commit.tree)
        return assess(
            self.policy,
            question.at_commit(commit.id),
            partial(_provenance, commit),
            evidence_root=self.folder,
        )


@contextmanager
def committed_evidence(
    policy: Policy, commits: Sequence[EvidenceCommit]
) -> Iterator[CommittedEvidence]:
    """Yield what judges the evidence of some commits, best in their order.

    Raises:
        NoHistory: there is none, or not all of it.
    """
    evidence = policy.settings.evidence
    folder = (policy.root / evidence).resolve()
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as scratch,
        open_repository(folder) as repository,
    ):
        prefix = repository.path_inside(folder) or ""
        repository.trees.read_ahead([each.tree for each in commits], prefix)
        checkout = EvidenceCheckout(repository, prefix, Path(scratch) / evidence)
        yield CommittedEvidence(policy, Path(scratch), checkout)


def _provenance(commit: EvidenceCommit, asked: ProvenanceRequest, store: DuckDB) -> Provenance:
    """Return what is known of a commit; only datasets from git take a look at its ancestors."""
    if asked.tables:
        return read_from_git(asked, store)
    return Provenance(
        "known", commit=commit.id, tree=commit.tree, committed_at=commit.time * SECOND
    )
