"""The formats in which evidence is filed; each has a reader of its name in `evidence.readers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["csv", "json", "jsonl", "yaml", "xml", "xlsx", "parquet", "log", "git", "table"]
"""How a dataset's records are filed; those of `git` are derived from the repository's history, and
those of `table` are rows of a database."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What the rest of the program must know about a format without reading a file."""

    suffixes: tuple[str, ...]
    """Endings of file names, in lower case, the usual one first."""
    is_tabular: bool = False
    """Whether a record is a row of cells, which cannot hold a list."""
    is_document: bool = False
    """Whether a file is one document, in which the records stand somewhere."""
    is_binary: bool = False
    """Whether a file has no lines of text that somebody could be shown."""
    keeps_types: bool = False
    """Whether numbers and truths are told from texts, as in JSON."""
    is_drafted: bool = False
    """Whether `draft dataset` finds out how such files are written."""


FORMATS: dict[Format, FileFormat] = {
    "csv": FileFormat((".csv", ".tsv"), is_tabular=True, is_drafted=True),
    "json": FileFormat((".json",), is_document=True, keeps_types=True, is_drafted=True),
    "jsonl": FileFormat((".jsonl", ".ndjson"), keeps_types=True, is_drafted=True),
    "yaml": FileFormat((".yaml", ".yml"), is_document=True, keeps_types=True, is_drafted=True),
    "xml": FileFormat((".xml",), is_document=True),
    "xlsx": FileFormat(
        (".xlsx", ".xls", ".xlsm", ".ods"), is_tabular=True, is_binary=True, is_drafted=True
    ),
    "parquet": FileFormat((".parquet",), is_tabular=True, is_binary=True, keeps_types=True),
    "log": FileFormat((".log", ".txt"), is_tabular=True),
}
"""Formats that are read from files."""

BINARY_SUFFIXES = (
    *(suffix for each in FORMATS.values() if each.is_binary for suffix in each.suffixes),
    *(".gz", ".zip"),
)
"""Endings of files that have no lines of text, packed ones among them."""

ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "GB2312": "gb2312",
    "Big5": "big5",
    "Big5-HKSCS": "big5hkscs",
    "Shift_JIS": "shift_jis",
    "Windows-31J": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
    "EUC-KR": "euc_kr",
    "Windows-949": "cp949",
    **{f"ISO-8859-{number}": f"iso8859-{number}" for number in (*range(1, 12), *range(13, 17))},
    **{f"Windows-{number}": f"cp{number}" for number in (874, *range(1250, 1259))},
    "KOI8-R": "koi8_r",
    "KOI8-U": "koi8_u",
    "IBM437": "cp437",
    "IBM850": "cp850",
}
"""Encoding of a text by its IANA name → what Python calls it."""
