"""Preview a dataset or one file of it: rows with their places, and refused records."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ccpolicy
from ccpolicy.assessment.models import FileNote, Tool
from ccpolicy.assessment.preview import (
    SCHEMA_VERSION,
    Preview,
    PreviewedFile,
    PreviewedRow,
    PreviewedTable,
    RefusedEvidence,
)
from ccpolicy.draft.reading import ReadDataset, read_dataset
from ccpolicy.errors import CcpolicyError, EvidenceError, Locator
from ccpolicy.evidence.models import Problem, Table
from ccpolicy.evidence.places import FileRecords, NestedRecords
from ccpolicy.evidence.raw_rows import raw_contract, raw_relation
from ccpolicy.evidence.record_sources import NUMBER_BITS, RecordSource
from ccpolicy.evidence.reshaping import ReshapedRecords
from ccpolicy.evidence.table_sources import not_judged
from ccpolicy.evidence.typed_sql import EARLY
from ccpolicy.files.finder import Finder
from ccpolicy.policy import Policy, check_policy, columns
from ccpolicy.policy.names import unknown
from ccpolicy.store import open_store
from ccpolicy.store.sql import identifier
from ccpolicy.texts import Text
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import ColumnType

ROWS = "rows"
"""What the rows before `reshape` are called, in its query and here."""


def preview(policy: Policy, name: str, limit: int) -> Preview:
    """Read a dataset by its id, or a file of one by its path, and return its first rows.

    `limit` is how many rows of each table, and how many refusals of each family, are shown.

    Raises:
        CcpolicyError: there is no such dataset or file, or none that reads it.
        PolicyErrors: the policy's files do not fit together.
    """
    with open_store(memory=policy.settings.limits.memory) as store:
        store.lock()
        check_policy(policy, store)
    dataset_id, file = _chosen(policy, name)
    dataset = policy.datasets[dataset_id]
    settings = policy.settings
    with read_dataset(
        policy.root,
        settings.evidence,
        policy.datasets,
        dataset_id,
        policy.plan.zone,
        settings.limits,
        limit,
    ) as read:
        evidence = read.evidence
        files = [
            PreviewedFile(
                file=each.file,
                records=each.records,
                refused=each.invalid,
                notes=[FileNote(code=note.code, message=Text.of(note)) for note in each.notes],
            )
            for each in evidence.files
            if each.dataset == dataset_id and file in (None, each.file)
        ]
        reader = _RowReader(read, file, time_zone(policy.plan.zone), limit)
        tables = [reader.raw_rows(policy, dataset_id)] if dataset.reshape else []
        own = columns(policy.datasets, dataset_id) or {}
        tables.append(reader.records(dataset_id, evidence.tables[dataset_id], own))
        for name_, child in dataset.children.items():
            table = f"{dataset_id}.{name_}"
            nested = columns(policy.datasets, table) or {}
            shown = [each for each in nested if each in child.key or each not in own]
            tables.append(reader.records(table, evidence.tables[table], shown))
        problems = [
            each
            for each in evidence.problems.get(dataset_id, [])
            if file is None or each.locator is None or each.locator.file == file
        ]
    return Preview(
        schema_version=SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=ccpolicy.__version__),
        dataset=dataset_id,
        title=Text.of(dataset.title),
        zone=policy.plan.zone,
        files=files,
        tables=tables,
        refused=[_refusal(each) for each in problems],
    )


def _chosen(policy: Policy, name: str) -> tuple[str, str | None]:
    """Return the dataset that is meant, and the file's path from the root if one is."""
    if name in policy.datasets:
        if policy.datasets[name].format == "git":
            raise CcpolicyError(
                "the dataset '{name}' is read from git's history, not from files",
                hint="see: ccpolicy check --format json, under 'provenance'",
                name=name,
            )
        if policy.datasets[name].source:
            raise not_judged().at(Locator(policy.datasets[name].files))
        return name, None
    path = Path(name)
    candidates = [path, policy.root / name]
    there = next((each for each in candidates if each.is_file()), None)
    if there is None:
        raise unknown(
            "neither a dataset nor a file is called '{name}'", name, policy.datasets, None
        )
    target = there.resolve()
    is_inside = target.is_relative_to(policy.root)
    file = target.relative_to(policy.root) if is_inside else None
    readers = _readers(policy, file.as_posix()) if file else []
    if not readers or file is None:
        raise EvidenceError(
            "no dataset reads the file",
            hint="draft its contract with: ccpolicy draft dataset {file}",
            locator=Locator(file.as_posix() if file else name),
            file=shlex.quote(name),
        )
    if len(readers) > 1:
        raise EvidenceError(
            "several datasets read the file: {names}",
            hint="name one of them: ccpolicy preview {first}",
            locator=Locator(file.as_posix()),
            names=", ".join(readers),
            first=readers[0],
        )
    return readers[0], file.as_posix()


