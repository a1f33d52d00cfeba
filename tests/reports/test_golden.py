"""Every format of one rich assessment, byte for byte.

`CCPOLICY_GOLDEN=write pytest tests/reports/test_golden.py` writes the files again; read the
difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ccpolicy.assessment.agenda import Agenda, agenda
from ccpolicy.assessment.comparison import Comparison
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View

from .changed import COMPARISON, SAME, STRICTER
from .rendered import render
from .rich import ASSESSMENT

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
CASES: dict[str, tuple[Assessment | Agenda | Comparison, str, View]] = {
    "assessment.en.txt": (ASSESSMENT, "text", View()),
    "assessment.zh.txt": (ASSESSMENT, "text", View(language="zh")),
    "assessment.wide.txt": (ASSESSMENT, "text", View(columns=120)),
    "assessment.colour.txt": (ASSESSMENT, "text", View(colour=True)),
    "assessment.full.txt": (ASSESSMENT, "text", View(detail="full")),
    "assessment.brief.zh.txt": (ASSESSMENT, "text", View(language="zh", detail="brief")),
    "assessment.period.txt": (PERIOD, "text", View(path="a centre")),
    "assessment.passed.txt": (PASSED, "text", View()),
    "assessment.json": (ASSESSMENT, "json", View(language="zh")),
    "agenda.en.txt": (agenda(ASSESSMENT, UNTIL), "text", View()),
    "agenda.zh.txt": (agenda(ASSESSMENT, UNTIL), "text", View(language="zh")),
    "agenda.full.txt": (agenda(PERIOD, UNTIL), "text", View(detail="full")),
    "agenda.nothing.txt": (agenda(PASSED, "2026-11-21T00:00:00+08:00"), "text", View()),
    "agenda.json": (agenda(ASSESSMENT, UNTIL), "json", View()),
    "agenda.en.ics": (agenda(ASSESSMENT, UNTIL), "ics", View()),
    "agenda.zh.ics": (agenda(ASSESSMENT, UNTIL), "ics", View(language="zh")),
    "comparison.en.txt": (COMPARISON, "text", View()),
    "comparison.zh.txt": (COMPARISON, "text", View(language="zh")),
    "comparison.full.txt": (COMPARISON, "text", View(detail="full")),
    "comparison.same.txt": (SAME, "text", View()),
    "comparison.stricter.zh.txt": (STRICTER, "text", View(language="zh")),
    "comparison.json": (COMPARISON, "json", View()),
    "comparison.en.md": (COMPARISON, "markdown", View()),
    "comparison.zh.md": (COMPARISON, "markdown", View(language="zh")),
}


@pytest.mark.parametrize("name", CASES)
def test_format_is_as_committed(name: str) -> None:
    written = render(*CASES[name]).encode()
    if os.environ.get("CCPOLICY_GOLDEN") == "write":
        (GOLDEN / name).write_bytes(written)
    assert written.decode() == (GOLDEN / name).read_bytes().decode()


def test_every_golden_file_has_a_case() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)
