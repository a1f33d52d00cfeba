"""How a control's subjects are named and labelled, as far as the policy alone says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.policy.git_datasets import FROM_GIT
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, Selection
from ccpolicy.texts import Text
from ccpolicy.vocabulary import KEY_SEPARATOR


@dataclass(frozen=True, slots=True)
class SubjectForm:
    """The form of a subject's name: a prefix, the values of its key, and an item."""

    prefix: str
    """Without key columns it is the whole name."""
    columns: tuple[str, ...]
    has_item: bool
    items: frozenset[str]
    """The items where the policy lists them; where records name them, none."""

    def fits(self, name: str) -> bool:
        """Whether a subject can have this name."""
        if not name.startswith(self.prefix):
            return False
        rest = name.removeprefix(self.prefix)
        if not self.has_item:
            return self._is_key(rest)
        # A value may hold the separator itself.
        cuts = [at for at in range(len(rest)) if rest.startswith(KEY_SEPARATOR, at)]
        return any(
            self._is_key(rest[:at])
            and (not self.items or rest[at + len(KEY_SEPARATOR) :] in self.items)
            for at in cuts
        )

    def _is_key(self, text: str) -> bool:
        if not self.columns:
            return not text
        return text.count(KEY_SEPARATOR) >= len(self.columns) - 1

    def __str__(self) -> str:
        item = [min(self.items, default="…")] if self.has_item else []
        key = [f"<{each}>" for each in self.columns]
        if not key:
            return KEY_SEPARATOR.join([self.prefix, *item])
        return self.prefix + KEY_SEPARATOR.join([*key, *item])


def subject_forms(policy: Policy, control: Control) -> Iterator[SubjectForm]:
    """Yield the forms of a control's subjects, one for each selection that names them."""
    kind = policy.kinds[control.check]
    names = [name for name, spec in kind.inputs.items() if spec.items and name in control.inputs]
    written = [each for each in names if isinstance(control.inputs[each], list)]
    has_item = bool(names)
    # Items that records name are known by these alone.
    items = frozenset(listed_items(policy, control)) if written == names else frozenset()
    selections = [each for each in control.selections(kind.population_input) if each.key]
    for each in selections:
        yield SubjectForm(each.prefix, tuple(each.key), has_item, items)
    if not selections:
        yield SubjectForm(policy.plan.subject, (), has_item, items)


def listed_items(policy: Policy, control: Control) -> list[str]:
    """Return the items that a control lists itself."""
    kind = policy.kinds[control.check]
    given = [control.inputs.get(name) for name, spec in kind.inputs.items() if spec.items]
    return [
        part for each in given if isinstance(each, list) for part in each if isinstance(part, str)
    ]


def constant_words(policy: Policy, control: Control) -> list[str]:
    """Return the words of a control's subjects that the policy says itself."""
    kind = policy.kinds[control.check]
    selections = [each for name in kind.inputs for each in control.selections(name)]
    prefixes = [word for each in selections for word in prefix_words(each)]
    return [*listed_items(policy, control), *prefixes]


def prefix_words(selection: Selection) -> list[str]:
    """Return the words of a prefix, each a part of the subject's name."""
    return selection.prefix.split(KEY_SEPARATOR)[:-1]


def subject_labels(policy: Policy, control: Control) -> list[dict[str, Text]]:
    """Return for each part of a subject's name: value → what readers call it.

    A value that two inputs call differently has no label: its name alone is certain.
    """
    labels = _PartLabels(policy, control)
    kind = policy.kinds[control.check]
    selections = [each for each in control.selections(kind.population_input) if each.key]
    for each in selections:
        prefix = prefix_words(each)
        for place, word in enumerate(prefix):
            labels.add(place, {word: control.value_labels.get(word)})
        for place, column in enumerate(each.key, len(prefix)):
            labels.add(place, column_labels(policy, each.dataset, column))
        labels.add_items(len(prefix) + len(each.key))
    if not selections:
        labels.add(0, {policy.plan.subject: policy.plan.subject_words})
        labels.add_items(1)
    return labels.found


def labelled_name(labels: Sequence[Mapping[str, Text]], text: str) -> str:
    """Return the name of a subject that is called by its labels, in whatever language."""
    parts = text.split(KEY_SEPARATOR)
    for place, called in enumerate(labels[: len(parts)]):
        names = {word: value for value, label in called.items() for word in label.root.values()}
        parts[place] = names.get(parts[place], parts[place])
    return KEY_SEPARATOR.join(parts)


class _PartLabels:
    """Gathers the labels of a control's subjects, part by part."""

    def __init__(self, policy: Policy, control: Control) -> None:
        self.policy, self.control = policy, control
        self.found: list[dict[str, Text]] = []
        self._differing: set[tuple[int, str]] = set()

    def add(self, place: int, labels: Mapping[str, Text | None]) -> None:
        """Take over the labels of the values at a place."""
        for value, label in labels.items():
            if label is None or (place, value) in self._differing:
                continue
            self.found += [{} for _ in range(place + 1 - len(self.found))]
            if self.found[place].setdefault(value, label) != label:
                del self.found[place][value]
                self._differing.add((place, value))

    def add_items(self, place: int) -> None:
        """Take over the labels of items, which stand after the key."""
        kind, own = self.policy.kinds[self.control.check], self.control.value_labels
        columns = [
            column_labels(self.policy, each.dataset, each.item)
            for name in kind.inputs
            for each in self.control.selections(name)
            if each.item
        ]
        for labels in columns:
            self.add(place, {value: own.get(value, label) for value, label in labels.items()})
        self.add(place, {item: own.get(item) for item in listed_items(self.policy, self.control)})


def column_labels(policy: Policy, table: str, column: str) -> Mapping[str, Text]:
    """Return value → what readers call it, of a column or of the one that it is taken from."""
    seen: set[tuple[str, str]] = set()
    while (table, column) not in seen:
        seen.add((table, column))
        parent, _, child = table.partition(".")
        if parent in FROM_GIT:
            return _table_labels(policy) if column == "dataset" else {}
        dataset = policy.datasets[parent]
        for own in (dataset.children[child], dataset) if child else (dataset,):
            if labels := own.value_labels.get(column):
                return labels
            if reference := own.references.get(column):
                table, column = reference.dataset, reference.key
                break
        else:
            if lookup := dataset.lookups.get(column):
                table, column = lookup.dataset, lookup.column
    return {}


def _table_labels(policy: Policy) -> dict[str, Text]:
    """Return the titles of the datasets, by whose names git knows records."""
    return {each.id: each.title for each in policy.datasets.values() if each.id not in FROM_GIT}
