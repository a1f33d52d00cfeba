"""How evidence is read, before any control: its own public JSON."""

from __future__ import annotations

from typing import ClassVar, Literal

from ccpolicy.assessment.models import AssessmentModel, FileNote, Tool
from ccpolicy.texts import Text
from ccpolicy.vocabulary import ColumnType

SCHEMA_VERSION: Literal["1.1"] = "1.1"


class PreviewedFile(AssessmentModel):
    """A file that was read."""

    file: str
    """Path from the repository's root."""
    records: int
    """Records in it, the refused ones among them."""
    refused: int
    notes: list[FileNote]
    """What should be known of how it was read."""


class PreviewedRow(AssessmentModel):
    """A row as it was read."""

    place: str
    values: dict[str, str | int | float | bool]
    """Column → value; what is empty is left out. A date is `YYYY-MM-DD`. An instant has the plan's
    offset; where it may have been at several moments, it is the earliest and the latest, with `/`
    between them."""


class PreviewedTable(AssessmentModel):
    """Rows of one form."""

    name: str
    """The dataset, `dataset.child`, or `rows`: what `reshape` makes the records of."""
    columns: dict[str, ColumnType]
    count: int
    """How many rows there are, also those that are not shown."""
    rows: list[PreviewedRow]


class RefusedEvidence(AssessmentModel):
    """Evidence that was refused."""

    place: str | None
    code: str
    message: Text
    hint: Text | None
    field: str | None = None
    """What the file calls the field at fault; null if no single one is."""


class Preview(AssessmentModel):
    """A dataset, or one file of it, as it is read."""

    SUBJECT: ClassVar[Literal["preview"]] = "preview"
    """What reports call it."""
    schema_version: Literal["1.1"]
    tool: Tool
    dataset: str
    title: Text
    zone: str
    """The plan's, in which moments are shown."""
    files: list[PreviewedFile]
    tables: list[PreviewedTable]
    """The rows before `reshape` where there is one, the records, and those nested in them."""
    refused: list[RefusedEvidence]
    """What is wrong, by family and place; what passes the limit is counted in its last entries."""

    @property
    def records(self) -> PreviewedTable:
        """The table of the dataset's own records."""
        return next(table for table in self.tables if table.name == self.dataset)
