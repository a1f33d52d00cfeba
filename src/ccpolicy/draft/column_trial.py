"""Try how a column would be read by a contract, by what reads it in earnest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ccpolicy.evidence.cell_readings import MISREAD, CellReadings
from ccpolicy.evidence.contract import Column
from ccpolicy.policy.column_reading import ColumnReading
from ccpolicy.store import DuckDB
from ccpolicy.vocabulary import ColumnType

_UTC = "UTC"


class ColumnTrial:
    """Reads texts of a column in one way or another."""

    def __init__(self, store: DuckDB) -> None:
        self._cells = CellReadings(store)

    def values(
        self, raws: Sequence[Any], kind: ColumnType, reading: Mapping[str, Any] | None = None
    ) -> list[Any] | None:
        """Return the values of cells; None if one of them cannot be read."""
        column = Column(
            "tried",
            kind,
            required=False,
            schema={},
            reading=ColumnReading.model_validate(reading or {}),
            zone=_UTC if kind == "instant" else None,
        )
        found = self._cells.read(column, raws)
        return None if any(each is MISREAD for each in found) else found

    def reads_times(self, texts: Sequence[str], formats: Collection[str]) -> bool:
        """Whether all texts are times by some formats, and by no two of them different ones."""
        found = self.values(texts, "instant", {"time": list(formats)})
        return found is not None and None not in found

    def differs(self, text: str, choices: Sequence[Collection[str]]) -> bool:
        """Whether a text is another time by one choice of formats than by another."""
        found = [self.values([text], "instant", {"time": list(each)}) for each in choices]
        return any(each != found[0] for each in found)
