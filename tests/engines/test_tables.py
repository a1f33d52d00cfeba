"""Datasets whose records are rows of tables: read once, judged as files are, never in part."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError, DatabaseError, LimitError, Locator
from engines.warehouse import OPS, fill, with_source, with_store
from git_command import commit, git
from postgres_server import Server
from small_centre import CLAUSE, CONTROLS, change, lay

ASSETS = "PBX-1,2026-10-01\nPBX-2,2026-10-01\n"
INSPECTIONS = "PBX-1,2026-11-10T09:00:00+08:00,pass\nPBX-2,2026-11-01T09:00:00+08:00,pass\n"
FAILING = "PBX-1,2026-11-10T09:00:00+08:00,pass\n"
COLUMNS = "asset_id text, performed_at timestamptz, result text"
ASSETS_YAML, INSPECTIONS_YAML = "policy/datasets/assets.yaml", "policy/datasets/inspections.yaml"


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


def judge(folder: Path, **asked: object) -> Assessment:
    request = ccpolicy.EvaluationRequest(allow_tables=True, **asked)  # type: ignore[arg-type]
    return ccpolicy.load(folder).check(request)


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
        assert result.controls[0].lapses[0].closed_by.startswith(f"warehouse:{name} key=PBX-")
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
    assert {each.locator.partition(" key=")[0] for each in result.controls[0].problems} == {
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
  $$ BEGIN PERFORM pg_catalog.pg_sleep(n * 0.0004); RETURN 'A' || n; END $$;
ALTER TABLE ops.assets RENAME TO kept;
CREATE VIEW ops.assets AS SELECT asset_id, commissioned_on FROM ops.kept UNION ALL
  SELECT ops.slow(1) || n || repeat('y', 2000), DATE '2026-10-01' FROM generate_series(1, 3000) n;
"""


