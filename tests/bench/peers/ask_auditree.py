"""Auditree: fetchers put the files into its locker, and a check computes the lapses in Python."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from plain import write

FETCHER = """\
import os
from pathlib import Path

from compliance.evidence import DAY, RawEvidence, store_raw_evidence
from compliance.fetch import ComplianceFetcher

EVIDENCE = Path(os.environ["BENCH_FOLDER"], "evidence")


class Records(ComplianceFetcher):
    @classmethod
    def setUpClass(cls):
        cls.config.add_evidences(
            [RawEvidence(f"{name}.csv", "centre", DAY, name) for name in ("assets", "inspections")]
        )

    @store_raw_evidence("centre/assets.csv")
    def fetch_assets(self):
        return (EVIDENCE / "assets/assets.csv").read_text("utf-8")

    @store_raw_evidence("centre/inspections.csv")
    def fetch_inspections(self):
        return (EVIDENCE / "inspections/inspections.csv").read_text("utf-8")
"""
CHECK = """\
import csv
import os

from compliance.check import ComplianceCheck
from compliance.evidence import DAY, ReportEvidence, with_raw_evidences
from plain import lapses


class Inspected(ComplianceCheck):
    @property
    def title(self):
        return "Every asset passes an inspection every 90 days"

    @classmethod
    def setUpClass(cls):
        cls.config.add_evidences([ReportEvidence("lapses.md", "centre", DAY, "Lapses")])

    @with_raw_evidences("centre/assets.csv", "centre/inspections.csv")
    def test_inspected(self, assets, inspections):
        rows = (csv.DictReader(each.content.splitlines()) for each in (assets, inspections))
        window = int(os.environ["BENCH_START"]), int(os.environ["BENCH_AS_OF"])
        found = [f"{name},{starts},{ends or ''}" for name, starts, ends in lapses(*rows, *window)]
        self.add_failures("Lapses", found)

    def get_reports(self):
        return ["centre/lapses.md"]

    def msg_inspected(self):
        return {"subtitle": "Inspections", "body": None}
"""
REPORT = """\
{% for lapse in all_failures["Lapses"] %}
{{ lapse }}
{%- endfor %}
"""
FILES = {
    "controls.json": json.dumps({"checks.test_inspected.Inspected": ["bench"]}),
    "fetchers/__init__.py": "",
    "fetchers/fetch_records.py": FETCHER,
    "checks/__init__.py": "",
    "checks/test_inspected.py": CHECK,
    "templates/reports/centre/lapses.md.tmpl": REPORT,
}


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Fetch, check, and read the report."""
    project = Path(output).with_suffix(".auditree")
    shutil.rmtree(project, ignore_errors=True)
    locker = {
        "local_path": str(project / "locker"),
        "gitconfig": {"user": {"name": "Bench", "email": "bench@centre.example"}},
    }
    config = json.dumps({"locker": locker, "notify": {"stdout": {"bench": {}}}})
    for name, text in {**FILES, "auditree.json": config}.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    asked = {"BENCH_FOLDER": folder, "BENCH_START": window_starts, "BENCH_AS_OF": as_of}
    compliance = Path(sys.executable).with_name("compliance")
    for step in (["--fetch"], ["--check", "bench"]):
        command = [str(compliance), *step, "--evidence", "local", "-C", "auditree.json"]
        subprocess.run(command, cwd=project, env={**os.environ, **asked}, check=False)
    report = (project / "locker/reports/centre/lapses.md").read_text("utf-8")
    write(output, csv.reader(line for line in report.splitlines() if line))


if __name__ == "__main__":
    main(*sys.argv[1:])
