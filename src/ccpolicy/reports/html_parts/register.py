"""The evidence: datasets with their files, and the records that the report names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from ccpolicy.assessment.audit_appendix import Dataset, Record
from ccpolicy.assessment.images import images_by_digest
from ccpolicy.assessment.models import Assessment, Attachment, EvidenceFile, Recorded
from ccpolicy.reports.html_parts.timeline import drawn
from ccpolicy.reports.provenance_text import by_place
from ccpolicy.texts import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """A record, and its row's anchor on the page."""

    anchor: str
    line: str
    """What follows the file in its place."""
    fields: Mapping[str, str]
    recorded: Sequence[Recorded]
    """What git knows of it."""
    needs_scripts: bool
    """Whether it stands packed: no table names it, only a timeline."""


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """The records of one file that the report names, or of one kind nested in it."""

    file: str
    dataset: str
    columns: list[str]
    records: list[Named]
    contract: Dataset | None

    def label(self, column: str) -> Text | None:
        """Return a column's name for readers, if it has one."""
        return next(self._of(self.contract.labels, column), None) if self.contract else None

    def value_label(self, column: str, value: str) -> Text | None:
        """Return a value's name for readers, if it has one."""
        found = self._of(self.contract.value_labels, column) if self.contract else iter(())
        return next((each[value] for each in found if value in each), None)

    def _of(self, labels: Mapping[str, T], column: str) -> Iterator[T]:
        """Yield what is said of a column; nested records have the columns around them, too."""
        child = self.dataset.partition(".")[2]
        names = [f"{child}.{column}", column] if child else [column]
        return (labels[name] for name in names if name in labels)

    @property
    def is_recorded(self) -> bool:
        """Whether git knows something of them."""
        return any(record.recorded for record in self.records)

    @property
    def runs(self) -> list[tuple[bool, list[Named]]]:
        """Records in their order, in runs of those that need scripts and those that do not."""
        return [(on, list(run)) for on, run in groupby(self.records, lambda e: e.needs_scripts)]

    @property
    def need_scripts(self) -> int:
        """How many stand packed."""
        return sum(record.needs_scripts for record in self.records)


@dataclass(frozen=True, slots=True)
class DatasetSection:
    """One dataset."""

    id: str
    anchor: str
    contract: Dataset | None
    files: list[EvidenceFile]
    attachments: list[Attachment]
    sheets: list[RecordSheet]
    controls: list[str]
    """Those that rest on it."""

    @property
    def records(self) -> int:
        """How many were read."""
        return sum(file.records for file in self.files)

    @property
    def invalid(self) -> int:
        """How many of them are not valid."""
        return sum(file.invalid for file in self.files)


class Register:
    """All evidence, and the way from a place to its row."""

    def __init__(self, result: Assessment) -> None:
        annex = result.annex
        named, self._in_tables = _named(result)
        self._recorded = by_place(result)
        records = [each for each in annex.records if each.place in named] if annex else []
        self._anchors = {record.place: f"r.{number}" for number, record in enumerate(records, 1)}
        contracts = {each.id: each for each in annex.datasets} if annex else {}
        sheets = self._sheets(records, contracts)
        files: dict[str, list[EvidenceFile]] = {}
        for file in result.evidence.files:
            files.setdefault(file.dataset, []).append(file)
        attached: dict[str, list[Attachment]] = {}
        for each in result.evidence.attachments:
            attached.setdefault(each.dataset, []).append(each)
        users: dict[str, list[str]] = {}
        for control in result.controls:
            for dataset in control.datasets:
                users.setdefault(dataset, []).append(control.id)
        names = sorted({*contracts, *files, *attached, *sheets, *users})
        self.entries = [
            DatasetSection(
                id=name,
                anchor=f"d.{number}",
                contract=contracts.get(name),
                files=files.get(name, []),
                attachments=attached.get(name, []),
                sheets=sheets.get(name, []),
                controls=users.get(name, []),
            )
            for number, name in enumerate(names, 1)
        ]
        self.datasets = {entry.id: entry for entry in self.entries}
        self.images = images_by_digest(annex.images if annex else [])
        """SHA-256 → attachment that is shown."""
        self.shown = len(records)
        self.need_scripts = sum(each.place not in self._in_tables for each in records)

    def anchor(self, place: str | None) -> str | None:
        """Return the anchor of a record's own content."""
        return self._anchors.get(place) if place else None

    def dataset(self, name: str) -> DatasetSection | None:
        """Return the dataset that a selection reads, also where it reads what is nested in it."""
        return self.datasets.get(name.partition(".")[0])

    def _sheets(
        self, records: Sequence[Record], contracts: Mapping[str, Dataset]
    ) -> dict[str, list[RecordSheet]]:
        found: dict[str, list[RecordSheet]] = {}
        ordered = sorted(records, key=lambda each: (each.dataset, _file(each.place)))
        for (dataset, file), group in groupby(ordered, lambda r: (r.dataset, _file(r.place))):
            listed = list(group)
            columns = dict.fromkeys(name for record in listed for name in record.fields)
            found.setdefault(dataset.partition(".")[0], []).append(
                RecordSheet(
                    file=file,
                    dataset=dataset,
                    columns=list(columns),
                    records=[
                        Named(
                            self._anchors[record.place],
                            record.place[len(file) + 1 :],
                            record.fields,
                            self._recorded.get(record.place, []),
                            record.place not in self._in_tables,
                        )
                        for record in listed
                    ],
                    contract=contracts.get(dataset.partition(".")[0]),
                )
            )
        return found


def _named(result: Assessment) -> tuple[set[str], set[str]]:
    """Return the places of all records that are named, and of those that need no scripts."""
    if not result.annex:
        return set(), set()
    held = {record.place for record in result.annex.records}
    in_tables = {
        place
        for control in result.controls
        for lapse in control.lapses
        for place in (lapse.opened_by, lapse.closed_by, *lapse.records)
        if place in held
    }
    in_tables |= {one.record for each in result.attested for one in each.attestations} & held
    by_timelines = {
        span.record
        for control in result.annex.controls
        for timeline in drawn(result, control.timelines)
        for spans in (timeline.duty, timeline.cover, timeline.pauses)
        for span in spans
        if span.record
    }
    return in_tables | by_timelines, in_tables


def _file(place: str) -> str:
    return place.rpartition(":")[0] or place