def _readers(policy: Policy, file: str) -> list[str]:
    """Return the datasets whose contract names a file."""
    folder = policy.settings.evidence
    finder = Finder(policy.root, policy.settings.limits)
    return [
        dataset.id
        for dataset in policy.datasets.values()
        if dataset.is_filed and file in finder.find(folder, dataset.files)
    ]


class _RowReader:
    """Reads rows of the store, of all files or of one."""

    def __init__(self, read: ReadDataset, file: str | None, zone: ZoneInfo, limit: int) -> None:
        self.store, self.places = read.store, read.evidence.places
        self.zone, self.limit = zone, limit
        self.sources: Collection[int] | None = None
        """Numbers of the sources that are wanted; all without it."""
        if file is not None:
            found = self.places.sources.items()
            self.sources = {number for number, each in found if _file_of(each) == file}

    def records(self, name: str, table: Table, columns: Iterable[str]) -> PreviewedTable:
        """Return the valid records of a table, with some of its columns."""
        types = {each: table.columns[each] for each in columns}
        early = [each for each in types if each in table.ambiguous_times]
        wanted = [*types, *(f"{each}{EARLY}" for each in early)]
        count, rows = self._rows(table.name, "locator", wanted)
        places = self.places.locate([row[0] for row in rows])
        shown = []
        for locator, *cells in rows:
            values = dict(zip(wanted, cells, strict=True))
            first = {each: values.pop(f"{each}{EARLY}") for each in early}
            shown.append(
                PreviewedRow(
                    place=str(places[locator]),
                    values={
                        column: self._shown(value, types[column], first.get(column))
                        for column, value in values.items()
                        if value is not None
                    },
                )
            )
        return PreviewedTable(name=name, columns=types, count=count, rows=shown)

    def raw_rows(self, policy: Policy, name: str) -> PreviewedTable:
        """Return the rows that `reshape` makes the records of, before it does."""
        names = [column.name for column in raw_contract(policy.datasets[name]).columns]
        count, rows = self._rows(raw_relation(name), "place", names)
        # The sources are those of records by now, which know the files around them.
        mask = (1 << NUMBER_BITS) - 1
        shown = []
        for place, *cells in rows:
            source = self.places.sources[place >> NUMBER_BITS]
            around = source.around if isinstance(source, ReshapedRecords) else source
            found = around.locate([place & mask])[place & mask]
            values = {
                column: cell for column, cell in zip(names, cells, strict=True) if cell is not None
            }
            shown.append(PreviewedRow(place=str(found), values=values))
        types: dict[str, ColumnType] = dict.fromkeys(names, "text")
        return PreviewedTable(name=ROWS, columns=types, count=count, rows=shown)

    def _rows(
        self, relation: str, order: str, columns: Collection[str]
    ) -> tuple[int, list[tuple[Any, ...]]]:
        """Return how many rows there are, and the first of them behind their order."""
        rows = f"FROM {identifier(relation)}"
        if self.sources is not None:
            numbers = ", ".join(map(str, sorted(self.sources))) or "-1"
            rows += f" WHERE {order} >> {NUMBER_BITS} IN ({numbers})"
        [[count]] = self.store.ask(f"SELECT count(*) {rows}")
        cells = ", ".join(map(identifier, columns))
        found = self.store.ask(
            f"SELECT {order}, {cells} {rows} ORDER BY {order} LIMIT {self.limit}"
        )
        return int(count), [tuple(row) for row in found]

    def _shown(self, value: Any, kind: ColumnType, earliest: Any) -> str | int | float | bool:
        match kind:
            case "date":
                return date_of(int(value)).isoformat()
            case "instant":
                both = dict.fromkeys((value if earliest is None else earliest, value))
                return "/".join(moment(int(each), self.zone).isoformat() for each in both)
        return value if isinstance(value, str | int | float | bool) else str(value)


def _file_of(source: RecordSource) -> str | None:
    match source:
        case FileRecords():
            return source.file.name
        case NestedRecords() | ReshapedRecords():
            return source.around.file.name
    return None


def _refusal(problem: Problem) -> RefusedEvidence:
    return RefusedEvidence(
        place=str(problem.locator) if problem.locator else None,
        code=problem.message.code,
        message=Text.of(problem.message),
        hint=Text.of(problem.hint) if problem.hint else None,
        field=problem.field,
    )
