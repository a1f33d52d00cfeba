"""What readers of a plan in several languages see in none of them, or in one alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccpolicy.errors import Locator, Message
from ccpolicy.policy.git_datasets import FROM_GIT
from ccpolicy.policy.labels import Labels
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control
from ccpolicy.policy.subject_names import listed_items, prefix_words, subject_labels

Doubt = tuple[Message, Message, Locator]
"""What is doubtful, what to do, and where."""


def untranslated(policy: Policy) -> Iterator[Doubt]:
    """Yield words of subjects' names, and hints of forms, that stand there in one language."""
    if len(policy.plan.languages) < 2:
        return
    for control in policy.controls.values():
        yield from _unlabelled(policy, control)
    for dataset in policy.datasets.values():
        if dataset.id in FROM_GIT:
            continue
        properties = dataset.record.get("properties", {})
        yield from _described_once(policy, dataset.id, dataset, properties, ())
        for name, child in dataset.children.items():
            nested = properties.get(child.path, {}).get("items", {}).get("properties", {})
            below = ("properties", child.path, "items")
            yield from _described_once(policy, dataset.id, child, nested, below, name)


def _unlabelled(policy: Policy, control: Control) -> Iterator[Doubt]:
    labels = subject_labels(policy, control)
    for word, path in _words(policy, control):
        if not any(word in each for each in labels):
            place = policy.place("control", control.id, *path)
            if not path:
                place = policy.place("plan", policy.plan.id, "subject")
            hint = Message.of(
                "say under '{key}' what it is called in {languages}",
                key="value_labels" if path else "subject_label",
                languages=", ".join(policy.plan.languages),
            )
            found = Message.of("readers see '{word}' in the names of subjects as it is", word=word)
            yield found, hint, place


def _words(policy: Policy, control: Control) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the words that the policy puts into subjects' names, each once, with their places."""
    kind = policy.kinds[control.check]
    selections = control.selections(kind.population_input)
    found: dict[str, tuple[str | int, ...]] = {}
    if not any(each.key for each in selections):
        found[policy.plan.subject] = ()
    for each in selections:
        for word in prefix_words(each):
            found.setdefault(word, ("inputs", kind.population_input))
    items = next((name for name, spec in kind.inputs.items() if spec.items), "")
    for item in listed_items(policy, control):
        found.setdefault(item, ("inputs", items))
    yield from found.items()


def _described_once(
    policy: Policy,
    dataset: str,
    labels: Labels,
    properties: Mapping[str, Mapping[str, Any]],
    below: tuple[str, ...],
    child: str = "",
) -> Iterator[Doubt]:
    for name, spec in properties.items():
        if "description" not in spec or name in labels.descriptions:
            continue
        place = policy.place(
            "dataset", dataset, "record", *below, "properties", name, "description"
        )
        hint = Message.of(
            "write it under '{key}', in {languages}",
            key=f"children.{child}.descriptions" if child else "descriptions",
            languages=", ".join(policy.plan.languages),
        )
        found = Message.of("the description of '{name}' stands in one language only", name=name)
        yield found, hint, place
