"""The formats in which evidence is filed; each has a reader of its name in `evidence.readers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["csv", "json", "jsonl", "yaml", "xlsx", "parquet", "git"]
"""How a dataset's records are filed; those of `git` are derived from the repository's history."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What the rest of the program must know about a format without reading a file."""

    suffixes: tuple[str, ...]
    """Endings of file names, in lower case, the usual one first."""
    is_tabular: bool = False
    """Whether a record is a row of cells, which cannot hold a list."""
    is_binary: bool = False
    """Whether a file has no lines of text that somebody could be shown."""


FORMATS: dict[Format, FileFormat] = {
    "csv": FileFormat((".csv", ".tsv"), is_tabular=True),
    "json": FileFormat((".json",)),
    "jsonl": FileFormat((".jsonl", ".ndjson")),
    "yaml": FileFormat((".yaml", ".yml")),
    "xlsx": FileFormat((".xlsx", ".xls", ".xlsm"), is_tabular=True, is_binary=True),
    "parquet": FileFormat((".parquet",), is_tabular=True, is_binary=True),
}
"""Formats that are read from files."""

BINARY_SUFFIXES = tuple(
    suffix for each in FORMATS.values() if each.is_binary for suffix in each.suffixes
)
