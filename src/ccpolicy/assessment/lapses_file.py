"""The file of all lapses, where an assessment lists the worst alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.control import Lapse

COLUMNS = {
    "control": "VARCHAR",
    "subject": "VARCHAR",
    "starts": "VARCHAR",
    "ends": "VARCHAR",
    "days": "DOUBLE",
    "waived_by": "VARCHAR",
    "opened_by": "VARCHAR",
    "closed_by": "VARCHAR",
    "paused": "BIGINT",
    "records": "VARCHAR[]",
    "covered_since": "VARCHAR",
    "covered_on_file": "VARCHAR",
    "covered_commit": "VARCHAR",
}
"""Column → SQL type. They say what the fields of `Lapse` say, the last three what `covered_later`
does. No lapse of the file is in a baseline."""

LapseRow = tuple[object, ...]


class LapsesFile(AssessmentModel):
    """All lapses of an assessment in a Parquet file, by control, subject and time."""

    file: str | None
    """Its path from the folder of the assessment; null if nobody kept it."""
    lapses: int
    """How many rows it has."""
    sha256: str | None
    """Of its bytes, which may differ between versions of DuckDB; null if nobody kept it."""
    rows_sha256: str
    """Of its rows, each as a JSON array in UTF-8 without spaces that ends with a line feed."""


def lapse_row(control: str, lapse: Lapse) -> LapseRow:
    """Write a lapse as a row of the file."""
    later = lapse.covered_later
    return (
        control,
        lapse.subject,
        lapse.starts,
        lapse.ends,
        lapse.days,
        lapse.waived_by,
        lapse.opened_by,
        lapse.closed_by,
        lapse.paused,
        lapse.records,
        *((later.since, later.on_file, later.commit) if later else (None, None, None)),
    )


class RowsDigest:
    """The SHA-256 of rows, whatever file holds them."""

    def __init__(self) -> None:
        self.rows = 0
        self._found = hashlib.sha256()

    def add(self, rows: Iterable[LapseRow]) -> None:
        """Take more rows."""
        for row in rows:
            self.rows += 1
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            self._found.update(f"{text}\n".encode())

    def hexdigest(self) -> str:
        """Return the digest of all rows so far."""
        return self._found.hexdigest()
