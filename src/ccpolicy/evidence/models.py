"""Evidence as the engine sees it: tables of valid records, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.places import Places
from ccpolicy.evidence.record_sources import RecordSource
from ccpolicy.store.tables import Snapshot
from ccpolicy.vocabulary import ColumnType


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
    is_in_place: bool = False
    """Whether it is a relation of the engine that judges, and not of the store that reads."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a table, that was read."""

    dataset: str
    file: str
    """Path from the repository's root, with `/`, or store and table."""
    records: int
    """Records read, the invalid ones among them."""
    invalid: int
    sha256: str
    notes: tuple[Message, ...] = ()
    """What should be known of how it was read."""
    snapshot: Snapshot | None = None
    """The state of the database, if it is a table of a store."""


@dataclass(frozen=True, order=True, slots=True)
class Attachment:
    """A file that a valid record names."""

    dataset: str
    file: str
    """Path from the repository's root, with `/`."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Evidence that is missing, cannot be read or is not valid."""

    message: Message
    hint: Message | None
    locator: Locator | None
    dataset: str
    field: str | None = None
    """What the file calls the field at fault, if it is one."""

    @classmethod
    def of(cls, error: EvidenceError, dataset: str) -> Problem:
        """Make a problem of an error, whose message says as `{name}` which field is at fault."""
        hint = error.hint if error.hint.template else None
        name = dict(error.message.values).get("name")
        field = name if isinstance(name, str) and error.locator else None
        return cls(error.message, hint, error.locator, dataset, field)


@dataclass(frozen=True)
class Evidence:
    """All evidence that was asked for."""

    tables: dict[str, Table]
    """`<dataset>` or `<dataset>.<child>` → its table."""
    files: list[File]
    """By dataset and path."""
    attachments: list[Attachment]
    """By dataset and path."""
    images: Mapping[str, bytes] = field(repr=False)
    """SHA-256 → content of some small images among the attachments."""
    of_invalid_records: set[str]
    """Files that invalid records alone name, by path from the root."""
    problems: dict[str, list[Problem]]
    """Dataset → what is wrong with it; datasets without problems are left out."""
    places: Places = field(repr=False)
    """Where the records are on file, and what they hold there."""
    found: Mapping[str, Sequence[str]]
    """Dataset that was read → its files, by path from the root, also those that cannot be read."""
