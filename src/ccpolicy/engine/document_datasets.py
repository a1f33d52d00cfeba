"""Datasets that are read from JSON documents under the names of their contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccpolicy.policy import Dataset
from ccpolicy.policy.dataset import Reference
from ccpolicy.policy.decoding import Decoding
from ccpolicy.texts import Label

NOTHING = Label({"en": "a test may leave it out", "zh": "测试中可以省略"})


def as_document(dataset: Dataset, given: Mapping[str, object]) -> Dataset:
    """Return the dataset as read from one JSON file whose names are those of the contract.

    References to datasets that the test does not give are not checked, nor are attachments.
    """
    # How the evidence is written does not matter here; a field that is set means something.
    own = dataset.model_fields_set - {*Decoding.model_fields, "empty", "reshape", "source"}
    changes: dict[str, Any] = {
        **{name: getattr(dataset, name) for name in own},
        "files": f"{dataset.id}.json",
        "format": "json",
        "columns": {},
        "record": _without_attachments(dataset.record),
        "references": _given(dataset.references, given),
        "children": {
            name: child.model_copy(
                update={"columns": {}, "references": _given(child.references, given)}
            )
            for name, child in dataset.children.items()
        },
    }
    if dataset.id not in given:
        changes["may_be_empty"] = NOTHING
    return Dataset.model_construct(**changes)


def _without_attachments(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a record or value in which the paths of files are mere texts."""
    changed = {key: each for key, each in schema.items() if (key, each) != ("format", "attachment")}
    if "properties" in changed:
        properties = changed["properties"].items()
        changed["properties"] = {name: _without_attachments(each) for name, each in properties}
    if "items" in changed:
        changed["items"] = _without_attachments(changed["items"])
    return changed


def _given(
    references: Mapping[str, Reference], given: Mapping[str, object]
) -> dict[str, Reference]:
    return {
        column: each
        for column, each in references.items()
        if each.dataset.partition(".")[0] in given
    }
