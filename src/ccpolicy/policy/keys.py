"""Whether the keys of a control's inputs can name the same subjects."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.kinds import Kind
from ccpolicy.errors import PolicyError
from ccpolicy.policy.columns import columns
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, Selection


def mismatched_keys(policy: Policy, control: Control, kind: Kind) -> Iterator[PolicyError]:
    """Yield keys that can name none of the control's subjects.

    They differ from the subjects' keys in their number of columns, or in a column's type.
    """
    for name, spec in kind.inputs.items():
        if spec.population or spec.items:
            continue
        named = (
            kind.part_input
            if kind.part_input and kind.names_parts(name) and not spec.parts
            else None
        )
        named = named or kind.population_input
        naming = control.selections(named)
        if not naming:  # then there is one subject, and no input has a key
            continue
        for index, selection in enumerate(control.selections(name)):
            field = "group" if spec.parts else "key"
            own = _types(policy, selection, getattr(selection, field))
            prefix = "" if spec.parts else selection.prefix
            others = [_types(policy, each, each.key) for each in naming if each.prefix == prefix]
            # What is wrong with a key by itself is told elsewhere.
            if own is None or None in others or own in others:
                continue
            listed = isinstance(control.inputs.get(name), list)
            place = ("inputs", name, *((index,) if listed else ()), field)
            yield PolicyError(
                "the key is {own}, but that of '{input}' is {others}",
                hint="name as many columns as there, of the same types; or the same prefix",
                locator=policy.place("control", control.id, *place),
                own=_written(own),
                input=named,
                others="; ".join(dict.fromkeys(_written(each or ()) for each in others)) or "–",
            )


def _types(policy: Policy, selection: Selection, key: list[str]) -> tuple[str, ...] | None:
    found = columns(policy.datasets, selection.dataset) or {}
    types = [found.get(column, "date") for column in key]
    return None if not types or {"date", "instant"} & set(types) else tuple(types)


def _written(types: tuple[str, ...]) -> str:
    return ", ".join(types) or "–"
