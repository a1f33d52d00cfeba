"""The fields of a document's records, in the words of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import Record, Reject


class Fields:
    """Puts what a document holds in the words of the contract."""

    def __init__(self, contract: Contract) -> None:
        properties = contract.dataset.record["properties"]
        self.paths = [(name, contract.heading(name).split(".")) for name in properties]
        self.is_plain = all(path == [name] for name, path in self.paths)
        self.is_flat = all(len(path) == 1 for _, path in self.paths)
        self.takes_more = contract.takes_more
        self.nested = {child.path for child in contract.children}
        self.tree: dict[str, Any] = {}
        for _, path in self.paths:
            node = self.tree
            for part in path[:-1]:
                node = node.setdefault(part, {})
            node[path[-1]] = None

    def record(self, ordinal: int, value: Any) -> Record | Reject:
        """Return a record as its contract names it; what is null or empty is left out."""
        if not isinstance(value, dict):
            return Reject(
                ordinal, EvidenceError("a record is expected here, with a name for each value")
            )
        found = _present(value) if self.is_plain else self._mapped(value)
        for name in self.nested:
            if isinstance(entries := found.get(name), list):
                found[name] = [
                    _present(each) if isinstance(each, dict) else each for each in entries
                ]
        return Record(ordinal, found)

    def _mapped(self, value: dict[str, Any]) -> dict[str, Any]:
        found = {
            name: part
            for name, path in self.paths
            if (part := value.get(path[0]) if self.is_flat else _at(value, path)) is not None
            and part != ""
        }
        if not self.takes_more:
            # A field that the contract does not name keeps its path, and so is refused later.
            found |= {"/" + "/".join(path): True for path in _more(value, self.tree)}
        return found


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _more(value: Mapping[str, Any], tree: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of fields that are not in a tree of names."""
    for name, below in value.items():
        if name not in tree:
            yield (name,)
        elif isinstance(tree[name], dict) and isinstance(below, dict):
            yield from ((name, *path) for path in _more(below, tree[name]))


def _present(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null or empty, as an empty cell is."""
    return {name: part for name, part in value.items() if part is not None and part != ""}
