"""GitHub's workflow commands."""

from __future__ import annotations

import re

import pytest

from ccpolicy.assessment.models import Assessment, Control, Gate
from ccpolicy.reports import View

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, HOSTILE, NO_EVIDENCE, control, lapse

GIVEN = {"as_of_source": "given", "as_of_reason": None}
"""A moment that is not pinned, of which nothing is said."""
COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:]*))?::(.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read a step's output as the runner does: nothing between the two tokens counts."""
    first, _, rest = text.partition("\n")
    token = first.removeprefix("::stop-commands::")
    assert first != token
    shown, end, after = rest.partition(f"\n::{token}::\n")
    assert end
    assert token not in shown
    found = []
    for line in after.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = [part.partition("=")[::2] for part in (match[2] or "").split(",") if part]
        found.append((match[1], {name: unescape(value) for name, value in pairs}, match[3]))
    return found


def unescape(value: str) -> str:
    return re.sub("%(0D|0A|3A|2C|25)", lambda found: chr(int(found[1], 16)), value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_runner_reads_what_was_meant(name: str, language: str) -> None:
    view = View(language="zh" if language == "zh" else "en")
    found = commands(render(centre(name), "github", view))
    for level, properties, message in found:
        assert message
        if level != "notice":
            assert properties.keys() == {"file", "line", "title"}
    errors = {p["title"].split()[1] for level, p, _ in found if level == "error"}
    result = centre(name)
    assert errors == {
        *result.gate.failed_on,
        *(["baseline"] if result.gate.obsolete else []),
        *(["evidence"] if result.problems else []),
    }


def test_what_fails_the_gate_is_an_error_and_the_rest_a_warning() -> None:
    gate = ASSESSMENT.gate.model_copy(update={"failed_on": ["EM-1"]})
    found = commands(render(ASSESSMENT.model_copy(update={"gate": gate}), "github", View()))
    titles = {
        (level, p.get("title", "").split(" ")[1:2][0])
        for level, p, _ in found
        if p.get("line") and len(p["title"].split()) > 1
    }
    assert ("error", "EM-1") in titles
    assert {("warning", "NS-1"), ("warning", "ER-2")} <= titles
    assert [message for level, _, message in found if level == "notice"] == [
        "lapses that were waived: ER-1",
        "controls that were not assessed: ER-5, IR-1",
        "notes on how files were read: evidence/scans/2026.csv",
    ]


def without_evidence(controls: list[Control], gate: Gate) -> Assessment:
    changes = {"controls": controls, "problems": [], "gate": gate, "evidence": NO_EVIDENCE, **GIVEN}
    return ASSESSMENT.model_copy(update=changes)


def test_hostile_text_is_no_command_and_no_property() -> None:
    start = "2026-11-08T00:00:00+08:00"
    place = "evidence/a,title=x::b%0A\n::error::.csv:4"
    judged = control(
        "X-1",
        f"A: b, c% {HOSTILE}",
        "标题",
        "fail",
        lapses=[lapse(f"50% {HOSTILE}", start, None, 1, opened_by=place)],
    )
    gate = ASSESSMENT.gate.model_copy(update={"failed_on": ["X-1"]})
    result = without_evidence([judged], gate)
    text = render(result, "github", View())
    ((level, properties, message),) = commands(text)
    assert level == "error"
    assert properties["file"] == place.removesuffix(":4")
    assert properties["line"] == "4"
    assert "50%25 " in message
    assert "\x1b" not in text
    assert sum(line.startswith("::error") for line in text.splitlines()) == 1


def test_every_control_has_one_before_any_has_two() -> None:
    start = "2026-11-08T00:00:00+08:00"
    many = [lapse(f"A{n}", start, None, 1) for n in range(30)]
    controls = [control(f"X-{n}", "Title", "标题", "fail", lapses=many) for n in range(8)]
    gate = ASSESSMENT.gate.model_copy(update={"failed_on": [each.id for each in controls]})
    result = without_evidence(controls, gate)
    found = commands(render(result, "github", View()))
    assert len(found) == 10
    assert {p["title"].split()[1] for _, p, _ in found[:8]} == {f"X-{n}" for n in range(8)}
    assert found[-1] == ("error", {"title": "ccpolicy"}, "231 more in the job summary")


def test_a_pinned_moment_is_the_first_of_ten_warnings() -> None:
    start = "2026-11-08T00:00:00+08:00"
    many = [lapse(f"A{n}", start, None, 1) for n in range(30)]
    controls = [control("X-1", "Title", "标题", "fail", lapses=many)]
    gate = ASSESSMENT.gate.model_copy(update={"failed_on": []})
    changes = {"controls": controls, "problems": [], "gate": gate, "evidence": NO_EVIDENCE}
    result = ASSESSMENT.model_copy(update=changes)
    found = commands(render(result, "github", View(folder="centre/")))
    assert [level for level, _, _ in found] == ["warning"] * 10
    assert found[0][1] == {"file": "centre/ccpolicy.toml", "line": "1", "title": "ccpolicy"}
    assert found[0][2].startswith("PINNED: judged as of 2026-11-20 18:00")
    assert found[-1][2] == "22 more in the job summary"
