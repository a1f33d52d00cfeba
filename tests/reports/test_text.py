"""What must be true of the text, whatever is in it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from wcwidth import wcswidth

from ccpolicy.assessment.agenda import agenda
from ccpolicy.assessment.models import Assessment, Lapse
from ccpolicy.reports import Detail, View
from ccpolicy.vocabulary import VERDICTS

from .rendered import render
from .rich import ASSESSMENT, control, lapse, subjects

UNTIL = "2026-12-21T00:00:00+08:00"


@pytest.mark.parametrize("detail", ["normal", "full", "brief"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_than_the_page(columns: int, language: str, detail: Detail) -> None:
    view = View(language="zh" if language == "zh" else "en", columns=columns, detail=detail)
    for result in (ASSESSMENT, agenda(ASSESSMENT, UNTIL)):
        lines = render(result, "text", view).splitlines()
        assert max(wcswidth(line) for line in lines) <= columns
        assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", ["text", "json", "ics"])
def test_nothing_hostile_gets_through(name: str) -> None:
    for result in (ASSESSMENT, agenda(ASSESSMENT, UNTIL)):
        if name == "ics" and isinstance(result, Assessment):
            continue
        text = render(result, name, View(detail="full"))
        for character in text.replace("\r\n", "\n").replace("\n", ""):
            assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        if name != "json":  # JSON is for programs: what is printable stays as it is
            assert "\u202e" not in text
        assert not re.search(r"^\s*::", text, re.MULTILINE)


def test_colour_is_never_alone() -> None:
    plain = render(ASSESSMENT, "text", View())
    coloured = render(ASSESSMENT, "text", View(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[1;31mFAIL" in coloured


def test_tally_names_every_verdict() -> None:
    nothing = ASSESSMENT.model_copy(
        update={"tally": dict.fromkeys(VERDICTS, 0), "controls": [], "provenance": None}
    )
    assert render(nothing, "text", View(detail="brief")).splitlines() == [
        "PINNED: judged as of 2026-11-20 18:00, the moment pinned in ccpolicy.toml",
        "0 controls: 0 fail, 0 unknown, 0 waived, 0 pass, 0 not applicable",
        "1 file is not read by any dataset, which fails the gate",
        "Nothing was assessed; the gate has no result",
    ]


def test_next_command_can_be_pasted() -> None:
    text = render(ASSESSMENT, "text", View(path="it's here; rm"))
    assert text.endswith("""Next: ccpolicy explain EM-1 'it'"'"'s here; rm'\n""")


def shown(*lapses: Lapse) -> str:
    judged = control(
        "X-1", "Title", "标题", "fail", subjects=subjects(9, failed=1), lapses=list(lapses)
    )
    result = ASSESSMENT.model_copy(update={"controls": [judged], "problems": []})
    return render(result, "text", View(columns=120, detail="full"))


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-11-20T00:00:00+08:00", None, "since 2026-11-20 (18 h)"),
        ("2026-11-20T17:59:30+08:00", None, "since 2026-11-20 17:59 (30 s)"),
        ("2026-11-20T17:59:00+08:00", None, "since 2026-11-20 17:59 (1 min)"),
        ("2026-11-19T12:30:00+08:00", None, "since 2026-11-19 12:30 (1 d 5 h)"),
        ("2026-11-18T18:00:00+08:00", None, "since 2026-11-18 18:00 (2 d)"),
        ("2026-03-02T00:00:00+08:00", "2026-03-03T00:00:00+08:00", "on 2026-03-02 (1 d)"),
        (
            "2026-03-02T00:00:00+08:00",
            "2026-03-05T00:00:00+08:00",
            "2026-03-02 to 2026-03-04 (3 d)",
        ),
        (
            "2026-03-02T10:00:00+08:00",
            "2026-03-05T00:00:00+08:00",
            "2026-03-02 10:00 to 2026-03-05 00:00 (2 d 14 h)",
        ),
    ],
)
def test_spans_read_as_people_say_them(starts: str, ends: str | None, said: str) -> None:
    assert f"subject: {said}  evidence/x.csv:7\n" in shown(
        lapse("subject", starts, ends, 1.0, opened_by="evidence/x.csv:7")
    )


def test_expired_waiver_says_so() -> None:
    waiver = ASSESSMENT.waivers[0].model_copy(update={"state": "expired"})
    result = ASSESSMENT.model_copy(update={"waivers": [waiver]})
    assert "expired 2026-12-31" in render(result, "text", View())
