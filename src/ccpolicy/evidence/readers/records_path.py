"""Where in a document its records stand: a JSON Pointer with `*`, followed through its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ccpolicy.errors import KeyPath, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import ReadingNote, SourceFile
from ccpolicy.near_names import folded
from ccpolicy.policy.decoding import is_any, members_of, pointer_tokens


class Found(NamedTuple):
    """A record in a document."""

    path: KeyPath
    """Steps to it from the document's top."""
    value: Any


class RecordsPath:
    """Finds the records of documents by a contract's `records`."""

    def __init__(self, contract: Contract, *, is_xml: bool = False) -> None:
        self.pointer = contract.dataset.records
        self.is_document = self.pointer == "document"
        self.tokens = [] if self.is_document else pointer_tokens(self.pointer)
        self.members = {
            name: index for index, each in enumerate(self.tokens) if (name := members_of(each))
        }
        """Column → the step of a record's path that is its value."""
        self.ends_with_members = bool(self.tokens) and members_of(self.tokens[-1]) is not None
        """Whether a member is itself the record, unless it is a list of them."""
        self.is_xml = is_xml
        """Whether an entry that is alone may stand for a list of one, and none for an empty one."""
        self.named: dict[int, set[str]] = {}
        """Step → the names there that pointers of columns begin with."""
        for heading in map(contract.heading, contract.dataset.record["properties"]):
            for step, token in enumerate(pointer_tokens(heading) if heading[:1] == "/" else ()):
                self.named.setdefault(step, set()).add(token)
        self.beside: dict[str, int] = {}
        """Name of elements beside the records → how many there are."""
        self.missing = 0
        """Lists that are missing where they may be."""

    def find(self, file: SourceFile, document: Any) -> Iterator[Found]:
        """Yield the records of a document in its order; a list loses them as they are taken.

        Raises:
            EvidenceError: the document is not made as the pointer says.
        """
        if self.is_document:
            if isinstance(document, list):
                raise file.error(
                    "the document is a list, and not itself a record",
                    hint="take  records: document  out of the dataset",
                    line=1,
                )
            yield Found((), document)
            return
        yield from self._below(file, document, 0, ())

    def _below(self, file: SourceFile, value: Any, index: int, path: KeyPath) -> Iterator[Found]:
        if index == len(self.tokens):
            if self.ends_with_members and not isinstance(value, list):
                yield Found(path, value)
            else:
                yield from self._listed(file, value, path)
            return
        step_name = self.tokens[index]
        if is_any(step_name):
            for step, each in self._entries(file, value, index):
                yield from self._below(file, each, index + 1, (*path, step))
            return
        name = step_name.removesuffix("?")
        value = alone(value) if self.is_xml else value
        if isinstance(value, dict) and name in value:
            self._check_beside(file, value, index)
            yield from self._below(file, value[name], index + 1, (*path, name))
        elif isinstance(value, list) and name in map(str, range(len(value))):
            yield from self._below(file, value[int(name)], index + 1, (*path, int(name)))
        else:
            self._miss(file, value, index)

    def _check_beside(self, file: SourceFile, value: dict[str, Any], index: int) -> None:
        """Refuse a name beside one of the path that hardly differs, and count other elements.

        Raises:
            EvidenceError: there is one.
        """
        name = self.tokens[index].removesuffix("?")
        for other, each in value.items():
            if other == name or (self.is_xml and other[0] in "@#"):
                continue
            if _folded(other, is_xml=self.is_xml) == _folded(name, is_xml=self.is_xml):
                raise file.error(
                    "there is '{found}' beside '{name}', whose records would not be read",
                    hint="give both the same name in the file",
                    found=other,
                    name=self._shown(index + 1),
                    line=1,
                )
            is_last = index == len(self.tokens) - 1
            if self.is_xml and is_last and other not in self.named.get(index, ()):
                count = len(each) if isinstance(each, list) else 1
                self.beside[other] = self.beside.get(other, 0) + count

    def _miss(self, file: SourceFile, value: Any, index: int) -> None:
        """Count a name that is missing where it may be.

        Raises:
            EvidenceError: it may not, or there is one that differs hardly.
        """
        step_name = self.tokens[index]
        name = step_name.removesuffix("?")
        like = [each for each in value if folded(str(each)) == folded(name)] if value else []
        if like and isinstance(value, dict):
            raise file.error(
                "there is nothing at {pointer}",
                hint="there is '{found}' instead: correct 'records' in the dataset",
                pointer=self._shown(index + 1),
                line=1,
                found=like[0],
            )
        if step_name.endswith("?"):
            self.missing += 1
        elif not (self.is_xml and index == len(self.tokens) - 1):
            raise file.error(
                "there is nothing at {pointer}",
                hint="correct 'records' in the dataset; a name behind which stands ? may be missing"
                " where there is no record",
                pointer=self._shown(index + 1),
                line=1,
            )

    def notes(self) -> Iterator[ReadingNote]:
        """Yield notes on lists that were missing and on elements beside the records."""
        if self.beside:
            yield ReadingNote(
                Message.of(
                    "elements beside the records that were not read, {count}: {others}",
                    count=sum(self.beside.values()),
                    others=", ".join(sorted(self.beside)[:10]),
                )
            )
        if self.missing:
            yield ReadingNote(
                Message.of(
                    "lists of records that are missing at {pointer}: {count}",
                    count=self.missing,
                    pointer=self.pointer,
                )
            )

    def _listed(self, file: SourceFile, value: Any, path: KeyPath) -> Iterator[Found]:
        if self.is_xml and not isinstance(value, list):
            value = [value]
        if value is None:
            return
        if not isinstance(value, list):
            raise file.error(
                "a list of records is expected at {pointer}"
                if self.pointer
                else "a list of records is expected",
                hint="say in the dataset where in the document the list stands, as"
                "  records: /name  or  records: /name/*/list  – or  records: document  if the"
                " document is itself the record, or  records: {members}  if each member of the"
                " object is one",
                members=f"{self.pointer}/{{{file.contract.dataset.key[0]}}}",
                line=1,
                pointer=self.pointer,
            )
        for number, each in enumerate(value):
            value[number] = None
            yield Found((*path, number), each)

    def _entries(self, file: SourceFile, value: Any, index: int) -> Iterable[tuple[str | int, Any]]:
        if members_of(self.tokens[index]):
            if isinstance(value, dict):
                return value.items()
            raise file.error(
                "an object is expected at {pointer}, with a name for each member",
                hint="of a list, write * in place of {token}",
                pointer=self._shown(index) or "/",
                token=self.tokens[index],
                line=1,
            )
        if isinstance(value, list):
            return enumerate(value)
        if self.is_xml:
            return [(0, value)]
        if isinstance(value, dict):
            return value.items()
        raise file.error(
            "a list of records is expected at {pointer}", pointer=self._shown(index) or "/", line=1
        )

    def _shown(self, count: int) -> str:
        return "/".join(self.pointer.split("/")[: count + 1])


def at_pointer(document: Any, tokens: Sequence[str], record: KeyPath, *, is_xml: bool) -> Any:
    """Return what stands at a pointer from the document's top; `*` is the record's own step."""
    value = document
    for index, step_name in enumerate(tokens):
        step: str | int = record[index] if is_any(step_name) else step_name
        if is_xml and not _is_index(step):
            value = alone(value)
        elif is_xml and not isinstance(value, list):
            # An element that occurs once is the first of its kind.
            value = value if int(step) == 0 else None
            continue
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and _is_index(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _folded(name: str, *, is_xml: bool) -> str:
    """Return what a name has in common with those that hardly differ, whatever its namespace."""
    return folded(name.rpartition(":")[2] if is_xml else name)


def alone(value: Any) -> Any:
    """Return the only entry of a list that has one, as an element in XML may be repeated."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_index(step: str | int) -> bool:
    return isinstance(step, int) or step.isdecimal()
