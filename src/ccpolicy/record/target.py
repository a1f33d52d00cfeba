"""The file to which a record is added, and its content with the lines of new records."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows
from ccpolicy.evidence.readers.table_shape import joined_headings
from ccpolicy.evidence_formats import ENCODINGS
from ccpolicy.files.bounded import read_bounded
from ccpolicy.files.finder import Finder, fits_path
from ccpolicy.files.limits import MIB
from ccpolicy.policy import Dataset, Policy
from ccpolicy.policy.decoding import column_number
from ccpolicy.record.form_fields import RecordForm, new_file_name
from ccpolicy.record.spelling import Speller

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class TargetFile:
    """A file of a dataset, with the content that it has by now."""

    name: str
    """Path from the repository's root, with `/`."""
    path: Path
    content: bytes | None
    """None if there is no such file yet."""
    model: bytes | None = None
    """Content of the file after which a new one is written."""


def find_target(policy: Policy, form: RecordForm, wanted: str | None) -> TargetFile:
    """Return the file to write to: the one that is wanted, or the last by name.

    `wanted` is a path from the root or from the evidence folder. A new file has the headings, the
    encoding and the line ends of the last one.

    Raises:
        EvidenceError: there is none, it is not one of the dataset's, or is a link.
    """
    folder, pattern = policy.settings.evidence.rstrip("/"), form.dataset.files
    found = list(Finder(policy.root, policy.settings.limits).find(folder, pattern))
    files = [each for each in found if isinstance(each, str)]
    # That there is none is told at the folder's own place.
    faults = [
        each
        for each in found
        if isinstance(each, EvidenceError) and each.locator != Locator(folder)
    ]
    is_workbook = form.dataset.format == "xlsx"
    if wanted is None:
        if faults:
            raise faults[0]
        if is_workbook:
            raise _no_workbook_changes(form.dataset, files[-1] if files else folder)
        if not files and not any(sign in pattern for sign in "*?["):
            return _opened(policy, f"{folder}/{pattern}", None)
        if not files:
            raise EvidenceError(
                "there is no file of '{dataset}' yet",
                hint="name the first one with --file, such as  --file {example}",
                locator=Locator(folder),
                dataset=form.dataset.id,
                example=new_file_name(form.dataset, "new"),
            )
        return _opened(policy, files[-1], None)
    below = wanted.removeprefix("./").removeprefix(f"{folder}/")
    name = f"{folder}/{below}"
    for fault in faults:
        if fault.locator and fault.locator.file == name:
            raise fault
    if not fits_path(below, pattern):
        raise EvidenceError(
            "'{dataset}' reads no file of this name",
            hint="its files are called {pattern}",
            locator=Locator(name),
            dataset=form.dataset.id,
            pattern=f"{folder}/{pattern}",
        )
    target = _opened(policy, name, files[-1] if files and not is_workbook else None)
    if is_workbook and target.content is not None:
        raise _no_workbook_changes(form.dataset, name)
    return target


def _no_workbook_changes(dataset: Dataset, name: str) -> EvidenceError:
    return EvidenceError(
        "no workbook is changed: new records of '{dataset}' go into a new one",
        hint='name it, such as  --file "{example}"',
        locator=Locator(name),
        dataset=dataset.id,
        example=new_file_name(dataset, "new"),
    )


def _opened(policy: Policy, name: str, model: str | None) -> TargetFile:
    root = policy.root
    path = root / name
    most = policy.settings.limits.file_size << MIB
    for part in (path, *path.parents):
        if part == root:
            break
        if part.is_symlink():
            raise EvidenceError(
                "symbolic links are not followed",
                hint="put the file itself there",
                locator=Locator(part.relative_to(root).as_posix()),
            )
    content = last = None
    if path.exists():
        content = read_bounded(path, most, EvidenceError, name=name)
    elif model:
        last = read_bounded(root / model, most, EvidenceError, name=model)
    return TargetFile(name, path, content, last)


