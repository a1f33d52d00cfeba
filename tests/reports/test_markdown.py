"""Markdown that shows what is said, and nothing that a text would make of itself."""

from __future__ import annotations

import re

import pytest

from ccpolicy.reports import View
from ccpolicy.reports.markdown import escape_markdown

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, HOSTILE, control, lapse, text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("[x](javascript:alert)", r"\[x\](javascript:alert)"),
        ("![x](y)", r"!\[x\](y)"),
        ("<script>&amp;", "&#60;script&#62;&#38;amp;"),
        ("`a` *b* _c_ ~d~", r"\`a\` \*b\* \_c\_ \~d\~"),
        ("@team #12 $x$", "&#64;team &#35;12 &#36;x&#36;"),
        ("https://evil.example www.evil.example", "https&#58;//evil.example www&#46;evil.example"),
        ("a\nb\\", r"a\\nb\\"),
        ("上海 2026-11-08", "上海 2026-11-08"),
    ],
)
def test_a_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


def test_tables_have_as_many_cells_as_headings() -> None:
    judged = control("X-1", f"a|b {HOSTILE}", "标题", "fail", owner=text("x|y", "x|y"))
    result = ASSESSMENT.model_copy(update={"controls": [judged]})
    rows = [
        line for line in render(result, "markdown", View()).splitlines() if line.startswith("|")
    ]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_there_with_its_verdict(name: str) -> None:
    result = centre(name)
    words = {
        "fail": "FAIL",
        "unknown": "UNKNOWN",
        "waived": "WAIVED",
        "pass": "PASS",
        "not_applicable": "N/A",
    }
    text = render(result, "markdown", View())
    rows = re.findall(r"^\| \S+ (\S+) \| (\S+) \|", text.partition("<details>")[2], re.MULTILINE)
    assert [(words[result.verdict(each)], each.id) for each in result.controls] == [
        (word, name) for word, name in rows if name != "Control"
    ]


def test_detail() -> None:
    many = [lapse(f"A{n}", "2026-11-08T00:00:00+08:00", None, 1) for n in range(30)]
    judged = control("X-1", "Title", "标题", "fail", lapses=many)
    result = ASSESSMENT.model_copy(update={"controls": [judged]})
    assert "- A29: since" in render(result, "markdown", View(detail="full"))
    normal = render(result, "markdown", View())
    assert "- A29: since" not in normal
    assert "- and 20 more" in normal
    brief = render(result, "markdown", View(detail="brief"))
    assert len(brief) < 600
    assert "Gate FAILED" in brief
