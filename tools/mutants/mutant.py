"""One small change to one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A stretch of a file's text, in characters, and what to put in its place."""

    path: str
    """Relative to the root of the checkout, with `/`."""
    line: int
    """Line number of the stretch, from 1."""
    start: int
    end: int
    operator: str
    after: str
    name: str
    """Path, line of code, change: names it for as long as its line stays as it is."""

    def apply(self, text: str) -> str:
        """Return the file's text with the change made."""
        return text[: self.start] + self.after + text[self.end :]


class Collector:
    """Gathers the changes of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.text = text
        self._path = path
        self._lines = text.split("\n")
        self._found: dict[tuple[int, int, str], Mutant] = {}
        self._names: dict[str, int] = {}

    @property
    def found(self) -> list[Mutant]:
        """The changes in order of their place."""
        return [self._found[key] for key in sorted(self._found)]

    def add(self, start: int, end: int, operator: str, after: str) -> None:
        """Note a change, once."""
        before = self.text[start:end]
        if before == after or (start, end, after) in self._found:
            return
        line = self.text.count("\n", 0, start) + 1
        code, was, becomes = (
            " ".join(each.split()) for each in (self._lines[line - 1], before, after)
        )
        name = f"{self._path}: {code}: {was or 'nothing'} → {becomes or 'nothing'}"
        count = self._names[name] = self._names.get(name, 0) + 1
        if count > 1:
            name = f"{name} ({count})"
        self._found[start, end, after] = Mutant(self._path, line, start, end, operator, after, name)
