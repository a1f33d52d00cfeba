"""Forms of the shipped plan speak both languages, to the last column and closed value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ccpolicy.errors import LANGUAGES
from ccpolicy.policy import FROM_GIT, Policy, load_policy
from ccpolicy.policy.labels import Labels, value_text
from ccpolicy.record.form_fields import make_form
from ccpolicy.texts import Text

ROOT = Path(__file__).parents[2]


def unsaid(policy: Policy) -> Iterator[str]:
    """Yield the fields and closed values of a policy's contracts that lack a language."""
    for dataset in policy.datasets.values():
        if dataset.id in FROM_GIT:
            continue
        for field in make_form(dataset).fields:
            yield from _lacking(f"{dataset.id}.{field.name}", field.label)
            if field.description:
                yield from _lacking(f"{dataset.id}.{field.name}: description", field.description)
            for choice in field.choices if field.column.type != "boolean" else ():
                yield from _lacking(f"{dataset.id}.{field.name}: {choice.text}", choice.label)
        properties = dataset.record["properties"]
        for name, child in dataset.children.items():
            nested = properties[child.path]["items"]["properties"]
            yield from _nested(f"{dataset.id}.{name}", child, nested)


def _nested(place: str, labels: Labels, properties: Mapping[str, Any]) -> Iterator[str]:
    for name, spec in properties.items():
        yield from _lacking(f"{place}.{name}", labels.label(name))
        for value in spec.get("enum", ()):
            said = labels.value_label(name, value)
            yield from _lacking(f"{place}.{name}: {value_text(value)}", said)


def _lacking(place: str, label: Text | None) -> Iterator[str]:
    if label is None or not {*LANGUAGES} <= {*label.root}:
        yield place


def test_every_column_and_closed_value_is_said_in_both_languages() -> None:
    assert list(unsaid(load_policy(ROOT))) == []
