"""What is to be done, by owner."""

from __future__ import annotations

from ccpolicy.assessment.agenda import agenda, tasks_due

from .rich import ASSESSMENT, HOSTILE

UNTIL = "2026-12-21T00:00:00+08:00"


def test_owners_have_what_is_theirs() -> None:
    owners = {owner.owner.text("en"): owner for owner in agenda(ASSESSMENT, UNTIL).owners}
    assert list(owners) == ["facilities", "security", "training"]
    overdue = [(task.control, task.at[:10], task.subjects) for task in owners["facilities"].overdue]
    assert overdue == [
        ("ER-2", "2025-09-01", [HOSTILE]),
        ("EM-1", "2026-11-08", ["上海-交换机-01"]),
        ("EM-1", "2026-11-19", ["SH-PBX-02"]),
    ]
    assert [entry.control for entry in owners["security"].unknown] == ["NS-1"]
    assert [task.at[:10] for task in owners["training"].due] == ["2026-11-27", "2026-11-29"]


def test_owners_with_nothing_but_what_is_overdue() -> None:
    owners = agenda(ASSESSMENT, ASSESSMENT.as_of).owners
    assert [(each.owner.text("en"), each.totals) for each in owners] == [
        ("facilities", (3, 0, 0)),
        ("security", (0, 1, 0)),
    ]


def test_waived_and_cured_lapses_are_not_overdue() -> None:
    found = {task.control for owner in agenda(ASSESSMENT, UNTIL).owners for task in owner.overdue}
    assert found == {"EM-1", "ER-2"}


def test_tasks_reach_up_to_the_moment_and_include_it() -> None:
    first = "2026-11-24T00:00:00+08:00"
    assert [task.control for task in tasks_due(ASSESSMENT, first)] == ["EM-1"]
    assert tasks_due(ASSESSMENT, "2026-11-23T23:59:59+08:00") == []
