"""The records of a document, in the words of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.readers.interface import Record, Reject, SourceFile, path_on_line
from ccpolicy.evidence.readers.records_path import Found, RecordsPath, at_pointer
from ccpolicy.evidence.values import shown
from ccpolicy.policy.decoding import FORMATS_OF, pointer_tokens


class FieldMapping:
    """Renames the fields of a document as the contract does."""

    def __init__(self, file: SourceFile, *, is_text: bool = False) -> None:
        self.file, contract, self.is_text = file, file.contract, is_text
        properties = contract.dataset.record["properties"]
        headings = {name: contract.heading(name) for name in properties if name not in file.around}
        self.pointers = {
            name: pointer_tokens(heading)
            for name, heading in headings.items()
            if heading.startswith("/") and contract.dataset.format in FORMATS_OF["records"]
        }
        """Column → pointer from the document's top, for fields around the records."""
        self.members = RecordsPath(contract).members
        apart = self.pointers.keys() | self.members.keys()
        self.own = _FieldNames(
            {name: each for name, each in headings.items() if name not in apart},
            allows_more=contract.allows_more,
        )
        lists = [name for name, spec in properties.items() if spec.get("type") == "array"]
        self.lists = lists if is_text else []
        self.nested = {
            child.path: _FieldNames(
                {each.name: child.heading(each.name) for each in child.columns},
                allows_more=bool(
                    properties[child.path]["items"].get("additionalProperties", False)
                ),
            )
            for child in contract.children
        }
        self.columns = {column.name: column for column in contract.columns}
        self.texts = self.columns if is_text else {}
        """Columns of text that are to be read as values, as in XML."""
        self.nested_texts = {
            child.path: {column.name: column for column in child.columns}
            for child in contract.children
            if is_text
        }
        self.around = {name: self.columns[name].value(text) for name, text in file.around.items()}

    def records(
        self, found: Iterable[Found], lines: Sequence[int], document: Any = None
    ) -> Iterator[Record | Reject]:
        """Yield the records of a document, counted from 1, given the line of each.

        Raises:
            LimitError: there are too many, or one is too large.
        """
        for index, each in enumerate(found):
            self.file.check_table(index + 1, 1)
            around = {
                name: value
                for name, tokens in self.pointers.items()
                if (value := at_pointer(document, tokens, each.path, is_xml=self.is_text))
                not in (None, "")
            }
            around |= {
                name: self.columns[name].value(str(each.path[step]))
                for name, step in self.members.items()
                if each.path[step] != ""
            }
            path = path_on_line(lines, index)
            yield self.record(index + 1, each.value, lines[index], path, around)

    def record(
        self,
        number: int,
        value: Any,
        line: int | None = None,
        path: str | None = None,
        around: Mapping[str, Any] | None = None,
    ) -> Record | Reject:
        """Return a record under the contract's names; what is null or empty is left out."""
        if isinstance(value, list) and self.own.by_index:
            value = {str(index): part for index, part in enumerate(value)}
        if not isinstance(value, dict):
            error = EvidenceError(
                "a record is expected here, with a name for each value",
                hint="if records are lists, name in 'columns' of the dataset the place of each"
                " value, counted from 0, such as  at: '0'",
            )
            return Reject(number, error, line, path)
        self._measure(value, line or number)
        above = {**(around or {}), **self.around}
        for name in above.keys() & value.keys():
            if value[name] not in (None, "") and str(value[name]) != str(above[name]):
                error = EvidenceError(
                    "'{name}' is {own} in the record, and {above} around it",
                    hint="correct the one that is wrong; if they are two things, name the column"
                    " otherwise in the contract",
                    name=name,
                    own=shown(value[name]),
                    above=shown(above[name]),
                )
                return Reject(number, error, line, path)
        fields = {**self.own.fields(value), **above}
        for name in self.lists:
            if name in fields and not isinstance(fields[name], list):
                fields[name] = [fields[name]]
        for name, names in self.nested.items():
            if isinstance(parts := fields.get(name), list):
                fields[name] = [
                    _typed(names.fields(part), self.nested_texts.get(name, {}))
                    if isinstance(part, dict)
                    else part
                    for part in parts
                ]
        return Record(number, _typed(fields, self.texts), line, path)

    def _measure(self, value: Any, line: int) -> None:
        """Refuse a record with more members, items or levels than the limits.

        Raises:
            LimitError: it has.
        """
        limits, level, depth = self.file.limits, [value], 0
        while level:
            depth += 1
            if depth > limits.depth:
                raise self.file.beyond("nested in more levels than {limit}", "depth", line)
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


class _FieldNames:
    """The names of a record's fields, on file and in the contract."""

    def __init__(self, headings: Mapping[str, str], *, allows_more: bool) -> None:
        self.paths = [(name, heading.split(".")) for name, heading in headings.items()]
        self.is_plain = all(path == [name] for name, path in self.paths)
        self.is_flat = all(len(path) == 1 for _, path in self.paths)
        self.by_index = any(path[0].isdecimal() for _, path in self.paths)
        """Whether a record is a list, whose values are named by their places."""
        self.allows_more = allows_more
        self.tree: dict[str, Any] = {}
        for _, path in self.paths:
            node = self.tree
            for part in path[:-1]:
                node = node.setdefault(part, {})
            node[path[-1]] = None

    def fields(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a record under the contract's names."""
        if self.is_plain:
            # Leave out what is null or empty, as an empty cell is.
            return {name: part for name, part in value.items() if part is not None and part != ""}
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


def _typed(fields: dict[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """Read texts as the values of columns."""
    for name, column in columns.items():
        if isinstance(text := fields.get(name), str):
            fields[name] = column.value(text)
    return fields


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _unnamed(value: Mapping[str, Any], tree: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of fields that are not in a tree of names."""
    for name, below in value.items():
        if name not in tree:
            yield (name,)
        elif isinstance(tree[name], dict) and isinstance(below, dict):
            yield from ((name, *path) for path in _unnamed(below, tree[name]))
