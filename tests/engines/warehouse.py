"""Files of evidence as tables of the tests' own PostgreSQL, and datasets that name these."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError, DatabaseError
from ccpolicy.evidence import table_sources
from postgres_server import Server

STORE = '\n[stores.warehouse]\nkind = "postgres"\n'
ASSETS = "PBX-1,2026-10-01\nPBX-2,2026-10-01\n"
INSPECTIONS = "PBX-1,2026-11-10T09:00:00+08:00,pass\nPBX-2,2026-11-01T09:00:00+08:00,pass\n"
COLUMNS = "asset_id text, performed_at timestamptz, result text"
ASSETS_YAML, INSPECTIONS_YAML = "policy/datasets/assets.yaml", "policy/datasets/inspections.yaml"
OPS = """
DROP SCHEMA IF EXISTS ops CASCADE;
CREATE SCHEMA ops;
GRANT USAGE ON SCHEMA ops TO judge;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON TABLES TO judge;
"""

_OWN = re.compile(
    r'"(snapshot|taken_at|taken)": "[^"]*"|[0-9 :-]{17}, by the server|[0-9 :-]{17} 时'
)
"""What every reading has of its own."""


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


def judge(folder: Path, **asked: object) -> Assessment:
    request = ccpolicy.EvaluationRequest(allow_tables=True, **asked)  # type: ignore[arg-type]
    return ccpolicy.load(folder).check(request)


def same_in_place(folder: Path, monkeypatch: pytest.MonkeyPatch, **asked: object) -> dict[str, Any]:
    """Judge copied rows here and the rows where they lie, and return what is the same of both."""
    asked = {"appendix": True, "subjects": True, **asked}
    here = judge(folder, engine="duckdb", **asked).model_dump_json(indent=1)
    with monkeypatch.context() as patch:
        patch.setattr(table_sources, "open_tables", None)  # nothing is copied
        there = judge(folder, engine="postgres", **asked).model_dump_json(indent=1)
    assert _OWN.sub("", there) == _OWN.sub("", here)
    found: dict[str, Any] = json.loads(there)
    return found


def run(*arguments: object) -> tuple[int, str]:
    """Run the program, and return its exit code and what it said of errors."""
    result = CliRunner().invoke(program, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def refused(folder: Path, code: str, kind: type[CcpolicyError] = DatabaseError) -> CcpolicyError:
    """Have a table refused, which is exit code 2 and names it."""
    with pytest.raises(kind) as caught:
        judge(folder)
    assert caught.value.message.code == code
    status, said = run("check", folder, "--allow-tables")
    assert (status, code in said) == (2, True)
    return caught.value
