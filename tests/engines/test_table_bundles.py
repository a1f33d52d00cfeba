"""Bundles of tables: the rows go along, and are judged again without any database."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from bundle.conftest import as_json, failing_step, members, rebuilt
from ccpolicy.bundle.verify import verify
from engines.test_table_rows import MEASURES, MEASURES_YAML
from engines.warehouse import run, with_store
from postgres_server import Server
from small_centre import change

ROWS = "tables/inspections.parquet"


def bundled(centre: Path, name: str = "bundle.zip") -> Path:
    target = centre / name
    status, said = run("bundle", centre, "--allow-tables", "-o", target)
    assert status == 0, said
    return target


def forged(bundle: Path, query: str) -> Path:
    """Put into a bundle what a query makes of the rows of a table."""
    before, after = (bundle.with_name(f"{each}.parquet") for each in ("before", "after"))
    before.write_bytes(members(bundle)[ROWS])
    with duckdb.connect() as database:
        rows = f"read_parquet({str(before)!r})"
        database.execute(f"COPY ({query.format(rows=rows)}) TO {str(after)!r} (FORMAT parquet)")
    return rebuilt(bundle, lambda contents: contents.update({ROWS: after.read_bytes()}))


@pytest.fixture
def bundle(centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of the centre, for a reader without a database."""
    postgres.run("UPDATE ops.inspections SET result = NULL WHERE asset_id = 'PBX-2'")
    postgres.run(
        "INSERT INTO ops.inspections VALUES ('', '2026-11-11Z', 'pass'),"
        " ('a, \"b\" ' || chr(10), '2026-11-11Z', '')"
    )
    found = bundled(centre)
    monkeypatch.setenv("PGHOST", str(centre))
    return found


def test_a_bundle_holds_the_rows_and_verifies(bundle: Path) -> None:
    names = [each for each in members(bundle) if each.startswith("tables/")]
    assert names == ["tables/assets.parquet", ROWS]
    found = json.loads(members(bundle)["assessment.json"])
    assert [each["records"] for each in found["evidence"]["files"]] == [2, 4]
    assert found["controls"][0]["now"] == "unknown"
    assert verify(bundle).passed


def test_every_type_goes_along(centre: Path, postgres: Server) -> None:
    postgres.run(MEASURES)
    (centre / "policy/datasets/measures.yaml").write_text(MEASURES_YAML, "utf-8")
    control = "policy/controls/3.yaml"
    change(centre, control, "dataset: inspections\n", "dataset: measures\n")
    change(
        centre,
        control,
        "key: [asset_id]\n        starts: performed_at",
        "key: [note]\n        starts: taken",
    )
    change(centre, control, "        where: \"result = 'pass'\"\n", "")
    postgres.run("ALTER TABLE ops.assets ALTER asset_id TYPE char(9)")
    assert verify(bundled(centre)).passed


def test_the_same_rows_are_the_same_bytes(centre: Path) -> None:
    first, second = (members(bundled(centre, name)) for name in ("a.zip", "b.zip"))
    assert first[ROWS] == second[ROWS]


def test_other_bytes_of_the_same_rows_verify(bundle: Path) -> None:
    again = forged(bundle, "SELECT * FROM {rows}")
    assert members(again)[ROWS] != members(bundle)[ROWS]
    [step] = [each for each in verify(again).steps if each.step == "evaluation"]
    assert step.status == "passed"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM {rows} OFFSET 1", "judged again"),
        ("SELECT * FROM {rows} ORDER BY asset_id DESC", "judged again"),
        ("SELECT * REPLACE ('pass' AS result) FROM {rows}", "judged again"),
        ("SELECT * REPLACE (coalesce(result, '') AS result) FROM {rows}", "judged again"),
        ("SELECT *, 'all is well' AS note FROM {rows}", "BU413"),
        (
            "SELECT * REPLACE (CAST(performed_at AS TIMESTAMPTZ) AS performed_at) FROM {rows}",
            "BU413",
        ),
    ],
)
def test_other_rows_do_not(bundle: Path, query: str, said: str) -> None:
    step, text = failing_step(forged(bundle, query))
    assert step == "evaluation"
    assert said in text


def test_rows_that_are_missing_or_too_many(bundle: Path) -> None:
    def drop(contents: dict[str, bytes]) -> None:
        del contents[ROWS]

    assert "is missing" in failing_step(rebuilt(bundle, drop))[1]
    spare = rebuilt(bundle, lambda contents: contents.update({"tables/x.parquet": b"PAR1"}))
    assert "nothing in the bundle rests on" in failing_step(spare)[1]
    broken = rebuilt(bundle, lambda contents: contents.update({ROWS: b"PAR1"}))
    assert "BU413" in failing_step(broken)[1]


def test_a_table_that_is_said_to_be_a_file(bundle: Path) -> None:
    def deny(contents: dict[str, bytes]) -> None:
        found = json.loads(contents["assessment.json"])
        found["evidence"]["files"][1]["table"] = None
        contents["assessment.json"] = as_json(found)

    assert "judged again" in failing_step(rebuilt(bundle, deny))[1]


def test_more_rows_than_a_bundle_takes(centre: Path) -> None:
    with_store(centre, "\n[limits]\nbundled_rows = 3\n")
    target = centre / "bundle.zip"
    status, said = run("bundle", centre, "--allow-tables", "-o", target)
    assert (status, "BU412" in said, "bundled_rows" in said) == (2, True, True)
    assert not target.exists()
    change(centre, "ccpolicy.toml", "bundled_rows = 3", "bundled_rows = 4")
    bundled(centre)
