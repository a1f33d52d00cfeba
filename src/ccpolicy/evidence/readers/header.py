"""The headings of a table, compared with the contract's columns."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import EvidenceErrors, SourceFile

_LONGEST = 80
"""Characters of a heading that a message shows."""


def names_by_heading(contract: Contract) -> dict[str, str]:
    """Return heading → name of each column on file."""
    return {contract.heading(column.name): column.name for column in contract.columns}


def match_header(
    file: SourceFile, header: Sequence[str], sheet: str | None = None
) -> list[str | None]:
    """Return the name of each column, and None for one that the contract ignores.

    Raises:
        EvidenceErrors: a heading is unknown or there twice, or a required one is missing.
    """
    if len(header) > file.limits.columns:
        raise file.too_wide(len(header), 1)
    known = names_by_heading(file.contract)
    place = Locator(file.name, 1, sheet=sheet)
    errors = []
    for index, heading in enumerate(header):
        if heading in header[:index]:
            errors.append(
                EvidenceError("the column '{name}' is there twice", locator=place, name=heading)
            )
        elif heading not in known and not file.contract.allows_more:
            errors.append(_unknown(heading, known, place))
    required = {column.name for column in file.contract.columns if column.required}
    for heading, name in known.items():
        if name in required and heading not in header:
            errors.append(
                EvidenceError("the column '{name}' is missing", locator=place, name=heading)
            )
    if errors:
        raise EvidenceErrors(errors)
    return [known.get(heading) for heading in header]


def _unknown(heading: str, known: Collection[str], place: Locator) -> EvidenceError:
    close = difflib.get_close_matches(heading, known, 1)
    return EvidenceError(
        "unknown column '{name}'",
        hint="did you mean '{close}'?" if close else "known here: {known}",
        locator=place,
        name=heading if len(heading) <= _LONGEST else heading[: _LONGEST - 1] + "…",
        close=close[0] if close else "",
        known=", ".join(known),
    )
