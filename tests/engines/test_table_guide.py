"""What docs/engines.md tells readers to type for tables works as it says, in both languages."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from engines.warehouse import judge, run, with_store
from postgres_server import Server
from small_centre import lay

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["engines.md", "engines.zh.md"])
def test_the_example_works(
    name: str, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DOCS / name).read_text("utf-8")
    blocks = dict(FENCE.findall(text))
    assert blocks.keys() == {"sql", "toml", "yaml", "console", "bash"}
    made, granted = (block for kind, block in FENCE.findall(text) if kind == "sql")
    postgres.run("DROP SCHEMA IF EXISTS ops CASCADE; CREATE ROLE ccpolicy LOGIN")
    postgres.run(made)
    try:
        lay(tmp_path)
        with_store(tmp_path, "\n" + blocks["toml"])
        (tmp_path / "policy/datasets/inspections.yaml").write_text(blocks["yaml"], "utf-8")
        (tmp_path / "evidence/inspections/2026.csv").unlink()
        monkeypatch.setenv("PGUSER", "ccpolicy_reader")
        commands = re.findall(r"^\$ (ccpolicy .*)$", blocks["console"], re.MULTILINE)
        assert commands == ["ccpolicy lint", "ccpolicy check --allow-tables"]
        for command in commands:
            status, said = run(*command.split()[1:], tmp_path)
            assert status == 0, said
        [file] = [each for each in judge(tmp_path).evidence.files if each.table]
        digest = subprocess.run(
            ["bash", "-c", blocks["bash"]],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **postgres.environment("ccpolicy_reader")},
        ).stdout
        assert digest.split()[0] == file.sha256
        postgres.run(granted)
        monkeypatch.setenv("PGUSER", "ccpolicy")
        [there] = [each for each in judge(tmp_path, engine="postgres").evidence.files if each.table]
        assert (there.sha256, [note.code for note in there.notes]) == (file.sha256, ["EV731"])
    finally:
        for role in ("ccpolicy_reader", "ccpolicy"):
            postgres.run(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_the_documents_name_what_there_is() -> None:
    """The types in the table are those that the program takes."""
    from ccpolicy.store.postgres_columns import _FITTING

    text = (DOCS / "engines.md").read_text("utf-8")
    names = {
        "int2": "smallint",
        "int4": "integer",
        "int8": "bigint",
        "float4": "real",
        "float8": "double precision",
        "bool": "boolean",
        "bpchar": "character(n)",
        "timestamptz": "timestamp with time zone",
        "timestamp": "without time zone",
        "enum": "an enum",
    }
    for kind in set().union(*_FITTING.values()):
        assert names.get(kind, kind) in text
