"""The sample centre's numbers fit together."""

from __future__ import annotations

from sample import equipment, faults, operation, plausible


def test_there_are_desks_for_those_on_shift_and_not_for_everybody_thrice() -> None:
    assert plausible.agents() / 4 < plausible.seats() < 1.5 * plausible.agents()


def test_rounds_are_made_on_all_weekdays_and_through_the_day() -> None:
    total = len(equipment.inspections())
    assert total > 500
    assert max(plausible.inspections_by_weekday().values()) < 0.3 * total
    hours = plausible.inspections_by_hour()
    assert {8, 11, 14, 16} <= set(hours) <= set(range(8, 18))
    assert sum(count for hour, count in hours.items() if hour < 12) < 0.6 * total


def test_nobody_gets_up_for_what_is_not_critical() -> None:
    assert {row["priority"] for row in plausible.repairs_at_night()} == {"critical"}


def test_parts_fit_what_they_replace() -> None:
    assert sum("spares_used" in row for row in faults.faults()) > 10
    assert plausible.misfitting_spares() == []


def test_reviews_name_the_incidents_of_their_month() -> None:
    assert len(operation.operation_reviews()) == 17
    assert plausible.reviews_against_incidents() == []


def test_backup_power_is_on_both_lists() -> None:
    assert plausible.unlisted_power() == set()


def test_finance_knows_what_the_register_knows() -> None:
    assert plausible.unlisted_cards() == set()
