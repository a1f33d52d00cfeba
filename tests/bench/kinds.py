"""What each check kind costs, some of them against SQL by hand that makes the same checks.

`python -m bench.kinds FOLDER RECORDS KIND` turns a repository of `bench.centre` into one that needs
a kind.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.answers import Question, pose
from bench.environments import Environments
from bench.figures import Part
from bench.measure import Side, run
from bench.sampled import shares

RECORDS = 1_000_000
_ASSETS = """\
{dataset: assets, key: [asset_id], starts: commissioned_on, ends: retired_on}"""
_PASSED = """\
{dataset: inspections, key: [asset_id], starts: performed_at, where: "result = 'pass'"}"""
_TICKETS = "{dataset: tickets, key: [ticket_id], starts: raised_at}"
_REPAIRS = "{dataset: repairs, key: [ticket_id], starts: repaired_at}"
_HOURS = "{dataset: meters, key: [asset_id], starts: read_at, quantity: hours}"
_SERVICES = _HOURS.replace("}", ", where: serviced}")
KINDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "recurrence": ({"subjects": _ASSETS, "events": _PASSED}, {"every": "90 days"}),
    "coverage": (
        {"subjects": _ASSETS, "events": _PASSED},
        {"valid_for": "90 days", "initial": "90 days"},
    ),
    "cadence": ({"openings": _ASSETS, "events": _PASSED}, {"every": "90 days"}),
    "record": (
        {"records": _PASSED.replace("where: \"result = 'pass'\"", "good: \"result = 'pass'\"")},
        {"cured_by": "next"},
    ),
    "deadline": ({"openings": _TICKETS, "closings": _REPAIRS}, {"limit": "72 hours"}),
    "share": (
        {"openings": _TICKETS, "closings": _REPAIRS},
        {"at_least": "95", "per": "month", "limit": "72 hours"},
    ),
    "level": (
        {"subjects": _ASSETS, "readings": _HOURS},
        {"minimum": "5", "valid_for": "120 days"},
    ),
    "meter": (
        {"subjects": _ASSETS, "events": _SERVICES, "readings": _HOURS},
        {"at_most": "250", "every": "12 months", "valid_for": "120 days"},
    ),
}
"""Check kind → its inputs and parameters."""
BY_HAND = dict.fromkeys(("recurrence", "coverage", "cadence"), "by_hand.py")
BY_HAND |= dict.fromkeys(("deadline", "share"), "tickets_by_hand.py")

_DATASET = """\
id: {name}
title: {{en: Records, zh: 记录}}
owner: facilities
files: {name}/*.csv
format: csv
key: [{key}]
retention: 3 years
record:
  type: object
  additionalProperties: false
  required: [{required}]
  properties:
"""
_TEXT, _TIME = "{type: string, minLength: 1}", "{type: string, format: date-time}"
_COLUMNS = {
    "tickets": {"ticket_id": _TEXT, "site": _TEXT, "raised_at": _TIME},
    "repairs": {"repair_id": _TEXT, "ticket_id": _TEXT, "repaired_at": _TIME},
    "meters": {
        "reading_id": _TEXT,
        "asset_id": _TEXT,
        "read_at": _TIME,
        "hours": "{type: number, minimum: 0}",
        "serviced": "{type: boolean}",
    },
}
_RAISED = "TIMESTAMP '2024-02-01' + INTERVAL (n % 1020) DAY + INTERVAL (n // 1020 % 86000) SECOND"
# In every seventh month a tenth is late, and one in 5,000 is never repaired.
_QUERIES = {
    "tickets": """
    SELECT 'T' || lpad(n::VARCHAR, 8, '0') AS ticket_id, ['SHA', 'CTU'][1 + n % 2] AS site,
           strftime(raised, '%Y-%m-%dT%H:%M:%S+08:00') AS raised_at
    FROM ticket ORDER BY n
    """,
    "repairs": """
    SELECT 'R' || lpad(n::VARCHAR, 8, '0') AS repair_id, 'T' || lpad(n::VARCHAR, 8, '0')
             AS ticket_id,
           strftime(raised + INTERVAL (CASE WHEN month(raised) % 7 = 0 AND n % 10 = 0 THEN 80
             ELSE 1 + n % 70 END) HOUR, '%Y-%m-%dT%H:%M:%S+08:00') AS repaired_at
    FROM ticket WHERE n % 5000 <> 7 ORDER BY n
    """,
    "meters": """
    SELECT replace(inspection_id, 'I', 'M') AS reading_id, asset_id, performed_at AS read_at,
           50 * (row_number() OVER (PARTITION BY asset_id ORDER BY performed_at)) AS hours,
           substr(inspection_id, 2, 2)::INTEGER % 4 = 0 AS serviced
    FROM read_csv('{folder}/evidence/inspections/*.csv', all_varchar = true)
    ORDER BY inspection_id
    """,
}


def measure_kinds(part: Part, _: Environments) -> None:
    """Judge a control of each kind on the same number of records."""
    for kind in KINDS:
        folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
        try:
            question = pose(folder / "centre", RECORDS)
            fit = [sys.executable, "-m", "bench.kinds", str(question.folder), str(RECORDS), kind]
            run(Side(fit))
            _measure(part, question, kind)
        finally:
            shutil.rmtree(folder)


def _measure(part: Part, question: Question, kind: str) -> None:
    check = question.check()
    sides = {"ccpolicy": check, "warm": question.check("warm", "--cache")}
    if script := BY_HAND.get(kind):
        more = ("csv",) if script == "by_hand.py" else (kind,)
        sides["sql checked"] = question.ask("sql checked", sys.executable, script, *more, "checked")
    part.compare(kind, sides, RECORDS)
    if script:
        part.say(kind, RECORDS, lapses=question.agree("sql checked"))
        part.say(kind, RECORDS, side="ccpolicy", shares=shares(check))


def _fit(folder: Path, records: int, kind: str) -> None:
    """Turn a repository of `bench.centre` into one that needs this kind, and nothing else.

    There are half as many tickets as records, and repairs of them; as many readings as records.
    """
    inputs, parameters = KINDS[kind]
    control = folder / "policy/controls/1.yaml"
    lines = [f"    check: {kind}", "    inputs:"]
    lines += [f"      {name}: {text}" for name, text in inputs.items()]
    lines += ["    parameters:"]
    lines += [f"      {name}: {{value: {text}}}" for name, text in parameters.items()]
    head = control.read_text("utf-8").partition("    check:")[0]
    control.write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")
    needed = {text.partition(":")[2].partition(",")[0].strip() for text in inputs.values()}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"CREATE TABLE ticket AS SELECT n, {_RAISED} AS raised FROM range({records // 2}) t(n)"
        )
        for name in needed & _COLUMNS.keys():
            columns = _COLUMNS[name]
            key = next(iter(columns))
            contract = _DATASET.format(name=name, key=key, required=", ".join(columns))
            contract += "".join(f"    {each}: {text}\n" for each, text in columns.items())
            (folder / f"policy/datasets/{name}.yaml").write_text(contract, "utf-8")
            target = folder / f"evidence/{name}"
            target.mkdir()
            query = _QUERIES[name].format(folder=folder)
            connection.execute(f"COPY ({query}) TO '{target}/{name}.csv' (HEADER)")
    for name in {"assets", "inspections"} - needed:
        shutil.rmtree(folder / f"evidence/{name}")
        (folder / f"policy/datasets/{name}.yaml").unlink()


if __name__ == "__main__":
    _fit(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
