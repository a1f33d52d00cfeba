"""Interfaces between places and tables: a source of records by number, and a record's content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ccpolicy.errors import Locator

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
