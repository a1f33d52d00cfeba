"""Every way out of the room in which a policy's SQL runs is tried, by every command.

What is looked for is a secret beside the repository, one in the environment, and one in a record.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from git_command import commit, git

from .conftest import CONTROLS, EVENTS, FILES, Office
from .test_policy import own_kind

MARK = "se3cret-4711"


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file beside the office, and the same text in the environment."""
    path = tmp_path / "secret.csv"
    path.write_text(f"{MARK}\n1\n", "utf-8")
    monkeypatch.setenv("DOOR_SECRET", MARK)
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def server() -> Iterator[tuple[str, list[object]]]:
    """The address of a server, and the connections that it got."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                calls.append(connection)
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x.csv", calls
        done.set()
        thread.join()


NAMED = (
    ("sample", "--period", "2026-03", "--at", "installed_on"),
    ("preview",),
    ("record", "--set", "unit=E9", "--set", "installed_on=2026-03-01"),
    ("template", "-o", "form.xlsx"),
)
"""Commands that are given the name of a dataset."""

FALSIFIED = """\
demands:
  - clause: "1"
    says: {en: Extinguishers, zh: 灭火器}
    falsifications:
      - broken: {en: Nobody looked., zh: 无人检查。}
        turns: [C-0]
        edits:
          - remove: {dataset: inspections}
"""
# {file}, {folder} and {url} stand for the secret's file, its folder and the server.
SOURCES = {
    "read_csv": "FROM read_csv('{file}') t",
    "read_text": "FROM read_text('{file}') t",
    "read_blob": "FROM read_blob('{file}') t",
    "read_json": "FROM read_json('{file}') t",
    "read_parquet": "FROM read_parquet('{file}') t",
    "quoted": "FROM '{file}' t",
    "double": 'FROM "{file}" t',
    "glob": "FROM '{folder}/*.csv' t",
    "globbed": "FROM glob('{folder}/*') t",
    "sniffed": "FROM sniff_csv('{file}') t",
    "http": "FROM '{url}' t",
    "http_read": "FROM read_csv('{url}') t",
    "settings": "FROM duckdb_settings() t",
    "variables": "FROM duckdb_variables() t",
    "columns": "FROM information_schema.columns t",
    "master": "FROM sqlite_master t",
    "secrets": "FROM duckdb_secrets() t",
    "logs": "FROM duckdb_logs t",
    "engine": "FROM selected_records t",
    "evidence": 'FROM "evidence.inspections" t',
    "spans": "FROM spans t",
    "python": "FROM monkeypatch t",
    "query": "FROM query('FROM ''{file}''') t",
    "table": "FROM query_table('{file}') t",
    "scope": 'FROM (WITH "{file}" AS (SELECT 1) SELECT * FROM subjects) z, "{file}" t',
    "scope_engine": "FROM (WITH spans AS (SELECT 1) SELECT * FROM subjects) z, spans t",
    "show": "FROM (DESCRIBE '{file}') t",
    "summary": "FROM (SUMMARIZE '{file}') t",
    "pivot": "FROM (PIVOT '{file}' ON 1) t",
    "positional": "FROM subjects POSITIONAL JOIN '{file}' t",
    "values": "FROM (VALUES (getenv('DOOR_SECRET'))) t(x)",
}
QUERIES = {
    **{
        # As a value that no number can be made of, which an engine's own message would show.
        name: "SELECT control, 'duty' AS part, subject,"
        f" (SELECT max(CAST(t AS BIGINT)) {source}) AS starts,"
        " starts AS ends, locator FROM subjects"
        for name, source in SOURCES.items()
    },
    **{
        f"{name}_from": "SELECT 1 AS control, 'duty' AS part, 1 AS subject,"
        f" CAST(t AS BIGINT) AS starts, 2 AS ends, 3 AS locator {source}"
        for name, source in SOURCES.items()
    },
    "getenv": "SELECT control, getenv('DOOR_SECRET') AS part, subject, starts, ends, locator"
    " FROM subjects",
    "setting": "SELECT control, current_setting('temp_directory') AS part, subject, starts, ends,"
    " locator FROM subjects",
    "copy": "COPY (SELECT 1) TO '{folder}/written.csv'",
    "attach": "ATTACH '{folder}/written.db'",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "pragma": "PRAGMA enable_external_access = true",
    "set": "SET enable_external_access = true",
    "second": "SELECT * FROM subjects; COPY (SELECT 1) TO '{folder}/written.csv'",
    "export": "EXPORT DATABASE '{folder}/written'",
    "call": "CALL pragma_version()",
    "macro": "CREATE MACRO m() AS (SELECT 1)",
    "recursive": "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n FROM x) SELECT * FROM x",
    "clock": "SELECT control, current_date AS part, subject, starts, ends, locator FROM subjects",
}
PREDICATES = {
    "S9": "result = 'pass') OR (true",
    "subquery": "unit IN (SELECT unit FROM inspections)",
    "file": "EXISTS (FROM '{file}')",
    "read_text": "length(read_text('{file}')) > 0",
    "getenv": "getenv('DOOR_SECRET') = 'x'",
    "cast_env": "CAST(getenv('DOOR_SECRET') AS BIGINT) = 1",
    "setting": "current_setting('temp_directory') = 'x'",
    "variable": "getvariable('x') = 'x'",
    "query": "query('SELECT 1') = 1",
    "statement": "true; COPY (SELECT 1) TO '{folder}/written.csv'",
    "comment": "true /* {file} */",
    "rest": "true -- {file}",
    "lambda": "list_filter([1], x -> x > 1) = [1]",
    "columns": "COLUMNS('unit') = 'x'",
    "clock": "current_date > '2026-01-01'",
    "user": "current_user = 'x'",
    "letters": "\N{CYRILLIC SMALL LETTER ER}\N{CYRILLIC SMALL LETTER IE}sult = 'pass'",
    "wide": "\N{FULLWIDTH LATIN SMALL LETTER R}esult = 'pass'",
    "schema": "main.lower(result) = 'pass'",
    "window": "count(*) OVER () > 1",
    "pattern": "regexp_matches(result, note)",
    "struct": "result.x = 'pass'",
    "parameter": "result = $1",
    "enum": "CAST(result AS JSON) = 'x'",
}


def fill(door: str, secret: Path, url: str) -> str:
    """Put the places of the secret into a door."""
    places = {"{file}": str(secret), "{folder}": str(secret.parent), "{url}": url}
    for name, value in places.items():
        door = door.replace(name, value)
    return door


def holds_tight(office: Office, secret: Path, calls: list[object], places: list[str]) -> None:
    """Expect that every command refuses every place, and that nothing got out or was left."""
    office.write(
        "policy/tests/fire.yaml",
        "tests:\n"
        + "".join(
            f"  - {{name: one, control: C-{number}, as_of: '2026-03-31', given: {{}},"
            " expect: {now: pass}}\n"
            for number in range(len(places))
        ),
    )
    office.write("policy/falsify.yaml", FALSIFIED)
    git(office.root, "init", "-q")
    commit(office.root)
    before = beside(secret)
    for command in (("check",), ("check", "--format", "json"), ("lint",)):
        said = refused(office, *command)
        for place in places:
            assert place in said, (command, place, said)
    for number in range(0, len(places), 3):  # it looks at one control at a time
        assert places[number] in refused(office, "test", "--control", f"C-{number}")
    for rest in (
        ("due",),
        ("report", "--format", "json"),
        ("page", "-o", "page.html"),
        ("test", "--falsify"),
    ):
        refused(office, *rest)
    refused(office, "draft", "recurrence", "--path", office.root, path=Path("control"))
    assert places[0] in refused(office, "history")
    assert MARK not in office.run("diff", "--path", office.root, path=Path("HEAD")).output
    assert MARK not in office.run("export", office.root, path=Path("oscal-catalog")).output
    refused(office, "bundle", "-o", "bundle.zip")
    for named, *options in NAMED:
        refused(office, named, office.root, *options, path=Path("extinguishers"))
    for name in ("C-0", "own"):
        result = office.run("explain", office.root, path=Path(name))
        assert MARK not in result.output
    assert not calls
    assert beside(secret) == before


def beside(secret: Path) -> list[Path]:
    """List what is there, but for what git and the program keep in the repository's own folder."""
    return sorted(each for each in secret.parent.rglob("*") if ".git" not in each.parts)


