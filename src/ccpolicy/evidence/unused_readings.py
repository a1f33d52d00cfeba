"""Find the empty marks, formats, words and patterns of contracts that no text on file has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ccpolicy.errors import EvidenceError, LimitError, Message
from ccpolicy.evidence.contract import Column, Contract, make_contract
from ccpolicy.evidence.places import FileRecords
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.raw_rows import HIDDEN_PLACE, RawRows, raw_contract
from ccpolicy.evidence.readers import SourceFile
from ccpolicy.evidence.readers.decode import decode
from ccpolicy.evidence.typed_sql import create_zones, typed_rows
from ccpolicy.files.finder import Finder, fingerprint
from ccpolicy.policy import Dataset, Policy
from ccpolicy.policy.column_reading import ColumnReading
from ccpolicy.policy.lint import LintFinding
from ccpolicy.store import DuckDB, open_store
from ccpolicy.store.sql import identifier, literal

_FORMATS = ("time", "duration")


def unused_readings(policy: Policy) -> Iterator[LintFinding]:
    """Yield each mark and format that occurs in no file; files that cannot be read say nothing."""
    for dataset in policy.datasets.values():
        is_read_otherwise = dataset.empty or any(
            each.empty or each.time or each.duration or each.values
            for each in dataset.columns.values()
        )
        if not dataset.is_filed or not (dataset.skip or is_read_otherwise):
            continue
        with open_store(memory=policy.settings.limits.memory) as store:
            rows = _rows(policy, dataset, store)
            store.lock()
            if rows and not dataset.reshape:
                yield from _marks(policy, dataset, store, rows)
                yield from _formats(policy, dataset, store, rows)
                yield from _words(policy, dataset, store, rows)
            if rows:
                yield from _patterns(policy, dataset, store, rows)


def _rows(policy: Policy, dataset: Dataset, store: DuckDB) -> RawRows | None:
    """Return the texts of all files; None if there are none, or not all can be read."""
    contract = raw_contract(dataset) if dataset.reshape else _text_contract(dataset)
    rows = RawRows(contract, store, ProblemLog(dataset.id), HIDDEN_PLACE)
    folder, limits = policy.settings.evidence, policy.settings.limits
    number = 0
    try:
        for path in Finder(policy.root, limits).find(folder, dataset.files):
            if isinstance(path, EvidenceError):
                return None
            place = policy.root / path
            file = SourceFile(
                path, place, fingerprint(place), limits, folder.rstrip("/"), contract=contract
            )
            for source in decode(file):
                number += 1
                rows.add(FileRecords(source), number)
    except (EvidenceError, LimitError, OSError):
        return None
    return rows if any(rows.counts.values()) else None


def _text_contract(dataset: Dataset) -> Contract:
    """Return a contract by which all that is no list is a text."""
    columns = {
        name: ColumnReading.model_validate({"from": each.from_})
        for name, each in dataset.columns.items()
    }
    found = tuple(
        Column(each.name, "text", each.required, {"type": "string"})
        for each in make_contract(dataset).columns
        if not each.is_list
    )
    return Contract(dataset.model_copy(update={"columns": columns, "empty": None}), found, ())


def _marks(policy: Policy, dataset: Dataset, store: DuckDB, rows: RawRows) -> Iterator[LintFinding]:
    given: list[tuple[str, list[str], tuple[str, ...]]] = [
        (mark, rows.names, ("empty",)) for mark in dataset.empty or []
    ]
    for name, reading in dataset.columns.items():
        given += [(mark, [name], ("columns", name, "empty")) for mark in reading.empty or []]
    for mark, names, path in given:
        occurs = " OR ".join(f"{identifier(name)} = {literal(mark)}" for name in names)
        if not store.ask(f"SELECT 1 FROM {identifier(rows.relation)} WHERE {occurs} LIMIT 1"):
            yield LintFinding(
                Message.of("the empty mark '{value}' occurs nowhere on file", value=mark),
                Message.of("take it out, or correct it"),
                policy.place("dataset", dataset.id, *path),
            )


def _formats(
    policy: Policy, dataset: Dataset, store: DuckDB, rows: RawRows
) -> Iterator[LintFinding]:
    for column in make_contract(dataset).columns:
        for field in _FORMATS:
            for form in getattr(column.reading, field) or []:
                if column.is_list or _is_read(store, rows, column, field, [form]):
                    continue
                yield LintFinding(
                    Message.of(
                        "nothing in the column '{name}' is written as {format}",
                        name=column.name,
                        format=form,
                    ),
                    Message.of("take it out, or correct it"),
                    policy.place("dataset", dataset.id, "columns", column.name, field),
                )


def _words(policy: Policy, dataset: Dataset, store: DuckDB, rows: RawRows) -> Iterator[LintFinding]:
    """Yield words of which another one for the same value occurs; the value itself may yet come."""
    for column in make_contract(dataset).columns:
        words = column.reading.values or {}
        if column.is_list or len(words) == len(set(words.values())):
            continue
        used = {
            word: _is_read(store, rows, column, "values", {word: value})
            for word, value in words.items()
        }
        for word, value in words.items():
            if (
                word
                and not used[word]
                and any(used[each] for each in words if words[each] == value)
            ):
                yield LintFinding(
                    Message.of(
                        "nothing in the column '{name}' is written as {format}",
                        name=column.name,
                        format=word,
                    ),
                    Message.of("take it out, or correct it"),
                    policy.place("dataset", dataset.id, "columns", column.name, "values", word),
                )


def _patterns(
    policy: Policy, dataset: Dataset, store: DuckDB, rows: RawRows
) -> Iterator[LintFinding]:
    """Yield patterns of `skip` without which as many rows are read, and as many refused."""
    for index, pattern in enumerate(dataset.skip):
        others = [*dataset.skip[:index], *dataset.skip[index + 1 :]]
        store.drop(rows.relation)
        without = _rows(policy, dataset.model_copy(update={"skip": others}), store)
        if without and _counted(without) == _counted(rows):
            yield LintFinding(
                Message.of("no row is passed over by the pattern '{pattern}'", pattern=pattern),
                Message.of("take it out, or correct it"),
                policy.place("dataset", dataset.id, "skip", index),
            )


def _counted(rows: RawRows) -> tuple[dict[int, int], int]:
    return rows.counts, len(rows.problems.of_records)


def _is_read(store: DuckDB, rows: RawRows, column: Column, field: str, forms: Any) -> bool:
    """Whether some text of a column has a form, or is a word."""
    if column.zone:
        create_zones(store, [column.zone])
    reading = column.reading.model_copy(update={field: forms})
    alone = dataclasses.replace(column, required=False, schema={}, reading=reading)
    name = identifier(column.name)
    texts = f"SELECT {rows.place} AS locator, {name} FROM {identifier(rows.relation)}"
    found = store.ask(f"SELECT count({name}) FROM ({typed_rows([alone], texts)}) WHERE _valid")
    return bool(found[0][0])
