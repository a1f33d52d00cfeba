"""What git knows of the evidence, as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ccpolicy.errors import Locator, Message
from ccpolicy.evidence.models import Held

State = Literal["known", "no_git", "no_repository", "no_commit", "shallow", "partial"]

Row = Mapping[str, object]
"""Column → value: texts, truth values, and instants in microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What git knows of records, by their places; see `Source`."""

    table: str
    places: Sequence[Locator]
    rows: Sequence[Mapping[str, Any]]

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        return {ordinal: self.places[ordinal - 1] for ordinal in ordinals}

    def contents(self, ordinals: Sequence[int]) -> dict[int, Held]:
        """See `Source.contents`."""
        return {
            ordinal: Held(
                self.table,
                {
                    name: str(value)
                    for name, value in self.rows[ordinal - 1].items()
                    if isinstance(value, str) and value
                },
            )
            for ordinal in ordinals
        }


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """A file that is not as the commit has it."""

    file: str
    """Path from the policy repository's root."""
    change: Literal["added", "changed", "deleted"]
    sha256: str | None
    """Of its content now; None if it is deleted."""


@dataclass(frozen=True)
class Provenance:
    """Who put which evidence on file, when, and what was changed afterwards."""

    state: State
    reason: Message | None = None
    """Why nothing is known, unless it is."""
    hint: Message | None = None
    commit: str | None = None
    tree: str | None = None
    committed_at: int | None = None
    """When the commit was made at the earliest, in microseconds since 1970 UTC."""
    uncommitted: Sequence[Uncommitted] = ()
    """By path."""
    tables: Mapping[str, Sequence[tuple[Row, Locator]]] | None = None
    """Dataset that git fills → its records, each with its place; None if none was asked for."""
