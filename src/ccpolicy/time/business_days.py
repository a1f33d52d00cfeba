"""Business days of a country, as far as its public holidays are known.

China's come from the State Council's yearly notices, with the weekends that are worked instead.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from functools import cache
from importlib.metadata import version

from ccpolicy.errors import PolicyError
from ccpolicy.time.epoch import EPOCH


@cache
def require_country(code: str | None) -> str:
    """Return a country code of ISO 3166, given that its public holidays are known.

    Raises:
        PolicyError: there is none, or nobody knows its holidays.
    """
    if code is None:
        raise PolicyError(
            "business days need a holiday calendar",
            hint="name the country in policy/plan.yaml, such as: holidays: CN",
        )
    if code != "CN":
        from holidays.utils import list_supported_countries  # slow to import

        if code not in list_supported_countries():
            raise PolicyError("no holiday calendar for '{country}'", country=code)
    return code


def holidays_edition(country: str) -> str:
    """Return the package, with its version, that a country's holidays come from."""
    package = "chinesecalendar" if country == "CN" else "holidays"
    return f"{package} {version(package)}"


@cache
def known_days(country: str) -> range:
    """Return the days of all years whose holidays are known, as days since 1970."""
    if country == "CN":
        from chinese_calendar import constants  # type: ignore[import-untyped]

        years = {day.year for day in constants.holidays}
        return _days(min(years), max(years))
    import holidays

    calendar = holidays.country_holidays(country)
    return _days(calendar.start_year, calendar.end_year)


def last_business_days(country: str, days: range, count: int) -> list[int]:
    """Return for each day the last of so many business days after it, as days since 1970.

    Every day of a year that is not known is taken for one, so that the result is the earliest
    possible day.
    """
    worked: list[int] = []
    year = datetime.date.fromordinal(days.start + EPOCH).year
    while len(worked) - bisect_right(worked, days.stop - 1) < count:
        worked += _business_days(country, year)
        year += 1
    found = []
    following = bisect_left(worked, days.start)
    for day in days:
        following += worked[following] == day
        found.append(worked[following + count - 1])
    return found


@cache
def _business_days(country: str, year: int) -> list[int]:
    days = _days(year, year)
    if days.start not in known_days(country):
        return list(days)
    dates = (datetime.date.fromordinal(day + EPOCH) for day in days)
    if country == "CN":
        from chinese_calendar import constants

        worked = (
            each
            for each in dates
            if each in constants.workdays or (each.weekday() < 5 and each not in constants.holidays)
        )
    else:
        import holidays

        calendar = holidays.country_holidays(country, years=year)
        worked = (each for each in dates if calendar.is_working_day(each))
    return [each.toordinal() - EPOCH for each in worked]


def _days(first: int, last: int) -> range:
    """Return the days from the first of a year to the last of another."""
    ends = datetime.date(first, 1, 1).toordinal(), datetime.date(last, 12, 31).toordinal()
    return range(ends[0] - EPOCH, ends[1] - EPOCH + 1)
