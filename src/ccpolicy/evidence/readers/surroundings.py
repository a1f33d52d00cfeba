"""Fields beside the records: in the file's path, in a cell above them, or in the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ccpolicy.checks.patterns import searcher
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.policy.decoding import Around, CellRange, letters


def fields_before_reading(file: SourceFile) -> dict[str, str]:
    """Return the fields that are known before the content is read.

    Raises:
        EvidenceError: a pattern does not match.
    """
    found = {}
    for name, each in file.contract.dataset.around.items():
        if each.value is not None:
            found[name] = each.value
        elif each.file is not None:
            path = file.name.removeprefix(f"{file.folder}/")
            found[name] = _matched(file, name, each.file, path, file.name)
        elif each.part is not None:
            found[name] = _matched(file, name, each.part, file.part or "", file.part or "")
    return found


class CellTexts:
    """The cells that the contract names one by one, as the rows around them are read."""

    def __init__(self, file: SourceFile, text: Callable[[Any], str] = str) -> None:
        self.file, self.text = file, text
        self.wanted: dict[int, list[tuple[int, str, Around]]] = {}
        for name, each in file.contract.dataset.around.items():
            if each.cell and (cell := CellRange.parse(each.cell)):
                self.wanted.setdefault(cell.first_row, []).append((cell.first_column, name, each))
        self.last_row = max(self.wanted, default=0)
        self._found: dict[str, Any] = {}

    def take(self, row: int, cells: Sequence[Any]) -> None:
        """Take what is wanted of a row."""
        for column, name, _ in self.wanted.get(row, ()):
            if column <= len(cells) and self.text(cells[column - 1]):
                self._found[name] = cells[column - 1]

    def found(self) -> Mapping[str, Any]:
        """Return column → cell, or the part of its text that its pattern names.

        Raises:
            EvidenceError: a cell is empty, or its pattern does not match.
        """
        for row, wanted in self.wanted.items():
            for column, name, each in wanted:
                if name not in self._found:
                    raise self.file.error(
                        "'{name}' is not found in {place}: {text}",
                        hint="correct 'around' in the dataset, or fill in the cell",
                        name=name,
                        place=f"{letters(column)}{row}",
                        text="''",
                    )
                if each.match:
                    text = self.text(self._found[name])
                    self._found[name] = _matched(
                        self.file, name, each.match, text, f"{letters(column)}{row}"
                    )
        return self._found


def _matched(file: SourceFile, name: str, pattern: str, text: str, place: str) -> str:
    """Return the part of a text that a pattern's group matches, or the whole match."""
    found = searcher(pattern).search(text)
    value = found and (found.group(1) if found.re.groups else found.group(0))
    if not value:
        raise file.error(
            "'{name}' is not found in {place}: {text}",
            hint="the pattern in 'around' of the dataset is  {pattern}",
            name=name,
            place=place,
            text=repr(text[:100]),
            pattern=pattern,
        )
    return str(value)
