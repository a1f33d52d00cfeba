"""What changed between two assessments: each lapse in one way, and nothing that is out of reach."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports.assessment_changes import changes

from .rich import ASSESSMENT


def altered(result: Assessment, control: str, **fields: Any) -> Assessment:
    """Return an assessment with other fields of one control."""
    controls = [
        each.model_copy(update=fields) if each.id == control else each for each in result.controls
    ]
    return result.model_copy(update={"controls": controls})


CONTROL = next(each for each in ASSESSMENT.controls if any(lapse.ends for lapse in each.lapses))
ENDED = next(lapse for lapse in CONTROL.lapses if lapse.ends)
OTHERS = [lapse for lapse in CONTROL.lapses if lapse is not ENDED]


def test_nothing_changes_of_itself() -> None:
    found = changes(ASSESSMENT, ASSESSMENT)
    assert [found.lapses, found.verdicts, found.rules, found.added, found.removed] == [[]] * 5


def test_each_lapse_changes_in_one_way() -> None:
    without = altered(ASSESSMENT, CONTROL.id, lapses=OTHERS)
    still_open = ENDED.model_copy(update={"ends": None})
    open_ = altered(ASSESSMENT, CONTROL.id, lapses=[*OTHERS, still_open])
    longer = ENDED.model_copy(update={"ends": ASSESSMENT.as_of})
    later = altered(ASSESSMENT, CONTROL.id, lapses=[*OTHERS, longer])
    for before, after, kind in (
        (without, ASSESSMENT, "new"),
        (ASSESSMENT, without, "gone"),
        (open_, ASSESSMENT, "cured"),
        (ASSESSMENT, open_, "longer"),
        (ASSESSMENT, later, "longer"),
        (later, ASSESSMENT, "shorter"),
    ):
        found = changes(before, after)
        told = [(each.kind, each.control.id, each.lapse.subject) for each in found.lapses]
        assert told == [(kind, CONTROL.id, ENDED.subject)]


def test_what_ended_before_the_other_window_is_not_gone() -> None:
    assert ENDED.ends
    window = ASSESSMENT.window.model_copy(update={"starts": ENDED.ends})
    after = altered(ASSESSMENT, CONTROL.id, lapses=OTHERS).model_copy(update={"window": window})
    gone = [each for each in changes(ASSESSMENT, after).lapses if each.lapse == ENDED]
    assert gone == []


def test_rules_verdicts_and_controls() -> None:
    before = altered(ASSESSMENT, CONTROL.id, version=CONTROL.version + 1, now="unknown")
    found = changes(before, ASSESSMENT)
    assert [each.id for each in found.rules] == [CONTROL.id]
    assert [each.now for each in found.verdicts] == [("unknown", CONTROL.now)]
    fewer = ASSESSMENT.model_copy(update={"controls": ASSESSMENT.controls[1:]})
    assert changes(fewer, ASSESSMENT).added == [ASSESSMENT.controls[0].id]
    found = changes(ASSESSMENT, fewer)
    assert found.removed == [ASSESSMENT.controls[0].id]
    assert ASSESSMENT.controls[0].id not in {each.control.id for each in found.lapses}
