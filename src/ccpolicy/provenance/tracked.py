"""What is tracked through history: the records of each dataset whose contract has a `recording`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.files.finder import fits_path
from ccpolicy.policy import Dataset
from ccpolicy.policy.dataset import Recording


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """Records of one kind: a dataset's own, or those of a child."""

    name: str
    """`<dataset>` or `<dataset>.<child>`."""
    path: str
    """Property of the record that lists them; empty for the dataset's own."""
    key: tuple[str, ...]
    recording: Recording


@dataclass(frozen=True)
class Tracked:
    """A tracked dataset."""

    contract: Contract
    tables: tuple[TrackedTable, ...]

    @property
    def dataset(self) -> Dataset:
        """Its contract as the policy states it."""
        return self.contract.dataset

    def holds(self, path: str) -> bool:
        """Whether a path below the evidence folder is one of its files."""
        return fits_path(path, self.dataset.files)


def tracked(datasets: Mapping[str, Dataset]) -> list[Tracked]:
    """Return the tracked datasets, by name."""
    found = []
    for _, dataset in sorted(datasets.items()):
        tables = []
        if dataset.recording:
            tables.append(TrackedTable(dataset.id, "", tuple(dataset.key), dataset.recording))
        tables += [
            TrackedTable(f"{dataset.id}.{name}", child.path, tuple(child.key), child.recording)
            for name, child in dataset.children.items()
            if child.recording
        ]
        if tables:
            found.append(Tracked(make_contract(dataset), tuple(tables)))
    return found
