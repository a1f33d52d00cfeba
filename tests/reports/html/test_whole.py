"""What a reader would miss if it were not there: counts, legends, waivers, the sign-off."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render
from ccpolicy.reports.html_parts.labels import verdict
from ccpolicy.vocabulary import VERDICTS

from .audited import AUDITED
from .test_static import XHTML, by_id, parsed, words

SVG = "{http://www.w3.org/2000/svg}"

SECTIONS = [
    "s-cover", "s-summary", "s-overview", "s-matrix", "s-controls", "s-lapses", "s-waivers",
    "s-unjudged", "s-due", "s-evidence", "s-limits", "s-method", "s-signature",
    "s-glossary",
]  # fmt: skip
"""In the order of reading."""


FIRST, *OTHERS = AUDITED.policy.clauses
NAMES = [control.id for control in AUDITED.controls]
CLAUSES = [FIRST.model_copy(update={"controls": NAMES}), *OTHERS]
"""The first holds every control, of every verdict."""


@pytest.fixture(scope="module")
def page() -> Any:
    policy = AUDITED.policy.model_copy(update={"clauses": CLAUSES})
    return parsed(render(AUDITED.model_copy(update={"policy": policy}), View()))


def tagged(element: Any, name: str, kind: str = "") -> list[Any]:
    found = element.iter(f"{XHTML}{name}")
    return [each for each in found if not kind or kind in (each.get("class") or "").split()]


def test_sections_stand_in_the_order_of_reading(page: Any) -> None:
    found = [each.get("id") for each in tagged(page, "section")]
    assert [each for each in found if each in SECTIONS] == SECTIONS


def test_cover_counts_the_verdicts(page: Any) -> None:
    for tally, moment in zip(tagged(page, "ul", "tally"), ("now", "period"), strict=True):
        shown = [int(words(tagged(each, "b", "n")[0])) for each in tagged(tally, "li")]
        found = Counter(getattr(control, moment) for control in AUDITED.controls)
        assert shown == [found[each] for each in VERDICTS]


def test_matrix_shows_every_verdict_of_every_control_of_a_clause(page: Any) -> None:
    matrix = by_id(page)["s-matrix"]
    controls = {control.id: control for control in AUDITED.controls}
    for clause, body in zip(CLAUSES, tagged(matrix, "tbody"), strict=True):
        assert [words(each) for each in tagged(body, "a", "id")] == clause.controls
        badges = [words(each) for each in tagged(body, "span", "v")]
        wanted = [
            verdict(each).label.text("en")
            for name in clause.controls
            for each in (controls[name].now, controls[name].period)
        ]
        assert len(badges) == len(wanted)
        for badge, word in zip(badges, wanted, strict=True):
            assert word in badge


def test_waivers_and_sign_off_are_whole(page: Any) -> None:
    places = by_id(page)
    for waiver, article in zip(
        AUDITED.waivers, tagged(places["s-waivers"], "article"), strict=True
    ):
        said = words(article)
        for each in (
            waiver.id,
            waiver.control,
            waiver.subject,
            waiver.approver.text("zh"),
            waiver.starts[:10],
        ):
            assert each in said
    rows = tagged(places["s-signature"], "tr")
    assert [len(row) for row in rows] == [4, 4, 4, 4]


def test_every_kind_of_bar_has_its_legend(page: Any) -> None:
    figures = tagged(page, "figure", "timelines")
    assert len(figures) == 9
    for figure in figures:
        (legend,) = tagged(figure, "p", "legend")
        keys = " ".join(each.get("class") for each in tagged(legend, "span", "k"))
        drawn = {each.get("class") for each in figure.iter(f"{SVG}rect")} - {"ahead"}
        assert {"duty", "cover", "lapse", "coming", "now"} <= drawn
        assert {f"k-{kind}" for kind in drawn} <= set(keys.split())


def test_pictures_have_a_name(page: Any) -> None:
    pictures = [each for each in page.iter() if each.get("role") == "img"]
    assert len(pictures) > 10
    for each in pictures:
        assert each[0].tag.endswith("title")
        assert words(each[0]).strip()
