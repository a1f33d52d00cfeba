"""What need not be judged: an empty register, and a control that does not apply for a while."""

from __future__ import annotations

import json
from pathlib import Path

from small_centre import CONTROLS, INSPECTIONS, change

from .conftest import Run

ASSETS = "evidence/assets/assets.csv"
MAY_BE_EMPTY = "may_be_empty: {en: None yet., zh: 尚无。}"
CLOSED = """\
    not_applicable: {{reason: {{en: Closed., zh: 停用。}}, owner: manager, until: {}}}
    clauses:"""


def test_an_empty_register_is_allowed_by_dataset_and_control(run: Run, centre: Path) -> None:
    (centre / ASSETS).write_text("asset_id,commissioned_on\n", "utf-8")
    (centre / INSPECTIONS).write_text("asset_id,performed_at,result\n", "utf-8")
    first = run("check", centre)
    assert (first.exit_code, "EV101 " in first.stdout) == (1, True)
    for name in ("assets", "inspections"):
        contract = f"policy/datasets/{name}.yaml"
        change(centre, contract, "retention", f"{MAY_BE_EMPTY}\nretention")
    second = run("check", centre)
    assert (second.exit_code, "EV421 " in second.stdout) == (1, True)
    assert "may_be_empty: …" in second.stdout
    change(centre, CONTROLS, "    severity", f"    {MAY_BE_EMPTY}\n    severity")
    third = run("check", centre)
    assert (third.exit_code, "UNKNOWN" in third.stdout) == (3, False)
    assert "  N/A      EM-1" in third.stdout
    assert "None yet." in third.stdout
    (centre / ASSETS).unlink()
    assert "EV106 " in run("check", centre).stdout


def test_after_its_last_day_a_decision_explains_nothing(run: Run, failing: Path) -> None:
    change(failing, CONTROLS, "    clauses:", CLOSED.format("2026-11-20"))
    for day in ("2026-10-15", "2026-11-20"):
        exempt = run("check", failing, "--gate", "period", "--as-of", day, "--format", "json")
        assert exempt.exit_code == 3
        (control,) = json.loads(exempt.stdout)["controls"]
        assert (control["now"], control["period"]) == ("not_applicable", "not_applicable")
    assert [each["starts"][:10] for each in control["lapses"]] == ["2026-11-01", "2026-11-01"]
    told = run("check", failing).stdout
    assert told.index("CURED    EM-1") < told.index("N/A      EM-1")
    after = run("check", failing, "--as-of", "2026-11-21", "--format", "json")
    assert after.exit_code == 1
    (control,) = json.loads(after.stdout)["controls"]
    assert (control["now"], control["period"]) == ("fail", "fail")
    assert {each["starts"][:10] for each in control["lapses"]} == {"2026-11-01"}


def test_not_even_evidence_that_is_refused_fails_it_meanwhile(run: Run, centre: Path) -> None:
    change(centre, CONTROLS, "    clauses:", CLOSED.format("2026-11-20"))
    (centre / ASSETS).write_text("asset_id,commissioned_on\nPBX-1,soon\n", "utf-8")
    assert run("check", centre).exit_code == 3
    assert run("check", centre, "--as-of", "2026-11-21").exit_code == 1
