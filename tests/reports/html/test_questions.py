"""Questions of an auditor, answered on the shipped sample's report, click by click.

Each is a list of what is clicked from the top of the page, where that ends, and what stands there.
What is said there must stand in the file that it comes from, too.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ccpolicy.assessment.models import Assessment, Recorded
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render
from ccpolicy.reports.length_text import length_text, seconds_of
from ccpolicy.reports.xlsx import render_assessment as render_xlsx

from .audited import AUDITED
from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[3]
PEEK = "#peek"
"""Where a record's own content is shown."""


@dataclass(frozen=True)
class Question:
    """What an auditor asks, and how the page answers."""

    asks: str
    clicks: Sequence[str | tuple[str, str]]
    """What is clicked, or filled and with what."""
    ends: str
    says: Sequence[str]
    file: str
    """Where the same words stand."""


def contents(place: str) -> str:
    return f".contents a[href='#{place}']"


QUESTIONS = [
    Question(
        "Which on-site drill covered Chengdu in the first half of 2026, and where is its record?",
        [
            contents("DR-2"),
            "#DR-2 .tl details[open] .spans a:text-is('drills/2025.yaml:299')",
        ],
        PEEK,
        ["CTU", "on_site", "D-2025-10", "2025-10-23T16:04:00+08:00", "发电机接管供电"],
        "evidence/drills/2025.yaml",
    ),
    Question(
        "The next one was late: which drill cured that?",
        [contents("DR-2"), "#DR-2 table.lapses td:last-child a.rec"],
        PEEK,
        ["CTU", "on_site", "D-2026-08", "2026-07-09T10:42:00+08:00"],
        "evidence/drills/2026.yaml",
    ),
    Question(
        "Which waivers stand, until when, and who approved them?",
        [contents("s-waivers")],
        "#s-waivers",
        ["W-2026-01", "W-2026-02", "2027-03-31", "The supplier withdrew a faulty batch"],
        "policy/waivers.yaml",
    ),
    Question(
        "Who owns what falls due in December?",
        [contents("s-due")],
        "#s-due details[open]:has(summary:has-text('2026-12')) tr:has(a[href='#RA-1'])",
        ["risk management", "RA-1", "Each hazard assessed at each site"],
        "policy/controls/2-risk.yaml",
    ),
    Question(
        "Whose training lapsed and was cured, and by which record?",
        [
            "section[aria-labelledby=h-failed] a.id:text-is('TR-1')",
            "#TR-1 table.lapses tr:has-text('P0160') td:last-child a.rec",
        ],
        PEEK,
        ["P0160", "operations", "evidence/training/2025.xlsx:培训记录!440"],
        "",
    ),
    Question(
        "Why fifteen minutes to notify, and where is that published?",
        [contents("IR-1")],
        "#IR-1 .numbers",
        ["15 minutes", "Internal decision, plan clause 4.1"],
        "policy/norms.yaml",
    ),
    Question(
        "Which norm asks for a restore every quarter, and where is it published?",
        [contents("ER-4")],
        "#ER-4 .numbers li:has(a[href='https://cas.docs.cisecurity.org/en/latest/source/Controls11/'])",
        ["CIS Controls v8, safeguard 11.5"],
        "policy/norms.yaml",
    ),
    Question(
        "Which clause has no control, and why?",
        [contents("s-matrix")],
        "#s-matrix tbody:last-child",
        ["A list of books asks nobody to do anything"],
        "policy/plan.yaml",
    ),
    Question(
        "Which requirements of ISO/IEC 27001 have a control, and how do they stand?",
        [contents("s-frameworks"), "#s-frameworks summary:has-text('ISO/IEC 27001')"],
        "#s-frameworks details[open]",
        ["A.5.30", "IR-1", "No control of this plan serves:"],
        "",
    ),
    Question(
        "What is open and not due yet?",
        [contents("s-pending")],
        "#s-pending",
        ["EM-2", "NS-2", "not due yet"],
        "",
    ),
    Question(
        "What does all this not prove, and who vouches for it until when?",
        [contents("s-limits")],
        "#s-limits",
        ["no risk is missing from the register", "RA-1", "各职场风险台账已逐项核对"],
        "",
    ),
    Question(
        "What was not assessed, and why?",
        [contents("s-unjudged")],
        "#s-unjudged",
        ["GV-2", "GV-4", "Filing is traced in git from 2026-12-01 on"],
        "policy/controls/1-governance.yaml",
    ),
    Question(
        "Which file stands behind the restore tests, and what is its digest?",
        [contents("ER-4"), "#ER-4 .facts a:text-is('restore_tests')"],
        "section.dataset:has(code:text-is('restore_tests'))",
        ["evidence/restore_tests/restore_tests.csv"],
        "",
    ),
    Question(
        "Who was on duty untrained on 29 May 2026?",
        [contents("s-lapses"), ("#lq", "TR-1 2026-05-29")],
        "#s-lapses",
        ["1–2 / 2", "P0093 × Security awareness", "P0112 × Operations"],
        "",
    ),
    Question(
        "Which controls failed in the second quarter, and for how long in all?",
        [contents("s-lapses"), ("#range", "2026-04-01/2026-06-30")],
        "#s-lapses",
        ["TR-1", "RA-1", "244 d 12 h", "11 d"],
        "",
    ),
    Question(
        "Who lacked which training, and how does everybody stand?",
        [contents("s-subjects"), ("#sq", "TR-1")],
        "#s-subjects",
        ["1–100 / 348", "P0001 × operations", "P0001 × security_awareness"],
        "",
    ),
    Question(
        "What is there about incident INC-2026-04, across all controls?",
        [contents("s-subjects"), ("#sq", "INC-2026-04")],
        "#s-subjects",
        ["IR-1", "IR-5", "INC-2026-04 × management"],
        "",
    ),
    Question(
        "Did it get better or worse, month by month?",
        [contents("s-overview"), "figure:has(#f-course) summary"],
        "figure:has(#f-course) table",
        ["2026-01", "2026-10"],
        "",
    ),
    Question(
        "Which owner has most that is overdue, and which most time missed?",
        [contents("s-summary")],
        "#owners",
        ["emergency management", "facilities", "IT operations"],
        "",
    ),
    Question(
        "What changed in the rules, when and why?",
        [contents("s-controls")],
        "#changes",
        [
            "EM-1",
            "IR-1",
            "2026-01-01",
            "30 minutes",
            "15 minutes",
            "the whole centre stands still when it fails",
        ],
        "",
    ),
    Question(
        "Which rules held in March 2026?",
        [contents("h-changes")],
        "#changes",
        ["IR-1", "2026-01-01", "15 minutes", "2026-09-01", "2 business hours"],
        "",
    ),
]
MOST = 2
"""Clicks that a way takes at most."""


