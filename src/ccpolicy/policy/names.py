"""Names that are not known, what was probably meant, and names that do nothing."""

from __future__ import annotations

from collections.abc import Iterable

from ccpolicy.errors import Locator, PolicyError
from ccpolicy.near_names import nearest


def unknown(
    what: str, name: str, known: Iterable[str], locator: Locator | None, **values: object
) -> PolicyError:
    """Make the error for a name that is not known: `what` is a template with `{name}`."""
    known = sorted(known)
    close = nearest(name, known)
    return PolicyError(
        what,
        hint=close.hint if close else "known: {known}",
        locator=locator,
        name=name,
        close=close.name if close else "",
        known=", ".join(known) or "–",
        **values,
    )


def without_effect(name: str, other: str, locator: Locator | None) -> PolicyError:
    """Make the error for what does nothing where something else is missing."""
    return PolicyError(
        "'{name}' has no effect without '{other}'",
        hint="take it out, or add '{other}'",
        locator=locator,
        name=name,
        other=other,
    )
