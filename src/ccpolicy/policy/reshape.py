"""A query over the rows of files that makes the records: part of a dataset's contract."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ccpolicy.policy.base_model import STRICT
from ccpolicy.texts import Line

PLACE = ("place", "file", "sheet")
"""Columns of `rows` besides the cells: where the row is, the file's path, its sheet."""


class Reshape(BaseModel):
    """How records are made of the rows of files, where a row is not a record."""

    model_config = STRICT

    columns: list[Line] = Field(min_length=1)
    """Headings, or paths in a document, that are the columns of `rows`, all of them texts."""
    optional: list[Line] = []
    """Further ones that a file may lack."""
    query: Line
    """One SELECT over `rows`, which returns `place` and columns of the record."""

    @property
    def headings(self) -> list[str]:
        """All columns of `rows` that are cells."""
        return [*self.columns, *self.optional]

    @property
    def cells(self) -> dict[str, str]:
        """Return column of `rows` → heading."""
        return {row_column(each): each for each in self.headings}


def row_column(heading: str) -> str:
    """Return what a heading is called in `rows`: one like a column of `PLACE` has `_2` behind it.

    The database does not tell capital letters from small ones.
    """
    return f"{heading}_2" if heading.lower() in PLACE else heading
