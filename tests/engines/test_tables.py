"""Datasets whose records are rows of tables: judged as files are, never in part."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ccpolicy.errors import DatabaseError, LimitError, Locator
from engines.warehouse import INSPECTIONS_YAML, judge, refused, with_store
from postgres_server import Server
from small_centre import change


def test_rows_are_judged_and_found_by_their_keys(centre: Path, postgres: Server) -> None:
    postgres.run("DELETE FROM ops.inspections WHERE asset_id = 'PBX-2'")
    result = judge(centre)
    [control] = result.controls
    assert (control.now, control.subjects.total) == ("fail", 2)
    assert {lapse.opened_by for lapse in control.lapses} == {
        "warehouse:ops.assets key=PBX-1",
        "warehouse:ops.assets key=PBX-2",
    }
    assert [(each.file, each.records) for each in result.evidence.files] == [
        ("warehouse:ops.assets", 2),
        ("warehouse:ops.inspections", 1),
    ]


def test_what_was_read_is_recorded(centre: Path) -> None:
    first, second = judge(centre).evidence.files
    assert first.table
    assert second.table
    assert (first.table.store, first.table.table) == ("warehouse", "ops.assets")
    assert first.table.server.startswith("PostgreSQL 1")
    assert first.table.snapshot == second.table.snapshot != ""
    assert first.table.taken_at == second.table.taken_at
    # The moment is pinned, and the rows are today's.
    assert [note.code for note in first.notes] == ["EV731"]


def test_the_present_has_no_note(centre: Path) -> None:
    (centre / "ccpolicy.toml").write_text('[stores.warehouse]\nkind = "postgres"\n', "utf-8")
    assert [each.notes for each in judge(centre).evidence.files] == [[], []]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_any_engine_judges_them(engine: str, centre: Path) -> None:
    assert judge(centre, engine=engine).controls == judge(centre).controls


CHANGES = {
    "US555 missing": ("DROP TABLE ops.assets", "US555"),
    "US555 schema": ("REVOKE USAGE ON SCHEMA ops FROM judge", "US555"),
    "US555 index": (
        "DROP TABLE ops.assets; CREATE SEQUENCE ops.assets",
        "US555",
    ),
    "US556 table": ("REVOKE SELECT ON ops.assets FROM judge", "US556"),
    "US556 column": (
        "REVOKE SELECT ON ops.assets FROM judge; GRANT SELECT (asset_id) ON ops.assets TO judge",
        "US556",
    ),
    "US557": ("ALTER TABLE ops.assets RENAME commissioned_on TO since", "US557"),
    "US557 case": ('ALTER TABLE ops.assets RENAME asset_id TO "Asset_Id"', "US557"),
    "US558 number": (
        "ALTER TABLE ops.assets ALTER asset_id TYPE int USING right(asset_id, 1)::int",
        "US558",
    ),
    "US558 text": ("ALTER TABLE ops.assets ALTER commissioned_on TYPE text", "US558"),
    "US558 time": ("ALTER TABLE ops.assets ALTER commissioned_on TYPE timestamptz", "US558"),
    "US558 array": (
        "ALTER TABLE ops.assets ALTER asset_id TYPE text[] USING ARRAY[asset_id]",
        "US558",
    ),
    "US558 json": (
        "ALTER TABLE ops.assets ALTER asset_id DROP DEFAULT, ALTER asset_id TYPE jsonb"
        " USING to_jsonb(asset_id)",
        "US558",
    ),
    "US558 bytes": (
        "ALTER TABLE ops.assets ALTER asset_id TYPE bytea USING asset_id::bytea",
        "US558",
    ),
    "US559": ("ALTER TABLE ops.assets ENABLE ROW LEVEL SECURITY", "US559"),
    "US559 policy": (
        "CREATE POLICY p ON ops.assets FOR SELECT USING (asset_id = 'PBX-1');"
        "ALTER TABLE ops.assets ENABLE ROW LEVEL SECURITY",
        "US559",
    ),
    "US559 view": (
        "ALTER TABLE ops.assets RENAME TO hidden; CREATE POLICY p ON ops.hidden USING (true);"
        "ALTER TABLE ops.hidden ENABLE ROW LEVEL SECURITY;"
        "CREATE VIEW ops.assets WITH (security_invoker) AS SELECT * FROM ops.hidden",
        "US559",
    ),
    "US559 beneath": (
        "ALTER TABLE ops.assets RENAME TO hidden; REVOKE SELECT ON ops.hidden FROM judge;"
        "CREATE VIEW ops.assets WITH (security_invoker) AS SELECT * FROM ops.hidden",
        "US559",
    ),
    "US548": (
        "CREATE TABLE ops.log (n int); GRANT INSERT ON ops.log TO judge;"
        "CREATE FUNCTION ops.note(t text) RETURNS text LANGUAGE sql AS"
        " $$ INSERT INTO ops.log VALUES (1); SELECT t $$;"
        "ALTER TABLE ops.assets RENAME TO kept; CREATE VIEW ops.assets AS"
        " SELECT ops.note(asset_id) AS asset_id, commissioned_on FROM ops.kept",
        "US548",
    ),
    "US562": (
        "ALTER TABLE ops.assets RENAME TO kept; CREATE VIEW ops.assets AS"
        " SELECT asset_id, commissioned_on + 1 / (right(asset_id, 1)::int - 2) AS commissioned_on"
        " FROM ops.kept",
        "US562",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_table_that_cannot_be_read_is_refused(name: str, centre: Path, postgres: Server) -> None:
    statements, code = CHANGES[name]
    postgres.run(statements)
    failure = refused(centre, code)
    assert str(failure.locator) == "warehouse:ops.assets"


def test_a_timestamp_needs_a_zone(centre: Path, postgres: Server) -> None:
    postgres.run("ALTER TABLE ops.inspections ALTER performed_at TYPE timestamp")
    refused(centre, "US560")
    change(centre, INSPECTIONS_YAML, "key:", "zone: Asia/Shanghai\nkey:")
    assert judge(centre).controls[0].now == "pass"


def test_an_empty_table_is_no_pass(centre: Path, postgres: Server) -> None:
    postgres.run("TRUNCATE ops.inspections")
    result = judge(centre)
    assert result.controls[0].now == "unknown"
    assert [each.code for each in result.controls[0].problems] == ["EV733"]
    assert not result.gate.passed


def test_views_partitions_and_other_names_are_read(centre: Path, postgres: Server) -> None:
    postgres.run(
        """
        DROP TABLE ops.inspections;
        CREATE TYPE ops.verdict AS ENUM ('pass', 'fail');
        CREATE DOMAIN ops.asset AS varchar(20);
        CREATE SCHEMA "my ""ops";
        GRANT USAGE ON SCHEMA "my ""ops" TO judge;
        CREATE TABLE "my ""ops"."; DROP TABLE ops.assets; --" ("select" ops.asset, "At" timestamptz,
          "result" ops.verdict, extra json) PARTITION BY RANGE ("At");
        CREATE TABLE "my ""ops".p PARTITION OF "my ""ops"."; DROP TABLE ops.assets; --" DEFAULT;
        INSERT INTO "my ""ops".p VALUES ('PBX-1', '2026-11-10 09:00+08', 'pass'),
          ('PBX-2', '2026-11-01 09:00+08', 'pass');
        GRANT SELECT ON "my ""ops"."; DROP TABLE ops.assets; --" TO judge;
        """
    )
    try:
        name = '"my ""ops"."; DROP TABLE ops.assets; --"'
        change(
            centre,
            INSPECTIONS_YAML,
            "source: {store: warehouse, table: ops.inspections}\n",
            f"source: {{store: warehouse, table: '{name}'}}\n"
            "columns: {asset_id: select, performed_at: At}\n",
        )
        result = judge(centre)
        assert result.controls[0].now == "pass"
        assert result.evidence.files[1].file == f"warehouse:{name}"
        assert str(result.controls[0].lapses[0].closed_by).startswith(f"warehouse:{name} key=PBX-")
    finally:
        postgres.run('DROP SCHEMA "my ""ops" CASCADE')
    assert postgres.run("SELECT count(*) FROM ops.assets") == "2\n"


def test_padding_is_said(centre: Path, postgres: Server) -> None:
    postgres.run("ALTER TABLE ops.assets ALTER asset_id TYPE char(9)")
    result = judge(centre)
    assert [note.code for note in result.evidence.files[0].notes] == ["EV734", "EV731"]
    assert result.controls[0].now == "pass"


@pytest.mark.parametrize(
    "value", ["infinity", "-infinity", "0044-03-15 BC", "2300-01-01", "1999-01-01 BC"]
)
def test_a_time_that_is_none_is_no_record(value: str, centre: Path, postgres: Server) -> None:
    postgres.run(f"UPDATE ops.inspections SET performed_at = '{value}' WHERE asset_id = 'PBX-2'")
    postgres.run(f"UPDATE ops.assets SET commissioned_on = '{value}' WHERE asset_id = 'PBX-2'")
    result = judge(centre)
    assert result.controls[0].now == "unknown"
    assert [each.invalid for each in result.evidence.files] == [1, 1]
    assert {str(each.locator).partition(" key=")[0] for each in result.controls[0].problems} == {
        "warehouse:ops.assets",
        "warehouse:ops.inspections",
    }


def test_keys_that_are_unfit_or_there_twice(centre: Path, postgres: Server) -> None:
    postgres.run(
        "ALTER TABLE ops.assets DROP CONSTRAINT assets_pkey, ALTER asset_id DROP NOT NULL;"
        "INSERT INTO ops.assets VALUES (NULL, '2026-10-01'), ('PBX-2', '2026-10-01'),"
        " (E'a\\nb', '2026-10-01'), ('', '2026-10-01')"
    )
    result = judge(centre)
    [control] = result.controls
    assert control.now == "unknown"
    places = [each.locator for each in control.problems]
    assert "warehouse:ops.assets key=a\\nb" in places
    assert "warehouse:ops.assets key=PBX-2" in places
    assert places.count("warehouse:ops.assets key=") == 2
    assert Locator.read("warehouse:ops.assets key=a:1").key == "a:1"


def test_limits_are_those_of_files(centre: Path, postgres: Server) -> None:
    postgres.run(
        "INSERT INTO ops.assets SELECT 'A' || n, '2026-10-01' FROM generate_series(1, 30) n"
    )
    postgres.run("ALTER TABLE ops.assets DROP CONSTRAINT assets_pkey")
    with_store(centre, "\n[limits]\nrows = 20\n")
    refused(centre, "EV736", LimitError)
    change(centre, "ccpolicy.toml", "rows = 20", "file_size = 1")
    postgres.run("UPDATE ops.assets SET asset_id = asset_id || repeat('x', 50000)")
    refused(centre, "EV735", LimitError)
    postgres.run(
        "UPDATE ops.assets SET asset_id = 'A' || repeat('x', 1200000) WHERE asset_id ~ '^A1x'"
    )
    change(centre, "ccpolicy.toml", "file_size = 1", "file_size = 100")
    refused(centre, "EV737", LimitError)


SLOW = """
CREATE FUNCTION ops.slow(n int) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_catalog.pg_sleep(n * 0.001); RETURN 'A' || n; END $$;
ALTER TABLE ops.assets RENAME TO kept;
CREATE VIEW ops.assets AS SELECT asset_id, commissioned_on FROM ops.kept UNION ALL
  SELECT ops.slow(1) || n || repeat('y', 2000), DATE '2026-10-01' FROM generate_series(1, 3000) n;
