"""The program as a whole: help, language, errors, exit codes."""

from __future__ import annotations

import gettext
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import ccpolicy.cli
from ccpolicy import __version__
from ccpolicy.cli import program as module
from ccpolicy.cli.diagnostics import error_text
from ccpolicy.cli.language import requested_language
from ccpolicy.cli.program import COMMANDS
from ccpolicy.errors import CcpolicyError, DatabaseError, Locator, PolicyError, PolicyErrors
from ccpolicy.store import DuckDB
from message_text import coded

from .conftest import Run

PLUMBING = {
    "cell_spans",
    "baseline",
    "diagnostics",
    "explain_control",
    "explain_framework",
    "explain_kind",
    "explain_message",
    "falsify",
    "language",
    "lapses_file",
    "lint_fix",
    "look_ahead",
    "options",
    "output",
    "pin",
    "program",
    "progress",
    "record_prompt",
    "record_text",
    "request",
    "summary",
    "tests_summary",
    "translated_click",
    "without_effect",
}


def test_every_command_has_its_module() -> None:
    folder = Path(ccpolicy.cli.__file__).parent
    assert {path.stem for path in folder.glob("[a-z]*.py")} == set(COMMANDS) | PLUMBING


def test_version(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"ccpolicy {__version__}\n")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_speaks_both_languages(run: Run, command: list[str]) -> None:
    english = run(*command, "--help")
    chinese = run(*command, "--help", LANG="zh_CN.UTF-8")
    assert english.exit_code == chinese.exit_code == 0
    assert english.output.startswith("Usage: ccpolicy")
    assert chinese.output.startswith("用法： ccpolicy")
    assert "选项\n" in chinese.output
    assert run(*command, "--lang", "zh", "--help").output == chinese.output
    assert run(*command, "--help").output == english.output


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_fits_the_terminal(run: Run, command: str, language: str) -> None:
    from wcwidth import wcswidth

    lines = run(command, "--help", "--lang", language).output.splitlines()
    assert max(wcswidth(line) for line in lines) <= 80


def test_no_command_shows_help_and_fails(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "Commands" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "No such command 'chekc'. (Did you mean one of: 'cache', 'check'?)"),
        (["check", "--severty", "high"], "No such option '--severty'. Did you mean '--severity'?"),
        (["check", "--severity", "hgh"], "Did you mean 'high'?"),
        (["check", "--format", "toml"], "'toml' is not one of 'text', 'json', "),
        (["check", "one", "two"], coded("US106", "two")),
        (["check", "-q", "-v"], coded("US213")),
        (["explain"], "Missing argument"),
    ],
)
def test_wrong_usage_is_2_and_says_what_was_meant(
    run: Run, arguments: list[str], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_wrong_usage_in_chinese(run: Run) -> None:
    assert "没有选项 '--severty'。" in run("check", "--severty", "x", "--lang=zh").stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"}, "en"),
        ([], {"LC_ALL": "zh_TW", "LC_MESSAGES": "de_DE"}, "zh"),
        ([], {"LC_ALL": "", "LANG": "ZH"}, "zh"),
        (["check", "--lang", "en"], {"LANG": "zh"}, "en"),
        (["--lang=zh"], {}, "zh"),
        (["--lang"], {}, "en"),
        (["--lang", "fr"], {"LANG": "zh"}, "zh"),
        (["--", "--lang", "zh"], {}, "en"),
    ],
)
def test_language_is_known_before_anything_is_parsed(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert requested_language(arguments, environment) == language


def test_environment_is_left_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    assert run("--version").exit_code == 0
    assert os.environ["LANGUAGE"] == "de"
    assert gettext.textdomain() != "ccpolicy"


def test_errors_cannot_forge_lines() -> None:
    error = PolicyErrors(
        [
            PolicyError(
                "bad '{name}'",
                hint="like '{name}'",
                locator=Locator("a\nb", 1),
                name="\x1b[2J\n::x",
            ),
            PolicyError("worse", locator=Locator("c")),
        ]
    )
    assert error_text(error, "en").splitlines() == [
        r"a\nb:1: error: bad '\x1b[2J\n::x'",
        r"  hint: like '\x1b[2J\n::x'",
        "c: error: worse",
        "2 errors",
    ]
    assert error_text(CcpolicyError("bare"), "zh") == "错误：bare"
    forged = error_text(CcpolicyError("x", locator=Locator("::error")), "en")
    assert forged == r"\x3a:error: error: x"


def test_a_defect_is_2_and_not_a_verdict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> object:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(module, "import_module", broken)
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: US215 ")
    assert "Traceback" not in result.output
    assert isinstance(run("check", CCPOLICY_TRACEBACK="1").exception, ZeroDivisionError)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_interruption_is_one_line_and_130(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def interrupt(name: str) -> object:
        raise error

    monkeypatch.setattr(module, "import_module", interrupt)
    result = run("check")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_module_runs_as_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ccpolicy", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"ccpolicy {__version__}\n")


REPORTING = ("icalendar", "jinja2", "git", "sqlglot", "jsonschema", "rich", "wcwidth")
HEAVY = (*REPORTING, "duckdb", "pydantic", "yaml")


def imported(arguments: list[str], names: tuple[str, ...]) -> list[str]:
    """Return which of some modules a command line imports."""
    code = f"""
import sys
from ccpolicy.cli.program import program
try:
    program.main({arguments!r})
except SystemExit:
    print("imported", *(name for name in {names!r} if name in sys.modules))
"""
    environment = {**os.environ, "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert imported(arguments, HEAVY) == []


@pytest.mark.parametrize("name", ["json", "text"])
def test_check_imports_only_what_it_needs(centre: Path, name: str) -> None:
    arguments = ["check", str(centre), "--format", name]
    assert imported(arguments, REPORTING) == []
    assert imported(arguments, ("duckdb",)) == ["duckdb"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_help_that_cannot_be_written_is_no_defect() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ccpolicy", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        f"error: {coded('US214', 'No space left on device')}\n",
    )


@pytest.mark.parametrize(("as_of", "code"), [("2026-11-20", 0), ("2031-01-01", 1)])
def test_closed_output_does_not_change_the_verdict(centre: Path, as_of: str, code: int) -> None:
    command = [sys.executable, "-m", "ccpolicy", "check", str(centre), "--as-of", as_of]
    closing = ["sh", "-c", f"{shlex.join(command)} >&- 2>&-"]
    assert subprocess.run(closing, check=False).returncode == code


def test_a_failure_of_the_database_is_one_message_and_no_verdict(
    run: Run, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = DuckDB.create

    def broken(self: DuckDB, relation: str, query: str, *rest: object) -> int:
        if relation == "spans":
            raise DatabaseError("the engine is broken")
        return create(self, relation, query, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(DuckDB, "create", broken)
    result = run("check", centre)
    assert result.exit_code == 2
    assert result.stderr == "error: the engine is broken\n"
