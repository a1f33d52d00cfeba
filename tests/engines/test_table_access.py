"""Who has tables read, where they are, and what says so; what git and bundles cannot know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError
from engines.warehouse import ASSETS_YAML, INSPECTIONS_YAML, judge, refused, run
from git_command import commit, git
from postgres_server import Server
from small_centre import CLAUSE, CONTROLS, change


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
        (["record", "assets", centre, "--set", "asset_id=PBX-3"], "EV739"),
        (["check", centre, "--allow-tables", "--require-clean"], "US564"),
        (["report", centre], "US551"),
        (["due", centre], "US551"),
        (["sample", "EM-1", centre], "US551"),
        (["sample", "assets", centre, "--allow-tables"], "US550"),
        (["bundle", centre, "-o", tmp_path / "b.zip"], "US551"),
    ):
        status, said = run(*arguments)
        assert (status, code in said) == (2, True), (arguments, said)
    assert not (tmp_path / "b.zip").exists()
    for command in (["report", centre], ["due", centre], ["sample", "EM-1", centre]):
        status, said = run(*command, "--allow-tables")
        assert status == 0, said
    assert "PBX-1" in said


def test_a_verifier_connects_to_nothing(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that names tables is not judged with the reader's rights."""
    from ccpolicy.engine.assess import assess
    from ccpolicy.engine.question import EvaluationRequest, resolve
    from ccpolicy.evidence.exported_tables import TableFiles

    policy = ccpolicy.load(centre).policy
    question = resolve(policy, EvaluationRequest(allow_tables=True))
    with pytest.raises(CcpolicyError, match="is missing from the bundle"):
        assess(policy, question, table_files=TableFiles(centre / "tables", are_read=True))


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


def test_the_schema_of_datasets_knows_it(centre: Path) -> None:
    """Editors take a source or files with their format, and not both or neither."""
    import jsonschema
    import yaml

    from ccpolicy.policy.schemas import schema_text

    validator = jsonschema.Draft202012Validator(json.loads(schema_text("dataset")))
    written = yaml.safe_load((centre / ASSETS_YAML).read_text("utf-8"))
    files = {"files": "assets/*.csv", "format": "csv"}
    without = {key: each for key, each in written.items() if key != "source"}
    for dataset, is_valid in (
        (written, True),
        (without | files, True),
        (without, False),
        (written | files, False),
        (without | files | {"format": "table"}, False),
        (written | {"source": {"store": "warehouse"}}, False),
    ):
        assert validator.is_valid(dataset) is is_valid, dataset


def test_a_changed_source_is_a_change_of_the_policy(centre: Path) -> None:
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    change(centre, ASSETS_YAML, "ops.assets", "ops.others")
    status, said = run("diff", "main", "--path", centre)
    assert "assets" in said
    assert said.count("ops.others") == 1
    assert status == 0, said


def test_what_was_read_of_a_table_is_kept_by_its_digest(
    centre: Path, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccpolicy.files.user_cache import is_wanted

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    postgres.run(
        "INSERT INTO ops.inspections SELECT 'PBX-1', TIMESTAMPTZ '2026-11-01 09:00+08'"
        " + n * INTERVAL '1 second', 'pass' FROM generate_series(1, 20000) n"
    )
    token = is_wanted.set(True)
    try:
        first, second = judge(centre), judge(centre)
        kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert first.controls == second.controls
        assert kept
        postgres.run("UPDATE ops.inspections SET result = 'x' WHERE asset_id = 'PBX-2'")
        assert judge(centre).controls[0].now == "unknown"
    finally:
        is_wanted.reset(token)


def test_another_database_is_a_change_of_the_policy(centre: Path) -> None:
    """Whoever says where the evidence is decides what is judged."""
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    change(centre, "ccpolicy.toml", 'kind = "postgres"', 'kind = "postgres"\nservice = "other"')
    for format_ in ("text", "json"):
        status, said = run("diff", "main", "--path", centre, "--format", format_)
        assert (status, "other" in said) == (0, True), said
    found = json.loads(said)
    [each] = [each for each in found["changes"] if each["family"] == "settings"]
    assert each["direction"] == "unordered"
    assert each["rewrites_history"]