"""


@pytest.mark.parametrize("after", [0.2, 0.6, 1.2])
def test_a_connection_that_is_cut_in_between(
    after: float, centre: Path, postgres: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    postgres.run(SLOW)
    cut: list[str] = []
    is_over = threading.Event()

    def end() -> None:
        while not cut and not is_over.is_set():
            time.sleep(after)
            cut.extend(
                postgres.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'judge' AND query LIKE 'COPY%' AND state = 'active'"
                ).split()
            )

    thread = threading.Thread(target=end)
    thread.start()
    try:
        with pytest.raises(DatabaseError) as caught:
            judge(centre)
    finally:
        is_over.set()
        thread.join()
    assert caught.value.message.code == "US543"
    assert cut == ["t"]
    assert str(postgres.folder) not in capfd.readouterr().err + str(caught.value)


@pytest.mark.parametrize(
    ("statements", "is_seen"),
    [
        ("DELETE FROM ops.assets; DELETE FROM ops.inspections", False),
        ("TRUNCATE ops.inspections", True),
        (
            "DROP TABLE ops.inspections; ALTER TABLE ops.other RENAME TO inspections",
            True,
        ),
        ("CLUSTER ops.kept USING kept_key", True),
        ("TRUNCATE ops.kept", True),
    ],
)
def test_all_tables_are_of_one_snapshot(
    statements: str,
    is_seen: bool,
    centre: Path,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is written after the snapshot is not seen; what no snapshot keeps is refused."""
    from ccpolicy.store.postgres_tables import PostgresTables

    if "kept" in statements:
        postgres.run(
            "ALTER TABLE ops.inspections RENAME TO kept;"
            "CREATE INDEX kept_key ON ops.kept (asset_id);"
            "CREATE VIEW ops.inspections AS"
            " SELECT asset_id, performed_at, CAST('pass' AS text) AS result FROM ops.kept"
        )
    postgres.run("CREATE TABLE ops.other AS SELECT * FROM ops.inspections LIMIT 0")
    before = judge(centre)
    start = PostgresTables._start

    def start_and_change(store: PostgresTables) -> object:
        snapshot = start(store)
        postgres.run(f"SET lock_timeout = '5s'; {statements}")
        return snapshot

    monkeypatch.setattr(PostgresTables, "_start", start_and_change)
    if is_seen:
        with pytest.raises(DatabaseError) as caught:
            judge(centre)
        assert caught.value.message.code == "US563"
    else:
        result = judge(centre)
        assert result.evidence_digest == before.evidence_digest
        assert result.controls == before.controls
