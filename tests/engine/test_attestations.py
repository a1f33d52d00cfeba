"""What an evaluation says of matters that people vouch for: who, until when, which lapsed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from attested_centre import ATTESTED, CONTROL, HEAD, lay_attested
from ccpolicy.assessment.attestations import AttestedMatter
from ccpolicy.reports.html_parts.overview import failed, owners
from ccpolicy.reports.html_parts.verdicts import period_summary
from ccpolicy.reports.html_parts.wording import offering
from small_centre import change, lay

DATASET = "policy/datasets/attestations.yaml"


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return lay_attested(tmp_path / "centre")


def attested(centre: Path, **request: Any) -> list[AttestedMatter]:
    return ccpolicy.load(centre).check(ccpolicy.EvaluationRequest(**request)).attested


def spans(matter: AttestedMatter) -> list[tuple[str, str | None]]:
    return [(each.starts[:10], each.ends and each.ends[:10]) for each in matter.attestations]


def test_who_vouches_until_when_and_what_rests_on_it(centre: Path) -> None:
    complete, figures = attested(centre)
    assert (complete.control, complete.controls) == ("GV-5", ["EM-1"])
    assert complete.title.text("en") == "nothing is missing"
    assert complete.title.text("zh") == "没有遗漏"
    # A record counts from the end of its day, to its own end or 90 days, whichever is earlier.
    assert spans(complete) == [("2026-01-11", "2026-04-11"), ("2026-09-11", "2026-12-10")]
    first, last = complete.attestations
    assert (last.by, last.statement) == (["P1", "P2"], "all seen again")
    assert last.record == f"{ATTESTED}:3"
    assert first.record == f"{ATTESTED}:2"
    assert (complete.now, complete.period) == ("pass", "fail")
    # Whoever countersigns what he signed himself vouches for nothing.
    assert (figures.title.text("en"), figures.controls) == ("true_figures", [])
    assert (figures.attestations, figures.now, figures.period) == ([], "fail", "fail")


def test_the_last_attestation_stays_named_when_it_has_lapsed(centre: Path) -> None:
    rows = "A1,true_figures,,P1,,2026-01-10,\nA2,true_figures,,P1,P2,2026-02-10,2026-03-01\n"
    (centre / ATTESTED).write_text(HEAD + rows, encoding="utf-8")
    change(centre, CONTROL, "signed_by <> countersigned_by", "number <> 'A0'")
    change(centre, CONTROL, "      valid_for: {value: 90 days, norm: monthly}\n", "")
    change(centre, CONTROL, "starts: signed_on", "valid_from: signed_on")
    _, figures = attested(centre, period=("2026-06-01", "2026-11-01"))
    [first] = figures.attestations
    # It has no end at all, so that it counts on; the other was over before the period.
    assert (first.by, first.statement, first.ends) == (["P1"], None, None)
    assert figures.now == "pass"
    (centre / ATTESTED).write_text(HEAD + rows.splitlines()[1] + "\n", encoding="utf-8")
    complete, figures = attested(centre, period=("2026-06-01", "2026-11-01"))
    assert spans(figures) == [("2026-02-10", "2026-03-02")]
    assert (figures.now, figures.period) == ("fail", "fail")
    assert complete.attestations == []


def test_one_that_lapses_at_the_moment_judged_failed_in_the_period(centre: Path) -> None:
    change(centre, DATASET, "format: date}", "format: date-time}")
    begins, ends = "2025-10-10T18:00:00+08:00", "2026-11-20T18:00:00+08:00"
    rows = f"A1,complete,x,P1,P2,{begins},{ends}\nA2,true_figures,x,P1,P2,{begins},\n"
    lay(centre, {ATTESTED: HEAD + rows})
    change(centre, CONTROL, "valid_for: {value: 90 days,", "valid_for: {value: 3 years,")
    result = ccpolicy.load(centre).check(ccpolicy.EvaluationRequest())
    control = next(each for each in result.controls if each.id == "GV-5")
    assert [(each.starts, each.ends, each.days) for each in control.lapses] == [(ends, None, 0)]
    assert (control.now, control.period) == ("fail", "fail")
    complete, figures = result.attested
    assert (complete.now, complete.period) == ("fail", "fail")
    assert (figures.now, figures.period) == ("pass", "pass")
    assert {"control": "GV-5", "lapses": 1, "days": 0} in [
        {"control": each.control.id, "lapses": each.lapses, "days": each.days}
        for each in failed(result)
    ]
    [summed] = [each for each in owners(result, result.horizon) if each.owner == control.owner]
    assert (summed.lapses, summed.failed) == (1, 1)
    with offering(["en"], "en"):
        said = str(period_summary(result).__html__())
    assert "3 lapses, 2 of them ended" in said, "two are those of EM-1"


def test_a_waiver_is_no_attestation(centre: Path) -> None:
    waiver = """\
waivers:
  - id: W-1
    control: GV-5
    subject: centre × true_figures
    reason: {en: Next week., zh: 下周。}
    owner: manager
    approver: board
    from: 2026-10-01
    until: 2026-12-31
"""
    lay(centre, {"policy/waivers.yaml": waiver})
    _, figures = attested(centre)
    assert (figures.now, figures.period, figures.attestations) == ("waived", "fail", [])


def test_invalid_records_leave_nothing_attested(centre: Path) -> None:
    change(centre, ATTESTED, "2026-09-10", "soon")
    assert {(each.now, each.period) for each in attested(centre)} == {("unknown", "unknown")}


def test_by_subject(centre: Path) -> None:
    change(
        centre,
        CONTROL,
        "      items: [complete",
        "      subjects: {dataset: assets, key: [asset_id], starts: commissioned_on}\n"
        "      items: [complete",
    )
    change(centre, CONTROL, "item: topic\n", "item: topic\n        key: [words]\n")
    rows = "A1,complete,PBX-2,P1,P2,2026-10-10,\n"
    (centre / ATTESTED).write_text(HEAD + rows, encoding="utf-8")
    found = attested(centre)
    assert [(each.title.text("en"), bool(each.attestations)) for each in found] == [
        ("PBX-1 × nothing is missing", False),
        ("PBX-2 × nothing is missing", True),
        ("PBX-1 × true_figures", False),
        ("PBX-2 × true_figures", False),
    ]
    assert [each.controls for each in found] == [["EM-1"], ["EM-1"], [], []]


def test_nothing_without_a_judged_control_that_declares_it(centre: Path) -> None:
    assert attested(centre, controls=["EM-1"]) == []
    text = (centre / CONTROL).read_text("utf-8")
    start, end = text.index("    attests:"), text.index("    parameters:")
    (centre / CONTROL).write_text(text[:start] + text[end:], encoding="utf-8")
    assert attested(centre) == []
