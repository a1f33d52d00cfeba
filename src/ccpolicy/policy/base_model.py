"""What every model of a policy file is made of."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""The name of a dataset, column, check kind or parameter."""
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
"""Unknown fields are refused and nothing is coerced."""


def _day(value: object) -> object:
    """Take `YYYY-MM-DD` alone, since other spellings mean different days to different readers."""
    if isinstance(value, str):
        day = datetime.date.fromisoformat(value)
        if value != day.isoformat() or not 1900 <= day.year < 2200:
            raise ValueError(value)
        return day
    return value


Day = Annotated[datetime.date, BeforeValidator(_day)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$")]
"""The id of a control, norm or waiver, as people write it."""
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
"""A dataset, or `dataset.child` for records nested in its documents."""


class PolicyModel(BaseModel):
    """Content of a policy file: unknown fields are refused and nothing is coerced."""

    model_config = STRICT