def refused(office: Office, *command: str | Path, path: Path | None = None) -> str:
    """Return what a command says that refuses the policy."""
    result = office.run(*command, path=path)
    assert result.exit_code == 2, (command, result.output)
    assert MARK not in result.output, command
    return result.output


def controls(office: Office, count: int, change: dict[str, list[str]]) -> None:
    """Write so many controls, in each of which some words are replaced."""
    one = FILES[CONTROLS].removeprefix("controls:\n")
    texts = []
    for number in range(count):
        text = one.replace("FIRE-1", f"C-{number}")
        for old, new in change.items():
            assert old in text
            text = text.replace(old, new[number])
        texts.append(text)
    office.write(CONTROLS, "controls:\n" + "".join(texts))


def test_no_query_of_a_kind_opens_a_door(
    office: Office, secret: Path, server: tuple[str, list[object]]
) -> None:
    url, calls = server
    for name, query in QUERIES.items():
        own_kind(office, fill(query, secret, url))
        (office.root / "checks/own.sql").rename(office.root / f"checks/{name}.sql")
        (office.root / "checks/own.examples.yaml").rename(
            office.root / f"checks/{name}.examples.yaml"
        )
    own_kind(office, fill(QUERIES["scope"], secret, url))
    text = FILES[CONTROLS].partition("      events:")[0].removeprefix("controls:\n")
    office.write(
        CONTROLS,
        "controls:\n"
        + "".join(
            text.replace("FIRE-1", f"C-{number}").replace("recurrence", name)
            for number, name in enumerate(QUERIES)
        ),
    )
    holds_tight(office, secret, calls, [f"checks/{name}.sql: error: PL4" for name in QUERIES])


def test_no_expression_opens_a_door(
    office: Office, secret: Path, server: tuple[str, list[object]]
) -> None:
    url, calls = server
    own_kind(office, "SELECT * FROM subjects")
    office.write("policy/datasets/inspections.yaml", FILES["policy/datasets/inspections.yaml"])
    doors = [fill(each, secret, url) for each in PREDICATES.values()]
    quoted = [f'"{each}"' for each in doors]
    controls(office, len(doors), {"\"result = 'pass'\"": quoted})
    lines = len(FILES[CONTROLS].removeprefix("controls:\n").splitlines())
    places = [f"{CONTROLS}:{16 + number * lines}:9: " for number in range(len(doors))]
    holds_tight(office, secret, calls, places)


@pytest.mark.parametrize(
    "predicate",
    [
        "CAST(note AS BIGINT) > 1",
        "CAST(note AS DOUBLE) > 1",
        "CAST(note AS BOOLEAN)",
        "CAST(note || '!' AS BIGINT) = 1",
        "length(note) * 9223372036854775807 > 1",
    ],
)
def test_no_message_shows_a_value_of_a_record(office: Office, predicate: str) -> None:
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    office.change(EVENTS, "pass,\nE2", f"pass,{MARK}\nE2")
    for command in (("check",), ("check", "--format", "json")):
        assert f"{CONTROLS}:16:9: error: EV306 " in refused(office, *command)
