"""dbt with DuckDB: a model, which is SQL by hand, and a test that keeps the rows that fail it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from by_hand import lapses

PROJECT = """\
name: centre
profile: centre
model-paths: [models]
test-paths: [tests]
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """\
centre:
  target: bench
  outputs:
    bench: {type: duckdb, path: centre.duckdb, settings: {TimeZone: UTC}}
"""
TEST = """\
{{ config(store_failures = true) }}
SELECT * FROM {{ ref('lapse') }}
"""


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Build the model, test it, and read what was kept."""
    project = Path(output).with_suffix(".dbt")
    shutil.rmtree(project, ignore_errors=True)
    query = lapses(folder, "csv", window_starts, as_of)
    files = {
        "dbt_project.yml": PROJECT,
        "profiles.yml": PROFILE,
        "models/lapse.sql": query,
        "tests/no_lapse.sql": TEST,
    }
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    dbt = Path(sys.executable).with_name("dbt")
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    command = [str(dbt), "--quiet", "build", "--profiles-dir", "."]
    done = subprocess.run(command, cwd=project, env=environment, check=False)
    if done.returncode not in (0, 1):  # 1 as the test fails
        raise RuntimeError(f"dbt ended with {done.returncode}")
    with duckdb.connect(str(project / "centre.duckdb")) as connection:
        connection.execute(
            f"""
            COPY (SELECT asset_id, starts, ends FROM main_dbt_test__audit.no_lapse)
            TO '{output}' (HEADER)
            """
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
