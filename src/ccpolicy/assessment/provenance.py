"""What git knew of the evidence when it was judged: the public JSON that a bundle carries."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool, StrictInt, StrictStr

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.models import Uncommitted
from ccpolicy.vocabulary import HistoryState

SCHEMA_VERSION: Literal["1.0"] = "1.0"
PROVENANCE = "provenance.json"


class ExportedTable(AssessmentModel):
    """The records of a dataset that git filled."""

    columns: list[str]
    """Those of the dataset's contract, and then `file`, `line`, `sheet` and `path`: where the
    record stands."""
    rows: list[list[StrictBool | StrictInt | StrictStr | None]]
    """Times are microseconds since 1970 UTC."""


class ProvenanceExport(AssessmentModel):
    """What was read from git."""

    schema_version: Literal["1.0"]
    state: HistoryState
    commit: str | None
    """The commit that was judged."""
    tree: str | None
    committed_at: int | None
    """When the commit was made at the earliest, in microseconds since 1970 UTC."""
    uncommitted: list[Uncommitted]
    """Files that were not as the commit has them, by path."""
    tables: dict[str, ExportedTable] | None
    """Dataset → its records; null if no control rests on them."""
