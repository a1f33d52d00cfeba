"""How a control's subjects are named and labelled, as far as the policy alone says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.near_names import appearance
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.git_datasets import FROM_GIT
from ccpolicy.policy.labels import listed_values
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
    return told_apart(labels.found)


def told_apart(
    labels: Sequence[Mapping[str, Text]], names: Iterable[str] = ()
) -> list[dict[str, Text]]:
    """Leave out the labels that readers could take for another value, also of subjects' `names`.

    Their values are shown as they are then.
    """
    values = [{*each} for each in labels]
    for name in names:
        for part, known in zip(name.split(KEY_SEPARATOR), values, strict=False):
            known.add(part)
    return [_told_apart(*each) for each in zip(labels, values, strict=True)]


def _told_apart(labels: Mapping[str, Text], values: Iterable[str]) -> dict[str, Text]:
    shown: dict[str, set[str]] = {}
    for value in values:
        shown.setdefault(appearance(value), set()).add(value)
    looks = {
        value: {appearance(text) for text in label.root.values()} for value, label in labels.items()
    }
    for value, texts in looks.items():
        for text in texts:
            shown.setdefault(text, set()).add(value)
    return {
        value: label
        for value, label in labels.items()
        if all(shown[text] == {value} for text in looks[value])
    }


def labels_open_values(policy: Policy, control: Control) -> bool:
    """Whether records may hold any value beside those of a column that have a label."""
    kind = policy.kinds[control.check]
    named = [
        (each.dataset, column)
        for name in kind.inputs
        for each in control.selections(name)
        for column in (*(each.key if name == kind.population_input else ()), each.item)
        if column
    ]
    return any(
        labels and not is_closed
        for labels, is_closed in (_labelled(policy, *each) for each in named)
    )


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
    return _labelled(policy, table, column)[0]


def _labelled(policy: Policy, table: str, column: str) -> tuple[Mapping[str, Text], bool]:
    """Return the labels of a column's values, and whether it has no values but listed ones."""
    seen: set[tuple[str, str]] = set()
    while (table, column) not in seen:
        seen.add((table, column))
        parent, _, child = table.partition(".")
        if parent in FROM_GIT:
            return (_table_labels(policy) if column == "dataset" else {}), True
        dataset = policy.datasets[parent]
        for own in (dataset.children[child], dataset) if child else (dataset,):
            if labels := own.value_labels.get(column):
                return labels, _is_closed(dataset, child if own is not dataset else "", column)
            if reference := own.references.get(column):
                table, column = reference.dataset, reference.key
                break
        else:
            if lookup := dataset.lookups.get(column):
                table, column = lookup.dataset, lookup.column
    return {}, True


def _is_closed(dataset: Dataset, child: str, column: str) -> bool:
    """Whether the contract lists the values of a column."""
    properties = dataset.record.get("properties", {})
    if child:
        properties = properties[dataset.children[child].path]["items"].get("properties", {})
    return bool(listed_values(properties.get(column, {})))


def _table_labels(policy: Policy) -> dict[str, Text]:
    """Return the titles of the datasets, by whose names git knows records."""
    return {each.id: each.title for each in policy.datasets.values() if each.id not in FROM_GIT}
