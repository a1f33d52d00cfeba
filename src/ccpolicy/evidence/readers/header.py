"""The headings of a table, compared with the contract's columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import EvidenceErrors, SourceFile
from ccpolicy.near_names import folded, nearest
from ccpolicy.policy.decoding import CellRange, letters

_LONGEST = 80
"""Characters of a heading that a message shows."""
_MOST_ABOVE = 20
"""Rows in which headings are looked for below titles."""


def names_by_heading(contract: Contract) -> dict[str, str]:
    """Return heading → name of each column on file."""
    around = contract.dataset.around
    return {
        contract.heading(column.name): column.name
        for column in contract.columns
        if column.name not in around
    }


def match_header(
    file: SourceFile,
    header: Sequence[str],
    place: Locator,
    below: Iterable[tuple[int, Sequence[str]]] = (),
) -> list[str | None]:
    """Return the name of each column, and None for one that the contract ignores.

    `place` is that of the headings. `below` are the rows below them with their numbers, read only
    to say where the headings are instead.

    Raises:
        EvidenceErrors: a heading is unknown, empty or there twice, or a required one is missing.
    """
    known = names_by_heading(file.contract)
    errors = list(_faults(file.contract, header, known, place))
    if not errors:
        return [known.get(heading) for heading in header]
    if row := _row_of_headings(header, known, below):
        errors = [
            EvidenceError(
                "the headings are in row {row}, and not in row {header}",
                hint="add to the dataset:  header: {row};  row {header} holds: {above}",
                locator=place,
                row=row,
                header=place.line,
                above=_shown([each for each in header if each]) or "–",
            )
        ]
    raise EvidenceErrors(errors)


def _faults(
    contract: Contract, header: Sequence[str], known: dict[str, str], place: Locator
) -> Iterator[EvidenceError]:
    rows = contract.dataset.header
    area = CellRange.parse(contract.dataset.range or "") or CellRange()
    for index, heading in enumerate(header):
        if heading not in known and not heading.strip():
            if not contract.allows_more:
                yield EvidenceError(
                    "column {number} has no heading",
                    hint="delete the column, or name it as one of: {known}",
                    locator=place,
                    number=index + 1,
                    known=_shown(known),
                )
        elif heading in header[:index]:
            yield EvidenceError(
                "two columns are called '{name}'",
                hint="give one of them another heading, or have the columns named by their letters:"
                "  header: none  ,  range: {corner}{row}  and  columns: {{…: {first}}}  or"
                "  {{…: {second}}}",
                locator=place,
                name=_short(heading),
                corner=letters(area.first_column),
                row=(rows[-1] if isinstance(rows, list) else place.line or 1) + 1,
                first=letters(area.first_column + header.index(heading)),
                second=letters(area.first_column + index),
            )
        elif heading not in known and not contract.allows_more:
            yield _unknown(heading, [each for each in known if each not in header], known, place)
    required = {column.name for column in contract.columns if column.required}
    for heading, name in known.items():
        if name in required and heading not in header:
            yield _missing(heading, [each for each in header if each not in known], header, place)


def _unknown(
    heading: str, missing: Sequence[str], known: Collection[str], place: Locator
) -> EvidenceError:
    close = nearest(heading, missing) or nearest(heading, known)
    return EvidenceError(
        "unknown column '{name}'",
        hint=close.hint if close else "known here: {known}",
        locator=place,
        name=_short(heading),
        close=close.name if close else "",
        known=_shown(known),
    )


def _missing(
    heading: str, unknown: Sequence[str], header: Sequence[str], place: Locator
) -> EvidenceError:
    close = nearest(heading, unknown)
    return EvidenceError(
        "the column '{name}' is missing",
        hint="is it '{close}'? the file has: {found}" if close else "the file has: {found}",
        locator=place,
        name=heading,
        close=_short(close.name) if close else "",
        found=_shown([each for each in header if each]) or "–",
    )


def _row_of_headings(
    header: Sequence[str], known: Collection[str], below: Iterable[tuple[int, Sequence[str]]]
) -> int | None:
    """Return the number of the first row that names more of the columns, if the header hardly does.

    Headings count as named when their folded forms are equal.
    """
    forms = {folded(heading) for heading in known}
    most = len(forms.intersection(map(folded, header)))
    for number, row in islice(below, _MOST_ABOVE):
        named = len(forms.intersection(map(folded, row)))
        if named > most and 2 * named >= len(forms):
            return number
    return None


def _shown(headings: Iterable[str]) -> str:
    return _short(", ".join(map(_short, headings)), 4 * _LONGEST)


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
