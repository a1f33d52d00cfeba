"""GitLab's code quality reports."""

from __future__ import annotations

import json

import pytest

from ccpolicy import reports
from ccpolicy.reports import View

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, control

GIVEN = {"as_of_source": "given", "as_of_reason": None}
"""A moment that is not pinned, of which nothing is said."""


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_whole_since_the_parser_stops_at_the_first_that_is_not(name: str) -> None:
    entries = json.loads(render(centre(name), "gitlab", View()))
    for entry in entries:
        assert list(entry) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert all(isinstance(entry[key], str) and entry[key] for key in list(entry)[:4])
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["path"]
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


def test_severities() -> None:
    controls = [
        control(severity, "Title", "标题", "fail", severity=severity)
        for severity in ("critical", "high", "medium", "low")
    ]
    result = ASSESSMENT.model_copy(update={"controls": controls, "problems": [], **GIVEN})
    entries = json.loads(render(result, "gitlab", View()))
    assert [each["severity"] for each in entries] == ["blocker", "critical", "major", "minor"]


def test_nothing_to_complain_of_is_an_empty_array_and_what_is_left_out_is_said() -> None:
    passing = control("X-1", "Title", "标题", "pass")
    result = ASSESSMENT.model_copy(update={"controls": [passing], "problems": [], **GIVEN})
    assert json.loads(render(result, "gitlab", View())) == []
    pinned = ASSESSMENT.model_copy(update={"controls": [passing], "problems": []})
    (entry,) = json.loads(render(pinned, "gitlab", View(folder="centre/")))
    assert (entry["check_name"], entry["severity"]) == ("as_of", "info")
    assert entry["location"]["path"] == "centre/ccpolicy.toml"
    assert "PINNED" in entry["description"]
    said = [message.text() for message in reports.render(ASSESSMENT, "gitlab", View()).unsaid]
    assert said == [
        "lapses that were waived: ER-1",
        "controls that were not assessed: ER-5, IR-1",
        "notes on how files were read: evidence/scans/2026.csv",
    ]
