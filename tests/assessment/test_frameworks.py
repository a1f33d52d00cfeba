"""The verdict of a requirement: the worst of the controls that serve it, and none without them."""

from __future__ import annotations

import pytest

from ccpolicy.assessment.frameworks import serving_verdicts
from reports.rich import ASSESSMENT, FRAMEWORKS


@pytest.mark.parametrize(
    ("serving", "verdicts"),
    [
        ([], (None, None)),
        (["GV-1"], ("pass", "pass")),
        (["EM-2"], ("pass", "fail")),
        (["GV-1", "EM-1"], ("fail", "fail")),
        (["GV-1", "NS-1"], ("unknown", "unknown")),
        (["GV-1", "not judged"], (None, None)),
        (["not judged"], (None, None)),
    ],
)
def test_worst_of_all_or_none(serving: list[str], verdicts: tuple[str | None, str | None]) -> None:
    assert serving_verdicts(serving, ASSESSMENT.controls) == verdicts


def test_what_no_control_serves() -> None:
    [iso, law] = FRAMEWORKS
    assert [each.id for each in iso.served] == ["8.6", "A.7.13"]
    assert [each.id for each in iso.without_control] == ["9.2"]
    assert law.without_control == []
