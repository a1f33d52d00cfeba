"""Names that are not known, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ccpolicy.errors import Locator, PolicyError


def unknown(
    what: str, name: str, known: Iterable[str], locator: Locator | None, **values: object
) -> PolicyError:
    """Make the error for a name that is not known: `what` is a template with `{name}`."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, 1)
    return PolicyError(
        what,
        hint="did you mean '{close}'?" if close else "known: {known}",
        locator=locator,
        name=name,
        close=close[0] if close else "",
        known=", ".join(known) or "–",
        **values,
    )
