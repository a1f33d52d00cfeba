"""Writes worlds as a policy repository, through the formats that everybody uses."""

from __future__ import annotations

import csv
import datetime
import json
from calendar import day_name
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .model import REASONS, Row, Setting, Time, Value, World
from .zone_calendar import Calendar

TEXT = {"en": "oracle", "zh": "对照"}
DAY, INSTANT = "on", "at"
COLUMNS: dict[str, dict[str, str]] = {
    "record_id": {"type": "string"},
    "world": {"type": "string"},
    "input": {"type": "string"},
    "form": {"type": "string"},
    "a": {"type": "string"},
    "b": {"type": "string"},
    "part": {"type": "string"},
    "item": {"type": "string"},
    "class": {"type": "string"},
    "starts_on": {"type": "string", "format": "date"},
    "starts_at": {"type": "string", "format": "date-time"},
    "ends_on": {"type": "string", "format": "date"},
    "ends_at": {"type": "string", "format": "date-time"},
    "quantity": {"type": "number"},
    "met": {"type": "number"},
    "outcome": {"type": "string"},
    "status": {"type": "string"},
    "reason": {"type": "string"},
}
DATASETS = ("roster", "events")
BY = {
    "recurrence": "subjects",
    "coverage": "subjects",
    "level": "subjects",
    "meter": "subjects",
    "deadline": "openings",
    "cadence": "openings",
    "share": "openings",
}
"""Check kind → input by whose class its parameters may differ."""
WITH_ITEM = ("events", "closings", "failures", "reopenings")
"""Inputs whose records name an item where there are items."""


def dataset_of(shared: Setting, name: str) -> str:
    """Return the dataset that holds an input's records."""
    return "roster" if name in ("subjects", "openings") and not shared.together else "events"


def write(root: Path, shared: Setting, worlds: Iterable[World]) -> None:
    """Write a policy repository that has one control for every world."""
    worlds = list(worlds)
    # The waivers of a world are as long as they are drawn.
    (root / "ccpolicy.toml").write_text('longest_waiver = "100 years"\n', encoding="utf-8")
    _document(root / "policy/plan.yaml", _plan(shared))
    if shared.office:
        _document(root / "policy/calendars.yaml", {"calendars": [_calendar(shared)]})
    _document(root / "policy/norms.yaml", {"norms": []})
    _document(
        root / "policy/waivers.yaml",
        {"waivers": [waiver for each in worlds for waiver in _waivers(each)]},
    )
    _document(
        root / "policy/controls/all.yaml", {"controls": [control(shared, each) for each in worlds]}
    )
    for dataset in DATASETS:
        _document(root / f"policy/datasets/{dataset}.yaml", _dataset(dataset, shared))
        found = [
            record
            for each in worlds
            for name, rows in each.inputs.items()
            if dataset_of(shared, name) == dataset
            for record in records(shared, each, name, rows)
        ]
        if dataset == "events":
            found.extend(_items(worlds))
        # Never quite empty: that would be a fault of the evidence, and is tested elsewhere.
        filler = {"world": "none", "input": "none", "form": "none", "a": "none", "b": "none"}
        found.append({"record_id": "none", **filler, "starts_on": "2020-01-01"})
        _evidence(root / f"evidence/{dataset}/all.{shared.format}", found, shared.format)


