"""Find evidence in a file whose name says that it has none, such as README.md or .gitkeep."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ccpolicy.errors import CcpolicyError, EvidenceError
from ccpolicy.files.bounded import open_regular
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.policy import Dataset

_MOST = 1 << 20
"""Bytes of a file that are looked at."""
_DEEPEST = 4
"""Levels of a document at which its records may stand."""
_DELIMITERS = ",;\t|"
_PACKED = {
    b"PK\x03\x04": ".zip",
    b"\xd0\xcf\x11\xe0": ".db",
    b"PAR1": ".parquet",
    b"\x1f\x8b": ".gz",
}
"""How workbooks and packed files begin → how files are called that rightly begin so."""


def misnamed(path: Path, datasets: Iterable[Dataset]) -> EvidenceError | None:
    """Return why a file that is ignored by its name may be evidence; without a place.

    It begins as a workbook or a packed file does, or its first line or record has the columns that
    a dataset requires.
    """
    try:
        with open_regular(path) as file:
            data = file.read(_MOST)
    except OSError:
        return None
    for begins, suffix in _PACKED.items():
        if data.startswith(begins) and not path.name.endswith(suffix):
            return EvidenceError("the file is ignored by its name, and is a workbook or packed")
    found = list(_columns(_decoded(data)))
    for each in datasets:
        required = _required(each)
        if required and any(required <= names for names in found):
            return EvidenceError(
                "the file is ignored by its name, and has the columns of the dataset '{id}'",
                hint="rename it so that it is read: {files}; or move it out of the evidence folder",
                id=each.id,
                files=each.files,
            )
    return None


def _required(dataset: Dataset) -> frozenset[str]:
    """Return what the required columns and the key are called on file."""
    if not dataset.is_filed:
        return frozenset()
    known = dataset.record.get("properties", {})
    required = {*dataset.record.get("required", ()), *dataset.key} & known.keys()
    return frozenset(map(dataset.heading, required))


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "ignore")
    text = data.decode("utf-8-sig", "ignore")
    is_whole = len(text.encode()) >= len(data) - 8  # a character at the end may be cut off
    return text if is_whole else data.decode("gb18030", "ignore")


def _columns(text: str) -> Iterator[set[str]]:
    """Yield the names of what may be columns: the cells of the first line, the keys of records."""
    lines = text.split("\n") if text.strip() else []
    first = next((line for line in lines if line.strip()), "")
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):  # a cell that is too long for a heading
            for row in csv.reader([first.strip()], delimiter=delimiter):
                yield {cell.strip() for cell in row}
    for read in (_json, _yaml):
        for part in (text, first):
            with suppress(ValueError, RecursionError, CcpolicyError):
                yield from _keys(read(part), _DEEPEST)


def _json(text: str) -> Any:
    return json.loads(text)


def _yaml(text: str) -> Any:
    return parse_yaml(text.encode(), "").value


def _keys(value: Any, depth: int) -> Iterator[set[str]]:
    """Yield the keys of the first objects of a document at each level."""
    if isinstance(value, Mapping):
        yield set(value)
    below = [*value.values()] if isinstance(value, Mapping) else value
    if depth and isinstance(below, list):
        for each in below[:10]:
            yield from _keys(each, depth - 1)
