"""Whether the keys of a control's inputs can name the same subjects."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.kinds import Kind
from ccpolicy.errors import PolicyError
from ccpolicy.policy.columns import columns
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, Selection


def unlike_keys(policy: Policy, control: Control, kind: Kind) -> Iterator[PolicyError]:
    """Yield keys that can name none of the control's subjects.

    They differ from the subjects' keys in their number of columns, or in a column's type.
    """
    populations = control.selections(kind.population)
    if not populations:  # then no input has a key
        return
    for name, spec in kind.inputs.items():
        if spec.population or spec.items:
            continue
        for index, selection in enumerate(control.selections(name)):
            own = _types(policy, selection)
            others = [
                _types(policy, each) for each in populations if each.prefix == selection.prefix
            ]
            # What is wrong with a key by itself is told elsewhere.
            if own is None or None in others or own in others:
                continue
            listed = isinstance(control.inputs.get(name), list)
            place = ("inputs", name, *((index,) if listed else ()), "key")
            yield PolicyError(
                "the key is {own}, but that of '{input}' is {others}",
                hint="name as many columns as there, of the same types; or the same prefix",
                locator=policy.place("control", control.id, *place),
                own=_written(own),
                input=kind.population,
                others="; ".join(dict.fromkeys(_written(each or ()) for each in others)) or "–",
            )


def _types(policy: Policy, selection: Selection) -> tuple[str, ...] | None:
    found = columns(policy.datasets, selection.dataset) or {}
    types = [found.get(column, "date") for column in selection.key]
    return None if not types or {"date", "instant"} & set(types) else tuple(types)


def _written(types: tuple[str, ...]) -> str:
    return ", ".join(types) or "–"
