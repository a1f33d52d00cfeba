"""How the values of a check kind's parameters are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ccpolicy.time.periods import fiscal_year_text


class FiscalYear(BaseModel):
    """A year that begins on another day than 1 January."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fiscal_year: str
    """The day on which it begins, MM-DD."""


def _as_text(value: object) -> object:
    """Take a fiscal year as the text that stands for it."""
    if isinstance(value, dict) and value.keys() == {"fiscal_year"}:
        return fiscal_year_text(value["fiscal_year"])
    return value


Value = str | int | float
_Written = Annotated[Value, BeforeValidator(_as_text, json_schema_input_type=Value | FiscalYear)]
Given = Annotated[_Written | dict[str, _Written], Field(union_mode="left_to_right")]
"""One value, or one for each class."""