def answered(page: Page, question: Question) -> str:
    """Take the way of a question and return what is visible at its end."""
    for step in question.clicks:
        if isinstance(step, str):
            page.locator(step).click()
        elif step[0] == "#range":
            page.locator(step[0]).select_option(step[1])
        else:
            page.locator(step[0]).fill(step[1])
    if question.ends != PEEK:
        assert page.locator(question.ends).is_visible()
    if "#sq" in str(question.clicks):
        here = f"location.hash.includes('sq={question.clicks[-1][1]}')"
        reached(page, f"{here} && 'subjects' in document.documentElement.dataset")
    if "#range" in str(question.clicks):
        reached(page, "document.querySelector('#sums dd').textContent !== ''")
    if "#lq" in str(question.clicks):
        reached(
            page, "location.hash.includes('lq=') && 'lapses' in document.documentElement.dataset"
        )
    return str(page.locator(question.ends).inner_text())


def test_questions_are_answered_in_two_clicks_at_most(browser: Browser, sample: Path) -> None:
    """All on one page, which is turned back to its start before each."""
    with opened(browser, sample) as page:
        unopened = "document.querySelectorAll('main details[open]')"
        page.evaluate(f"window.first = new Set({unopened})")
        for question in QUESTIONS:
            assert len(question.clicks) <= MOST
            said = answered(page, question)
            assert [each for each in question.says if each not in said] == [], question.asks
            page.keyboard.press("Escape")
            page.evaluate(f"{unopened}.forEach((each) => {{ each.open = first.has(each); }})")
            page.evaluate("location.hash = ''")


@pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if each.file], ids=lambda q: q.asks
)
def test_answers_stand_in_the_files_they_come_from(question: Question) -> None:
    text = " ".join((ROOT / question.file).read_text("utf-8").split())
    for each in question.says:
        assert each in text or each == "2027-03-31", "a waiver's last day is the one before its end"


def test_digest_shown_is_that_of_the_file(browser: Browser, sample: Path) -> None:
    (question,) = [each for each in QUESTIONS if "digest" in each.asks]
    with opened(browser, sample) as page:
        said = answered(page, question)
    file = ROOT / question.says[0]
    assert hashlib.sha256(file.read_bytes()).hexdigest() in said


RECORDS = """() => [...document.querySelectorAll('#register tbody tr')].map((row) => {
  // What lies beneath a modal dialog is inert: the browser would go through the page each time.
  HTMLDialogElement.prototype.showModal = HTMLDialogElement.prototype.show;
  const link = row.querySelector('a.id');
  link.click();
  const section = document.getElementById(link.getAttribute('href').slice(1));
  const records = [...section.querySelectorAll('a.behind, a.rec')];
  const record = records.find((each) => each.checkVisibility());
  record?.click();
  const peek = document.querySelector('#peek');
  const shown = peek.open ? peek.innerText : null;
  peek.close();
  section.querySelector('details').open = false;
  return [link.textContent, shown];
})"""


