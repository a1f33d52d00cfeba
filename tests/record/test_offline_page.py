"""The offline page in a real browser: from what is due to a verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccpolicy.draft.new_repository import RepositoryOptions, make_repository
from ccpolicy.engine.assess import assess
from ccpolicy.engine.question import EvaluationRequest, resolve
from ccpolicy.files.limits import Limits
from ccpolicy.policy import load_policy
from ccpolicy.record.offline_page import record_page
from ccpolicy.record.recorder import Recorder
from ccpolicy.record.sources import read_given
from ccpolicy.time.durations import parse_duration
from reports.html.test_browser import opened
from small_centre import change

from .conftest import NOW, PATROLS, label_assets, lay_workbooks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "</script><b>x</b>"
BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });"


@pytest.fixture
def page_file(centre: Path) -> Path:
    with (centre / "evidence/assets/assets.csv").open("a", encoding="utf-8") as file:
        file.write(f"{HOSTILE},2027-01-01,\n")
    page = centre.parent / "record.html"
    page.write_bytes(
        record_page(load_policy(centre), ["patrols", "readings"], parse_duration("P60D"), "zh")
    )
    return page


def axe(page: Page) -> Iterator[str]:
    from axe_playwright_python.sync_playwright import Axe

    for each in Axe().run(page).response["violations"]:
        yield f"{each['id']}: {each['nodes'][0]['html'][:200]}"


def test_from_what_is_due_to_a_verdict(
    browser: Browser, centre: Path, page_file: Path, tmp_path: Path
) -> None:
    """By keyboard, on a phone; what is filled in survives a reload."""
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}
    with opened(browser, page_file, **phone) as page:
        assert page.locator("b").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        first = page.locator("#due button").first
        assert first.inner_text().splitlines() == [
            "PBX-2 · cellar", "设备按期巡检 · 巡查", "自 2026-11-01 起逾期",
        ]  # fmt: skip
        assert page.locator("#elsewhere summary").inner_text().startswith("到期但不在此录入：")
        first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "f-walked_at"
        assert page.locator("#f-asset_id").input_value() == "PBX-2"
        for wrong in ("many", "1,234"):
            page.locator("#f-load").fill(wrong)
            page.keyboard.press("Enter")
            assert page.locator("#status").inner_text() == "有 3 个字段须更正。"
            assert page.locator("#f-load-fault").inner_text() == "应为数字。"
        assert [*axe(page)] == []
        page.locator("#f-load").fill("12.5")
        page.locator("#f-lasted").fill("12:30")
        page.locator("#f-walked_at").fill("2026-11-20T16:30")
        page.locator("#f-result").select_option("合格")
        page.reload()
        assert page.locator("#f-load").input_value() == "12.5"
        page.locator("#f-load").press("Enter")
        page.reload()
        page.locator("#lang-en").click()
        assert "Patrols: 1 to hand in" in page.locator("#hand-in").inner_text()
        assert "fit" in page.locator(".kept").inner_text()
        assert [*axe(page)] == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert page.locator("#t-patrols").input_value() == file.read_text("utf-8")
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    given = read_given(str(file), recorder.form, Limits())
    recorder.write(recorder.draft(given, refuse_equal=True), given)
    line = "X-0008;PBX-2;2026/11/20 16:30;合格;12,5;12:30;无;无"
    assert (centre / PATROLS).read_bytes().decode("gb18030").endswith(line)
    policy = load_policy(centre)
    result = assess(policy, resolve(policy, EvaluationRequest(controls=["EM-2"])))
    assert [each.subject for each in result.controls[0].lapses if each.ends is None] == []


def page_data(centre: Path, *datasets: str) -> dict[str, Any]:
    page = record_page(load_policy(centre), datasets, parse_duration("P60D"), "zh").decode()
    found = re.search(r'id="data">(.*?)</script>', page)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_a_text_that_says_its_unit_is_handed_in_as_it_is_written(centre: Path) -> None:
    """A duration of 12 minutes is no 12 seconds."""
    fields = {
        each["name"]: each for each in page_data(centre, "patrols")["forms"]["patrols"]["fields"]
    }
    assert fields["lasted"]["example"] == "90:00"
    assert "example" not in fields["load"]


def test_what_is_due_leads_to_a_form_or_says_why_not(centre: Path) -> None:
    """A register whose subjects have several records takes a further one, and has a form."""
    change(centre, "policy/datasets/inspections.yaml", "title:", "written_by: tool\ntitle:")
    change(
        centre,
        "policy/controls/4.yaml",
        "subjects: {dataset: assets, key: [asset_id], starts: commissioned_on}",
        "subjects: {dataset: patrols, key: [asset_id], starts: walked_at}",
    )
    data = page_data(centre)
    by_tool = {"en": "written by a tool: Inspections (inspections/*.csv)",
               "zh": "由工具写入：巡检（inspections/*.csv）"}  # fmt: skip
    assert data["leftOut"] == [by_tool]
    found = {
        (each["control"], each["words"]["zh"], each["form"], *each["values"].values()): each.get(
            "why"
        )
        for each in data["due"]
        if each["subject"] == "PBX-1"
    }
    assert found == {
        ("EM-1", "cellar", ""): [by_tool],
        ("EM-2", "cellar", "patrols", "PBX-1"): None,
    }
    change(centre, "policy/datasets/patrols.yaml", "key: [patrol_id]", "key: [asset_id]")
    own = {each["en"] for item in page_data(centre)["due"] for each in item["why"]}
    assert "to be filled into its own record: Patrols (patrols/*.csv)" in own
    lay_workbooks(centre, "patrols/*.xlsx")
    assert page_data(centre)["forms"]["patrols"]["file"] == "patrols/{stamp}.xlsx"


def test_an_entry_is_called_by_its_label_and_read_as_its_key(
    browser: Browser, centre: Path, tmp_path: Path
) -> None:
    """In the language of the moment; what was chosen in the other one is still the same entry."""
    label_assets(centre)
    data = page_data(centre, "patrols")
    assert data["registers"]["assets.asset_id"][1][:2] == [
        "PBX-2", {"en": "Main exchange · Cellar", "zh": "主交换机 · 地下室"},
    ]  # fmt: skip
    file = tmp_path / "page.html"
    file.write_bytes(record_page(load_policy(centre), ["patrols"], parse_duration("P60D"), "zh"))
    with opened(browser, file) as page:
        assert page.locator("#due button strong").first.inner_text() == "主交换机 · 地下室"
        page.locator("#due button").first.click()
        listed = page.locator("#f-asset_id-list option").evaluate_all(
            "all => all.map((each) => each.value)"
        )
        assert listed == ["PBX-1 · 地下室", "PBX-2 · 主交换机 · 地下室"]
        page.locator("#f-asset_id").fill(listed[1])
        page.locator("#f-result").select_option("合格")
        page.locator("#f-walked_at").fill("2026-11-20T16:30")
        page.locator("#lang-en").click()
        page.locator("#f-walked_at").press("Enter")
        page.locator("#lang-zh").click()
        lines = page.locator("#t-patrols").input_value()
    assert json.loads(lines)["asset_id"] == "PBX-2"


def test_a_browser_that_keeps_nothing_works(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, viewport={"width": 1200, "height": 900}) as page:
        page.add_init_script(BLOCKED)
        page.reload()
        assert page.locator("#hand-in .late").inner_text().startswith("此浏览器不保存内容")
        page.locator("#dataset").select_option("readings")
        page.locator("#f-asset_id").fill("PBX-1")
        page.get_by_role("button", name="填入当前时间").click()
        page.locator("#f-volts").fill("54")
        page.locator("#f-by").fill("A, B")
        page.get_by_role("button", name="保存本条记录").click()
        assert page.locator("#status").inner_text() == "已保存，请在下方交回。"
        assert '"volts":54,"by":"A, B"' in page.locator("#t-readings").input_value()
        page.get_by_role("button", name="删除").click()
        assert "尚未填写记录" in page.locator("#hand-in").inner_text()


def test_a_day_is_set_to_today(browser: Browser, tmp_path: Path) -> None:
    make_repository(tmp_path / "fire", RepositoryOptions("fire", languages=("zh",)), "zh")
    file = tmp_path / "record.html"
    plan = load_policy(tmp_path / "fire")
    file.write_bytes(record_page(plan, ["drills"], parse_duration("P60D"), "zh"))
    with opened(browser, file, viewport={"width": 390, "height": 800}) as page:
        page.locator("#dataset").select_option("drills")
        page.get_by_role("button", name="填入今天").click()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", page.locator("#f-held_on").input_value())
        assert "演练日期" in page.locator("label[for=f-held_on]").inner_text()