@pytest.mark.parametrize("after", [0.2, 0.6, 1.2])
def test_a_connection_that_is_cut_in_between(
    after: float, centre: Path, postgres: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    postgres.run(SLOW)
    cut = []

    def end() -> None:
        while not cut:
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
        cut.append("done")
        thread.join()
    assert caught.value.message.code == "US543"
    assert cut[0] == "t"
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


def test_a_proposed_policy_reads_no_table(centre: Path) -> None:
    with pytest.raises(CcpolicyError) as caught:
        ccpolicy.load(centre).check()
    assert caught.value.message.code == "US551"
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    # A reviewed policy is taken from its revision, whatever the working tree names.
    change(centre, ASSETS_YAML, "ops.assets", "public.spans")
    result = ccpolicy.load(centre, "main").check()
    assert [each.file for each in result.evidence.files] == [
        "warehouse:ops.assets",
        "warehouse:ops.inspections",
    ]
    assert "US551" in run("check", centre)[1]


def test_the_past_and_bundles_are_refused(centre: Path, tmp_path: Path) -> None:
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    for arguments, code in (
        (["check", centre, "--allow-tables", "--known-at", "main"], "US552"),
        (["history", centre], "US552"),
        (["preview", "assets", centre], "US550"),
        (["bundle", centre, "--policy-from", "main", "-o", tmp_path / "b.zip"], "US553"),
    ):
        status, said = run(*arguments)
        assert (status, code in said) == (2, True), (arguments, said)
    assert not (tmp_path / "b.zip").exists()


def test_a_verifier_connects_to_nothing(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that names tables is not judged with the reader's rights."""
    from ccpolicy.engine.assess import assess
    from ccpolicy.engine.question import EvaluationRequest, resolve

    policy = ccpolicy.load(centre).policy
    question = resolve(policy, EvaluationRequest(allow_tables=True))
    with pytest.raises(CcpolicyError) as caught:
        assess(policy, question, reads_tables=False)
    assert caught.value.message.code == "US550"


CHANGES_CONTROL = """
  - id: GV-2
    title: {en: Records stay, zh: 记录不变}
    rule: {en: Nothing is changed., zh: 不得改动。}
    remediation: {en: Undo it., zh: 恢复。}
    clauses: {"3.1": DIGEST}
    severity: high
    owner: facilities
    tags: [prevention]
    check: record
    inputs:
      records:
        dataset: evidence_changes
        key: [dataset, record]
        starts: changed_at
        good: "change = 'restored'"
    may_be_empty: {en: Nothing was changed., zh: 没有改动。}
    parameters:
      cured_by: {value: never, norm: monthly}
"""


def test_git_knows_nothing_of_rows(centre: Path) -> None:
    recording = "recording: {amendable: append_only}\n"
    change(centre, INSPECTIONS_YAML, "retention:", f"{recording}retention:")
    path = centre / CONTROLS
    path.write_text(
        path.read_text("utf-8") + CHANGES_CONTROL[1:].replace("DIGEST", CLAUSE.digest), "utf-8"
    )
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    by_id = {each.id: each for each in judge(centre).controls}
    assert by_id["EM-1"].now == "pass"
    assert by_id["GV-2"].now == by_id["GV-2"].period == "unknown"
    assert [each.code for each in by_id["GV-2"].problems] == ["EV732"]


WRONG = {
    "PL946": (
        "source: {store: warehouse, table: ops.assets}",
        "files: assets/*.csv\nformat: table",
    ),
    "PL947": ("owner: facilities", "owner: facilities\nfiles: assets/*.csv"),
    "PL947 format": ("owner: facilities", "owner: facilities\nformat: csv"),
    "PL948": ("ops.assets", "assets"),
    "PL948 three": ("ops.assets", "evidence.ops.assets"),
    "PL948 space": ("ops.assets", "ops.my assets"),
    "PL949": ("store: warehouse", "store: warehous"),
    "PL951": ("key: [asset_id]", "derive: {nr: 'asset_id'}\nkey: [nr]"),
    "FI302": ("key: [asset_id]\n", ""),
    "PL700": ("owner: facilities", "owner: facilities\nencoding: UTF-16"),
}


@pytest.mark.parametrize("name", WRONG)
def test_lint_finds_it_without_a_server(
    name: str, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    status, said = run("lint", centre)
    assert status == 0, said
    change(centre, ASSETS_YAML, *WRONG[name])
    status, said = run("lint", centre)
    assert status == 2
    assert f"error: {name[:5]}" in said, said
    assert said.count("error:") == 1


@pytest.mark.parametrize(
    "line",
    ['host = "db.example"', 'user = "judge"', 'password = "s3cret"', 'dsn = "postgres://"'],
)
def test_no_address_stands_in_the_settings(line: str, centre: Path) -> None:
    change(centre, "ccpolicy.toml", 'kind = "postgres"', f'kind = "postgres"\n{line}')
    status, said = run("lint", centre)
    assert status == 2
    assert "PL950" in said
    assert "ccpolicy.toml:6:1" in said
    assert "s3cret" not in said.replace(line, "")


def test_a_prefix_says_where_the_store_is(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(centre, "ccpolicy.toml", 'kind = "postgres"', 'kind = "postgres"\nenvironment = "WH_"')
    for name, value in postgres.environment().items():
        monkeypatch.delenv(name)
        monkeypatch.setenv(f"WH_{name}", value)
    assert judge(centre).controls[0].now == "pass"
    monkeypatch.delenv("WH_PGHOST")
    refused(centre, "US554")


def test_a_service_says_where_the_store_is(
    centre: Path, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(centre, "ccpolicy.toml", 'kind = "postgres"', 'kind = "postgres"\nservice = "wh"')
    for name in postgres.environment():
        monkeypatch.delenv(name)
    services = tmp_path / "services.conf"
    services.write_text(f"[wh]\nhost={postgres.folder}\nuser=judge\ndbname=evidence\n", "utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert judge(centre).controls[0].now == "pass"


def test_a_standby_s_role_may_read(
    centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither temporary tables nor any other right to write is needed."""
    postgres.run("GRANT USAGE ON SCHEMA ops TO nobody_special, reader")
    postgres.run("GRANT SELECT ON ALL TABLES IN SCHEMA ops TO nobody_special, reader")
    for role in ("nobody_special", "reader"):
        monkeypatch.setenv("PGUSER", role)
        assert judge(centre).controls[0].now == "pass"


@pytest.mark.parametrize(
    "format_", ["json", "csv", "sarif", "github", "gitlab", "junit", "markdown", "html", "oscal"]
)
def test_every_report_names_the_row(
    format_: str, centre: Path, postgres: Server, tmp_path: Path
) -> None:
    postgres.run("DELETE FROM ops.inspections WHERE asset_id = 'PBX-2'")
    file = tmp_path / "report"
    status, said = run("check", centre, "--allow-tables", "--format", format_, "-o", file)
    assert status == 1, said
    text = file.read_text("utf-8")
    if format_ != "oscal":
        assert "warehouse:ops.assets key=PBX-2" in text.replace("%3A", ":").replace("&#58;", ":")
    if format_ == "sarif":
        [place] = json.loads(text)["runs"][0]["results"][-1]["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "policy/controls/3.yaml"
        assert place["logicalLocations"] == [
            {"fullyQualifiedName": "warehouse:ops.assets key=PBX-2"}
        ]
    if format_ == "oscal":
        assert "warehouse%3A" not in text
        assert '"snapshot-taken-at"' in text


def test_explain_names_the_table(centre: Path) -> None:
    status, said = run("explain", "EM-1", centre)
    assert status == 0
    assert "warehouse:ops.inspections" in said
    assert "evidence/warehouse" not in said
