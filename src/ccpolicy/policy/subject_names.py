"""How a control's subjects can be called, as far as the policy alone says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control
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
    lists = [
        control.inputs[name]
        for name in kind.inputs
        if name in control.inputs and kind.inputs[name].items
    ]
    written = [
        [each for each in given if isinstance(each, str)]
        for given in lists
        if isinstance(given, list)
    ]
    has_item = bool(lists)
    # Items that records name are known by these alone.
    items = (
        frozenset(each for given in written for each in given)
        if len(written) == len(lists)
        else frozenset()
    )
    selections = [each for each in control.selections(kind.population_input) if each.key]
    for each in selections:
        yield SubjectForm(each.prefix, tuple(each.key), has_item, items)
    if not selections:
        yield SubjectForm(policy.plan.subject, (), has_item, items)
