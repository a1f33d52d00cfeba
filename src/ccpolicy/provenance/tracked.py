"""What is followed through history: the records of each dataset whose contract asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.files.finder import fits_path
from ccpolicy.policy import Dataset
from ccpolicy.policy.models import Recording


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """Records of one kind: a dataset's own, or those nested in them."""

    name: str
    """`<dataset>` or `<dataset>.<child>`."""
    path: str
    """Property of the record that lists them; empty for the dataset's own."""
    key: tuple[str, ...]
    recording: Recording


@dataclass(frozen=True)
class Tracked:
    """A dataset that is followed through history."""

    contract: Contract
    units: tuple[TrackedTable, ...]

    @property
    def dataset(self) -> Dataset:
        """Its contract as the policy has it."""
        return self.contract.dataset

    def holds(self, path: str) -> bool:
        """Whether a path below the evidence folder is one of its files."""
        return fits_path(path, self.dataset.files)


def tracked(datasets: Mapping[str, Dataset]) -> list[Tracked]:
    """Return the datasets whose contract says how records are put on file, by name."""
    found = []
    for _, dataset in sorted(datasets.items()):
        units = []
        if dataset.recording:
            units.append(TrackedTable(dataset.id, "", tuple(dataset.key), dataset.recording))
        units += [
            TrackedTable(f"{dataset.id}.{name}", child.path, tuple(child.key), child.recording)
            for name, child in dataset.children.items()
            if child.recording
        ]
        if units:
            found.append(Tracked(make_contract(dataset), tuple(units)))
    return found


def tracked_tables(found: Iterable[Tracked]) -> list[TrackedTable]:
    """Return all units in order."""
    return [unit for each in found for unit in each.units]
