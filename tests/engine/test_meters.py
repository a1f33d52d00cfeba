"""Meters from files: what opens a lapse, and what is wrong with the evidence or the control."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Control
from ccpolicy.errors import PolicyErrors
from message_text import coded
from small_centre import CLAUSE, CONTROLS, FILES, change, lay

CONTROL = f"""\
controls:
  - id: ER-1
    title: {{en: Generators are serviced, zh: 发电机保养}}
    rule: {{en: Every 250 hours or 6 months., zh: 每 250 小时或 6 个月。}}
    remediation: {{en: Service it., zh: 做保养。}}
    clauses: {{"3.1": {CLAUSE.digest}}}
    severity: high
    owner: facilities
    check: meter
    inputs:
      subjects: {{dataset: generators, key: [asset], starts: in_service_on}}
      events: {{dataset: services, key: [asset], starts: done_on, quantity: hours}}
      readings: {{dataset: run_log, key: [asset], starts: read_on, quantity: hours}}
    parameters:
      at_most: {{value: 250}}
      every: {{value: 6 months}}
      valid_for: {{value: 31 days}}
"""


def dataset(name: str, *columns: str) -> str:
    formats = {"on": "{type: string, format: date}", "hours": "{type: number}"}
    own = "".join(
        f"    {column}: {formats.get(column.rpartition('_')[2], '{type: string}')}\n"
        for column in columns
    )
    return (
        f"id: {name}\ntitle: {{en: {name}, zh: 记录}}\nowner: facilities\nfiles: {name}/*.csv\n"
        f"format: csv\nkey: [{', '.join(columns[:2])}]\nretention: 5 years\nrecord:\n"
        f"  type: object\n  required: [{', '.join(columns[:2])}]\n  properties:\n{own}"
    )


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A generator that is read each month, and serviced once in time."""
    files = {name: text for name, text in FILES.items() if "/" not in name or name.count("/") == 1}
    files |= {
        CONTROLS: CONTROL,
        "policy/datasets/generators.yaml": dataset("generators", "asset", "in_service_on"),
        "policy/datasets/services.yaml": dataset("services", "asset", "done_on", "hours"),
        "policy/datasets/run_log.yaml": dataset("run_log", "asset", "read_on", "hours"),
        "evidence/generators/all.csv": "asset,in_service_on\nGEN,2026-06-20\n",
        "evidence/services/all.csv": "asset,done_on,hours\nGEN,2026-09-02,240\n",
        "evidence/run_log/all.csv": "asset,read_on,hours\nGEN,2026-07-10,60\nGEN,2026-08-09,150\n"
        "GEN,2026-09-08,260\nGEN,2026-10-08,350\nGEN,2026-11-07,480\n",
    }
    return lay(tmp_path / "plant", files)


def judged(plant: Path) -> Control:
    [control] = ccpolicy.load(plant).check().controls
    return control


def test_in_time(plant: Path) -> None:
    control = judged(plant)
    assert (control.now, control.period, control.lapses) == ("pass", "pass", [])
    # The next reading is due before the next service is.
    assert control.next_due == "2026-12-09T00:00:00+08:00"


def test_a_lapse_begins_with_the_reading_of_too_much(plant: Path) -> None:
    change(plant, "evidence/run_log/all.csv", "2026-11-07,480", "2026-11-07,490.5")
    control = judged(plant)
    [lapse] = control.lapses
    assert (control.now, lapse.starts, lapse.ends) == ("fail", "2026-11-07T00:00:00+08:00", None)
    assert lapse.opened_by == "evidence/run_log/all.csv:6"


def test_a_reading_that_is_empty(plant: Path) -> None:
    change(plant, "evidence/run_log/all.csv", "2026-10-08,350", "2026-10-08,")
    control = judged(plant)
    assert control.now == "unknown"
    said = [f"{each.code} {each.message.text('en')}" for each in control.problems]
    assert said == [coded("EV515", "hours")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("      valid_for: {value: 31 days}\n", "", "PL311"),
        ("read_on, quantity: hours}", "read_on}", "PL313"),
        ("      valid_for: {value: 31 days}", "      valid_for: {value: 36 hours}", "PL515"),
        ("      at_most: {value: 250}", "      at_most: {value: -1}", "PL661"),
    ],
)
def test_what_a_control_must_say(plant: Path, old: str, new: str, code: str) -> None:
    change(plant, CONTROLS, old, new)
    with pytest.raises(PolicyErrors) as refused:
        judged(plant)
    assert [each.message.code for each in refused.value.errors] == [code]
