"""One difference between two states of a policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ccpolicy.assessment.comparison import ChangeFamily, Direction, PolicyChange
from ccpolicy.errors import Locator, Message
from ccpolicy.policy.load import Policy
from ccpolicy.policy.settings import FILE
from ccpolicy.texts import Text


@dataclass(frozen=True)
class Subject:
    """The entry that changed: present in one state or in both."""

    base: Policy
    head: Policy
    family: ChangeFamily
    name: str
    controls: tuple[str, ...]
    """Controls that rest on it."""

    def change(
        self,
        direction: Direction,
        message: Message,
        *path: str | int,
        before: object = None,
        after: object = None,
        rewrites_history: bool | None = None,
        concerns: Iterable[str] | None = None,
    ) -> PolicyChange:
        """Make a change at a path of the entry.

        What is judged differently is so for the past, too, unless `rewrites_history` says other.
        """
        return PolicyChange(
            family=self.family,
            name=self.name,
            direction=direction,
            message=Text.of(message),
            before=None if before is None else str(before),
            after=None if after is None else str(after),
            rewrites_history=bool(rewrites_history),
            before_at=self._place(self.base, path),
            after_at=self._place(self.head, path),
            controls=list(self.controls if concerns is None else concerns),
        )

    def _place(self, content: Policy, path: tuple[str | int, ...]) -> str | None:
        if self.family == "check":
            kind = content.kinds.get(self.name)
            return kind.tree.place(kind.file) if kind else None
        name = FILE if self.family == "settings" else self.name
        if (self.family, name) not in content.places:
            return None
        return written(content.place(self.family, name, *path))


def written(place: Locator) -> str:
    """Write a place as file and line."""
    return f"{place.file}:{place.line}" if place.line else place.file
