"""How the cells of one column are written on file: part of a dataset's contract."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from ccpolicy.policy.base_model import STRICT
from ccpolicy.texts import Line

Mark = Annotated[str, StringConstraints(min_length=1)]
"""A text of a cell, exactly as it stands there."""
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Marks = Annotated[
    list[Mark],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=Mark | list[Mark]),
]
"""One text or several."""


class NumberForm(BaseModel):
    """How numbers are written, where it is not as in JSON.

    Numbers of JSON and of number cells are numbers already, and are taken as they are.
    """

    model_config = STRICT

    decimal: Sign = "."
    """Mark before the fraction. Of a whole number or a text the fraction must be zero."""
    thousands: Sign | None = None
    """Mark between groups of three digits; a number may be written without it."""
    unit: Marks | None = None
    """Unit or currency sign, in all its spellings, that may stand before or behind the number."""
    percent: bool = False
    """Whether every number has a percent sign: 12 % is 0.12."""
    leading_zeros: bool = False
    """Whether a number may begin with zeros, such as 007."""


class ColumnReading(BaseModel):
    """Where a column stands on file, and how its cells are written."""

    model_config = STRICT

    from_: Mark | None = Field(default=None, alias="from")
    """Heading, or path in a document, such as `summary.end`; without it the column's name."""
    empty: Marks | None = None
    """Texts that mean that there is no value, such as `N/A`; instead of the dataset's."""
    extract: Line | None = None
    """Regular expression with one group, which is the part of the text that counts."""
    values: dict[str, str | int | float | bool] | None = Field(default=None, min_length=1)
    """Word on file → value. Any other word is invalid. The word `""` is the empty cell."""
    time: Marks | None = None
    """Formats of a date or time, in the codes of strptime; also `iso`, `epoch` (seconds since
    1970), `epoch_ms` and `excel` (serial number of a day). A text that two of them read differently
    is invalid."""
    zone: Line | None = None
    """IANA zone of times written without an offset; instead of the dataset's."""
    number: NumberForm | None = None
    duration: Marks | None = None
    """Forms of a duration, with %d days, %H hours, %M minutes and %S seconds, such as `%H:%M:%S`;
    the value is a number of seconds."""

    @property
    def has_way(self) -> bool:
        """Whether more is said of the texts than which of them mean nothing."""
        ways = (self.extract, self.values, self.time, self.number, self.duration)
        return any(way is not None for way in ways)

    @property
    def is_plain(self) -> bool:
        """Whether cells are written as every contract has them."""
        return self.empty is None and not self.has_way


AS_IS = ColumnReading()
"""Cells as every contract has them."""


def _mapped(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


ColumnSource = Annotated[
    ColumnReading, BeforeValidator(_mapped, json_schema_input_type=Mark | ColumnReading)
]
"""A heading or path, or how the column is written."""
