"""Ten questions of an auditor to the shipped sample: the clicks, where they end, what is read.

What is to be read is taken from the assessment, so that the page is held to it and not to a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccpolicy.assessment.agenda import tasks_due
from ccpolicy.assessment.annex import Record, Span
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports.moments import last_day

from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Reader:
    """Somebody who reads, and counts their clicks."""

    page: Page
    clicks: int = 0

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1


@dataclass(frozen=True)
class Facts:
    """What the assessment says."""

    result: Assessment

    def control(self, id: str) -> Control:
        return next(each for each in self.result.controls if each.id == id)

    def record(self, place: str | None) -> Record:
        assert self.result.annex
        return next(each for each in self.result.annex.records if each.place == place)

    def covering(self, control: str, subject: str, starts: str, ends: str) -> Span:
        assert self.result.annex
        own = next(each for each in self.result.annex.controls if each.id == control)
        drawn = next(each for each in own.timelines if each.subject == subject)
        (found,) = [
            span
            for span in drawn.cover
            if span.starts[:10] <= starts and (span.ends or "9999")[:10] > ends
        ]
        return found


Answer = Callable[[Reader, Facts], list[str]]
"""Goes there, and says what must be read where it ends."""


@dataclass(frozen=True)
class Question:
    asked: str
    clicks: int
    ends: str
    answer: Answer


QUESTIONS: list[Question] = []


def question(asked: str, *, clicks: int, ends: str) -> Callable[[Answer], Answer]:
    def keep(answer: Answer) -> Answer:
        QUESTIONS.append(Question(asked, clicks, ends, answer))
        return answer

    return keep


def _all_of(record: Record) -> list[str]:
    return [record.place, *(value for value in record.fields.values() if "\n" not in value)]


@question(
    "Which drill covered Chengdu in the first half of 2026, and where is its record?",
    clicks=3,
    ends="#peek",
)
def drill(reader: Reader, facts: Facts) -> list[str]:
    place = facts.covering("DR-2", "CTU", "2026-01-01", "2026-06-30").record or ""
    reader.click(".contents a[href='#DR-2']")
    reader.click("#DR-2 .tl summary:has(.who:text-is('CTU'))")
    reader.click(f"#DR-2 .tl details[open] .spans a:text-is('{place.rpartition('/')[2]}')")
    return [place, facts.record(place).fields["drill_id"], "CTU"]


@question("Which waivers stand, and until when?", clicks=1, ends="#s-waivers")
def waivers(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#s-waivers']")
    standing = [each for each in facts.result.waivers if each.state == "in_force"]
    assert standing
    return [said for each in standing for said in (each.id, str(last_day(each.ends)))]


@question("Who owns what falls due in December?", clicks=1, ends="#s-due details:nth-of-type(2)")
def owners(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#s-due']")
    due = [
        each
        for each in tasks_due(facts.result, facts.result.horizon)
        if str(last_day(each.at)).startswith("2026-12")
    ]
    assert due
    names = {facts.control(each.control).owner.en for each in due}
    return ["2026-12", *names, *(each.control for each in due)]


@question("What restore test lapsed and was cured, and by which record?", clicks=2, ends="#peek")
def cured(reader: Reader, facts: Facts) -> list[str]:
    longest = max(facts.control("ER-4").lapses, key=lambda each: each.days)
    reader.click("section:has(> #h-cured) a[href='#ER-4']")
    reader.click(f"#ER-4 table.lapses tr:has-text('{longest.subject}') td:last-child a")
    return _all_of(facts.record(longest.closed_by))


@question("What norm stands behind the minutes of notification?", clicks=1, ends="#IR-1 .numbers")
def norm(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#IR-1']")
    (limit,) = facts.control("IR-1").parameters
    assert limit.norm
    return [str(limit.value), limit.norm.title.en, limit.norm.source]


@question("Which clause has no control, and why?", clicks=1, ends="#s-matrix tbody:last-child")
def clause(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#s-matrix']")
    (bare,) = [each for each in facts.result.policy.clauses if each.no_control]
    assert bare.no_control
    return [bare.id, bare.title.en, bare.no_control.en]


@question("What was not assessed, and why?", clicks=1, ends="#s-unjudged")
def unjudged(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#s-unjudged']")
    missing = [each for each in facts.result.controls if each.now in ("unknown", "not_applicable")]
    assert missing
    return [said for each in missing for said in (each.id, each.reason.en if each.reason else "")]


@question(
    "Which file, and which digest, backs the tests of restores?",
    clicks=2,
    ends=".dataset:has(> h3 code:text-is('restore_tests'))",
)
def digest(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#ER-4']")
    reader.click("#ER-4 dl.facts a:text-is('restore_tests')")
    files = [each for each in facts.result.evidence if each.dataset == "restore_tests"]
    assert files
    return [said for each in files for said in (each.file, each.sha256)]


@question("How many were untrained on 30 May 2026?", clicks=1, ends="#s-lapses")
def untrained(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#s-lapses']")
    reached(reader.page, "'lapses' in document.documentElement.dataset")
    reader.page.locator("#ld").fill("2026-05-30")
    reader.page.locator("#lq").fill("TR-1")
    on_the_day = [
        each.subject
        for each in facts.control("TR-1").lapses
        if each.starts < "2026-05-31" and (each.ends or "9999") > "2026-05-30"
    ]
    assert 0 < len(on_the_day) < len(facts.control("TR-1").lapses)
    reached(
        reader.page,
        f"document.querySelector('#page').textContent.endsWith('/ {len(on_the_day)}')",
    )
    assert reader.page.locator("#lapses tbody tr").count() == len(on_the_day)
    return on_the_day


@question("What changed in the rules, and why?", clicks=1, ends="#changes")
def revisions(reader: Reader, facts: Facts) -> list[str]:
    reader.click(".contents a[href='#h-changes']")
    assert facts.result.annex
    revised = [each for each in facts.result.annex.controls if len(each.revisions) > 1]
    assert revised
    said = [each.id for each in revised]
    for each in revised:
        for revision in each.revisions[1:]:
            assert revision.reason
            said += [revision.reason.en, str(last_day(revision.starts))[:4]]
    return said


@pytest.fixture(scope="module")
def page(browser: Browser, sample: Path) -> Iterator[Page]:
    with opened(browser, sample, viewport={"width": 1440, "height": 900}) as page:
        yield page


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.asked)
def test_question(page: Page, sample: Path, audit: Assessment, question: Question) -> None:
    page.goto("about:blank")
    page.goto(sample.as_uri())
    reader = Reader(page)
    wanted = question.answer(reader, Facts(audit))
    seen = page.locator(question.ends)
    seen.scroll_into_view_if_needed()
    assert seen.is_visible()
    text = " ".join(seen.inner_text().split())
    for each in wanted:
        assert " ".join(each.split()) in text
    assert reader.clicks == question.clicks


def test_ten_were_asked() -> None:
    assert len(QUESTIONS) == 10


def test_every_verdict_is_two_clicks_from_its_record(page: Page, sample: Path) -> None:
    """From the verdict in the register to the control, and to a record with its content."""
    page.goto("about:blank")
    page.goto(sample.as_uri())
    walked = page.evaluate(
        """() => [...document.querySelectorAll('#register tbody tr')].map((row) => {
          const first = row.querySelector('a');
          first.click();
          const section = document.getElementById(first.textContent);
          const named = [...section.querySelectorAll('a')].filter((each) =>
            document.getElementById(each.getAttribute('href').slice(1))?.closest('table.records'));
          const second = named.find((each) => each.checkVisibility());
          second?.click();
          const peek = document.querySelector('#peek');
          const said = peek.open ? peek.innerText : '';
          peek.close();
          return [first.textContent, named.length, said];
        })"""
    )
    assert len(walked) > 30
    with_records = [each for each in walked if each[1]]
    assert len(with_records) > 30
    for control, _, said in with_records:
        assert "evidence/" in said, control
        assert len(said.split("\n")) > 3, control
