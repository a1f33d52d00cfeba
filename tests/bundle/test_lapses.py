"""A bundle whose lapses are in a file of their own, and attacks on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ccpolicy.bundle.verify import verify
from ccpolicy.engine import kept_lapses

from .conftest import as_json, failing_step, made, members, rebuilt

NAME = "assessment.lapses.parquet"


@pytest.fixture
def stored(centre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of the failing centre, of which one lapse a control is listed."""
    monkeypatch.setattr(kept_lapses, "WORST", 1)
    toml = centre / "ccpolicy.toml"
    toml.write_text(f"{toml.read_text('utf-8')}\n[limits]\nlapses = 1\n", "utf-8")
    return made(centre, tmp_path / "stored.zip")


def edited(tmp_path: Path, data: bytes, query: str) -> bytes:
    """Return a Parquet file of what a query makes of the rows of another."""
    before, after = tmp_path / "before.parquet", tmp_path / "after.parquet"
    before.write_bytes(data)
    with duckdb.connect() as database:
        database.execute(
            f"COPY ({query.format(rows=f'read_parquet({str(before)!r})')})"
            f" TO {str(after)!r} (FORMAT parquet)"
        )
    return after.read_bytes()


def named(contents: dict[str, bytes], data: bytes) -> None:
    """Replace the file of lapses, and have the assessment name it."""
    contents[NAME] = data
    found = json.loads(contents["assessment.json"])
    found["lapses_file"]["sha256"] = hashlib.sha256(data).hexdigest()
    contents["assessment.json"] = as_json(found)


def test_bundle_holds_the_file_and_verifies(stored: Path) -> None:
    found = json.loads(members(stored)["assessment.json"])
    assert found["lapses_file"]["file"] == NAME
    assert found["lapses_file"]["lapses"] > 1
    assert any(each["lapse_counts"] for each in found["controls"])
    assert found["lapses_file"]["sha256"] == hashlib.sha256(members(stored)[NAME]).hexdigest()
    assert verify(stored).passed


def test_same_rows_in_other_bytes_verify(stored: Path, tmp_path: Path) -> None:
    """Another version of DuckDB may write other bytes."""
    again = edited(tmp_path, members(stored)[NAME], "SELECT * FROM {rows}")
    assert again != members(stored)[NAME]
    bundle = rebuilt(stored, lambda contents: named(contents, again))
    step = [each for each in verify(bundle).steps if each.step == "evaluation"]
    assert [each.status for each in step] == ["passed"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM {rows} OFFSET 1", "BU411"),
        ("SELECT * FROM {rows} UNION ALL SELECT * FROM {rows}", "BU411"),
        ("SELECT * REPLACE ('2026-01-01' AS starts) FROM {rows}", "BU411"),
        ("SELECT *, 'all is well' AS note FROM {rows}", "BU410"),
        ("SELECT * RENAME (starts AS ends, ends AS starts) FROM {rows}", "BU410"),
    ],
)
def test_other_rows_do_not(stored: Path, tmp_path: Path, query: str, said: str) -> None:
    forged = edited(tmp_path, members(stored)[NAME], query)
    bundle = rebuilt(stored, lambda contents: named(contents, forged))
    step, text = failing_step(bundle)
    assert step == "evaluation"
    assert said in text


def drop(contents: dict[str, bytes]) -> None:
    del contents[NAME]


def deny(contents: dict[str, bytes]) -> None:
    found = json.loads(contents["assessment.json"])
    found["lapses_file"] = None
    contents["assessment.json"] = as_json(found)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (drop, "is missing"),
        (deny, "judged again"),
        (lambda contents: contents.update({NAME: b"PAR1"}), "BU409"),
        (lambda contents: named(contents, b"PAR1"), "BU410"),
    ],
)
def test_file_that_is_not_the_one(
    stored: Path, edit: Callable[[dict[str, bytes]], None], said: str
) -> None:
    assert said in failing_step(rebuilt(stored, edit))[1]
