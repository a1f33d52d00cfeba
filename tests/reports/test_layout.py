"""Display width, wrapping, and what a terminal must never act on."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from ccpolicy.reports import View
from ccpolicy.reports.layout import clip, inert, pad, visible, width, wrap
from ccpolicy.reports.page import Page

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("given_", "seen"),
    [
        ("plain", "plain"),
        ("中文，×…", "中文，×…"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("a\u2028b\x85\x00", r"a\u2028b\x85\x00"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\ud800", r"\ud800"),
    ],
)
def test_visible_writes_out_what_hides(given_: str, seen: str) -> None:
    assert visible(given_) == seen


def test_no_line_is_a_command_to_a_ci_runner() -> None:
    page = Page(View(columns=12))
    page.paragraph("a sentence ::error::forged", 2)
    assert str(page) == "  a sentence\n  \\x3a:error::f\n  orged\n"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("  ::error::x", r"  \x3a:error::x"),
        ("a ::error::x", "a ::error::x"),
        ("##[add-mask]x", r"\x23#[add-mask]x"),
        ("a ##[error]x ##[debug]y", r"a \x23#[error]x \x23#[debug]y"),
        ("###[group]", r"#\x23#[group]"),
        ("####[group]", r"##\x23#[group]"),
        ("##vso[task.complete]", r"\x23#vso[task.complete]"),
        ("##teamcity[buildStop]", r"\x23#teamcity[buildStop]"),
        ("::x ##[y]", r"\x3a:x \x23#[y]"),
        ("# [a](b) ## c", "# [a](b) ## c"),
    ],
)
def test_inert(line: str, seen: str) -> None:
    assert inert(line) == seen
    assert inert(seen) == seen


@given(TEXTS)
def test_visible_text_is_printable_and_stays_so(text: str) -> None:
    seen = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in seen)
    assert visible(seen) == seen


@given(TEXTS.map(visible), st.integers(1, 30))
def test_clip_and_pad_keep_to_the_width(text: str, columns: int) -> None:
    assert width(clip(text, columns)) <= columns
    assert width(pad(clip(text, columns), columns)) == columns


@given(st.text("ab ,。中文（）" + "é×…"), st.integers(8, 30))
def test_wrap_keeps_to_the_width_and_loses_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_width_agrees_with_wcwidth() -> None:
    for text in ("ascii", "中文", "é", "e\u0301", "ｆｕｌｌ", "한글", "×…—·"):
        assert width(text) == wcswidth(text)


def test_wrap_breaks_chinese_between_characters_but_not_before_a_comma() -> None:
    assert wrap("电话交换机，备用电源。", 10) == ["电话交换", "机，备用电", "源。"]
    assert wrap("看 EM-1（核心）", 9) == ["看 EM-1", "（核心）"]
    assert wrap("", 10) == [""]
    assert wrap("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_names_are_listed_as_far_as_they_fit() -> None:
    page = Page(View())
    assert page.names(["A", "B"], 20) == "A, B"
    assert page.names(["aaaa", "bbbb", "cccc"], 12) == "aaaa and 2 more"
    assert page.names(["aaaa", "bbbb", "cccc"], 16) == "aaaa and 2 more"
    assert page.names([], 16) == ""


def test_definition_puts_a_long_term_on_its_own_line() -> None:
    page = Page(View(columns=20))
    page.definition("a", "text", 6)
    page.definition("much too long", "text", 6)
    assert str(page) == "  a     text\n  much too long\n        text\n"
