"""Evidence as the engine sees it: tables of valid records, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.policy import ColumnType

if TYPE_CHECKING:
    from ccpolicy.evidence.places import Places

NUMBER_BITS = 40
"""Low bits of a locator, which are the record's number in its source; see `places`."""


@dataclass(frozen=True, slots=True)
class RecordContent:
    """A record's own content."""

    table: str
    """`<dataset>` or `<dataset>.<child>`."""
    fields: dict[str, str]
    """Name in the contract → text on file, without what is empty or nested."""
    around: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The fields of the record around a nested one."""


class RecordSource(Protocol):
    """A file, the nested records of one, or what git knows: knows its records by number."""

    def locate(self, numbers: Sequence[int], /) -> dict[int, Locator]:
        """Return number → place, given numbers in ascending order."""
        ...

    def contents(self, numbers: Sequence[int], /) -> dict[int, RecordContent]:
        """Return number → what a valid record holds, given numbers in ascending order."""
        ...


@dataclass(frozen=True, slots=True)
class GitTable:
    """A dataset that git fills."""

    relation: str
    """Relation of the store with the contract's columns, and with `ordinal` from 1 on."""
    source: RecordSource
    """Finds the records by `ordinal`."""


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
    ambiguous_times: frozenset[str]
    """Instants that may be written without an offset, so that one may have happened twice: the
    column holds the later reading, and `<name>__early` the earlier one."""
    base_table: str | None = None
    """Name of the relation under this one, if it is a view."""


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
    notes: tuple[Message, ...] = ()
    """What should be known of how it was read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Evidence that is missing, cannot be read or is not valid."""

    message: Message
    hint: Message | None
    locator: Locator | None
    dataset: str

    @classmethod
    def of(cls, error: EvidenceError, dataset: str) -> Problem:
        """Make a problem of an error."""
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
    places: Places = field(repr=False)
    """Where the records are on file, and what they hold there."""
    found: Mapping[str, Sequence[str]]
    """Dataset that was read → its files, by path from the root, also those that cannot be read."""
