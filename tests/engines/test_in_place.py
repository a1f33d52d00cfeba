"""Tables that lie where PostgreSQL judges: nothing of them travels, and the verdict is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ccpolicy.errors import DatabaseError, LimitError
from engines.test_table_rows import MEASURES, MEASURES_YAML, NAMES
from engines.test_tables import CHANGES
from engines.warehouse import INSPECTIONS_YAML, judge, same_in_place
from postgres_server import Server
from small_centre import change

CONTROLS = "policy/controls/3.yaml"
CASES = {
    "as it is": ("", "pass"),
    "a lapse": ("DELETE FROM ops.inspections WHERE asset_id = 'PBX-2'", "fail"),
    "nothing": ("TRUNCATE ops.inspections", "unknown"),
    "nobody": ("TRUNCATE ops.assets", "unknown"),
    "no result": ("UPDATE ops.inspections SET result = '' WHERE asset_id = 'PBX-2'", "unknown"),
    "a stranger": ("UPDATE ops.inspections SET asset_id = 'PBX-3'", "unknown"),
    "another result": ("UPDATE ops.inspections SET result = 'Pass'", "unknown"),
    "times that are none": (
        "UPDATE ops.inspections SET performed_at = 'infinity' WHERE asset_id = 'PBX-2';"
        "UPDATE ops.assets SET commissioned_on = '0044-03-15 BC' WHERE asset_id = 'PBX-2'",
        "unknown",
    ),
    "times of other ages": (
        "UPDATE ops.inspections SET performed_at = '1969-12-31 23:59:59.999999Z'"
        " WHERE asset_id = 'PBX-1';"
        "UPDATE ops.inspections SET performed_at = '2200-01-01Z' WHERE asset_id = 'PBX-2';"
        "INSERT INTO ops.assets VALUES ('A', '2200-01-01'), ('B', '1969-12-31'),"
        " ('C', '2199-12-31'), ('D', '1970-01-01')",
        "unknown",
    ),
    "keys that are unfit or there twice": (
        "ALTER TABLE ops.assets DROP CONSTRAINT assets_pkey, ALTER asset_id DROP NOT NULL;"
        "INSERT INTO ops.assets VALUES (NULL, '2026-10-01'), ('PBX-2', '2026-10-01'),"
        " ('PBX-2', '2026-10-01'), ('PBX-1', NULL),"
        " (E'a\\nb', '2026-10-01'), ('', '2026-10-01'), (' a', '2026-10-01'),"
        " ('a × b', '2026-10-01'), ('× a', '2026-10-01'), (U&'x\\200B', '2026-10-01'),"
        " (U&'x\\3000', '2026-10-01'), (U&'\\+0F0000', '2026-10-01'), ('a×b', '2026-10-01')",
        "unknown",
    ),
    "more than are listed": (
        "ALTER TABLE ops.assets DROP CONSTRAINT assets_pkey;"
        "INSERT INTO ops.assets SELECT 'A' || n / 3, '2026-10-01' FROM generate_series(1, 90) n;"
        "INSERT INTO ops.assets SELECT ' B' || n, '2026-10-01' FROM generate_series(1, 90) n",
        "unknown",
    ),
    "padding": ("ALTER TABLE ops.assets ALTER asset_id TYPE char(9)", "pass"),
    "other types": (
        "CREATE DOMAIN ops.name AS varchar(20);"
        "ALTER TABLE ops.assets ALTER asset_id TYPE ops.name;"
        "CREATE TYPE ops.verdict AS ENUM ('pass', 'fail');"
        "ALTER TABLE ops.inspections ALTER result TYPE ops.verdict USING result::ops.verdict",
        "pass",
    ),
    "a view of parts": (
        "ALTER TABLE ops.inspections RENAME TO kept; CREATE VIEW ops.inspections AS"
        " SELECT * FROM ops.kept WHERE asset_id = 'PBX-1' UNION ALL"
        " SELECT asset_id, performed_at, result FROM ops.kept WHERE asset_id = 'PBX-2'",
        "pass",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rows_do_not_travel(
    name: str, centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements, verdict = CASES[name]
    postgres.run(statements)
    found = same_in_place(centre, monkeypatch)
    assert found["controls"][0]["now"] == verdict


def test_records_that_are_computed_each_time(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpolicy.engine.evaluation.STREAMED", -1)
    assert same_in_place(centre, monkeypatch)["controls"][0]["now"] == "pass"


def test_names_in_any_writing(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(NAMES):
        quoted = name.replace("'", "''")
        postgres.run(f"INSERT INTO ops.assets VALUES ('{quoted}', '2026-10-{number + 1:02}')")
        if number % 2:
            postgres.run(
                f"INSERT INTO ops.inspections VALUES ('{quoted}', '2026-11-10 09:00+08', 'pass')"
            )
    found = same_in_place(centre, monkeypatch)
    assert all(
        json.dumps(name, ensure_ascii=False) in json.dumps(found, ensure_ascii=False)
        for name in NAMES
    )


def test_a_contract_with_every_keyword(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.run(MEASURES)
    limits = {
        "exact: {type: number": ", minimum: 0, exclusiveMaximum: 12345678.9",
        "small: {type: integer": ", minimum: -3, maximum: 100",
        "note: {type: string": ", minLength: 2, maxLength: 20, pattern: '^[^z].*$'",
        "yes_: {type: boolean": ", const: true",
        "pad: {type: string": ", enum: [ab, 'x y']",
    }
    text = MEASURES_YAML
    for name, more in limits.items():
        assert name in text
        text = text.replace(name, name + more)
    (centre / "policy/datasets/measures.yaml").write_text(text, "utf-8")
    change(centre, CONTROLS, "dataset: inspections\n", "dataset: measures\n")
    change(
        centre,
        CONTROLS,
        "        key: [asset_id]\n        starts: performed_at",
        "        key: [note]\n        starts: taken",
    )
    change(centre, CONTROLS, "where: \"result = 'pass'\"", 'where: "small >= 0 and yes_"')
    found = same_in_place(centre, monkeypatch)
    [file] = [each for each in found["evidence"]["files"] if each["dataset"] == "measures"]
    assert (file["records"], 0 < file["invalid"] < 4) == (4, True)


PATTERNS = [
    (r"^PBX-\d+$", "PBX-1 PBX-x 1PBX-1 PBX-１"),
    ("^.$", "a \n é 中 ab"),
    ("^[^a]$", "a \n b é"),
    (r"a|cd|\.", "b a. ba c"),
    (r"^(?:ab){2,3}[\w.-]?$", "abab ababab- abababab abab."),
    ("[é-ö]", "e é ö z"),
    (r"\\|\[", "\\ [ ]"),
]


@pytest.mark.parametrize(("pattern", "texts"), PATTERNS)
def test_patterns_match_alike(
    pattern: str, texts: str, centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, each in enumerate(texts.split(" ")):
        text = each.replace("'", "''")
        postgres.run(
            f"INSERT INTO ops.inspections VALUES ('{text}', '2026-11-10 0{number}:00+08', 'pass')"
        )
    quoted = pattern.replace("'", "''")
    change(
        centre,
        INSPECTIONS_YAML,
        "asset_id: {type: string}",
        f"asset_id: {{type: string, pattern: '{quoted}'}}",
    )
    found = same_in_place(centre, monkeypatch)
    assert 0 < found["evidence"]["files"][1]["invalid"] < 2 + len(texts.split(" "))


COPIED = {
    "zone": (
        "ALTER TABLE ops.inspections ALTER performed_at TYPE timestamp",
        "key: ",
        "zone: Asia/Shanghai\nkey: ",
    ),
    "derive": ("", "key: ", "derive: {late: \"lower(result) = 'x'\"}\nkey: "),
    "reading": ("", "key: ", "empty: [-]\nkey: "),
    "pattern": (
        "",
        "result: {type: string",
        "result: {pattern: '^(?:[a-z]{1,300})$', type: string",
    ),
}


@pytest.mark.parametrize("name", COPIED)
def test_what_is_not_certain_is_copied_and_said(name: str, centre: Path, postgres: Server) -> None:
    statements, old, new = COPIED[name]
    postgres.run(statements)
    change(centre, INSPECTIONS_YAML, old, new)
    if name == "derive":
        change(centre, CONTROLS, "\"result = 'pass'\"", '"not late"')
    here, there = (judge(centre, engine=each) for each in ("duckdb", "postgres"))
    assert there.controls == here.controls
    codes = [[note.code for note in file.notes] for file in there.evidence.files]
    assert codes == [["EV731"], ["EV731", "US577"]]


@pytest.mark.parametrize("key", ["", ", amount"])
def test_a_number_with_decimals_is_copied(key: str, centre: Path, postgres: Server) -> None:
    postgres.run("ALTER TABLE ops.inspections ADD amount numeric DEFAULT 0.7")
    change(centre, INSPECTIONS_YAML, "properties:", "properties:\n    amount: {type: number}")
    if key:
        change(centre, INSPECTIONS_YAML, "performed_at]\n", f"performed_at{key}]\n")
    else:
        change(centre, CONTROLS, "\"result = 'pass'\"", "\"result = 'pass' and amount > 0.5\"")
    there = judge(centre, engine="postgres")
    assert there.controls == judge(centre).controls
    assert [note.code for note in there.evidence.files[1].notes] == ["EV731", "US577"]


def test_a_name_that_is_too_long_is_copied(centre: Path) -> None:
    name = f"inspections_{'x' * 50}"
    path = centre / INSPECTIONS_YAML
    (path.with_name(f"{name}.yaml")).write_text(
        path.read_text("utf-8").replace("id: inspections", f"id: {name}"), "utf-8"
    )
    path.unlink()
    change(centre, CONTROLS, "dataset: inspections", f"dataset: {name}")
    there = judge(centre, engine="postgres")
    assert there.controls == judge(centre).controls
    assert [note.code for note in there.evidence.files[1].notes] == ["EV731", "US577"]


def test_a_store_elsewhere_is_copied(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables of its own may name the engine's database; by another role it is another."""
    change(centre, "ccpolicy.toml", 'kind = "postgres"', 'kind = "postgres"\nenvironment = "W_"')
    for name, value in postgres.environment().items():
        monkeypatch.setenv(f"W_{name}", value)
    same_in_place(centre, monkeypatch)
    postgres.run("GRANT USAGE ON SCHEMA ops TO reader; GRANT SELECT ON ops.assets TO reader;")
    postgres.run("GRANT SELECT ON ops.inspections TO reader")
    monkeypatch.setenv("W_PGUSER", "reader")
    there = judge(centre, engine="postgres")
    assert there.controls == judge(centre).controls
    assert [[note.code for note in each.notes] for each in there.evidence.files] == [
        ["EV731", "US577"]
    ] * 2


