"""Read one dataset by its contract, as every command reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.evidence import Evidence, load_evidence
from ccpolicy.files.limits import Limits
from ccpolicy.policy import Dataset, columns
from ccpolicy.store import DuckDB, open_store
from ccpolicy.time.zones import time_zone


@dataclass(frozen=True)
class ReadDataset:
    """A dataset that was read, with the store that holds its tables."""

    store: DuckDB
    evidence: Evidence


@contextmanager
def read_dataset(
    root: Path,
    folder: str,
    datasets: Mapping[str, Dataset],
    name: str,
    zone: str,
    limits: Limits,
    shown: int,
) -> Iterator[ReadDataset]:
    """Read a dataset of a repository with all of its columns, and those that it rests on.

    `folder` is the evidence folder's path from the root; `shown` is how many problems of each
    family are listed.

    Raises:
        PolicyError: the contract is impossible or not supported.
        LimitError: there is more than the limits allow.
    """
    dataset = datasets[name]
    names = [name, *(f"{name}.{child}" for child in dataset.children)]
    used = {each: set(columns(datasets, each) or ()) for each in names}
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as scratch,
        open_store(Path(scratch) / "spill", memory=limits.memory) as store,
    ):
        evidence = load_evidence(
            store, root, folder, datasets, used, time_zone(zone), shown=shown, limits=limits
        )
        store.lock()
        yield ReadDataset(store, evidence)
