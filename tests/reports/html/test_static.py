"""The file as it is, before any browser: whole, safe, and the same each time."""

from __future__ import annotations

import base64
import hashlib
import re
import tracemalloc
from typing import Any

import html5lib
import pytest

from ccpolicy.assessment.models import Assessment, CoveredLater
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render
from ccpolicy.reports.layout import visible

from ..centres import BASELINED, STANDING
from ..rich import ASSESSMENT, NO_EVIDENCE
from .audited import AUDITED, BAD, hostile, many
from .unfolded import unfolded

XHTML = "{http://www.w3.org/1999/xhtml}"


def parsed(content: bytes, *, scripts: bool = True) -> Any:
    """Parse the page as its script makes it, or as it is."""
    page = unfolded(content) if scripts else content
    return html5lib.HTMLParser(strict=False).parse(page.decode())


def words(element: Any) -> str:
    return "".join(element.itertext())


def by_id(tree: Any) -> dict[str, Any]:
    return {each.get("id"): each for each in tree.iter() if each.get("id")}


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("result", [AUDITED, ASSESSMENT], ids=["annex", "no annex"])
def test_every_part_of_the_assessment_is_there(result: Assessment, scripts: bool) -> None:
    tree = parsed(render(result, View()), scripts=scripts)
    places = by_id(tree)
    page = words(tree)
    for control in result.controls:
        section = words(places[control.id])
        for said in (control.title, control.rule, control.remediation):
            assert said.text("en") in section
            assert said.text("zh") in section
        for lapse in control.lapses:
            if lapse.subject.isprintable():
                assert lapse.subject in section
    matrix = words(places["s-matrix"])
    for clause in result.policy.clauses:
        assert clause.title.text("zh") in matrix
        if clause.no_control:
            assert clause.no_control.text("en") in matrix
    for waiver in result.waivers:
        assert waiver.reason.text("zh") in words(places["s-waivers"])
    assert result.evidence.attachments
    for file, digest in result.evidence.digests.items():
        assert file in words(places["s-evidence"])
        assert digest in words(places["s-evidence"])
    assert result.policy.digest in page
    assert ("This assessment has no annex" in page) == (result.annex is None)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("shown", ["rich", "sample"])
def test_ids_are_unique_and_every_link_lands(shown: str, scripts: bool, audit: Assessment) -> None:
    tree = parsed(render(AUDITED if shown == "rich" else audit, View()), scripts=scripts)
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in tree.iter(f"{XHTML}a"):
        href = each.get("href")
        if href and href.startswith("#") and href != "#":
            assert href[1:] in ids, href
    for each in tree.iter():
        for name in ("aria-labelledby", "for"):
            assert not each.get(name) or each.get(name) in ids


def test_what_is_packed_lands_where_its_kind_belongs(audit: Assessment) -> None:
    tree = parsed(render(audit, View()))
    parents = {child: parent for parent in tree.iter() for child in parent}
    rows = [each for each in tree.iter(f"{XHTML}tr") if each.get("class") == "screen"]
    items = [each for each in tree.iter(f"{XHTML}li") if each.get("class") == "screen"]
    assert {parents[each].tag for each in rows} == {f"{XHTML}tbody"}
    assert {parents[each].get("class") for each in items} == {"tl"}


def test_records_are_two_clicks_from_their_verdict() -> None:
    places = by_id(parsed(render(AUDITED, View())))
    links = [each.get("href") for each in places["EM-1"].iter(f"{XHTML}a")]
    row = places["r.1"]
    assert "#r.1" in links
    assert "I1" in words(row)