def test_another_predicate_is_copied(centre: Path) -> None:
    change(centre, CONTROLS, "\"result = 'pass'\"", "\"lower(result) = 'pass'\"")
    there = judge(centre, engine="postgres")
    assert there.controls == judge(centre).controls
    assert [note.code for note in there.evidence.files[1].notes] == ["EV731", "US577"]


@pytest.mark.parametrize("name", CHANGES)
def test_a_table_that_cannot_be_read_is_refused(name: str, centre: Path, postgres: Server) -> None:
    statements, code = CHANGES[name]
    postgres.run(statements)
    with pytest.raises(DatabaseError) as caught:
        judge(centre, engine="postgres")
    assert caught.value.message.code == code
    assert str(caught.value.locator) == "warehouse:ops.assets"


def test_limits_are_those_of_files(centre: Path, postgres: Server) -> None:
    postgres.run("INSERT INTO ops.assets SELECT 'A' || n, NULL FROM generate_series(1, 30) n")
    limits = {
        "rows = 20": ("EV736", ""),
        "file_size = 1": (
            "EV735",
            "UPDATE ops.assets SET asset_id = asset_id || repeat('x', 50000)",
        ),
        "file_size = 9": (
            "EV737",
            "UPDATE ops.assets SET asset_id = repeat('y', 1200000) WHERE asset_id ~ '^A1x'",
        ),
    }
    postgres.run("ALTER TABLE ops.assets DROP CONSTRAINT assets_pkey")
    text = (centre / "ccpolicy.toml").read_text("utf-8")
    for limit, (code, statement) in limits.items():
        postgres.run(statement)
        (centre / "ccpolicy.toml").write_text(f"{text}\n[limits]\n{limit}\n", "utf-8")
        with pytest.raises(LimitError) as caught:
            judge(centre, engine="postgres")
        assert caught.value.message.code == code


def test_what_changes_after_the_snapshot(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written then is not seen, and a table that is emptied is refused."""
    from ccpolicy.store.postgres_in_place import PostgresInPlace

    before = judge(centre, engine="postgres")
    stage = PostgresInPlace.stage

    def change_and_stage(tables: PostgresInPlace, *asked: Any) -> object:
        postgres.run(f"SET lock_timeout = '5s'; {statement}")
        return stage(tables, *asked)

    monkeypatch.setattr(PostgresInPlace, "stage", change_and_stage)
    statement = "DELETE FROM ops.inspections"
    assert judge(centre, engine="postgres").controls == before.controls
    statement = "SELECT 1 FROM ops.inspections"
    assert judge(centre, engine="postgres").controls[0].now == "unknown"
    statement = "TRUNCATE ops.inspections"
    with pytest.raises(DatabaseError) as caught:
        judge(centre, engine="postgres")
    assert caught.value.message.code == "US563"
