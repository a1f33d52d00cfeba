"""The risk register of the sample centre."""

from __future__ import annotations

import csv
from pathlib import Path

from sample.chance import between
from sample.clock import DAY, Date, day
from sample.files import Row

_OWNERS = {
    "fire": "P0011",
    "earthquake": "P0011",
    "flood": "P0011",
    "equipment": "P0005",
    "carrier": "P0008",
    "power": "P0005",
    "misoperation": "P0010",
    "intrusion": "P0008",
    "data_leak": "P0010",
}
_REGISTER = Path(__file__).parent / "risk_register.csv"
"""Each site assesses each hazard every year. Chengdu was late with the power in 2026; the second
entry at Shanghai came ten days after its due date; one treatment is open and not yet due."""


def risks() -> list[Row]:
    """Return the risk register: each assessment is a record of its own."""
    numbers: dict[str, int] = {}
    rows = []
    for line in csv.DictReader(_REGISTER.read_text("utf-8").splitlines()):
        site, hazard, assessed = line["site"], line["hazard"], line["assessed_on"]
        year = assessed[:4]
        numbers[year] = numbers.get(year, 0) + 1
        likelihood, impact = int(line["likelihood"]), int(line["impact"])
        score = likelihood * impact
        rows.append(
            {
                "risk_id": f"R-{year}-{numbers[year]:02}",
                "site": site,
                "hazard": hazard,
                "description": line["description"],
                "owner": "P0006" if (site, hazard) == ("CTU", "equipment") else _OWNERS[hazard],
                "likelihood": likelihood,
                "impact": impact,
                "rating": "high" if score >= 15 else "medium" if score >= 8 else "low",
                "assessed_on": day(assessed),
                "approved_by": {"SHA": "P0001", "CTU": "P0002"}[site],
                "treatment": line["treatment"],
                "raised_on": day(assessed) - between(1, 5, "raised", assessed, hazard) * DAY,
                "due_on": _day(line["due_on"]),
                "treated_on": _day(line["treated_on"]),
            }
        )
    return rows


def _day(text: str) -> Date | None:
    return day(text) if text else None
