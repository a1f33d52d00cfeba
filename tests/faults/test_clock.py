"""A clock that is set back while the program runs; see `test_a_clock_set_back` for between runs."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from .runs import ask


def test_set_back_meanwhile(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is read once for a verdict, so that all of it is of one moment."""
    (centre / "ccpolicy.toml").write_text("", "utf-8")
    present = datetime.datetime.now(datetime.UTC)
    readings: list[datetime.datetime] = []

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            readings.append((present - datetime.timedelta(days=9 * len(readings))).astimezone(tz))
            return readings[-1]

    monkeypatch.setattr(datetime, "datetime", Clock)
    by_clock = ask("check", "--provenance", "--format", "json", centre).stdout
    monkeypatch.undo()
    [reading] = readings
    given = ask(
        *("check", "--provenance", "--format", "json"), "--as-of", reading.isoformat(), centre
    ).stdout
    assert by_clock.replace('"now"', '"given"', 1) == given
