"""Every check kind's worked cases hold, and every kind has some."""

import datetime
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.checks.kinds import Example, Kind, load_kinds
from ccpolicy.engine.examples import run_example
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder
from message_text import coded
from small_centre import CONTROLS, change, lay

KINDS = load_kinds(FolderFiles(shipped_folder()), "checks")
CASES = [
    pytest.param(kind, example, id=f"{kind.name}-{number}")
    for kind in KINDS.values()
    for number, example in enumerate(kind.examples(), 1)
]


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_worked_case(kind: Kind, example: Example) -> None:
    assert run_example(kind, example) == (example.lapses, example.unknown)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_shows_a_lapse(kind: Kind) -> None:
    assert any(example.lapses for example in kind.examples())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_of_floating_and_fixed_is_true(language: str) -> None:
    """Day by day: a lapse stands on its days, but for the one on which it is cured."""
    kind = KINDS["recurrence"]
    assert kind.picture
    lines = kind.picture.text(language).splitlines()
    done = [day for day, sign in enumerate(lines[2].strip(), 1) if sign == "x"]
    first = datetime.date(2026, 1, 1)
    for line, parameters in (
        (lines[3], {"every": "10 days"}),
        (lines[4], {"every": "10 days", "anchor": "2026-01-01"}),
    ):
        example = Example.model_validate(
            {
                "title": {"en": "Picture", "zh": "图示"},
                "as_of": "2026-02-09T23:59+08:00",
                "parameters": parameters,
                "inputs": {
                    "subjects": [{"subject": "A", "starts": first.isoformat()}],
                    "events": [
                        {"subject": "A", "starts": f"{first + datetime.timedelta(day - 1)}T09:00"}
                        for day in done
                    ],
                },
                "lapses": [],
            }
        )
        lapses, _ = run_example(kind, example)
        days = [(first + datetime.timedelta(day)).isoformat() for day in range(40)]
        drawn = "".join(
            "!"
            if any((start or "")[:10] <= day < (end or "3")[:10] for _, start, end in lapses)
            else "="
            for day in days
        )
        assert drawn in line


EXAMPLES = """
examples:
  - title: {en: One, zh: 一}
    as_of: "2026-03-01T00:00+08:00"
    parameters: {every: 30 days}
    inputs:
      subjects: [{subject: a, starts: "2026-01-01"}]
      events: [{subject: a, starts: "2026-01-10"}]
    lapses: [[a, "2026-02-10T00:00", null]]
"""


@pytest.fixture
def own_kind(tmp_path: Path) -> Path:
    """A centre that is judged by a kind of its own, with a worked case beside it."""
    centre = lay(tmp_path / "centre")
    (centre / "checks").mkdir(exist_ok=True)
    sql = (shipped_folder() / "checks/recurrence.sql").read_text("utf-8")
    (centre / "checks/again.sql").write_text(sql, "utf-8")
    (centre / "checks/again.examples.yaml").write_text(EXAMPLES, "utf-8")
    change(centre, CONTROLS, "check: recurrence", "check: again")
    return centre


def said(centre: Path) -> list[str]:
    return [each.message.coded() for each in ccpolicy.load(centre).lint()]


def test_worked_case_of_an_own_kind_is_worked_out(own_kind: Path) -> None:
    assert said(own_kind) == []
    change(own_kind, "checks/again.examples.yaml", "2026-02-10", "2026-02-09")
    assert said(own_kind) == [coded("LN202", "1", "a 2026-02-09T00:00 –", "a 2026-02-10T00:00 –")]
    change(own_kind, "checks/again.examples.yaml", "2026-03-01T00:00+08:00", "soon")
    assert said(own_kind) == [coded("LN201", "1", "Invalid isoformat string: 'soon'")]


def test_own_kind_without_a_worked_case_is_doubtful(own_kind: Path) -> None:
    (own_kind / "checks/again.examples.yaml").unlink()
    assert said(own_kind) == [coded("PL402", "again")]
