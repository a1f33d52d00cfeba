"""Public holidays of a country or a part of it, as far as they are known.

China's come from the State Council's yearly notices, with the weekends that are worked instead.
"""

from __future__ import annotations

import datetime
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from ccpolicy.errors import PolicyError

CHINA = "CN"


class Year(NamedTuple):
    """The public holidays of one year."""

    holidays: frozenset[datetime.date]
    """Days on which nobody works, whatever the weekday."""
    worked: frozenset[datetime.date]
    """Days of a weekend that are worked instead."""


@cache
def require_holidays(code: str) -> str:
    """Return a code of ISO 3166-1 or 3166-2, given that its public holidays are known.

    Raises:
        PolicyError: nobody knows the holidays of such a country or subdivision.
    """
    country, _, subdivision = code.partition("-")
    known = {CHINA: [], **_countries()}
    if len(country) != 2 or country not in known:
        raise PolicyError("no holiday calendar for '{country}'", country=country)
    if country != code and subdivision not in known[country]:
        raise PolicyError(
            "no public holidays are known for the subdivision '{code}'",
            hint="known: {known}",
            code=code,
            known=", ".join([country, *(f"{country}-{each}" for each in known[country])]),
        )
    return code


def holidays_edition(code: str) -> str:
    """Return the package, with its version, that public holidays come from."""
    package = "chinesecalendar" if code == CHINA else "holidays"
    return f"{package} {version(package)}"


@cache
def known_years(code: str) -> range:
    """Return the years whose public holidays are known."""
    if code == CHINA:
        from chinese_calendar import constants  # type: ignore[import-untyped]

        years = {day.year for day in constants.holidays}
        return range(min(years), max(years) + 1)
    import holidays

    calendar = holidays.country_holidays(code.partition("-")[0])
    return range(calendar.start_year, calendar.end_year + 1)


@cache
def holidays_of(code: str, year: int) -> Year:
    """Return the public holidays of a year that is known."""
    if code == CHINA:
        from chinese_calendar import constants

        return Year(
            frozenset(day for day in constants.holidays if day.year == year),
            frozenset(day for day in constants.workdays if day.year == year),
        )
    import holidays

    country, _, subdivision = code.partition("-")
    calendar = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    worked = frozenset(day for day in calendar.weekend_workdays if day.year == year)
    return Year(frozenset(day for day in calendar if day.year == year) - worked, worked)


@cache
def _countries() -> dict[str, list[str]]:
    from holidays.utils import list_supported_countries  # slow to import

    return dict(list_supported_countries())