class Appender:
    """Adds records to the content of a file, in the file's own style."""

    def __init__(self, form: RecordForm, target: TargetFile, speller: Speller) -> None:
        self.form, self.target, self.speller = form, target, speller
        self.dataset, self.contract = form.dataset, form.contract
        style = target.content or target.model or b""
        self.codec, self.mark = _codec(self.dataset.encoding or "UTF-8", style)
        try:
            text = style.removeprefix(self.mark).decode(self.codec)
        except UnicodeDecodeError as failure:
            raise EvidenceError(
                "not {encoding} text: byte {byte}",
                hint="correct 'encoding' in the dataset, or save the file in {encoding}",
                locator=Locator(target.name),
                encoding=self.dataset.encoding or "UTF-8",
                byte=f"0x{failure.object[failure.start]:02x}",
            ) from failure
        line, newline, _ = text.partition("\n")
        self.end = "\r\n" if newline and line.endswith("\r") else "\n"
        self.text = text if target.content else ""
        self.lines = self.text.count("\n") + (bool(self.text) and not self.text.endswith("\n"))
        """Lines that are there already."""
        self.columns: list[str | None] = []
        """Field in each place of a row; None where the contract ignores the column."""
        self.head = self._head(text)

    def with_records(self, records: Sequence[Mapping[str, Any]]) -> bytes:
        """Return the content with records added.

        Raises:
            EvidenceError: a value cannot be written as the contract says, or in the encoding.
        """
        lines = [self._line(record) for record in records]
        is_open = bool(self.text) and not self.text.endswith("\n")
        if not self.text:
            lines = [*self.head, *lines]
        added = (self.end if is_open else "") + self.end.join(lines) + ("" if is_open else self.end)
        before = self.target.content if self.text else self.mark
        return (before or b"") + self._encoded(added)

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self.codec)
        except UnicodeEncodeError as failure:
            raise EvidenceError(
                "the encoding {encoding} has no character {sign}",
                hint="write it otherwise; or save the files in UTF-8, and change 'encoding' in the"
                " dataset",
                locator=Locator(self.target.name),
                encoding=self.dataset.encoding or "UTF-8",
                sign=failure.object[failure.start],
            ) from failure

    def _line(self, record: Mapping[str, Any]) -> str:
        if self.dataset.format == "jsonl":
            return self._json(record)
        fields = self.form.by_name
        cells = [
            self.speller.cell(fields[name].column, record.get(name)) if name else ""
            for name in self.columns
        ]
        return _csv_line(cells, self.dataset.delimiter)

    def _head(self, text: str) -> list[str]:
        """Return the lines above the records of a new file, and note the order of its columns."""
        if self.dataset.format == "jsonl":
            return []
        header = self.dataset.header
        if header == "none":
            self.columns = self._lettered(text)
            return []
        wanted = header if isinstance(header, list) else [header]
        if not text:
            self.columns = [*self.form.by_name]
            if wanted != [1]:
                raise EvidenceError(
                    "there is no file of '{dataset}' yet",
                    hint="write by hand what stands above the table of the first one",
                    locator=Locator(self.target.name),
                    dataset=self.dataset.id,
                )
            headings = [self.contract.heading(name) for name in self.form.by_name]
            return [_csv_line(headings, self.dataset.delimiter)]
        found: dict[int, list[str]] = {}
        last = 0
        try:
            for line, row in csv_rows(_lines(text), self.dataset.delimiter, keep_empty=True):
                found[line] = row
                if line >= wanted[-1]:
                    last = line + sum(cell.count("\n") for cell in row)
                    break
        except CsvFault:  # which the reader explains
            pass
        headings = joined_headings([found.get(each, []) for each in wanted])
        names = {self.contract.heading(each): each for each in self.form.by_name}
        self.columns = [names.get(each) for each in headings]
        return [line.removesuffix("\r") for line in text.split("\n")[:last]]

    def _lettered(self, text: str) -> list[str | None]:
        """Return the column in each place of a row, where columns are named by letters."""
        places = {
            column_number(self.contract.heading(name)): name
            for name in self.form.by_name
            if self.contract.heading(name).isupper()
        }
        first = next(csv_rows(_lines(text), self.dataset.delimiter), (0, []))[1]
        return [places.get(index) for index in range(1, max([len(first), *places]) + 1)]

    def _json(self, record: Mapping[str, Any]) -> str:
        value: dict[str, Any] = {}
        for name, field in self.form.by_name.items():
            given = record.get(name)
            if given is None:
                continue
            *above, last = self.contract.heading(name).split(".")
            part = value
            for step in above:
                part = part.setdefault(step, {})
            plain = field.column.reading.is_plain and field.column.type not in ("date", "instant")
            part[last] = given if plain else self.speller.cell(field.column, given)
        is_spaced = '": ' in self.text
        return json.dumps(
            value, ensure_ascii=False, separators=(", ", ": ") if is_spaced else (",", ":")
        )


def _codec(encoding: str, content: bytes) -> tuple[str, bytes]:
    """Return what Python calls an encoding without its mark, and the mark of a content."""
    if encoding == "UTF-16":
        mark = content[:2] if content[:2] in _UTF_16 else codecs.BOM_UTF16_LE
        return _UTF_16[mark], mark
    if encoding == "UTF-8" and content.startswith(codecs.BOM_UTF8):
        return "utf-8", codecs.BOM_UTF8
    return ENCODINGS[encoding], b""


def _lines(text: str) -> io.StringIO:
    """Return the lines of a text, which end at line feeds alone."""
    return io.StringIO(text, newline="\n")


def _csv_line(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO(newline="")
    # What ends lines is put in quotation marks where a cell holds it.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n")
