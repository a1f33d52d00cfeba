"""Evidence as the engine sees it: tables of valid records, and what was wrong with the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.policy import ColumnType

ORDINAL_BITS = 40
"""A locator's low bits are the record's number in its source, the bits above the source's."""


@dataclass(frozen=True, slots=True)
class RecordContent:
    """A record's own content."""

    table: str
    """`<dataset>` or `<dataset>.<child>`."""
    fields: dict[str, str]
    """Name in the contract → what stands on file, without what is empty or nested."""
    around: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The same of the record that a nested one stands in."""


class RecordSource(Protocol):
    """A file, or the nested records of a file, whose records can be found again."""

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """Return the places of records, given their numbers in ascending order."""
        ...

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """Return what valid records hold, given their numbers in ascending order."""
        ...


@dataclass(frozen=True, slots=True)
class GitTable:
    """A dataset that git fills."""

    relation: str
    """Relation of the store with the contract's columns, and with `ordinal` from 1 on."""
    source: RecordSource
    """Knows the records by these numbers."""


@dataclass(frozen=True, slots=True)
class GitRecords:
    """What git offers to the datasets that it fills."""

    tables: Mapping[str, GitTable]
    """Dataset → its records."""
    failure: EvidenceError | None = None
    """Why git offers nothing, or not all."""


@dataclass(frozen=True, slots=True)
class Table:
    """A relation of the engine with one row for each valid record.

    Besides its columns it has `locator BIGINT`. Dates are days since 1970, instants are
    microseconds since 1970 UTC.
    """

    name: str
    """Name of the relation, to be quoted."""
    columns: dict[str, ColumnType]
    early: frozenset[str]
    """Instants that were written without an offset, so that one may have happened twice: the
    column holds the later reading, and `<name>__early` the earlier one."""
    behind: str | None = None
    """Name of the relation that this one shows, if it is a view."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read."""

    dataset: str
    file: str
    """Path from the repository's root, with `/`."""
    records: int
    """Records read, the invalid ones among them."""
    invalid: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Evidence that is missing, cannot be read or is not valid."""

    message: Message
    hint: Message | None
    locator: Locator | None
    dataset: str

    @classmethod
    def of(cls, error: EvidenceError, dataset: str) -> Problem:
        """Make a problem of what a reader found."""
        hint = error.hint if error.hint.template else None
        return cls(error.message, hint, error.locator, dataset)


@dataclass(frozen=True)
class Evidence:
    """All evidence that was asked for."""

    tables: dict[str, Table]
    """`<dataset>` or `<dataset>.<child>` → its table."""
    files: list[File]
    """By dataset and path."""
    problems: dict[str, list[Problem]]
    """Dataset → what is wrong with it; datasets without problems are left out."""
    sources: Mapping[int, RecordSource] = field(repr=False)

    def locate(self, locator: int) -> Locator:
        """Return the place of a record."""
        return self.locate_many([locator])[locator]

    def locate_many(self, locators: Collection[int]) -> dict[int, Locator]:
        """Return the places of records."""
        return locate_many(self.sources, locators)

    def contents(self, locators: Collection[int]) -> dict[int, RecordContent]:
        """Return what valid records hold."""
        held: dict[int, RecordContent] = {}
        for source, ordinals in _by_source(locators).items():
            found = self.sources[source].contents(ordinals)
            held |= {source << ORDINAL_BITS | ordinal: each for ordinal, each in found.items()}
        return held


def locate_many(
    sources: Mapping[int, RecordSource], locators: Collection[int]
) -> dict[int, Locator]:
    """Return the places of records, looking into each file once."""
    places: dict[int, Locator] = {}
    for source, ordinals in _by_source(locators).items():
        found = sources[source].locate(ordinals)
        places |= {source << ORDINAL_BITS | ordinal: found[ordinal] for ordinal in ordinals}
    return places


def _by_source(locators: Collection[int]) -> dict[int, list[int]]:
    """Return the records' numbers in each source, in ascending order."""
    found: dict[int, list[int]] = {}
    mask = (1 << ORDINAL_BITS) - 1
    for locator in sorted(locators):
        found.setdefault(locator >> ORDINAL_BITS, []).append(locator & mask)
    return found