def test_content_policy_names_the_style_and_script_and_nothing_else() -> None:
    content = render(AUDITED, View()).decode()
    policy = re.search(r'Content-Security-Policy"? content="([^"]+)"', content)
    assert policy
    said = policy[1].replace("&#39;", "'")
    for name in ("style", "script"):
        (inside,) = re.findall(rf"<{name}>(.*?)</{name}>", content, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in said
    assert said.startswith("default-src 'none'")
    assert "unsafe" not in said


@pytest.mark.parametrize("bad", [BAD, "w" * 100_000], ids=["markup", "long word"])
def test_hostile_text_stays_text(bad: str) -> None:
    content = render(hostile(bad), View())
    tree = parsed(content)
    assert len(list(tree.iter(f"{XHTML}script"))) == 1
    assert len(list(tree.iter(f"{XHTML}style"))) == 1
    packed = {each.get("id") for each in tree.iter(f"{XHTML}template")}
    assert packed == {"packed", "tokens"}, "all lapses, and what controls are filtered by"
    assert not list(tree.iter(f"{XHTML}img"))
    for each in tree.iter():
        for name in each.attrib:
            assert not str(name).lower().startswith("on")
            assert name != "style"
        link = each.get("href") or each.get("src") or ""
        assert link.startswith(("#", "https://", "http://")) or not link
    assert "\u202e" not in content.decode()
    assert "49{%" not in content.decode()
    assert len(content) < 20_000_000


def test_same_assessment_same_bytes() -> None:
    assert render(AUDITED, View()) == render(
        Assessment.model_validate_json(AUDITED.model_dump_json()), View()
    )


def test_shell_is_small() -> None:
    bare = AUDITED.model_copy(
        update={
            "controls": [],
            "evidence": NO_EVIDENCE,
            "waivers": [],
            "problems": [],
            "annex": None,
        }
    )
    assert len(render(bare, View())) < 150_000


def test_many_lapses_fit_and_name_the_failing() -> None:
    result = many(100_000)
    content = render(result, View())
    assert len(content) < 6_000_000
    failing = by_id(parsed(content))["EM-1"]
    names = [words(each).strip() for each in failing.iter(f"{XHTML}li")]
    lapses = next(each.lapses for each in result.controls if each.id == "EM-1")
    wanted = dict.fromkeys(lapse.subject for lapse in lapses if lapse.ends is None)
    assert set(list(wanted)[:1_000]) <= set(names)
    assert "49,000 more are in the CSV report" in words(failing)


def test_memory_grows_by_little_more_than_the_file() -> None:
    peaks, sizes = [], []
    for number in (1_000, 41_000):
        result = many(number)
        render(result, View())
        tracemalloc.start()
        sizes.append(len(render(result, View())))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4 * (sizes[1] - sizes[0]) + 1_000_000


def test_brief_links_land_too() -> None:
    tree = parsed(render(AUDITED, View(detail="brief")))
    ids = by_id(tree)
    links = [each.get("href") for each in tree.iter(f"{XHTML}a")]
    within = [href for href in links if href.startswith("#") and href != "#"]
    assert len(within) > 4
    assert [href for href in within if href[1:] not in ids] == []


def test_what_a_baseline_lets_stand_is_marked_and_counted() -> None:
    assert BASELINED.gate.obsolete
    assert STANDING.gate.accepted
    for result in (BASELINED, STANDING):
        known = sum(lapse.baselined for each in result.controls for lapse in each.lapses)
        assert known
        page = parsed(render(result, View()))
        places = by_id(page)
        assert f"{known} known lapse" in words(places["s-summary"])
        marks = [
            each
            for control in result.controls
            for row in places[control.id].iter(f"{XHTML}tr")
            for each in row.iter(f"{XHTML}span")
            if each.get("class") == "known"
        ]
        assert len(marks) == known
        for name in result.gate.accepted:
            assert "v-fail" in words_of_classes(places[name])
        for entry in result.gate.obsolete:
            assert entry.subject in words(places["s-summary"])


def words_of_classes(element: Any) -> str:
    return " ".join(each.get("class") or "" for each in element.iter())


def test_who_recorded_stands_in_the_register() -> None:
    recorders = [
        words(each)
        for each in by_id(parsed(render(AUDITED, View())))["s-evidence"].iter(f"{XHTML}table")
        if "recorders" in (each.get("class") or "")
    ]
    assert len(recorders) == 1
    assert "desk@centre.example" in recorders[0]
    assert "not committed" in recorders[0]
    without = AUDITED.model_copy(update={"provenance": None})
    said = words(by_id(parsed(render(without, View())))["recorded"])
    assert "ccpolicy check --provenance" in said


def test_fields_and_values_have_their_labels_beside_what_is_on_file() -> None:
    register = words(by_id(parsed(render(AUDITED, View())))["s-evidence"])
    assert "Number <b>" in register
    assert "巡检单号" in register
    cells = [words(each) for each in parsed(render(AUDITED, View())).iter(f"{XHTML}td")]
    assert any("Shanghai & all" in each and "上海" in each and "SH" in each for each in cells)


def test_every_timeline_has_its_legend() -> None:
    tree = parsed(render(AUDITED, View()))
    drawn = [
        each for each in tree.iter(f"{XHTML}figure") if "timelines" in (each.get("class") or "")
    ]
    assert len(drawn) == len(AUDITED.controls)
    for each in drawn:
        for said in ("duty", "covered", "record", "lapsed", "waived", "as-of"):
            assert said in words(each)


def test_sign_off_and_matrix_are_whole() -> None:
    places = by_id(parsed(render(AUDITED, View())))
    assert len(list(places["s-signature"].iter(f"{XHTML}tr"))) == 4
    rows = [each for each in places["s-matrix"].iter(f"{XHTML}tr") if each.get("data-c")]
    held = [each for clause in AUDITED.policy.clauses for each in clause.controls]
    known = {control.id for control in AUDITED.controls}
    assert len(rows) == len([each for each in held if each in known])


@pytest.mark.parametrize("url", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x"])
def test_only_links_of_the_web_can_be_followed(url: str) -> None:
    text = AUDITED.model_dump_json()
    assert '"url":null' in text
    result = Assessment.model_validate_json(text.replace('"url":null', f'"url":"{url}"'))
    page = parsed(render(result, View()))
    assert url.strip() in words(page)
    assert not [each for each in page.iter(f"{XHTML}a") if url.strip() in (each.get("href") or "")]


def test_summary_says_why_a_control_cannot_be_judged() -> None:
    said = words(by_id(parsed(render(AUDITED, View())))["s-summary"])
    unknown = [each for each in AUDITED.controls if each.now == "unknown"]
    assert unknown
    for control in unknown:
        assert control.remediation.text("en") in said
        for problem in control.problems[:3]:
            assert visible(problem.message.text("zh")) in said
            assert str(problem.locator or "") in said


def test_what_came_to_be_on_file_later_is_told_with_its_lapse() -> None:
    later = CoveredLater(
        since="2026-03-02T00:00:00+08:00", on_file="2026-11-25T09:12:00+08:00", commit="0" * 40
    )
    control = next(each for each in AUDITED.controls if each.lapses)
    lapses = [control.lapses[0].model_copy(update={"covered_later": later}), *control.lapses[1:]]
    changed = control.model_copy(update={"lapses": lapses})
    controls = [changed if each.id == control.id else each for each in AUDITED.controls]
    page = parsed(render(AUDITED.model_copy(update={"controls": controls}), View()))
    told = [each for each in page.iter(f"{XHTML}span") if "later" in (each.get("class") or "")]
    assert len(told) == 1
    assert "by a record filed 2026-11-25 09:12" in words(told[0])
