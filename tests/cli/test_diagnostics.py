"""What is wrong, as compilers say it: place, level and code, source line, caret, hint, count."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccpolicy.cli.diagnostics import SourceLines, error_text
from ccpolicy.errors import Locator, PolicyError, PolicyErrors
from small_centre import CONTROLS, INSPECTIONS, change

from .conftest import Run


def test_error_shows_its_line_and_a_caret(run: Run, centre: Path) -> None:
    change(centre, CONTROLS, "severity: high", "severty: high")
    assert run("check", centre).stderr.splitlines()[-5:] == [
        f"{CONTROLS}:7:5: error: FI303 unknown field 'severty'",
        "  7 |     severty: high",
        "    |     ^^^^^^^",
        "  hint: did you mean 'severity'?",
        "2 errors",
    ]


def test_every_command_says_it_alike(run: Run, centre: Path) -> None:
    change(centre, CONTROLS, "check: recurrence", "check: recurence")
    said = run("check", centre).stderr
    assert "error: PL301 " in said
    assert "   |     ^^^^^" in said
    for command in ("lint", "report", "due", "bundle"):
        extra = ["-o", centre / "b.zip"] if command == "bundle" else []
        assert run(command, centre, *extra).stderr == said, command
    chinese = run("lint", centre, "--lang", "zh").stderr
    assert "错误：PL301" in chinese
    assert "提示：" in chinese
    assert chinese.endswith("\n1 个错误\n")


def test_places_are_sorted_by_number() -> None:
    places = [
        Locator("b.yaml", 1),
        Locator("a.yaml", 10, 2),
        Locator("a.yaml", 9),
        Locator("a.yaml", 10, 11),
        Locator("a.yaml"),
        Locator("a.yaml", 9, path="x/10"),
        Locator("a.yaml", 9, path="x/2"),
    ]
    errors = PolicyErrors([PolicyError("x", locator=each) for each in places])
    assert [str(each.locator) for each in errors.errors] == [
        "a.yaml",
        "a.yaml:9",
        "a.yaml:9#x/2",
        "a.yaml:9#x/10",
        "a.yaml:10:2",
        "a.yaml:10:11",
        "b.yaml:1",
    ]


def test_lint_counts_errors_and_warnings(run: Run, centre: Path) -> None:
    change(centre, CONTROLS, ", norm: monthly", "")
    result = run("lint", centre)
    assert result.exit_code == 1
    assert f"{CONTROLS}:19:7: warning: LN109 " in result.stdout
    assert result.stdout.endswith("\n2 warnings\n")
    assert run("lint", centre, "-q").stdout == "2 warnings\n"
    assert run("lint", centre, "-q", "--lang", "zh").stdout == "2 个警告\n"


def test_check_shows_the_line_of_a_bad_record(run: Run, centre: Path) -> None:
    change(centre, INSPECTIONS, "PBX-2,2026-11-01T09:00:00+08:00,pass", "PBX-2,yesterday,pass")
    lines = run("check", centre).stdout.splitlines()
    at = next(index for index, line in enumerate(lines) if "error: EV305 " in line)
    assert any(line.strip() == "3 | PBX-2,yesterday,pass" for line in lines[at : at + 4])


def test_verbose_shows_all_problems(run: Run, centre: Path) -> None:
    bad = "".join(f"PBX-1,2026-11-{day:02},pass\n" for day in range(1, 31))
    change(centre, INSPECTIONS, "PBX-2,", f"{bad}PBX-2,")
    assert run("check", centre, "-v").stdout.count("error: EV305 ") == 30
    assert "(-v shows all)" in run("check", centre).stdout
    assert run("check", centre, "-v", "--format", "json").stdout.count('"EV305"') == 20


@pytest.mark.parametrize("command", [["check"], ["preview", "inspections"]])
def test_carets_are_below_the_cell_that_is_refused(
    run: Run, centre: Path, command: list[str]
) -> None:
    change(centre, INSPECTIONS, "PBX-2,", "PBX-1,2026-11-31,pass\nPBX-2,")
    shown = run(*command, centre).stdout.splitlines()
    at = next(number for number, line in enumerate(shown) if "| PBX-1,2026-11-31,pass" in line)
    cell = shown[at].index("2026-11-31")
    assert shown[at + 1].strip().strip("| ") == "^" * 10
    assert shown[at + 1].index("^") == cell


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("a: bcd", 4, ["  1 | a: bcd", "    |    ^^^"]),
        ("\ta: b", 5, ["  1 |  a: b", "    |     ^"]),
        ("名称: 值", 5, ["  1 | 名称: 值", "    |       ^^"]),
        ("\x1b[2J x", 6, [r"  1 | \x1b[2J x", "    |         ^"]),
        ("short", 40, ["  1 | short"]),
        ("x" * 500, None, ["  1 | " + "x" * 73 + "…"]),
    ],
)
def test_line_is_safe_and_the_caret_is_below_its_place(
    line: str, column: int | None, shown: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(line + "\n", "utf-8")
    assert SourceLines(tmp_path).excerpt(Locator("a.yaml", 1, column)) == shown


@pytest.mark.parametrize("file", ["../a.yaml", "/etc/hosts", "b.bin", "missing.yaml", "link.yaml"])
def test_other_files_are_not_shown(file: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a.yaml", "root/b.bin"):
        (tmp_path / name).write_text("secret\n", "utf-8")
    (root / "link.yaml").symlink_to(tmp_path / "a.yaml")
    assert SourceLines(root).excerpt(Locator(file, 1, 1)) == []


def test_error_without_a_place_or_file(tmp_path: Path) -> None:
    assert error_text(PolicyError("x"), "en", tmp_path) == "error: x"
    placed = PolicyError("x", locator=Locator("gone.yaml", 3, 1))
    assert error_text(placed, "en", tmp_path) == "gone.yaml:3:1: error: x"


def test_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2026-Q3.zip").write_text("", "utf-8")
    result = run("verify", tmp_path / "2026-q3.zip")
    assert result.exit_code == 2
    assert "2026-q3.zip: error: FI120 " in result.stderr
    assert "did you mean '2026-Q3.zip'? only upper and lower case differ" in result.stderr
    assert "error: FI120 " in run("report", "--from", tmp_path / "none.json").stderr
    assert "is not there either" in run("verify", tmp_path / "no" / "b.zip").stderr


def test_report_is_judged_as_of_another_day(run: Run, centre: Path) -> None:
    asked = ["--as-of", "2026-11-25", "--period", "2026-11-01/2026-11-20", "--format", "json"]
    said = run("report", centre, *asked).stdout
    assert '"as_of": "2026-11-25T23:59:59+08:00"' in said
    assert '"ends": "2026-11-21T00:00:00+08:00"' in said
    source = centre / "assessment.json"
    source.write_text(said, "utf-8")
    refused = run("report", centre, "--from", source, "--as-of", "2026-11-25")
    assert refused.exit_code == 2
    assert "error: US220 " in refused.stderr


@pytest.mark.parametrize("name", ["html", "xlsx"])
@pytest.mark.parametrize("command", ["report", "check"])
def test_terminal_is_not_flooded(
    command: str, name: str, run: Run, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccpolicy.cli.output._is_terminal", lambda: True)
    refused = run(command, centre, "--format", name)
    assert refused.exit_code == 2
    assert "error: RP220 " in refused.stderr
    assert f"-o report.{name}" in refused.stderr
    assert not refused.stdout
    assert run(command, centre, "--format", name, "-o", centre / "r").exit_code == 0
    assert run(command, centre, "--format", "json").exit_code == 0
