"""A pinned moment: said loudly wherever a result is read, and refused where the present counts."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError, PolicyError
from ccpolicy.reports import FORMATS, formats
from message_text import coded

from .conftest import Run

PIN = 'as_of = "2026-11-20T18:00:00+08:00"\n'
REASON = "The records end here."


def unpin(centre: Path) -> None:
    (centre / "ccpolicy.toml").write_text("", "utf-8")


def readable(name: str, file: Path) -> str:
    """Return all that a report says, as one text."""
    data = file.read_bytes()
    if name == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "".join(book.read(each).decode() for each in book.namelist())
    text = data.decode()
    return re.sub(r"\r\n ", "", text) if name == "ics" else text


def test_the_text_says_it_and_the_terminal_its_age(run: Run, centre: Path) -> None:
    ended = run("check", centre)
    assert ended.exit_code == 0
    assert "PINNED: judged as of 2026-11-20 18:00, the moment pinned" in ended.stdout
    assert f"Reason of the pin: {REASON}" in ended.stdout
    said = "warning: US219 PINNED by ccpolicy.toml: judged as of 2026-11-20 18:00, "
    assert said in ended.stderr
    length = r"(days?|hours?|minutes?|seconds?|d \d+ h|h \d+ min)"
    assert re.search(rf"\d+ {length} (ago|ahead of now)", ended.stderr)
    chinese = run("check", centre, "--lang", "zh")
    assert "时点固定：评定时点 2026-11-20 18:00" in chinese.stdout
    assert "固定理由：" in chinese.stdout
    assert "警告：US219 时点由 ccpolicy.toml 固定" in chinese.stderr


@pytest.mark.parametrize("command", [["due"], ["report"], ["check", "-q"]])
def test_every_command_that_judges_says_it(run: Run, centre: Path, command: list[str]) -> None:
    ended = run(*command, centre)
    assert "PINNED: judged as of 2026-11-20 18:00" in ended.stdout
    assert "US219" in ended.stderr
    unpin(centre)
    ended = run(*command, centre)
    assert "PINNED" not in ended.stdout + ended.stderr


def test_a_moment_to_come_is_said(run: Run, centre: Path) -> None:
    said = "warning: US381 judged as of 2100-01-01 "
    assert said in run("check", centre, "--as-of", "2100-01-01").stderr
    assert "US381" not in run("check", centre, "--as-of", "2026-11-20").stderr


def test_history_says_it(run: Run, kept: Path) -> None:
    assert "US219" in run("history", kept).stderr
    assert "US219" not in run("history", kept, "--as-of", "2026-11-20").stderr


@pytest.mark.parametrize("name", formats("assessment"))
def test_every_format_says_it(run: Run, centre: Path, tmp_path: Path, name: str) -> None:
    """Which was pinned, to which moment, and why."""
    file = tmp_path / f"report{FORMATS[name].suffix}"
    assert run("check", centre, "--report", f"{name}={file}", "-q").exit_code == 0
    said = readable(name, file)
    assert re.search("pinned", said, re.IGNORECASE)
    assert "2026-11-20" in said
    assert REASON in said
    unpin(centre)
    assert run("check", centre, "--report", f"{name}={file}", "-q").exit_code in (0, 1)
    said = readable(name, file)
    assert REASON not in said
    if name != "html":  # whose style sheet has rules for it
        assert "PINNED" not in said


def test_a_pin_without_a_reason(run: Run, centre: Path) -> None:
    (centre / "ccpolicy.toml").write_text(PIN, "utf-8")
    assert "Reason of the pin: none is given" in run("check", centre).stdout
    found = run("lint", centre)
    assert found.exit_code == 1
    assert f"ccpolicy.toml:1:1: warning: {coded('LN112')}" in found.stdout
    result = json.loads(run("check", centre, "--format", "json").stdout)
    assert (result["as_of_source"], result["as_of_reason"]) == ("pinned", None)


def test_a_reason_in_two_languages(run: Run, centre: Path) -> None:
    reason = 'as_of_reason = { en = "A sample.", zh = "样本。" }\n'
    (centre / "ccpolicy.toml").write_text(PIN + reason, "utf-8")
    assert "Reason of the pin: A sample." in run("check", centre).stdout
    assert "固定理由：样本。" in run("check", centre, "--lang", "zh").stdout
    assert run("lint", centre).exit_code == 0
    result = json.loads(run("due", centre, "--format", "json").stdout)
    assert result["as_of_reason"] == {"en": "A sample.", "zh": "样本。"}
    (centre / "ccpolicy.toml").write_text(f"\n{reason}", "utf-8")
    ended = run("check", centre)
    assert ended.exit_code == 2
    assert ended.stderr.startswith(f"ccpolicy.toml:2:1: error: {coded('PL518')}")


def test_where_the_present_is_required_a_pin_is_refused(run: Run, centre: Path) -> None:
    """It would pass for ever, whatever lapses."""
    ended = run("check", centre, "--require-current")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(
        f"ccpolicy.toml:1:1: error: {coded('PL517', '2026-11-20 18:00')}"
    )
    assert run("check", centre, "--require-current", "--allow-pinned").exit_code == 0
    for asked in (["--control", "EM-1"], ["--gate", "period"], ["--format", "github"]):
        assert run("check", centre, "--require-current", *asked).exit_code == 2
    unpin(centre)
    assert run("check", centre, "--require-current").exit_code in (0, 1)


@pytest.mark.parametrize("pinned", [True, False])
def test_no_other_moment_can_be_named_there(run: Run, centre: Path, pinned: bool) -> None:
    if not pinned:
        unpin(centre)
    ended = run("check", centre, "--require-current", "--as-of", "2026-11-20")
    assert ended.exit_code == 2
    assert f"error: {coded('US310')}" in ended.stderr


def test_from_python(centre: Path) -> None:
    repository = ccpolicy.load(centre)
    with pytest.raises(PolicyError, match="PL517"):
        repository.check(ccpolicy.EvaluationRequest(require_current=True))
    with pytest.raises(CcpolicyError, match="US310"):
        repository.check(ccpolicy.EvaluationRequest(require_current=True, as_of="2026-11-20"))


def test_the_pin_of_the_policy_that_judges_counts(run: Run, kept: Path) -> None:
    """A change cannot take away the pin of the protected branch, and its own is not asked."""
    unpin(kept)
    judged = run("check", kept, "--require-current", "--policy-from", "main")
    assert judged.exit_code == 2
    assert f"main:ccpolicy.toml:1:1: error: {coded('PL517', '2026-11-20 18:00')}" in judged.stderr
    compared = run("diff", "main", "--path", kept)
    assert "STRICTER" in compared.stdout
    assert compared.exit_code == 0


def test_to_begin_with_there_is_no_pin(run: Run, tmp_path: Path) -> None:
    assert run("init", "--pack", "bare", tmp_path / "bare").exit_code == 0
    assert run("check", tmp_path / "bare", "--require-current").exit_code == 0
    assert run("init", tmp_path / "sample").exit_code == 0
    assert run("check", tmp_path / "sample", "--require-current").exit_code == 2
    assert run("lint", tmp_path / "sample").exit_code == 0
