"""What several parts of the public JSON are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ccpolicy.texts import Text
from ccpolicy.vocabulary import Grade


class AssessmentModel(BaseModel):
    """A part of the assessment."""

    # What is written holds every field, also those that have a default.
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Norm(AssessmentModel):
    """The basis of a parameter."""

    id: str
    title: Text
    source: Text
    """Document, edition and section."""
    grade: Grade
    """How far its source was checked."""
    consulted: Text | None
    """Where it was read."""
    url: str | None


class Parameter(AssessmentModel):
    """A parameter of the control, in the revision in force at as-of."""

    name: str
    label: Text
    value: str | int | float | dict[str, str | int | float]
    """One value, or one for each class."""
    value_labels: dict[str, Text]
    """Class or choice in the value → its name for readers. Those without one are shown as written.
    """
    norm: Norm | None
