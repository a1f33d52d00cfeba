"""A policy repository of any size: assets, and inspections that are owed every 90 days.

`python -m bench.centre FOLDER RECORDS [SUFFIX]` makes one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import xlsxwriter

AS_OF = "2026-11-20T18:00:00+08:00"

_FILES = {
    "ccpolicy.toml": f'as_of = "{AS_OF}"\n',
    "policy/plan.yaml": """\
id: bench
title: {en: Bench, zh: 基准}
version: "1"
effective_on: 2020-01-01
languages: [en, zh]
zone: Asia/Shanghai
owner: facilities
clauses:
  - id: "1"
    title: {en: Inspection, zh: 巡检}
    text: {en: Equipment is inspected., zh: 设备须巡检。}
""",
    "policy/norms.yaml": """\
norms:
  - id: interval
    title: {en: Ninety days, zh: 九十天}
    source: Choice
    grade: choice
""",
    "policy/waivers.yaml": "waivers: []\n",
    "policy/controls/1.yaml": """\
controls:
  - id: EM-1
    title: {en: Inspection, zh: 巡检}
    rule: {en: Every asset passes an inspection every 90 days., zh: 每件设备每 90 天巡检合格一次。}
    remediation: {en: Inspect it., zh: 进行巡检。}
    clauses: {"1": DIGEST}
    severity: high
    owner: facilities
    check: recurrence
    inputs:
      subjects:
        {dataset: assets, key: [asset_id], starts: commissioned_on, ends: retired_on, by: class}
      events:
        {dataset: inspections, key: [asset_id], starts: performed_at, where: "result = 'pass'"}
    parameters:
      every: {value: 90 days, norm: interval}
""",
    "policy/datasets/assets.yaml": """\
