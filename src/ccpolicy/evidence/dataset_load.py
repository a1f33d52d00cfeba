"""A dataset while it is being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from ccpolicy.evidence.key_check import KeyCheck
from ccpolicy.evidence.planning import Planned
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.readers import Opened
from ccpolicy.evidence.staging import StagingTable
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.policy import Dataset


@dataclass
class DatasetLoad:
    """What is planned for a dataset, what was read of it, and what is wrong with it."""

    planned: Planned
    faults: ProblemLog
    stages: list[StagingTable]
    keys: list[KeyCheck] = field(default_factory=list)
    files: dict[int, Opened] = field(default_factory=dict)
    """Source → file."""
    counts: dict[int, int] = field(default_factory=dict)
    """Source → records read."""
    invalid: dict[int, int] = field(default_factory=dict)
    """Source → those of them that are invalid."""

    @property
    def dataset(self) -> Dataset:
        """The dataset."""
        return self.planned.contract.dataset

    @property
    def plans(self) -> list[TablePlan]:
        """Its table, and those of the records nested in its records."""
        return self.planned.plans
