"""The records of a document, in the words of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import Record, Reject, SourceFile, path_on_line


class FieldMapping:
    """Renames the fields of a document as the contract does."""

    def __init__(self, file: SourceFile) -> None:
        self.file, contract = file, file.contract
        properties = contract.dataset.record["properties"]
        self.paths = [(name, contract.heading(name).split(".")) for name in properties]
        self.is_plain = all(path == [name] for name, path in self.paths)
        self.is_flat = all(len(path) == 1 for _, path in self.paths)
        self.allows_more = contract.allows_more
        self.nested = {child.path for child in contract.children}
        self.tree: dict[str, Any] = {}
        for _, path in self.paths:
            node = self.tree
            for part in path[:-1]:
                node = node.setdefault(part, {})
            node[path[-1]] = None

    def records(self, values: list[Any], lines: Sequence[int]) -> Iterator[Record | Reject]:
        """Yield the records of a document, counted from 1, given the line of each.

        Each value is removed from the list, so that its memory is free as soon as it can be.

        Raises:
            LimitError: there are too many, or one is too large.
        """
        self.file.check_table(len(values), 1)
        for index, value in enumerate(values):
            values[index] = None
            yield self.record(index + 1, value, lines[index], path_on_line(lines, index))

    def record(
        self, number: int, value: Any, line: int | None = None, path: str | None = None
    ) -> Record | Reject:
        """Return a record under the contract's names; what is null or empty is left out."""
        if not isinstance(value, dict):
            error = EvidenceError("a record is expected here, with a name for each value")
            return Reject(number, error, line, path)
        self._measure(value, line or number)
        fields = _present(value) if self.is_plain else self._renamed(value)
        for name in self.nested:
            if isinstance(parts := fields.get(name), list):
                fields[name] = [
                    _present(part) if isinstance(part, dict) else part for part in parts
                ]
        return Record(number, fields, line, path)

    def _measure(self, value: Any, line: int) -> None:
        """Refuse a record with more members, items or levels than the limits.

        Raises:
            LimitError: it has.
        """
        limits, level, depth = self.file.limits, [value], 0
        while level:
            depth += 1
            if depth > limits.depth:
                raise self.file.beyond("nested deeper than {limit} levels", "depth", line)
            below: list[Any] = []
            for each in level:
                if isinstance(each, dict):
                    if len(each) > limits.members:
                        raise self.file.beyond(
                            "an object has {count} members, where the limit is {limit}",
                            "members",
                            line,
                            count=len(each),
                        )
                    parts: Iterable[Any] = each.values()
                else:
                    parts = each
                below += [part for part in parts if isinstance(part, dict | list)]
            level = below

    def _renamed(self, value: dict[str, Any]) -> dict[str, Any]:
        fields = {
            name: part
            for name, path in self.paths
            if (part := value.get(path[0]) if self.is_flat else _at(value, path)) is not None
            and part != ""
        }
        if not self.allows_more:
            # A field that the contract does not name keeps its path, and so is refused later.
            fields |= {"/" + "/".join(path): True for path in _unnamed(value, self.tree)}
        return fields


def listed_records(file: SourceFile, document: Any) -> list[Any]:
    """Return the list of records in a document.

    Raises:
        EvidenceError: there is no list at the contract's JSON Pointer.
    """
    pointer = file.contract.dataset.records
    value = document
    for token in pointer_tokens(file.contract):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token in map(str, range(len(value))):
            value = value[int(token)]
        else:
            raise file.error("there is nothing at {pointer}", pointer=pointer, line=1)
    if value is None and not pointer:
        return []
    if not isinstance(value, list):
        raise file.error(
            "a list of records is expected at {pointer}"
            if pointer
            else "a list of records is expected",
            hint="say with 'records' in the dataset where in the document the list stands",
            line=1,
            pointer=pointer,
        )
    return value


def pointer_tokens(contract: Contract) -> list[str]:
    """Split the JSON Pointer to the list of records (RFC 6901)."""
    parts = contract.dataset.records.split("/")[1:]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _unnamed(value: Mapping[str, Any], tree: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of fields that are not in a tree of names."""
    for name, below in value.items():
        if name not in tree:
            yield (name,)
        elif isinstance(tree[name], dict) and isinstance(below, dict):
            yield from ((name, *path) for path in _unnamed(below, tree[name]))


def _present(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null or empty, as an empty cell is."""
    return {name: part for name, part in value.items() if part is not None and part != ""}