def test_records_are_two_clicks_from_the_verdict_of_every_control(
    browser: Browser, sample: Path, audit: Assessment
) -> None:
    assert audit.annex
    held = {record.place: record for record in audit.annex.records}
    behind = {
        own.id
        for control, own in zip(audit.controls, audit.annex.controls, strict=True)
        if any(span.record for line in own.timelines for span in (*line.duty, *line.cover))
        or any(lapse.opened_by or lapse.closed_by for lapse in control.lapses)
    }
    with opened(browser, sample) as page:
        shown = dict(page.evaluate(RECORDS))
    assert list(shown) == [control.id for control in audit.controls]
    assert {name for name, said in shown.items() if said} == behind
    for said in shown.values():
        if said:
            record = held[said.split("\n", 1)[0].strip()]
            assert record.fields
            for value in record.fields.values():
                assert value in said


CHANGES = """() => [...document.querySelectorAll('#changes tbody tr')].map((row) =>
  [row.cells[0].innerText, row.querySelector('a.id').textContent, row.cells[2].innerText,
    row.cells[3].innerText])"""


def test_rules_of_a_day_are_those_that_judged_it(
    browser: Browser, sample: Path, audit: Assessment
) -> None:
    """As the page tells its reader: the latest change up to the day, or what stood before."""
    assert audit.annex
    day = "2026-03-15"
    with opened(browser, sample) as page:
        page.locator(contents("h-changes")).click()
        rows = page.evaluate(CHANGES)
    changed = [each for each in audit.annex.controls if len(each.revisions) > 1]
    assert {name for _, name, _, _ in rows} == {each.id for each in changed}
    for own in changed:
        told = sorted(row for row in rows if row[1] == own.id)
        begun = [after for starts, _, _, after in told if starts <= day]
        said = begun[-1] if begun else told[0][2]
        held = [each for each in own.revisions if each.starts[:10] <= day][-1]
        (parameter,) = held.parameters
        assert isinstance(parameter.value, dict)
        for value in parameter.value.values():
            assert str(value) in said, (own.id, said)


FAILED = """() => [...document.querySelectorAll('[aria-labelledby=h-failed] tbody tr[data-c]')]
  .map((row) => [row.cells[0].innerText, row.cells[5].innerText, row.cells[6].innerText])"""


def test_numbers_of_the_page_stand_in_the_workbook(
    browser: Browser, sample: Path, audit: Assessment
) -> None:
    content = render_xlsx(audit, View()).content
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *rows = book["Lapses"].iter_rows(values_only=True)
    control, days = head.index("Control"), head.index("Days in the period")
    lapses: dict[str, list[float]] = {}
    waiver = head.index("Waiver")
    for row in (each for each in rows if each[waiver] is None):
        lapses.setdefault(str(row[control]), []).append(float(str(row[days])))
    with opened(browser, sample) as page:
        page.locator(contents("s-summary")).click()
        shown = page.evaluate(FAILED)
        page.evaluate("location.hash = '#s-subjects?sq=TR-1'")
        reached(page, "document.querySelector('#subjects-page').textContent.includes('/')")
        subjects = page.locator("#subjects-page").inner_text().partition("/ ")[2]
    assert len(shown) == sum(each.period == "fail" for each in audit.controls)
    for name, number, length in shown:
        assert number == str(len(lapses[name]))
        assert length == length_text(seconds_of(sum(lapses[name])), "en")
    listed = [row for row in book["Subjects"].iter_rows(values_only=True) if row[0] == "TR-1"]
    assert subjects == str(len(listed))


def test_docs_tell_every_question_with_its_clicks() -> None:
    rows = [f"| {each.asks} | {len(each.clicks)} |" for each in QUESTIONS]
    told = (ROOT / "docs/report.md").read_text("utf-8").splitlines()
    assert [line for line in told if re.search(r"\| \d+ \|$", line)] == rows
    zh = re.findall(r"\| (\d+) \|$", (ROOT / "docs/report.zh.md").read_text("utf-8"), re.MULTILINE)
    assert [int(each) for each in zh] == [len(each.clicks) for each in QUESTIONS]


def test_who_filed_a_record_behind_a_lapse_and_in_which_commit(
    browser: Browser, tmp_path: Path
) -> None:
    """From the control's place in the contents: the record, with author and commit."""
    assert AUDITED.provenance
    lapses = next(each.lapses for each in AUDITED.controls if each.id == "EM-1")
    filed = [
        Recorded(
            place=each.opened_by,
            event="inspected_at",
            change=None,
            recorded_at="2026-11-08T09:00:00+08:00",
            merged_at="2026-11-08T09:00:00+08:00",
            commit=f"{number:040x}",
            author=f"desk{number}@centre.example",
            committer=f"desk{number}@centre.example",
            signature="good",
            reason=None,
            before=None,
            after=None,
        )
        for number, each in enumerate(lapses, 0xABC)
        if each.opened_by
    ]
    provenance = AUDITED.provenance.model_copy(update={"recorded": filed})
    file = tmp_path / "filed.html"
    file.write_bytes(render(AUDITED.model_copy(update={"provenance": provenance}), View()))
    with opened(browser, file) as page:
        page.locator(contents("EM-1")).click()
        page.locator("#EM-1 table.lapses a.rec").first.click()
        said = page.locator(PEEK).inner_text()
    (known,) = [each for each in filed if each.place == said.split("\n", 1)[0].strip()]
    assert str(known.author) in said
    assert str(known.commit)[:12] in said