id: assets
title: {en: Assets, zh: 资产}
owner: facilities
files: assets/*.ASSETS
format: ASSETS
key: [asset_id]
retention: 3 years
record:
  type: object
  additionalProperties: false
  required: [asset_id, site, class, model, commissioned_on]
  properties:
    asset_id: {type: string, minLength: 1}
    site: {type: string, minLength: 1}
    class: {type: string, enum: [telephony, power, network, seat, recording, environment]}
    model: {type: string, minLength: 1}
    commissioned_on: {type: string, format: date}
    retired_on: {type: string, format: date}
""",
    "policy/datasets/inspections.yaml": """\
id: inspections
title: {en: Inspections, zh: 巡检}
owner: facilities
files: inspections/*.SUFFIX
format: SUFFIX
key: [inspection_id]
retention: 3 years
record:
  type: object
  additionalProperties: false
  required: [inspection_id, asset_id, performed_at, as_found, as_left, result, technician, verifier]
  properties:
    inspection_id: {type: string, minLength: 1}
    asset_id: {type: string, minLength: 1}
    performed_at: {type: string, format: date-time}
    as_found: {type: string, minLength: 1}
    as_left: {type: string, minLength: 1}
    result: {type: string, enum: [pass, fail]}
    technician: {type: string, minLength: 1}
    verifier: {type: string, minLength: 1}
""",
}

_ROUNDS = 13
"""Inspections of an asset that stays in service."""
_LAST_ROUND = 8
"""Inspections of one that does not: every twentieth."""
_ASSETS = """
SELECT a AS number,
       'A' || lpad(a::VARCHAR, 7, '0') AS asset_id,
       ['SHA', 'CTU'][1 + a % 2] AS site,
       ['telephony', 'power', 'network', 'seat', 'recording', 'environment'][1 + a % 6] AS class,
       'M-' || (100 + a % 40) AS model,
       DATE '2024-01-20' + (a % 30)::INTEGER AS first,
       CASE WHEN a % 20 = 7 THEN DATE '2024-01-20' + (a % 30 + 83 * {last_round})::INTEGER END
         AS retired_on
FROM range({assets}) t(a)
"""
# Every 83 days and up to six more; one in 200 fails.
_INSPECTIONS = """
SELECT 'I' || lpad((round * 10000000 + number)::VARCHAR, 9, '0') AS inspection_id, asset_id,
       {time} AS performed_at,
       ['in order', 'dust on the fan', 'loose cable'][1 + chance % 3] AS as_found,
       'in order' AS as_left,
       CASE WHEN chance % 200 = 0 THEN 'fail' ELSE 'pass' END AS result,
       'P' || lpad((1 + chance % 180)::VARCHAR, 4, '0') AS technician,
       'P' || lpad((200 + chance % 90)::VARCHAR, 4, '0') AS verifier
FROM (
  SELECT asset_id, (hash(number * 31 + round) % 1000000007)::BIGINT AS chance, round, number,
         first + INTERVAL (83 * round + chance % 7) DAY
           + INTERVAL (8 * 3600 + chance // 7 % 36000) SECOND AS performed
  FROM (SELECT unnest(range({first}, {last})) AS round), asset
  WHERE retired_on IS NULL OR round < {last_round}
)
ORDER BY round, number
"""
_TEXT = "strftime(performed, '%Y-%m-%dT%H:%M:%S+08:00')"
_TYPED = "(performed - INTERVAL 8 HOUR)::TIMESTAMPTZ"
_COPY = {"csv": "HEADER", "jsonl": "FORMAT json", "parquet": "FORMAT parquet"}


def make(folder: Path, records: int, suffix: str = "csv") -> None:
    """Make the repository with about so many inspections.

    They stand in the order of time, as a log is kept: in one file, or in Parquet in one a round.
    A workbook's assets stand in CSV.
    """
    of_assets = "csv" if suffix == "xlsx" else suffix
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text.replace("DIGEST", _digest()).replace("ASSETS", of_assets)
        path.write_text(filled.replace("SUFFIX", suffix), encoding="utf-8")
    for name in ("assets", "inspections"):
        (folder / "evidence" / name).mkdir(parents=True, exist_ok=True)
    assets = -(-records * 20 // (19 * _ROUNDS + _LAST_ROUND))
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        connection.execute(
            f"CREATE TABLE asset AS {_ASSETS.format(assets=assets, last_round=_LAST_ROUND)}"
        )
        connection.execute(
            f"""
            COPY (SELECT asset_id, site, class, model, first AS commissioned_on, retired_on
                  FROM asset ORDER BY number)
            TO '{folder}/evidence/assets/assets.{of_assets}' ({_COPY[of_assets]})
            """
        )
        target = folder / f"evidence/inspections/inspections.{suffix}"
        if suffix == "parquet":
            for number in range(_ROUNDS):
                path = target.with_stem(f"{number:02}")
                query = _inspections(_TYPED, number, number + 1)
                connection.execute(f"COPY ({query}) TO '{path}' ({_COPY[suffix]})")
        elif suffix == "xlsx":
            _write_workbook(target, connection.execute(_inspections(_TEXT, 0, _ROUNDS)))
        else:
            query = _inspections(_TEXT, 0, _ROUNDS)
            connection.execute(f"COPY ({query}) TO '{target}' ({_COPY[suffix]})")


def _inspections(time: str, first: int, last: int) -> str:
    return _INSPECTIONS.format(time=time, first=first, last=last, last_round=_LAST_ROUND)


def _write_workbook(path: Path, rows: duckdb.DuckDBPyConnection) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [column[0] for column in rows.description or ()])
        for number, row in enumerate(rows.fetchall(), 1):
            sheet.write_row(number, 0, row)


def _digest() -> str:
    from ccpolicy.policy.models import Clause
    from ccpolicy.texts import WrittenText

    clause = Clause(
        id="1",
        title=WrittenText({"en": "Inspection", "zh": "巡检"}),
        text=WrittenText({"en": "Equipment is inspected.", "zh": "设备须巡检。"}),
    )
    return clause.digest


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
