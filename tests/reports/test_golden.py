"""Every format of one rich assessment, byte for byte.

`CCPOLICY_GOLDEN=write pytest tests/reports/test_golden.py` writes the files again; read the
difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ccpolicy.assessment.agenda import agenda
from ccpolicy.assessment.models import CoveredLater, Provenance
from ccpolicy.reports import View

from .centres import BASELINED, STANDING
from .changed import COMPARISON, SAME, STRICTER
from .drawn import DRAWN
from .rendered import Result, render
from .rich import ASSESSMENT, HISTORY
from .verifications import LACKING, NOT_VERIFIED, VERIFIED

GOLDEN = Path(__file__).parent / "golden"
UNTIL = "2026-12-21T00:00:00+08:00"
PERIOD = ASSESSMENT.model_copy(
    update={
        "as_of_source": "given",
        "gate": ASSESSMENT.gate.model_copy(
            update={
                "judged": "period",
                "fail_on": "medium",
                "failed_on": ["EM-1", "EM-2", "NS-1"],
            }
        ),
        "tally": {**ASSESSMENT.tally, "fail": 3, "pass": 2},
    }
)
PASSED = ASSESSMENT.model_copy(
    update={
        "as_of_source": "now",
        "gate": ASSESSMENT.gate.model_copy(update={"passed": True, "failed_on": []}),
        "tally": {"fail": 0, "unknown": 0, "waived": 0, "pass": 1, "not_applicable": 0},
        "controls": [each for each in ASSESSMENT.controls if each.id == "TR-1"],
        "problems": [],
    }
)
LATER = CoveredLater(
    since="2026-10-02T00:00:00+08:00", on_file="2026-11-03T17:40:00+08:00", commit="c" * 40
)
assert ASSESSMENT.provenance
KNOWN = PASSED.model_copy(
    update={
        "controls": [
            each.model_copy(
                update={
                    "lapses": [
                        lapse.model_copy(update={"covered_later": LATER}) for lapse in each.lapses
                    ]
                }
            )
            for each in ASSESSMENT.controls
        ],
        "provenance": ASSESSMENT.provenance.model_copy(
            update={"known_at": "2026-11-01T00:00:00+08:00", "uncommitted": []}
        ),
    }
)
UNKNOWN = PASSED.model_copy(
    update={
        "provenance": Provenance(
            state="shallow",
            reason=ASSESSMENT.controls[0].title,
            commit=None,
            tree=None,
            committed_at=None,
            known_at=None,
            uncommitted=[],
        )
    }
)
CASES: dict[str, tuple[Result, str, View]] = {
    "assessment.en.txt": (ASSESSMENT, "text", View()),
    "assessment.zh.txt": (ASSESSMENT, "text", View(language="zh")),
    "assessment.wide.txt": (ASSESSMENT, "text", View(columns=120)),
    "assessment.colour.txt": (ASSESSMENT, "text", View(colour=True)),
    "assessment.full.txt": (ASSESSMENT, "text", View(detail="full")),
    "assessment.brief.zh.txt": (ASSESSMENT, "text", View(language="zh", detail="brief")),
    "assessment.period.txt": (PERIOD, "text", View(path="a centre")),
    "assessment.passed.txt": (PASSED, "text", View()),
    "assessment.json": (ASSESSMENT, "json", View(language="zh")),
    "assessment.sarif": (ASSESSMENT, "sarif", View(folder="centre/")),
    "assessment.zh.sarif": (ASSESSMENT, "sarif", View(language="zh")),
    "assessment.xml": (ASSESSMENT, "junit", View()),
    "assessment.zh.xml": (ASSESSMENT, "junit", View(language="zh")),
    "assessment.github.txt": (ASSESSMENT, "github", View(folder="centre/")),
    "assessment.zh.github.txt": (ASSESSMENT, "github", View(language="zh")),
    "assessment.code-quality-report.json": (ASSESSMENT, "gitlab", View(folder="centre/")),
    "assessment.md": (ASSESSMENT, "markdown", View()),
    "assessment.zh.md": (ASSESSMENT, "markdown", View(language="zh")),
    "assessment.passed.md": (PASSED, "markdown", View()),
    "assessment.period.csv": (PERIOD, "csv", View()),
    "assessment.zh.csv": (ASSESSMENT, "csv", View(language="zh")),
    "assessment.oscal.json": (ASSESSMENT, "oscal", View(folder="centre/")),
    "assessment.zh.oscal.json": (ASSESSMENT, "oscal", View(language="zh")),
    "assessment.en.ics": (ASSESSMENT, "ics", View()),
    "baselined.en.txt": (BASELINED, "text", View()),
    "baselined.full.zh.txt": (BASELINED, "text", View(language="zh", detail="full")),
    "baselined.json": (BASELINED, "json", View()),
    "baselined.sarif": (BASELINED, "sarif", View()),
    "baselined.xml": (BASELINED, "junit", View()),
    "baselined.zh.xml": (BASELINED, "junit", View(language="zh")),
    "baselined.github.txt": (BASELINED, "github", View()),
    "baselined.code-quality-report.json": (BASELINED, "gitlab", View(language="zh")),
    "baselined.md": (BASELINED, "markdown", View()),
    "baselined.csv": (BASELINED, "csv", View()),
    "baselined.oscal.json": (BASELINED, "oscal", View()),
    "baselined.zh.ics": (BASELINED, "ics", View(language="zh")),
    "standing.en.txt": (STANDING, "text", View()),
    "standing.sarif": (STANDING, "sarif", View(language="zh")),
    "standing.xml": (STANDING, "junit", View()),
    "standing.github.txt": (STANDING, "github", View()),
    "standing.oscal.json": (STANDING, "oscal", View()),
    "agenda.en.txt": (agenda(ASSESSMENT, UNTIL), "text", View()),
    "agenda.zh.txt": (agenda(ASSESSMENT, UNTIL), "text", View(language="zh")),
    "agenda.full.txt": (agenda(PERIOD, UNTIL), "text", View(detail="full")),
    "agenda.nothing.txt": (agenda(PASSED, "2026-11-21T00:00:00+08:00"), "text", View()),
    "agenda.json": (agenda(ASSESSMENT, UNTIL), "json", View()),
    "history.en.txt": (HISTORY, "text", View()),
    "history.full.zh.txt": (HISTORY, "text", View(language="zh", detail="full")),
    "history.json": (HISTORY, "json", View()),
    "assessment.known.txt": (KNOWN, "text", View(detail="full")),
    "assessment.unknown.zh.txt": (UNKNOWN, "text", View(language="zh")),
    "agenda.en.ics": (agenda(ASSESSMENT, UNTIL), "ics", View()),
    "agenda.zh.ics": (agenda(ASSESSMENT, UNTIL), "ics", View(language="zh")),
    "verification.en.txt": (VERIFIED, "text", View()),
    "verification.zh.txt": (VERIFIED, "text", View(language="zh")),
    "verification.failed.txt": (NOT_VERIFIED, "text", View(columns=60)),
    "verification.colour.txt": (NOT_VERIFIED, "text", View(colour=True)),
    "verification.brief.txt": (LACKING, "text", View(detail="brief")),
    "verification.json": (NOT_VERIFIED, "json", View(language="zh")),
    "comparison.en.txt": (COMPARISON, "text", View()),
    "comparison.zh.txt": (COMPARISON, "text", View(language="zh")),
    "comparison.full.txt": (COMPARISON, "text", View(detail="full")),
    "comparison.same.txt": (SAME, "text", View()),
    "comparison.stricter.zh.txt": (STRICTER, "text", View(language="zh")),
    "comparison.json": (COMPARISON, "json", View()),
    "comparison.en.md": (COMPARISON, "markdown", View()),
    "comparison.zh.md": (COMPARISON, "markdown", View(language="zh")),
    "sample.json": (DRAWN, "json", View()),
    "sample.en.txt": (DRAWN, "text", View()),
    "sample.zh.txt": (DRAWN, "text", View(language="zh")),
    "sample.csv": (DRAWN, "csv", View()),
}


@pytest.mark.parametrize("name", CASES)
def test_format_is_as_committed(name: str) -> None:
    written = render(*CASES[name]).encode()
    if os.environ.get("CCPOLICY_GOLDEN") == "write":
        (GOLDEN / name).write_bytes(written)
    assert written.decode() == (GOLDEN / name).read_bytes().decode()


def test_every_golden_file_has_a_case() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)
