"""What every model of a policy file is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""The name of a dataset, column, check kind or parameter."""
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
"""Unknown fields are refused and nothing is coerced."""
