"""The oracle on the worked cases that stand beside the built-in check kinds."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from .kinds import JUDGES
from .model import Revision, Row, Setting, Time, World
from .oracle import answer
from .zone_calendar import OFFICE, micros, time_zone

CHECKS = Path(__file__).parents[2] / "checks"


def _examples() -> list[Any]:
    return [
        pytest.param(path.name.split(".")[0], example, id=f"{path.name.split('.')[0]}-{number}")
        for path in sorted(CHECKS.glob("*.examples.yaml"))
        for number, example in enumerate(
            yaml.safe_load(path.read_text(encoding="utf-8"))["examples"], 1
        )
    ]


@pytest.mark.parametrize(("kind", "example"), _examples())
def test_example(kind: str, example: dict[str, Any]) -> None:
    zone = time_zone(example.get("zone", "Asia/Shanghai"))
    as_of = datetime.datetime.fromisoformat(example["as_of"])
    forever = as_of + datetime.timedelta(days=700)
    shared = Setting(
        zone=zone.key,
        effective_on=datetime.date(1990, 1, 1),
        as_of=as_of,
        window=(datetime.datetime(1990, 1, 1, tzinfo=zone), as_of),
        horizon=forever,
        office=OFFICE,
    )
    inputs = {
        "readings" if name == "spans" else name: [_row(record) for record in records]
        for name, records in example["inputs"].items()
        if name != "items"
    }
    made = World(
        name="EXAMPLE",
        kind=kind,
        inputs=inputs,
        revisions=[Revision(_exact(example.get("parameters", {})))],
        items=[each["item"] for each in example["inputs"].get("items", [])],
        spans="spans" in example["inputs"],
    )
    judge = JUDGES[kind](shared, made)
    unknown = {
        (name, starts, ends if ends <= judge.as_of else None)
        for name, case in judge.cases().items()
        for starts, ends, _ in judge.unknowns(case)
    }
    assert unknown == {
        (subject, _micros(starts, zone), _micros(ends, zone) if ends else None)
        for subject, starts, ends in example.get("unknown", [])
    }
    found = {(piece.subject, piece.starts, piece.ends) for piece in answer(shared, made).pieces}
    assert found == {
        (subject, _micros(starts, zone), _micros(ends, zone) if ends else None)
        for subject, starts, ends in example["lapses"]
    }


def _row(record: dict[str, Any]) -> Row:
    starts = record.get("starts") or record.get("valid_from")
    return Row(
        key=(record["subject"],) if "subject" in record else (),
        starts=_time(starts) if starts else None,
        ends=_time(record["ends"]) if record.get("ends") else None,
        item=record.get("item", ""),
        part=record.get("record", ""),
        met=_exact(record.get("met")),
        by=record.get("by"),
        quantity=_exact(record.get("quantity")),
        good=record.get("good", True),
        reason=record.get("reason", ""),
        state="valid_from" in record,
    )


def _exact(value: Any) -> Any:
    """Take numbers as they are written."""
    if isinstance(value, dict) and value.keys() == {"fiscal_year"}:
        return f"fiscal_year {value['fiscal_year']}"
    if isinstance(value, dict):
        return {name: _exact(each) for name, each in value.items()}
    return Decimal(str(value)) if isinstance(value, float | int) else value


def _time(text: str) -> Time:
    """Read a day, a local time of the example's zone, or an instant with an offset."""
    if len(text) == len("2025-01-31"):
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text)


def _micros(text: str, zone: datetime.tzinfo) -> int:
    moment = datetime.datetime.fromisoformat(text)
    return micros(moment if moment.tzinfo else moment.replace(tzinfo=zone))
