"""Readers: one a format."""

from ccpolicy.evidence.readers.csv import CsvReader
from ccpolicy.evidence.readers.documents import JsonLinesReader, JsonReader, YamlReader
from ccpolicy.evidence.readers.interface import (
    EvidenceErrors,
    Opened,
    Parsed,
    Parser,
    Record,
    Reject,
    Scanner,
)
from ccpolicy.evidence.readers.parquet import ParquetReader
from ccpolicy.evidence.readers.xlsx import XlsxReader
from ccpolicy.policy import Format

SCANNERS: dict[Format, Scanner] = {"csv": CsvReader(), "parquet": ParquetReader()}
"""Readers of the formats that the engine reads by itself."""
PARSERS: dict[Format, Parser] = {
    "json": JsonReader(),
    "jsonl": JsonLinesReader(),
    "yaml": YamlReader(),
    "xlsx": XlsxReader(),
}
"""Readers of the formats that are read here."""

__all__ = [
    "PARSERS",
    "SCANNERS",
    "EvidenceErrors",
    "Opened",
    "Parsed",
    "Parser",
    "Record",
    "Reject",
    "Scanner",
]
