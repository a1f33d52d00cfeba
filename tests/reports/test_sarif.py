"""SARIF as GitHub code scanning reads it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from ccpolicy import reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.sarif import MOST

from .centres import NAMES, centre
from .rich import ASSESSMENT, control, lapse

START = "2026-11-08T00:00:00+08:00"


def run(result: Assessment, view: View | None = None) -> dict[str, Any]:
    (found,) = json.loads(reports.render(result, "sarif", view or View()).text)["runs"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_github_takes_it(name: str) -> None:
    found = run(centre(name))
    rules = found["tool"]["driver"]["rules"]
    assert found["tool"]["driver"]["name"] == "ccpolicy"
    for rule in rules:
        assert rule["id"]
        assert rule["help"]["text"]
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule.get("properties", {}).get("tags", [])) <= 10
    for each in found["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert "kind" not in each
        (place,) = each["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
    hashes = [each["partialFingerprints"]["primaryLocationLineHash"] for each in found["results"]]
    assert len(set(hashes)) == len(hashes)
    category, _, moment = found["automationDetails"]["id"].rpartition("/")
    assert category == f"ccpolicy/{centre(name).policy.id}"
    assert moment == centre(name).as_of


def test_a_category_outlives_runs() -> None:
    later = ASSESSMENT.model_copy(update={"as_of": "2026-11-21T18:00:00+08:00"})
    first, second = run(ASSESSMENT), run(later)
    fingerprints = [
        [each["partialFingerprints"] for each in found["results"]] for found in (first, second)
    ]
    assert fingerprints[0] == fingerprints[1]
    assert first["automationDetails"] != second["automationDetails"]


def test_what_is_no_result_is_said_beside_them() -> None:
    found = run(ASSESSMENT)
    notes = found["invocations"][0]["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["warning"] * 2 + ["note"] * 3
    assert [note["message"]["text"] for note in notes] == [
        "PINNED: judged as of 2026-11-20 18:00, the moment pinned in ccpolicy.toml",
        "Reason of the pin: The audit of 2026 ends here.",
        "lapses that were waived: ER-1",
        "controls that were not assessed: ER-5, IR-1",
        "notes on how files were read: evidence/scans/2026.csv",
    ]
    assert reports.render(ASSESSMENT, "sarif", View()).unsaid == ()
    assert found["properties"]["verdicts"] == {each.id: each.now for each in ASSESSMENT.controls}


def test_the_level_says_whether_the_gate_failed_on_it() -> None:
    gate = ASSESSMENT.gate.model_copy(update={"failed_on": ["EM-1"]})
    levels = {
        (each["ruleId"], each["level"])
        for each in run(ASSESSMENT.model_copy(update={"gate": gate}))["results"]
    }
    assert levels == {
        ("EM-1", "error"),
        ("NS-1", "warning"),
        ("ER-2", "warning"),
        ("evidence", "error"),
    }


def test_past_the_limit_the_worst_are_kept_and_the_rest_is_counted() -> None:
    many = [
        lapse(f"A{n}", START, None, 1, opened_by=f"evidence/上 海.csv:{n + 2}") for n in range(MOST)
    ]
    controls = [
        control("LOW", "Title", "标题", "fail", severity="low", lapses=many),
        control("CRITICAL", "Title", "标题", "fail", severity="critical", lapses=many[:7]),
    ]
    result = ASSESSMENT.model_copy(update={"controls": controls, "problems": []})
    rendered = reports.render(result, "sarif", View())
    assert [each.text() for each in rendered.unsaid] == [
        "findings past the 5000 that GitHub keeps: 7"
    ]
    found = run(result)
    assert len(found["results"]) == MOST
    assert [each["ruleId"] for each in found["results"][:8]] == ["CRITICAL"] * 7 + ["LOW"]
    notes = found["invocations"][0]["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["warning"] * 2 + ["note"] * 2
    uri = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "evidence/%E4%B8%8A%20%E6%B5%B7.csv"
    assert len(gzip.compress(rendered.text.encode())) < 10_000_000
