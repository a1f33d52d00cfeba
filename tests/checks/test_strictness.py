"""Which of two values is stricter, and that it is not claimed where it depends on the day."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpolicy.checks.kinds import Parameter, load_kinds
from ccpolicy.checks.strictness import compare_strictness, shorter
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder
from ccpolicy.time.calendar import day_number, day_starts, shift
from ccpolicy.time.durations import parse_duration

KINDS = load_kinds(FolderFiles(shipped_folder()), "checks")
EARLIER, SAME, LATER, DEPENDS = 1, 0, -1, None


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [
        ("60 days", "30 days", EARLIER),
        ("30 days", "P30D", SAME),
        ("2 weeks", "14 days", SAME),
        ("1 year", "12 months", SAME),
        ("12 months", "13 months", LATER),
        ("P1M15D", "1 month", EARLIER),
        ("P1M15D", "P2M10D", LATER),
        ("1 month", "30 days", DEPENDS),
        ("1 month", "31 days", DEPENDS),
        ("1 month", "15 days", EARLIER),
        ("1 month", "60 days", LATER),
        ("12 months", "365 days", DEPENDS),
        # An island may skip a day, in February too, or have one twice.
        ("2 days", "36 hours", DEPENDS),
        ("1 month", "650 hours", DEPENDS),
        ("2 days", "98 hours", DEPENDS),
        ("2 days", "99 hours", LATER),
        ("1 hour", "60 minutes", SAME),
        ("90 minutes", "1 hour", EARLIER),
        ("24 hours", "1 day", DEPENDS),
        ("48 hours", "1 day", DEPENDS),
        ("1 hour", "30 days", LATER),
        ("30 days", "1 hour", EARLIER),
        ("10 business days", "5 business days", EARLIER),
        ("5 business days", "5 days", DEPENDS),
        ("5 business days", "1 hour", DEPENDS),
    ],
)
def test_durations(before: str, after: str, order: int | None) -> None:
    assert shorter(parse_duration(before), parse_duration(after)) == order
    back = None if order is None else -order
    assert shorter(parse_duration(after), parse_duration(before)) == back


_CALENDAR = st.one_of(
    st.integers(1, 400).map("{} days".format),
    st.integers(1, 30).map("{} months".format),
    st.tuples(st.integers(1, 14), st.integers(1, 40)).map(lambda each: f"P{each[0]}M{each[1]}D"),
    st.integers(1, 9000).map("{} hours".format),
)
_ZONES = ["Asia/Shanghai", "Europe/London", "Pacific/Apia", "America/Havana"]


def _due(start: datetime.datetime, text: str, zone: ZoneInfo) -> int:
    """Say when a duration is over: exactly, or at the end of its last day."""
    duration = parse_duration(text)
    if duration.is_clock:
        return int(start.timestamp()) * 1_000_000 + duration.microseconds
    return day_starts(day_number(shift(start, duration, 1).date()) + 1, zone)


@given(
    _CALENDAR,
    _CALENDAR,
    st.integers(1_200_000_000, 1_950_000_000),
    st.sampled_from(_ZONES),
)
def test_what_is_shorter_is_so_from_any_day_on(
    before: str, after: str, start: int, name: str
) -> None:
    zone = ZoneInfo(name)
    moment = datetime.datetime.fromtimestamp(start, zone)
    order = shorter(parse_duration(before), parse_duration(after))
    first, second = _due(moment, before, zone), _due(moment, after, zone)
    match order:
        case 1:
            assert second <= first
        case -1:
            assert first <= second
        case 0:
            assert first == second


@pytest.mark.parametrize("months", [1, 2, 3, 6, 12, 24])
def test_months_are_as_short_and_as_long_as_they_can_be(months: int) -> None:
    """Days near a number of months are called shorter or longer only where they always are."""
    whole = parse_duration(f"{months} months")
    first = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    days = [first + datetime.timedelta(days=number) for number in range(4 * 365 + 1)]
    lengths = {(shift(day, whole, 1) - day).days for day in days}
    for number in range(min(lengths) - 5, max(lengths) + 6):
        order = shorter(whole, parse_duration(f"{number} days"))
        assert order != EARLIER or number <= min(lengths)
        assert order != LATER or number >= max(lengths)


@pytest.mark.parametrize(
    ("kind", "parameter", "before", "after", "way"),
    [
        ("recurrence", "every", "30 days", "60 days", "loosened"),
        ("recurrence", "per", "month", "year", "loosened"),
        ("recurrence", "per", "year", "half-year", "tightened"),
        ("recurrence", "per", "month", "week", "unordered"),
        ("recurrence", "per", "{fiscal_year: 04-01}", "quarter", "tightened"),
        ("recurrence", "per", "{fiscal_year: 03-01}", "quarter", "unordered"),
        ("recurrence", "per", "month", "{fiscal_year: 03-01}", "loosened"),
        ("recurrence", "per", "month", "{fiscal_year: 03-02}", "unordered"),
        ("recurrence", "per", "year", "{fiscal_year: 03-01}", "unordered"),
        ("recurrence", "per", "year", "{fiscal_year: 01-01}", "equal"),
        ("recurrence", "at_least", 1, 2, "tightened"),
        ("recurrence", "at_least", 2, 1, "loosened"),
        ("recurrence", "grace", None, "1 day", "loosened"),
        ("recurrence", "grace", "1 day", None, "tightened"),
        ("recurrence", "initial", None, "1 day", "unordered"),
        ("coverage", "initial", None, "30 days", "loosened"),
        ("coverage", "initial", "30 days", None, "tightened"),
        ("coverage", "valid_for", "1 year", None, "unordered"),
        ("coverage", "valid_for", "12 months", "1 year", "equal"),
        ("deadline", "limit", "1 hour", "30 minutes", "tightened"),
        ("deadline", "limit", None, "1 hour", "unordered"),
        ("deadline", "paused_at_most", None, "1 hour", "loosened"),
        ("deadline", "paused_at_most", "1 hour", None, "tightened"),
        ("cadence", "every", "30 minutes", "1 hour", "loosened"),
        ("cadence", "paused_at_most", "1 hour", "2 hours", "loosened"),
        ("level", "minimum", 2, 1.5, "loosened"),
        ("level", "minimum", 1, 1.0, "equal"),
        ("level", "minimum", None, 3, "unordered"),
        ("level", "maximum", 2, 3, "loosened"),
        ("level", "maximum", None, 0, "tightened"),
        ("level", "valid_for", None, "35 days", "tightened"),
        ("level", "valid_for", "35 days", None, "loosened"),
        ("meter", "at_most", 250, 500, "loosened"),
        ("meter", "every", "6 months", "3 months", "tightened"),
        ("meter", "valid_for", "31 days", "45 days", "loosened"),
        ("share", "at_least", 99, 99.5, "tightened"),
        ("share", "at_least", 95, 90, "loosened"),
        ("share", "per", "month", "quarter", "unordered"),
        ("share", "limit", "1 hour", "2 hours", "unordered"),
        ("share", "count", 1, 20, "unordered"),
        ("share", "count", 5, 5, "equal"),
        ("record", "cured_by", "never", "next", "loosened"),
        ("record", "cured_by", "next", "never", "tightened"),
    ],
)
def test_every_parameter_of_a_kind(
    kind: str, parameter: str, before: str | int | None, after: str | int | None, way: str
) -> None:
    assert compare_strictness(KINDS[kind].parameters[parameter], before, after) == way


def test_every_parameter_is_tried() -> None:
    """But for those that make a schedule, which are compared as a whole."""
    [marks] = [m for m in test_every_parameter_of_a_kind.pytestmark if m.name == "parametrize"]  # type: ignore[attr-defined]
    tried = {(case[0], case[1]) for case in marks.args[1]}
    assert tried == {
        (kind.name, name)
        for kind in KINDS.values()
        for name, spec in kind.parameters.items()
        if not (spec.within or spec.precedes or spec.fixes)
    }


def test_lower_may_be_stricter() -> None:
    label = {"en": "largest fall", "zh": "最大下降量"}
    spec = Parameter.model_validate({"type": "number", "label": label, "stricter": "lower"})
    assert compare_strictness(spec, 100, 150) == "loosened"
    assert compare_strictness(spec, 150, 100) == "tightened"
    assert compare_strictness(spec, None, None) == "equal"
