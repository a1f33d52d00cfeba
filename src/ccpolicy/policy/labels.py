"""What readers see in place of the names of fields and values: part of a dataset's contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ccpolicy.policy.base_model import STRICT, Name
from ccpolicy.texts import Label, Line, Text, WrittenText


class Labels(BaseModel):
    """Labels of the fields of a record, and of the values that a field may have."""

    model_config = STRICT

    labels: dict[Name, Label] = {}
    """Field → what reports, forms and templates call it."""
    value_labels: dict[Name, dict[Line, Label]] = {}
    """Field → value of its `enum`, or `true` and `false` → what they call it. Where the contract
    lists no values, any value may have a label."""
    descriptions: dict[Name, WrittenText] = {}
    """Field → what forms and templates say beside it. Without it they show the `description` of its
    JSON Schema, which stands in one language only."""

    def label(self, field: str) -> Text | None:
        """Return what readers call a field; None where they see its name."""
        return self.labels.get(field)

    def value_label(self, field: str, value: object) -> Text | None:
        """Return what readers call a value of a field; None where they see it as it is."""
        return self.value_labels.get(field, {}).get(value_text(value))


def value_text(value: object) -> str:
    """Write a value as `value_labels` names it: texts as they are, others as JSON has them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def listed_values(spec: Mapping[str, Any]) -> list[str]:
    """List the values of a field, if its schema does."""
    spec = spec.get("items", spec)
    if spec.get("type") == "boolean":
        return ["true", "false"]
    return [value_text(value) for value in spec.get("enum", ())]
