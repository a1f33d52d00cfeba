"""Instants and places as the assessment writes them."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.errors import Locator
from ccpolicy.evidence import Evidence


class RecordPlaces:
    """Looks up where records are on file, each once, and writes instants in the plan's zone."""

    def __init__(self, evidence: Evidence, times: EvaluationTimes, zone: ZoneInfo) -> None:
        self.evidence, self.times, self.zone = evidence, times, zone
        self._places: dict[int, Locator] = {}

    def when(self, microseconds: int) -> str:
        """Write an instant, in microseconds since 1970 UTC, with the offset of the plan's zone."""
        return self.times.shown(microseconds, self.zone).isoformat()

    def locate(self, locators: Collection[int]) -> None:
        """Find the places of records, so that `place` knows them."""
        self._places |= self.evidence.places.locate(set(locators) - self._places.keys())

    def forget(self) -> None:
        """Forget the places that were found, where these are too many to be kept."""
        self._places.clear()

    def place(self, locator: int) -> str:
        """Write the place of a record that was located, as `file:line`."""
        return str(self._places[locator])

    def where(self, locator: int | None) -> str | None:
        """Write the place of a record, if there is one."""
        return None if locator is None else self.place(locator)
