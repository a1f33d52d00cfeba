"""Read a file by its layout alone: each cell as it stands there, with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccpolicy.errors import CcpolicyError, Message
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.evidence.readers import ReadingNote, Record, Reject, SourceFile, find_reader
from ccpolicy.evidence.readers.decode import decode
from ccpolicy.evidence_formats import Format
from ccpolicy.files.finder import fingerprint
from ccpolicy.files.limits import Limits
from ccpolicy.policy import Dataset
from ccpolicy.policy.column_reading import ColumnReading

_AS_IT_STANDS = ColumnReading(empty=["\0"])
"""A reading by which readers hand on a cell as they found it."""


@dataclass
class ProbedRows:
    """The rows of a file."""

    cells: dict[str, list[Any]]
    """Column → its value in each row, or None."""
    notes: list[Message] = field(default_factory=list)
    """What should be known of how they were read."""


def probe_file(
    path: Path,
    format_: Format,
    keys: Mapping[str, Any],
    columns: Mapping[str, str],
    limits: Limits,
    *,
    name: str = "",
) -> SourceFile:
    """Return a file to be read by a layout: `columns` is name → heading."""
    properties = {each: {"type": "number"} for each in (*columns, *keys.get("around", {}))}
    dataset = Dataset.model_validate(
        {
            "id": "drafted",
            "title": "drafted",
            "owner": "drafted",
            "files": "drafted",
            "format": format_,
            "key": [next(iter(columns), "drafted")],
            "retention": "1 year",
            "columns": dict(columns),
            "record": {"type": "object", "additionalProperties": True, "properties": properties},
            **keys,
        }
    )
    found = tuple(
        Column(each, "number", required=False, schema=spec, reading=_AS_IT_STANDS)
        for each, spec in properties.items()
    )
    contract = Contract(dataset, found, ())
    return SourceFile(name or str(path), path, fingerprint(path), limits, contract=contract)


def probe_rows(
    path: Path,
    format_: Format,
    keys: Mapping[str, Any],
    columns: Mapping[str, str],
    limits: Limits,
) -> ProbedRows:
    """Read the rows of a file.

    Raises:
        EvidenceError: the file is not of that layout.
        LimitError: it is too large.
    """
    rows = ProbedRows({name: [] for name in (*columns, *keys.get("around", {}))})
    file = probe_file(path, format_, keys, columns, limits)
    reader = find_reader(format_)
    for content in decode(file):
        rows.notes += content.notes
        for each in reader.read(content):
            match each:
                case Record():
                    for name, cells in rows.cells.items():
                        cells.append(each.value.get(name))
                case Reject():
                    raise _located(each)
                case ReadingNote():
                    rows.notes.append(each.message)
    return rows


def _located(reject: Reject) -> CcpolicyError:
    return reject.error


def joined(parts: Sequence[ProbedRows]) -> ProbedRows:
    """Put the rows of several files together."""
    names = parts[0].cells
    cells = {name: [cell for part in parts for cell in part.cells[name]] for name in names}
    return ProbedRows(cells, [note for part in parts for note in part.notes])
