"""Draft tests of a control from records on file, with what is judged of them today."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ccpolicy.api import Repository
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.draft.question import doubt
from ccpolicy.draft.reading import ReadDataset, read_dataset
from ccpolicy.draft.yaml_text import flow, question_lines, quoted, scalar
from ccpolicy.engine.policy_tests import run_cases
from ccpolicy.engine.question import EvaluationRequest, resolve_moment
from ccpolicy.errors import Language
from ccpolicy.evidence.places import FileRecords
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.files.yaml_document import YamlDocument
from ccpolicy.policy import Policy, columns
from ccpolicy.policy.file_reader import EntryPlace
from ccpolicy.policy.models import Selection
from ccpolicy.policy.names import unknown
from ccpolicy.policy.tests import Case, LocatedTest
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone

_MOST = 3
"""Records of a dataset that a test gives."""
Records = dict[str, list[dict[str, Any]]]


def draft_test(policy: Policy, name: str, language: Language) -> str:
    """Write two tests of a control: some records on file, and the same without those that help.

    Raises:
        CcpolicyError: there is no such control, or its evidence cannot be read.
    """
    if name not in policy.controls:
        raise unknown("unknown control '{name}'", name, policy.controls, None)
    given = _given(policy, name)
    kind = policy.kinds[policy.controls[name].check]
    helping = {
        part.dataset.partition(".")[0]
        for each, spec in kind.inputs.items()
        if spec.effect in ("help", "either") and not spec.population
        for part in policy.controls[name].selections(each)
    }
    without = {each: rows for each, rows in given.items() if each not in helping}
    as_of = resolve_moment(policy, None)[0].isoformat(timespec="seconds")
    cases = [("records on file", given)]
    if without and without != given:
        cases.append(("the same without what helps", without))
    lines = ["# yaml-language-server: $schema=../schemas/tests.json", "tests:"]
    for title, records in cases:
        judged = _judged(policy, name, as_of, records)
        lines += _lines(name, title, as_of, records, judged, language)
    return "\n".join(lines) + "\n"


def _given(policy: Policy, name: str) -> Records:
    """Return some records of each dataset that a control selects, of one subject if it can be."""
    control = policy.controls[name]
    kind = policy.kinds[control.check]
    found: Records = {}
    key: list[Any] = []
    inputs = sorted(kind.inputs, key=lambda each: not kind.inputs[each].population)
    for each in inputs:
        for selection in control.selections(each):
            dataset = selection.dataset.partition(".")[0]
            if dataset in found or not policy.datasets[dataset].is_filed:
                continue
            with read_dataset(
                policy.root,
                policy.settings.evidence,
                policy.datasets,
                dataset,
                policy.plan.zone,
                policy.settings.limits,
                1,
            ) as read:
                most = 1 if kind.inputs[each].population else _MOST
                rows = _rows(policy, read, selection, key, most)
                if kind.inputs[each].population and rows and selection.key:
                    key = [rows[0].get(column) for column in selection.key]
                found[dataset] = rows
    return found


def _rows(
    policy: Policy, read: ReadDataset, selection: Selection, key: list[Any], most: int
) -> list[dict[str, Any]]:
    """Return the last records of a selection, those of a subject if there are any."""
    name, _, child = selection.dataset.partition(".")
    types = columns(policy.datasets, name) or {}
    table = identifier(read.evidence.tables[name].name)
    where = "TRUE"
    own = dict(zip(selection.key, key, strict=False))
    if own and not child and None not in own.values():
        where = " AND ".join(
            f"CAST({identifier(column)} AS VARCHAR) = {literal(str(value))}"
            for column, value in own.items()
        )
    names = [each for each in types if each in policy.datasets[name].record["properties"]]
    cells = ", ".join(map(identifier, names))
    query = f"SELECT locator, {cells} FROM {table}"
    rows = read.store.ask(f"{query} WHERE {where} ORDER BY locator DESC LIMIT {most}")[::-1]
    rows = rows or read.store.ask(f"{query} ORDER BY locator LIMIT 1")
    zone = time_zone(policy.plan.zone)
    nested = {each.path for each in policy.datasets[name].children.values()}
    found = []
    for locator, *values in rows:
        row: dict[str, Any] = {}
        for column, value in zip(names, values, strict=True):
            schema = policy.datasets[name].record["properties"][column]
            if value is None:
                continue
            if types[column] == "date":
                row[column] = date_of(int(value)).isoformat()
            elif types[column] == "instant":
                row[column] = moment(int(value), zone).isoformat()
            else:
                row[column] = json.loads(value) if schema.get("type") == "array" else value
        source = read.evidence.places.sources[int(locator) >> NUMBER_BITS]
        if nested and isinstance(source, FileRecords):
            number = int(locator) & ((1 << NUMBER_BITS) - 1)
            whole = source.read([number])[number].value
            row |= {path: whole[path] for path in nested if path in whole}
        found.append(row)
    return found


def _judged(policy: Policy, name: str, as_of: str, records: Records) -> Control:
    """Judge records as a test does."""
    case = Case.model_validate(
        {
            "name": "drafted",
            "control": name,
            "as_of": as_of,
            "given": records,
            "expect": {"now": "pass"},
        }
    )
    found: list[Control] = []

    def judge(tested: Policy, located: LocatedTest) -> Assessment:
        result = Repository(tested).check(EvaluationRequest(as_of=located.case.as_of))
        found.extend(result.controls)
        return result

    place = EntryPlace(YamlDocument("drafted", None, {}), ())
    for _ in run_cases(policy, [LocatedTest(case, place, records)], judge):
        pass
    return found[0]


def _lines(
    name: str,
    title: str,
    as_of: str,
    records: Records,
    judged: Control,
    language: Language,
) -> Iterator[str]:
    yield f"  - name: {scalar(title)}"
    yield f"    control: {name}"
    yield f"    as_of: {quoted(as_of)}"
    yield "    given:" if records else "    given: {}"
    for dataset, rows in records.items():
        yield f"      {dataset}:" if rows else f"      {dataset}: []"
        yield from (f"        - {_row(row)}" for row in rows)
    yield from question_lines(
        doubt("So it is judged today. Is it what the plan means?"), language, 4
    )
    yield f"    expect: {flow(_expected(judged))}"


def _row(row: Mapping[str, Any]) -> str:
    """Write a record, in which a text that looks like another value stays a text."""
    return "{" + ", ".join(f"{name}: {_value(value)}" for name, value in row.items()) + "}"


def _value(value: Any) -> str:
    match value:
        case str():
            return scalar(value) if not value[:1].isdecimal() else quoted(value)
        case Mapping():
            return _row(value)
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
    return scalar(value)


def _expected(control: Control) -> dict[str, Any]:
    return {
        "now": control.now,
        "period": control.period,
        "lapses": [
            {"subject": each.subject, "starts": _local(each.starts)}
            | ({"ends": _local(each.ends)} if each.ends else {})
            for each in control.lapses
        ],
    }


def _local(time: str) -> str:
    return time[:19].removesuffix(":00")
