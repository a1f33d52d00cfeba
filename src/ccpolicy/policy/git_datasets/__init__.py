"""The contracts of the datasets that git fills, which no policy repository has to write."""

from __future__ import annotations

from pathlib import Path

from ccpolicy.files.yaml_document import YamlDocument, read_yaml
from ccpolicy.policy.dataset import Dataset

RECORDINGS = "recordings"
EVIDENCE_CHANGES = "evidence_changes"
FROM_GIT = (EVIDENCE_CHANGES, RECORDINGS)
"""Their names."""


def dataset_from_git(name: str) -> tuple[YamlDocument, Dataset]:
    """Return the contract of a dataset that git fills, and its source."""
    source = read_yaml(Path(__file__).with_name(f"{name}.yaml"), f"{name}.yaml")
    return source, Dataset.model_validate(source.value)
