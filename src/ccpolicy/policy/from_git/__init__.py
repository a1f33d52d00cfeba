"""The contracts of the datasets that git fills, which no policy repository has to write."""

from __future__ import annotations

from pathlib import Path

from ccpolicy.policy.models import Dataset
from ccpolicy.source import Source, read_yaml

RECORDINGS = "recordings"
EVIDENCE_CHANGES = "evidence_changes"
FROM_GIT = (EVIDENCE_CHANGES, RECORDINGS)
"""Their names."""
SSH_SIGNERS = "allowed_signers"
"""File in the policy folder, as `ssh-keygen -Y verify` has it."""
PGP_KEYS = "allowed_keys.asc"
"""File in the policy folder: public keys, armoured."""
KEY_FILES = (SSH_SIGNERS, PGP_KEYS)


def dataset_from_git(name: str) -> tuple[Source, Dataset]:
    """Return the contract of a dataset that git fills, and its source."""
    source = read_yaml(Path(__file__).with_name(f"{name}.yaml"), f"{name}.yaml")
    return source, Dataset.model_validate(source.value)
