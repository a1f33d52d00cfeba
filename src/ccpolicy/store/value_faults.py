"""Values that an engine cannot compute with, by the states of the SQL standard."""

from __future__ import annotations

from ccpolicy.errors import Message
from ccpolicy.store.interface import ValueFault

STATES = ("22", "42", "0A", "21")
"""How the states begin of a query that was refused, or met such a value."""
_HINT_MESSAGES = {
    "22003": "a number is out of range",
    "22012": "a number is divided by zero",
    "22": "a value cannot be computed with",
    "": "{engine} does not accept it: {condition}",
}


def value_fault(engine: str, state: str, condition: str) -> ValueFault:
    """Make the error of a query that an engine cannot compute, given the state that it names."""
    known = (state, state[:2], "")
    template = next(_HINT_MESSAGES[each] for each in known if each in _HINT_MESSAGES)
    return ValueFault(
        condition, Message.of(template, engine=engine, condition=f"{condition} {state}")
    )
