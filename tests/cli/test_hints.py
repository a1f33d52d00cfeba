"""What a message says beyond that something is wrong: what was there, and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_centre import CONTROLS, INSPECTIONS, change

from .conftest import Run

ASSETS = "policy/datasets/assets.yaml"
CONTRACT = "policy/datasets/inspections.yaml"
HEADER = "asset_id,performed_at,result"


def said(run: Run, centre: Path) -> str:
    result = run("check", centre, "-v")
    assert result.exit_code == 1, result.output
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("written", "difference"),
    [
        ("pbx-2", "only upper and lower case differ"),
        ("ＰＢＸ-2", "only full-width or other special forms"),
        ("PBX-02", "only leading zeros differ"),
        ("PBX\N{NON-BREAKING HYPHEN}2", "only the kind of dash differs"),
        ("PBX\N{EN DASH}2", "only the kind of dash differs"),
        ("P\N{NO-BREAK SPACE}BX-2", "only a space or an unseen character differs"),
    ],
)
def test_id_that_is_written_otherwise(
    written: str, difference: str, run: Run, centre: Path
) -> None:
    change(centre, INSPECTIONS, "PBX-2,", f"{written},")
    text = said(run, centre)
    assert "EV410 " in text
    assert f"did you mean 'PBX-2'? {difference}" in text


def test_id_of_another_is_not_suggested(run: Run, centre: Path) -> None:
    change(centre, INSPECTIONS, "PBX-2,", "PBX-3,")
    text = said(run, centre)
    assert "EV410 'PBX-3'" in text
    assert "did you mean" not in text
    assert "add it there, or correct the record" in text


@pytest.mark.parametrize(
    ("header", "code", "hint"),
    [
        ("Asset_ID,performed_at,result", "EV212", "is it 'Asset_ID'? the file has: Asset_ID, "),
        ("asset_id,performed_at", "EV212", "the file has: asset_id, performed_at"),
        ("asset id,performed_at,result", "PL204", "did you mean 'asset_id'?"),
        (f"{HEADER},", "EV121", "delete the column, or name it as one of: asset_id, "),
        (f"Inspections 2026,,\n{HEADER}", "EV120", "row 1 holds: Inspections 2026"),
        (f"Inspections 2026\n\n{HEADER}", "EV120", "row 1 holds: Inspections 2026"),
    ],
)
def test_headings(header: str, code: str, hint: str, run: Run, centre: Path) -> None:
    change(centre, INSPECTIONS, HEADER, header)
    text = said(run, centre)
    assert f"error: {code} " in text
    assert hint in text


@pytest.mark.parametrize(
    ("zone", "written", "code", "hint"),
    [
        ("Asia/Shanghai", "2026-11-01 09:00:00", "EV329", "did you mean '2026-11-01T09:00:00'?"),
        ("Asia/Shanghai", "2026/11/1 9:00", "EV329", "did you mean '2026-11-01T09:00:00'?"),
        ("Asia/Shanghai", "２０２６-11-01T09:00", "EV329", "did you mean '2026-11-01T09:00:00'?"),
        ("", "2026-11-01 09:00:00+08:00", "EV305", "did you mean '2026-11-01T09:00:00+08:00'?"),
        ("", "2026-11-01 09:00", "EV305", 'add time: "%Y-%m-%d %H:%M", zone: "…" to column'),
        ("", "2026-11-01T09:00:00", "EV305", "write the offset from UTC"),
    ],
)
def test_times(zone: str, written: str, code: str, hint: str, run: Run, centre: Path) -> None:
    if zone:
        change(centre, CONTRACT, "format: csv\n", f"format: csv\nzone: {zone}\n")
    change(centre, INSPECTIONS, "2026-11-01T09:00:00+08:00", written)
    text = said(run, centre)
    assert f"error: {code} " in text
    assert hint in text


def test_listed_value(run: Run, centre: Path) -> None:
    change(centre, INSPECTIONS, "2026-11-01T09:00:00+08:00,pass", "2026-11-01T09:00:00+08:00,Pass ")
    assert "did you mean 'pass'? only spaces, case, " in said(run, centre)


def test_classes_that_disagree(run: Run, centre: Path) -> None:
    change(centre, ASSETS, "required: [asset_id, ", "required: [asset_id, line, kind, ")
    change(centre, ASSETS, "key: [asset_id]", "key: [asset_id, line]")
    change(
        centre,
        ASSETS,
        "    commissioned_on:",
        "    line: {type: string}\n    kind: {type: string}\n    commissioned_on:",
    )
    change(centre, CONTROLS, "starts: commissioned_on", "starts: commissioned_on, by: kind")
    change(centre, CONTROLS, "value: 30 days", "value: {ups: 30 days, fan: 60 days}")
    rows = "PBX-1,2026-10-01,1,ups\nPBX-1,2026-10-01,2,fan\nPBX-2,2026-10-01,1,upz\n"
    (centre / "evidence/assets/assets.csv").write_text(
        f"asset_id,commissioned_on,line,kind\n{rows}", "utf-8"
    )
    text = said(run, centre)
    assert "EV408 records of 'PBX-1' disagree about 'kind': fan / ups" in text
    assert "'by' of the control names the column" in text
    assert "EV407 no parameter value is given for 'upz' in the column 'kind'" in text
    assert "did you mean 'ups'?" in text


@pytest.mark.parametrize(
    "expression",
    [
        "regexp_extract(asset_id, '(')",
        "regexp_extract(asset_id, '[')",
        "regexp_matches(asset_id, 'a', 'zz')",
        "upper(" * 300 + "asset_id" + ")" * 300,
    ],
)
def test_expression_that_the_engine_refuses(expression: str, run: Run, centre: Path) -> None:
    change(centre, ASSETS, "retention:", f'derive: {{x: "{expression}"}}\nretention:')
    change(
        centre,
        CONTROLS,
        "starts: commissioned_on}",
        "starts: commissioned_on, where: x IS NOT NULL}",
    )
    for command in ("check", "lint"):
        result = run(command, centre)
        assert result.exit_code == 2
        assert f"{ASSETS}:7:10: error: " in result.stderr
        assert "US215" not in result.stderr


def test_entry_is_named_with_its_field(run: Run, centre: Path) -> None:
    change(centre, CONTROLS, "tags: [prevention]", "tags: [prevention, 5]")
    assert "'tags/1'" in run("lint", centre).stderr


def test_history_takes_a_day(run: Run, kept: Path) -> None:
    assert run("history", kept, "--from", "1990-01-01").exit_code == 0
    later = run("history", kept, "--from", "2190-01-01", "--format", "json")
    assert later.exit_code == 0
    assert '"moments": []' in later.stdout
    assert run("check", kept, "--known-at", "2190-01-01").exit_code == 0
