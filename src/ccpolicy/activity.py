"""What a long command is doing, for whoever watches it from another thread."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic

from ccpolicy.errors import Message

_ENOUGH = 0.1
"""Share of the work that must be done before the rest can be estimated by it."""


@dataclass
class Activity:
    """The work of one command: a single one at a time."""

    doing: Message
    rows: int = 0
    """Records read so far of what is being read."""
    done: float = 0
    """How much of `total` is done, in any unit, such as bytes or commits."""
    total: float = 0
    """Nothing while nobody knows."""
    is_step: bool = False
    """Whether it is one of several alike, of which the parts are not told apart."""
    _began: float = field(default_factory=monotonic)

    def begin(self, doing: Message) -> None:
        """Turn to something else."""
        if not self.is_step:
            self.doing, self.rows = doing, 0

    def expect(self, total: float) -> None:
        """Expect so much to be done, from now on."""
        if not self.is_step:
            self.done, self.total, self._began = 0, total, monotonic()

    def finish(self, done: float) -> None:
        """Have done so much more."""
        if not self.is_step:
            self.done += done

    def step(self, doing: Message, number: int, count: int) -> None:
        """Turn to one of so many steps, which are counted from 1."""
        if not self.is_step:
            self.is_step, self.total, self._began = True, count, monotonic()
        self.doing, self.rows, self.done = doing, 0, number - 1

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes if it goes on as so far; None if too little is done to say."""
        done, total = self.done, self.total
        if not _ENOUGH * total <= done < total or not done:
            return None
        return (monotonic() - self._began) * (total - done) / done


current: ContextVar[Activity | None] = ContextVar("current", default=None)
"""What the command that runs is doing; None where nobody watches."""


def watched() -> Activity:
    """Return what is watched, or something that nobody looks at."""
    return current.get() or Activity(Message(""))
