"""The small centre, whose records are rows of tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.warehouse import ASSETS, COLUMNS, INSPECTIONS, OPS, fill, with_source, with_store
from postgres_server import Server
from small_centre import lay


@pytest.fixture
def centre(tmp_path: Path, postgres: Server) -> Path:
    """The small centre, whose records are rows of tables."""
    postgres.run(OPS)
    fill(postgres, "assets", "asset_id text PRIMARY KEY, commissioned_on date", ASSETS)
    fill(postgres, "inspections", COLUMNS, INSPECTIONS)
    lay(tmp_path)
    with_store(tmp_path)
    for dataset, file in (("assets", "assets/assets"), ("inspections", "inspections/2026")):
        with_source(tmp_path, dataset)
        (tmp_path / f"evidence/{file}.csv").unlink()
    return tmp_path
