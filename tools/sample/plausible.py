"""What the sample centre's numbers look like beside each other: `python -m sample.plausible`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sample import equipment, faults, operation, people, power, stores
from sample.clock import LAST
from sample.files import Row
from sample.incidents import incidents


def in_service(rows: list[Row], since: str, until: str) -> list[Row]:
    """Choose what is there on the last day."""
    return [row for row in rows if row[since] <= LAST <= (row[until] or LAST)]


def seats() -> int:
    """Count the seats of the desks in service."""
    rows = in_service(equipment.assets(), "commissioned_on", "retired_on")
    return sum(int(row["model"].split()[-1]) for row in rows if row["class"] == "seat")


def agents() -> int:
    """Count the agents of all shifts."""
    return sum(row["role"] == "agent" for row in in_service(people.staff(), "hired_on", "left_on"))


def inspections_by_weekday() -> Counter[str]:
    """Count the inspections of each weekday."""
    return Counter(f"{row['performed_at']:%A}" for row in equipment.inspections())


def inspections_by_hour() -> Counter[int]:
    """Count the inspections of each hour."""
    return Counter(row["performed_at"].hour for row in equipment.inspections())


def repairs_at_night() -> list[Row]:
    """Return the repairs between 20:00 and 08:00."""
    done = [row for row in faults.faults() if row.get("repaired_at")]
    return [row for row in done if not 8 <= row["repaired_at"].hour < 20]


def misfitting_spares() -> list[Row]:
    """Return the replacements by a part that is not kept for the asset's class."""
    classes = {row["asset_id"]: row["class"] for row in equipment.assets()}
    kept = {row["part"]: row["asset_class"] for row in stores.spare_minimums()}
    replaced = [row for row in faults.faults() if row.get("spares_used")]
    return [
        row for row in replaced if kept[row["spares_used"].split()[0]] != classes[row["asset_id"]]
    ]


def reviews_against_incidents() -> list[str]:
    """Name the months whose review does not name just the incidents that they had."""
    return [
        review["period"]
        for review in operation.operation_reviews()
        if {each["incident_id"] for each in incidents() if each["incident_id"] in review["summary"]}
        != {
            each["incident_id"]
            for each in incidents()
            if each["detected_at"].isoformat()[:7] == review["period"]
        }
    ]


def unlisted_power() -> set[str]:
    """Name what is backup power in one list and not in the other."""
    assets = {row["asset_id"] for row in equipment.assets() if row["class"] == "power"}
    units = {row["unit_id"] for row in power.power_units()}
    return {name for name in assets ^ units if "-ATS-" not in name}


def unlisted_cards() -> set[str]:
    """Name what is in the ledger of finance or in the register, and not in both."""
    cards = {row["asset_id"] for row in stores.asset_cards()}
    return cards ^ {row["asset_id"] for row in equipment.assets()}


def lines() -> Iterator[str]:
    """Yield what is printed."""
    yield f"seats in service: {seats()}; agents of four shifts: {agents()}"
    yield f"inspections by weekday: {dict(inspections_by_weekday().most_common())}"
    yield f"inspections by hour: {dict(sorted(inspections_by_hour().items()))}"
    nights = Counter(row["priority"] for row in repairs_at_night())
    yield f"repairs between 20:00 and 08:00: {dict(nights)}"
    yield f"replacements by a part of another class: {len(misfitting_spares())}"
    yield f"reviews that do not name their month's incidents: {reviews_against_incidents()}"
    yield f"power in one list alone: {sorted(unlisted_power())}"
    yield f"assets in the ledger or the register alone: {sorted(unlisted_cards())}"


if __name__ == "__main__":
    for line in lines():
        print(line)
