"""What is read of a table: the sample's records, every type, and a digest that anybody computes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.policy import Dataset
from engines.warehouse import OPS, fill, quoted, with_source, with_store
from postgres_server import Server
from small_centre import INSPECTIONS, change, lay

TYPES = {
    "string": "text",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "date": "date",
    "date-time": "timestamptz",
}
"""Type or format in the contract → that of the table."""
ROOT = Path(__file__).parents[2]


def column(dataset: Dataset, name: str) -> str:
    spec = dataset.record["properties"][name]
    kind = TYPES[spec.get("format", "") if spec.get("format") in TYPES else spec["type"]]
    return f"{quoted(dataset.heading(name))} {kind}"


def as_table(server: Server, folder: Path, dataset: Dataset) -> None:
    """Have a dataset of CSV files read from a table that holds the same."""
    names = list(dataset.record["properties"])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for path in sorted((folder / "evidence").glob(dataset.files)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                writer.writerow([row.get(dataset.heading(name), "") for name in names])
        path.unlink()
    columns = ", ".join(column(dataset, name) for name in names)
    fill(server, dataset.id, columns, stream.getvalue())
    with_source(folder, dataset.id)


def is_plain(dataset: Dataset) -> bool:
    """Whether a table can hold the records as the files do."""
    return (
        dataset.format == "csv"
        and not dataset.reshape
        and not any(each.has_way for each in dataset.columns.values())
        and not (
            {"encoding", "delimiter", "header", "range", "skip", "compression", "around"}
            & dataset.model_fields_set
        )
    )


def without_places(value: Any) -> Any:
    """Leave out what names a file or a row, and which policy it is."""
    if isinstance(value, dict):
        left_out = {
            *("file", "place", "opened_by", "closed_by", "records", "evidence", "covered_by"),
            *("locator", "digest", "evidence_digest", "files", "format", "sources"),
        }
        return {key: without_places(each) for key, each in value.items() if key not in left_out}
    if isinstance(value, list):
        return [without_places(each) for each in value]
    return value


def without_own(assessment: Assessment) -> str:
    """Write an assessment without what every reading of tables has of its own."""
    files = [
        each.model_copy(update={"table": None, "notes": []}) for each in assessment.evidence.files
    ]
    evidence = assessment.evidence.model_copy(update={"files": files})
    return assessment.model_copy(update={"evidence": evidence}).model_dump_json(indent=1)


def test_the_sample_as_tables(tmp_path: Path, postgres: Server) -> None:
    """Every dataset of the shipped plan that is plain CSV is read from a table."""
    folder = tmp_path / "sample"
    shutil.copytree(
        ROOT,
        folder,
        ignore=lambda at, names: (
            []
            if Path(at) != ROOT
            else [
                each
                for each in names
                if each not in ("ccpolicy.toml", "policy", "checks", "evidence")
            ]
        ),
    )
    before = ccpolicy.load(folder)
    known = before.check(ccpolicy.EvaluationRequest(subjects=True))
    postgres.run(OPS)
    with_store(folder)
    patterns = [each.files for each in before.datasets.values()]
    plain = [
        each
        for each in before.datasets.values()
        if is_plain(each)
        and patterns.count(each.files) == 1
        and each.id in {file.dataset for file in known.evidence.files if file.records > 20}
    ]
    for dataset in plain:
        as_table(postgres, folder, dataset)
    assert len(plain) >= 5
    found = ccpolicy.load(folder).check(
        ccpolicy.EvaluationRequest(subjects=True, allow_tables=True)
    )
    assert sum(each.table is not None for each in found.evidence.files) == len(plain)
    for ours, theirs in zip(found.controls, known.controls, strict=True):
        assert without_places(ours.model_dump(mode="json")) == without_places(
            theirs.model_dump(mode="json")
        ), ours.id
    assert found.tally == known.tally
    there = ccpolicy.load(folder).check(
        ccpolicy.EvaluationRequest(subjects=True, allow_tables=True, engine="postgres")
    )
    assert without_own(there) == without_own(found)
    in_place = [
        each.dataset
        for each in there.evidence.files
        if each.table and "US577" not in [note.code for note in each.notes]
    ]
    assert len(in_place) >= 5, in_place


@pytest.fixture
def centre(tmp_path: Path, postgres: Server) -> Path:
    postgres.run(OPS)
    with_store(lay(tmp_path))
    return tmp_path


def judge(folder: Path) -> Any:
    """Judge by both engines, of which one judges in place what it can."""
    here, there = (
        ccpolicy.load(folder).check(
            ccpolicy.EvaluationRequest(
                subjects=True, appendix=True, allow_tables=True, engine=engine
            )
        )
        for engine in ("duckdb", "postgres")
    )
    assert without_own(there) == without_own(here)
    return here


def same(folder: Path, server: Server, *datasets: str) -> Any:
    """Judge files and then the same as tables, and return what the tables gave."""
    known = judge(folder)
    for name in datasets:
        as_table(server, folder, ccpolicy.load(folder).datasets[name])
    found = judge(folder)
    for part in ("controls", "tally", "gate"):
        ours, theirs = (json.loads(each.model_dump_json())[part] for each in (found, known))
        assert without_places(ours) == without_places(theirs)
    return found


NAMES = ["Z", "a", "B", "é", "e\u0301", "ß", "中", "\U0001f600", "\\N", "x\\", "a b", "-", "_", "%"]


def test_names_in_any_writing(centre: Path, postgres: Server) -> None:
    assets = "".join(f'"{name}",2026-10-{day:02}\n' for day, name in enumerate(NAMES, 1))
    (centre / "evidence/assets/assets.csv").write_text(f"asset_id,commissioned_on\n{assets}")
    rows = [f"{name},2026-11-1{n % 9}T09:00:00+08:00,pass\n" for n, name in enumerate(NAMES[::2])]
    # Ties: the same moment, passed and failed.
    rows += ["é,2026-11-10T09:00:00+08:00,fail\n".replace("é", "Z")]
    text = "asset_id,performed_at,result\n" + "".join(dict.fromkeys(rows))
    (centre / INSPECTIONS).write_text(text, "utf-8")
    change(
        centre,
        "policy/datasets/inspections.yaml",
        "[asset_id, performed_at]\n",
        "[asset_id, performed_at, result]\n",
    )
    found = same(centre, postgres, "assets", "inspections")
    places = {each.opened_by for each in found.controls[0].lapses}
    assert "warehouse:ops.assets key=é" in places
    assert "warehouse:ops.assets key=\U0001f600" in places


@pytest.mark.parametrize("empty", ["assets", "inspections"])
def test_nothing_in_it(empty: str, centre: Path, postgres: Server) -> None:
    file = {"assets": "evidence/assets/assets.csv", "inspections": INSPECTIONS}[empty]
    path = centre / file
    path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    known = judge(centre)
    for name in ("assets", "inspections"):
        as_table(postgres, centre, ccpolicy.load(centre).datasets[name])
    found = judge(centre)
    assert found.controls[0].now == known.controls[0].now == "unknown"
    assert not found.gate.passed
    # As with files it is all right where somebody wrote so.
    change(centre, f"policy/datasets/{empty}.yaml", "key:", "may_be_empty: {en: a, zh: b}\nkey:")
    assert "EV733" not in judge(centre).model_dump_json()


@pytest.mark.parametrize("clock", ["2026-10-25 02:30", "2026-10-25 01:30", "2026-03-29 02:30"])
def test_a_clock_that_was_set(clock: str, centre: Path, postgres: Server) -> None:
    """An hour that came twice has two readings, and one that never came is no record."""
    change(centre, "policy/datasets/inspections.yaml", "key:", "zone: Europe/Berlin\nkey:")
    text = f"asset_id,performed_at,result\nPBX-1,{clock.replace(' ', 'T')}:00,pass\n"
    (centre / INSPECTIONS).write_text(text, "utf-8")
    known = judge(centre)
    as_table(postgres, centre, ccpolicy.load(centre).datasets["assets"])
    fill(
        postgres,
        "inspections",
        "asset_id text, performed_at timestamp, result text",
        f"PBX-1,{clock}:00,pass\n",
    )
    with_source(centre, "inspections")
    found = judge(centre)
    ours, theirs = (
        without_places(json.loads(each.controls[0].model_dump_json())) for each in (found, known)
    )
    if clock.startswith("2026-03"):
        assert (ours["now"], theirs["now"]) == ("unknown", "unknown")
        assert [each["code"] for each in ours["problems"]] == [
            each["code"] for each in theirs["problems"]
        ]
    else:
        assert ours == theirs


MEASURES = """
CREATE DOMAIN ops.share AS numeric(12, 4);
CREATE TABLE ops.measures (
  id bigint PRIMARY KEY, taken timestamptz(3), day date, exact ops.share, small smallint,
  approx double precision, short real, yes boolean, note varchar(40), code uuid, pad char(5)
);
INSERT INTO ops.measures VALUES
  (2, '2026-11-01 09:00:00.125+08', '2026-11-01', 1.5000, -3, 1e20, 0.1, true, 'a "quoted", text',
   '00000000-0000-0000-0000-000000000001', 'ab'),
  (10, '2026-11-02 00:00:00Z', NULL, 100, 0, 0.30000000000000004, 1.5, false, E'two\\nlines\\r\\n',
   NULL, ''),
  (1, '2026-10-31 23:59:59.999999Z', '1970-01-01', -0.1, 7, -0.0, 3e-5, NULL, '', NULL, NULL),
  (3, '2026-11-03 12:00:00+00', '2026-11-03', 12345678.9, 32767, 1, 16777216, true, '中文 é',
   'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'x y');
"""
MEASURES_YAML = """\
id: measures
title: {en: Measures, zh: 度量}
owner: facilities
source: {store: warehouse, table: ops.measures}
key: [id]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [id, taken]
  properties:
    id: {type: integer}
    taken: {type: string, format: date-time}
    day: {type: string, format: date}
    exact: {type: number}
    small: {type: integer}
    approx: {type: number}
    short: {type: number}
    yes_: {type: boolean}
    note: {type: string}
    code: {type: string}
    pad: {type: string}
columns: {yes_: "yes"}
"""


def text(value: object) -> str | None:
    """Write a value as docs/engines.md says, from what another client read."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float():
            shown = repr(value)
            shown = re.sub(r"\.0$", "", shown)
            return re.sub(r"\.0e", "e", shown)
        case _ if hasattr(value, "as_tuple"):
            shown = format(value, "f")
            return shown.rstrip("0").rstrip(".") if "." in shown else shown
        case _ if hasattr(value, "astimezone"):
            return f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
        case _:
            return str(value)


def test_the_digest_can_be_computed_by_anybody(centre: Path, postgres: Server) -> None:
    """Another client, other settings and other code give the same bytes."""
    postgres.run(MEASURES)
    (centre / "policy/datasets/measures.yaml").write_text(MEASURES_YAML, "utf-8")
    control = centre / "policy/controls/3.yaml"
    change(centre, "policy/controls/3.yaml", "dataset: inspections\n", "dataset: measures\n")
    change(
        centre,
        "policy/controls/3.yaml",
        "        key: [asset_id]\n        starts: performed_at",
        "        key: [note]\n        starts: taken",
    )
    change(centre, "policy/controls/3.yaml", "        where: \"result = 'pass'\"\n", "")
    assert control.is_file()
    [file] = [each for each in judge(centre).evidence.files if each.dataset == "measures"]
    assert (file.records, file.invalid) == (4, 0)
    names = [
        "id",
        "taken",
        "day",
        "exact",
        "small",
        "approx",
        "short",
        "yes",
        "note",
        "code",
        "pad",
    ]
    with psycopg.connect(f"host={postgres.folder} user=judge dbname=evidence") as connection:
        connection.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, DMY'")
        rows = connection.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM ops.measures".replace(
                '"pad"', '"pad"::text'
            ).replace('"short"', '"short"::text')
        ).fetchall()
    cells = sorted(
        [[text(each) for each in row] for row in rows], key=lambda row: str(row[0]).encode()
    )
    assert [row[0] for row in cells] == ["1", "10", "2", "3"]
    written = ",".join(names) + "\n"
    for row in cells:
        written += (
            ",".join("" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in row)
            + "\n"
        )
    assert file.sha256 == hashlib.sha256(written.encode()).hexdigest()
