"""Rows of a table, which were copied into a Parquet file of texts; see `evidence.table_sources`."""

from __future__ import annotations

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.parquet import ParquetReader


class TableReader(ParquetReader):
    """See `Scanner`. A record's number is its row in the order of the keys, from 1."""

    def explain(self, file: SourceFile, reason: str) -> EvidenceError:
        """See `Scanner.explain`."""
        return file.error(
            "the rows that were copied of the table cannot be read",
            hint="check again; if that fails too, report it with the contract",
        )


READER = TableReader()
