"""The shipped kinds are portable, and what is not portable is found."""

from pathlib import Path

import pytest

from ccpolicy.checks.portable import main

HEAD = """/*
summary: {en: x, zh: x}
inputs:
  records: {label: {en: x, zh: x}, holds: happening, effect: either, population: true}
*/
"""
DUTY = "SELECT control, 'duty' AS part, subject, starts, ends, locator FROM records"


def test_the_shipped_kinds_are_portable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "query",
    [
        DUTY.replace("starts,", "date_diff('day', starts, ends) AS starts,"),
        DUTY.replace("locator", "arg_max(locator, starts)"),
        DUTY.replace("locator", "CAST(locator AS VARCHAR)"),
        DUTY.replace("locator", "[locator][1]"),
        DUTY + " QUALIFY row_number() OVER (PARTITION BY subject ORDER BY starts) = 1",
        DUTY.replace("starts,", "max(starts) OVER w,") + " WINDOW w AS (PARTITION BY subject)",
    ],
)
def test_what_is_not_portable_is_named(
    query: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.sql").write_text(HEAD + query, encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert "mine.sql: " in capsys.readouterr().out
