"""Samples: complete populations, tables for testers, and what is read back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest

from git_command import commit, git
from small_centre import CONTROLS, INSPECTIONS, change

from .conftest import Run

DOCS = Path(__file__).parents[2] / "docs"
PERIOD = ("--period", "2026-11")
LATER_FAILED = "PBX-2,2026-11-01T09:00:00+08:00,fail"
ASK = ("inspections", *PERIOD, "--size", "1")


@pytest.fixture
def many(centre: Path) -> Path:
    """A centre with sixty inspections in November."""
    rows = [
        f"PBX-{1 + number % 2},2026-11-{1 + number % 15:02}T0{number // 15}:{number:02}:00Z,pass"
        for number in range(60)
    ]
    text = "\n".join(["asset_id,performed_at,result", *rows, ""])
    (centre / INSPECTIONS).write_text(text, "utf-8")
    return centre


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_same_is_drawn_in_another_checkout(run: Run, many: Path, tmp_path: Path) -> None:
    first = run("sample", "inspections", many, *PERIOD, "--format", "json")
    assert first.exit_code == 0
    many.rename(tmp_path / "elsewhere")
    again = run("sample", "inspections", tmp_path / "elsewhere", *PERIOD, "--format", "json")
    assert again.stdout == first.stdout
    told = json.loads(first.stdout)
    assert (told["population"], told["size"], told["is_size_chosen"]) == (60, 20, True)
    assert len({each["id"] for each in told["items"]}) == 20
    other = json.loads(
        run(
            "sample", "inspections", tmp_path / "elsewhere", "--format", "json",
            "--period", "2026-11-01/2026-11-19",
        ).stdout
    )  # fmt: skip
    assert {each["id"] for each in other["items"]} != {each["id"] for each in told["items"]}


@pytest.mark.parametrize("page", ["report.md", "report.zh.md"])
def test_the_shell_of_the_documentation_draws_the_same(
    run: Run, many: Path, tmp_path: Path, page: str
) -> None:
    told = json.loads(run("sample", "inspections", many, *PERIOD, "--format", "json").stdout)
    asked = run("sample", "inspections", many, *PERIOD, "--size", "60", "--format", "json")
    ids = "\n".join(sorted(each["id"] for each in json.loads(asked.stdout)["items"]))
    digest = hashlib.sha256(ids.encode()).hexdigest()
    seed = f"sha256:{digest} {told['window']['starts']} {told['window']['ends']}"
    (tmp_path / "ids.txt").write_text(f"{ids}\n", "utf-8")
    text = (DOCS / page).read_text("utf-8")
    (shell,) = re.findall(r"```sh\n(while .*?)```", text, re.DOTALL)
    ended = subprocess.run(
        ["bash", "-c", shell],
        cwd=tmp_path,
        env={**os.environ, "seed": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = [line.partition("  ")[2] for line in ended.stdout.splitlines()]
    assert drawn[:20] == [each["id"] for each in told["items"]]
    assert len(drawn) == 25


def test_a_record_that_was_drawn_is_traced_to_its_file_line_and_commit(
    run: Run, kept: Path
) -> None:
    """As the documentation says: by the place that stands beside it, and git."""
    commits = {}
    for day in range(2, 20):
        with (kept / INSPECTIONS).open("a", encoding="utf-8") as file:
            for asset, hour in (("PBX-1", 8), ("PBX-2", 9)):
                file.write(f"{asset},2026-10-{day:02}T{hour:02}:30:00+08:00,pass\n")
        commits[f"2026-10-{day:02}"] = commit(kept)
    asked = ("sample", "inspections", kept, "--period", "2026-10", "--size", "25")
    drawn = json.loads(run(*asked, "--format", "json").stdout)["items"]
    assert len(drawn) == 25
    for each in drawn:
        file, _, line = each["place"].rpartition(":")
        row = (kept / file).read_text("utf-8").splitlines()[int(line) - 1]
        assert row.split(",") == list(each["fields"].values())
        blamed = git(kept, "blame", "--porcelain", "-L", f"{line},{line}", "--", file)
        assert blamed.split()[0] == commits[row.split(",")[1][:10]]
    listed = rows(run(*asked, "--format", "csv").stdout)
    assert [each["place"] for each in listed] == [each["place"] for each in drawn]


def test_records_outside_the_period_are_no_members(run: Run, centre: Path) -> None:
    asked = ("sample", "inspections", centre, "--format", "json", "--size", "9")
    told = json.loads(run(*asked, "--period", "2026-11-05/2026-11-19").stdout)
    assert [each["fields"]["asset_id"] for each in told["items"]] == ["PBX-1"]
    empty = run(*asked, "--period", "2026-10")
    assert (empty.exit_code, "US503 " in empty.stderr) == (2, True)


def test_each_value_of_a_field_has_its_share(run: Run, many: Path) -> None:
    asked = ("sample", "inspections", many, *PERIOD, "--by", "asset_id", "--size", "7")
    told = json.loads(run(*asked, "--format", "json").stdout)
    shares = {each["name"]: each["drawn"] for each in told["strata"]}
    assert shares == {"PBX-1": 4, "PBX-2": 3}
    assert all(each["stratum"] == each["fields"]["asset_id"] for each in told["items"])


def test_subjects_of_a_control(run: Run, failing: Path) -> None:
    told = json.loads(run("sample", "EM-1", failing, "--by", "period", "--format", "json").stdout)
    states = {each["id"]: each["fields"]["now"] for each in told["items"]}
    assert states == {"PBX-1": "pass", "PBX-2": "fail"}


@pytest.mark.parametrize("by", ["class", "asset_id"])
def test_subjects_are_drawn_by_class_and_by_the_columns_of_their_key(
    run: Run, centre: Path, by: str
) -> None:
    """A control whose parameters differ by class, of a register that names it."""
    rows = [f"A-{n:02},{'ups' if n % 3 else 'fan'},2026-10-01" for n in range(12)]
    text = "\n".join(["asset_id,kind,commissioned_on", *rows, ""])
    (centre / "evidence/assets/assets.csv").write_text(text, "utf-8")
    inspection = "asset_id,performed_at,result\nA-01,2026-11-10T09:00:00+08:00,pass\n"
    (centre / INSPECTIONS).write_text(inspection, "utf-8")
    kind = "asset_id: {type: string}\n    kind: {type: string}\n    commissioned_on"
    change(
        centre, "policy/datasets/assets.yaml", "asset_id: {type: string}\n    commissioned_on", kind
    )
    change(centre, CONTROLS, "value: 30 days", "value: {ups: 30 days, fan: 60 days}")
    change(centre, CONTROLS, "dataset: assets, ", "dataset: assets, by: kind, ")
    drawn = run("sample", "EM-1", centre, "--by", by, "--size", "6", "--format", "json")
    assert drawn.exit_code == 0, drawn.stderr
    told = json.loads(drawn.stdout)
    assert all(each["fields"][by] == each["stratum"] for each in told["items"])
    if by == "class":
        shares = {each["name"]: each["drawn"] for each in told["strata"]}
        assert shares == {"fan": 2, "ups": 4}
    unknown = run("sample", "EM-1", centre, "--by", "colour")
    assert (unknown.exit_code, by in unknown.stderr) == (2, True)


@pytest.mark.parametrize("name", ["inspections", "EM-1"])
def test_nothing_is_drawn_where_something_is_invalid_or_unread(
    run: Run, centre: Path, name: str
) -> None:
    (centre / "evidence/inspections/notes.txt").write_text("left out\n", "utf-8")
    unread = run("sample", name, centre, *PERIOD)
    assert (unread.exit_code, "US504 " in unread.stderr, unread.stdout) == (2, True, "")
    (centre / "evidence/inspections/notes.txt").unlink()
    change(centre, INSPECTIONS, "PBX-2,2026-11-01T09:00:00+08:00,pass", "PBX-2,soon,pass")
    invalid = run("sample", name, centre, *PERIOD)
    assert (invalid.exit_code, "US504 " in invalid.stderr, invalid.stdout) == (2, True, "")


def test_nothing_is_drawn_from_a_part_of_the_records(
    run: Run, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccpolicy.sampling.population.MOST", 59)
    refused = run("sample", "inspections", many, *PERIOD)
    assert (refused.exit_code, "US516 " in refused.stderr, refused.stdout) == (2, True, "")


def filled(text: str, result: str = "ok", remark: str = "seen") -> str:
    """Write a result into every row."""
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    for row in table[1:]:
        row[5:9] = [result, remark, "A. Auditor", "2026-11-21"]
    file = io.StringIO()
    csv.writer(file).writerows(table)
    return file.getvalue()


def test_what_testers_found_is_read_back(run: Run, many: Path, tmp_path: Path) -> None:
    asked = ("sample", "inspections", many, *PERIOD, "--size", "3")
    drawn = run(*asked, "--format", "csv").stdout
    file = tmp_path / "tested.csv"
    untested = run(*asked, "--results", _written(file, drawn))
    assert (untested.exit_code, "NOT TESTED" in untested.stdout) == (1, True)
    passed = run(*asked, "--results", _written(file, filled(drawn)), "--format", "json")
    assert passed.exit_code == 0
    items = json.loads(passed.stdout)["items"]
    assert {(each["result"], each["remark"], each["tester"]) for each in items} == {
        ("ok", "seen", "A. Auditor")
    }
    excepted = filled(drawn).replace("ok", "exception", 1)
    failed = run(*asked, "--results", _written(file, excepted))
    assert (failed.exit_code, "1 exception" in failed.stdout) == (1, True)
    chinese = run(*asked, "--results", _written(file, filled(drawn, "符合")))
    assert chinese.exit_code == 0


def test_a_workbook_is_read_back(run: Run, many: Path, tmp_path: Path) -> None:
    asked = ("sample", "inspections", many, *PERIOD, "--size", "2")
    file = tmp_path / "tested.xlsx"
    assert run(*asked, "--format", "xlsx", "-o", file, "--lang", "zh").exit_code == 0
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        row[5].value = "exception"
        row[6].value = "no signature"
    book.save(file)
    found = run(*asked, "--results", file, "--format", "json")
    assert found.exit_code == 1
    assert {each["remark"] for each in json.loads(found.stdout)["items"]} == {"no signature"}


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def test_a_result_that_is_none(run: Run, many: Path, tmp_path: Path) -> None:
    """What else is refused: tests/sampling/test_results.py."""
    asked = ("sample", "inspections", many, *PERIOD, "--size", "3")
    drawn = run(*asked, "--format", "csv").stdout
    refused = run(*asked, "--results", _written(tmp_path / "tested.csv", filled(drawn, "fine")))
    assert (refused.exit_code, "US509 " in refused.stderr, refused.stdout) == (2, True, "")


def test_results_of_another_draw_are_refused(run: Run, many: Path, tmp_path: Path) -> None:
    asked = ("sample", "inspections", many, *PERIOD)
    drawn = run(*asked, "--size", "3", "--format", "csv").stdout
    file = _written(tmp_path / "tested.csv", filled(drawn))
    refused = run(*asked, "--size", "4", "--results", file)
    assert (refused.exit_code, "US508 " in refused.stderr) == (2, True)


def test_results_of_another_control_of_the_same_subjects_are_refused(
    run: Run, centre: Path, tmp_path: Path
) -> None:
    text = (centre / CONTROLS).read_text("utf-8")
    other = text.partition("controls:\n")[2].replace("EM-1", "EM-2")
    (centre / CONTROLS).write_text(text + other, "utf-8")
    drawn = run("sample", "EM-1", centre, *PERIOD, "--format", "csv").stdout
    file = _written(tmp_path / "tested.csv", filled(drawn))
    assert run("sample", "EM-1", centre, *PERIOD, "--results", file).exit_code == 0
    refused = run("sample", "EM-2", centre, *PERIOD, "--results", file)
    assert (refused.exit_code, "US508 " in refused.stderr) == (2, True)


def test_a_record_that_was_changed_since_it_was_tested_is_to_be_tested_again(
    run: Run, centre: Path, tmp_path: Path
) -> None:
    asked = ("sample", "inspections", centre, *PERIOD)
    file = _written(tmp_path / "tested.csv", filled(run(*asked, "--format", "csv").stdout))
    change(centre, INSPECTIONS, "result\n", "result\n\n")  # another line is no other record
    assert run(*asked, "--results", file).exit_code == 0
    change(centre, INSPECTIONS, "PBX-2,2026-11-01T09:00:00+08:00,pass", LATER_FAILED)
    refused = run(*asked, "--results", file)
    assert (refused.exit_code, "US520 'PBX-2" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"PK\x03\x04broken", "EV223 "), (b"\xff\xfe\x00", "error: EV")],
)
def test_what_is_no_table(run: Run, many: Path, tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "tested").write_bytes(data)
    asked = ("sample", "inspections", many, *PERIOD)
    refused = run(*asked, "--results", tmp_path / "tested")
    assert (refused.exit_code, code in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [("XFD1048576", "x", "EV"), ("F2", "=1+1", "EV226 "), ("F2", "#N/A", "EV225 ")],
)
def test_a_workbook_that_cannot_be_read_as_a_whole(
    run: Run, centre: Path, tmp_path: Path, place: str, value: str, code: str
) -> None:
    asked = ("sample", "inspections", centre, *PERIOD)
    file = tmp_path / "tested.xlsx"
    assert run(*asked, "--format", "xlsx", "-o", file).exit_code == 0
    book = openpyxl.load_workbook(file)
    book.worksheets[0][place].value = value
    book.save(file)
    refused = run(*asked, "--results", file)
    assert (refused.exit_code, f"error: {code}" in refused.stderr) == (2, True), refused.stderr


def test_names_that_are_not_known(run: Run, centre: Path) -> None:
    for asked, code in (
        (("inspection",), "US502 "),
        (("inspections", "--by", "colour"), "US450 "),
        (("inspections", "--at", "result"), "US507 "),
        (("assets", *PERIOD), "US50"),
    ):
        refused = run("sample", *asked, centre)
        assert (refused.exit_code, code in refused.stderr) == (2, True), refused.stderr