def _document(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, and quotes every string.
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _evidence(path: Path, records: list[dict[str, Any]], style: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        if style == "csv":
            writer = csv.DictWriter(file, list(COLUMNS))
            writer.writeheader()
            writer.writerows(records)
        else:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _plan(shared: Setting) -> dict[str, Any]:
    plan: dict[str, Any] = {
        "id": "oracle",
        "title": TEXT,
        "version": "1",
        "effective_on": shared.effective_on.isoformat(),
        "zone": shared.zone,
        "languages": ["en", "zh"],
        "owner": "nobody",
        "subject": shared.subject,
        "clauses": [{"id": "1", "title": TEXT, "text": TEXT}],
    }
    return plan


def _calendar(shared: Setting) -> dict[str, Any]:
    """Write the calendar on which business time counts."""
    office = shared.office
    assert office is not None
    names = [each.lower() for each in day_name]
    return {
        "id": "office",
        "weekend": [names[day] for day in office.weekend],
        "holidays": office.country,
        "hours": {
            names[day]: [_span(span) for span in spans]
            for day, spans in enumerate(office.hours)
            if spans
        },
    }


def _span(span: tuple[int, int]) -> str:
    """Write opening hours, given in minutes after midnight."""
    opens, closes = (f"{each // 60 % 24:02}:{each % 60:02}" for each in span)
    if span[1] == 24 * 60:
        return f"{opens}-24:00"
    return f"{opens}-{closes}{'+1' if span[1] > 24 * 60 else ''}"


def _dataset(name: str, shared: Setting) -> dict[str, Any]:
    required = ["record_id", "world", "input", "form"]
    return {
        "id": name,
        "title": TEXT,
        "owner": "nobody",
        "files": f"{name}/*.{shared.format}",
        "format": shared.format,
        **({"zone": shared.zone} if shared.local else {}),
        "key": ["record_id"],
        "retention": "10 years",
        "record": {
            "type": "object",
            "required": required,
            "properties": COLUMNS,
            "additionalProperties": False,
        },
    }


def _waivers(world: World) -> Iterator[dict[str, Any]]:
    for waiver in world.waivers:
        yield {
            "id": waiver.id,
            "control": world.name,
            "subject": waiver.subject,
            "reason": TEXT,
            "owner": "nobody",
            "approver": "somebody",
            "from": waiver.first.isoformat(),
            "until": waiver.last.isoformat(),
        }


def _form(row: Row) -> str:
    """Name the columns in which a record's times stand: days and instants may be mixed."""
    starts = "no" if row.starts is None else _column(row.starts)
    return starts + _column(row.ends) + ("-state" if row.state else "")


def _column(time: Time | None) -> str:
    return INSTANT if time is None or isinstance(time, datetime.datetime) else DAY


def _items(worlds: Iterable[World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        for item in world.items if world.items_on_file else []:
            ids = {"record_id": f"{world.name}-item-{item}", "world": world.name}
            yield {**ids, "input": "items", "form": "none", "item": item}


def _selections(
    shared: Setting, world: World, name: str, rows: list[Row]
) -> Iterator[dict[str, Any]]:
    """Write an input as one selection for each form that its records have."""
    for form in sorted({_form(row) for row in rows} or {INSTANT * 2}):
        chosen = f"world = '{world.name}' AND input = '{name}' AND form = '{form}'"
        if world.filtered:
            chosen += " AND status <> 'draft'"
        selection: dict[str, Any] = {"dataset": dataset_of(shared, name), "where": chosen}
        selection["key"] = ["a", "b"][: world.width]
        if world.kind == "share" and name in ("openings", "closings"):
            selection["key"] = ["part"]
            if name == "openings" and "subjects" in world.inputs:
                selection["group"] = ["a", "b"][: world.width]
        selection["prefix"] = world.prefix
        if form[:2] != "no":
            selection["valid_from" if form.endswith("-state") else "starts"] = f"starts_{form[:2]}"
        if any(row.ends for row in rows) or _has_ends(world, name):
            selection["ends"] = f"ends_{form[2:4]}"
        if world.items and name in WITH_ITEM:
            selection["item"] = "item"
        if BY.get(world.kind) == name and (_has_classes(world) or any(row.by for row in rows)):
            selection["by"] = "class"
        is_metered = world.kind == "meter" and name in ("events", "readings")
        if is_metered or any(row.quantity is not None for row in rows):
            selection["quantity"] = "quantity"
        yield selection | _said(name, rows)


def _said(name: str, rows: list[Row]) -> dict[str, Any]:
    """Write where a selection says why a clock stands still, or how many are good."""
    if name == "pauses":
        return {"reason": "reason", "reasons": list(REASONS)}
    if any(row.met is not None for row in rows):
        return {"met": "met"}
    return {"good": "outcome = 'good'"} if name == "records" else {}


def _has_classes(world: World) -> bool:
    """Say whether a parameter differs by class."""
    given = [value for revision in world.revisions for value in revision.parameters.values()]
    return any(isinstance(value, dict) for value in given)


def _has_ends(world: World, name: str) -> bool:
    """Say whether an input has ends though perhaps no record does: they stand for a parameter."""
    given = {name for revision in world.revisions for name in revision.parameters}
    instead = {
        ("coverage", "events"): "valid_for",
        ("deadline", "openings"): "limit",
        ("share", "openings"): "limit",
    }
    parameter = instead.get((world.kind, name))
    return (name == "readings" and world.spans) or (
        parameter is not None and parameter not in given
    )


def control(shared: Setting, world: World) -> dict[str, Any]:
    """Write a world's control."""
    inputs: dict[str, Any] = {
        "spans" if name == "readings" and world.spans else name: list(
            _selections(shared, world, name, rows)
        )
        for name, rows in world.inputs.items()
    }
    if world.items_on_file:
        chosen = f"world = '{world.name}' AND input = 'items'"
        inputs["items"] = {"dataset": "events", "where": chosen, "key": ["item"]}
    elif world.items:
        inputs["items"] = world.items
    return {
        "id": world.name,
        "title": TEXT,
        "rule": TEXT,
        "remediation": TEXT,
        "clauses": {"1": "000000000000"},
        "severity": "high",
        "owner": "nobody",
        "check": world.kind,
        **({"may_be_empty": TEXT} if world.may_be_empty else {}),
        "inputs": inputs,
        "revisions": [
            {
                "version": number,
                **({"from": revision.first.isoformat()} if revision.first else {}),
                "parameters": {
                    key: {"value": _value(value)} for key, value in revision.parameters.items()
                },
            }
            for number, revision in enumerate(world.revisions, 1)
        ],
    }


def _value(value: Value | dict[str, Value]) -> Any:
    if isinstance(value, dict):
        return {key: _value(each) for key, each in value.items()}
    if isinstance(value, str) and value.startswith("fiscal_year "):
        return {"fiscal_year": value.removeprefix("fiscal_year ")}
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def records(shared: Setting, world: World, name: str, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """Write an input's records."""
    for number, row in enumerate(rows):
        record: dict[str, Any] = {
            "record_id": f"{world.name}-{name}-{number}",
            "world": world.name,
            "input": name,
            "form": _form(row),
        }
        record.update(zip("ab", row.key, strict=False))
        if row.good is not None:
            record["outcome"] = "good" if row.good else "bad"
        if row.status:
            record["status"] = row.status
        if row.reason:
            record["reason"] = row.reason
        if row.item:
            record["item"] = row.item
        if row.by:
            record["class"] = row.by
        if row.part:
            record["part"] = row.part
        if row.quantity is not None:
            record["quantity"] = _number(row.quantity)
        if row.met is not None:
            record["met"] = _number(row.met)
        for column, time in (("starts", row.starts), ("ends", row.ends)):
            if time is not None:
                record[f"{column}_{_column(time)}"] = _written(shared, time)
        yield record


def _written(shared: Setting, time: Time) -> str:
    if shared.local and isinstance(time, datetime.datetime) and time.tzinfo:
        calendar = Calendar(shared.zone, None)
        here = time.astimezone(calendar.zone).replace(tzinfo=None)
        if len(set(calendar.local(here))) == 1:
            return here.isoformat()
    return time.isoformat()
