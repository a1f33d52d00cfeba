"""Files of evidence as tables of the tests' own PostgreSQL, and datasets that name these."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from postgres_server import Server

STORE = '\n[stores.warehouse]\nkind = "postgres"\n'
OPS = """
DROP SCHEMA IF EXISTS ops CASCADE;
CREATE SCHEMA ops;
GRANT USAGE ON SCHEMA ops TO judge;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON TABLES TO judge;
"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def fill(server: Server, table: str, columns: str, rows: str = "") -> None:
    """Create a table of the schema `ops`, whose rows are given as CSV without headings."""
    server.run(f"CREATE TABLE ops.{table} ({columns});")
    if rows:
        server.run(f"COPY ops.{table} FROM STDIN (FORMAT csv);\n{rows}\\.\n")


def with_source(folder: Path, dataset: str, table: str | None = None) -> None:
    """Have a dataset name a table in place of its files."""
    path = folder / f"policy/datasets/{dataset}.yaml"
    text = path.read_text("utf-8")
    source = f"source: {{store: warehouse, table: {table or f'ops.{dataset}'}}}"
    text = re.sub(r"^files: .*\n", source + "\n", text, flags=re.MULTILINE)
    path.write_text(re.sub(r"^format: .*\n", "", text, flags=re.MULTILINE), "utf-8")


def with_store(folder: Path, settings: str = STORE) -> None:
    path = folder / "ccpolicy.toml"
    path.write_text(path.read_text("utf-8") + settings, "utf-8")


def csv_text(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
