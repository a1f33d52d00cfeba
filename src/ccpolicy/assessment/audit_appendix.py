"""What a report for auditors shows beside the verdicts: the rules in full, and the evidence drawn.

It is made only when it is asked for, since the verdicts do not rest on it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ccpolicy.assessment.building_blocks import AssessmentModel, Parameter
from ccpolicy.assessment.images import MOST
from ccpolicy.texts import Text

Base64 = Annotated[
    str,
    StringConstraints(pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"),
]


class Kind(AssessmentModel):
    """A check kind in use."""

    name: str
    summary: Text
    query: str
    """The SQL that says what is duty and what is cover."""


class RecordingAuthor(AssessmentModel):
    """Who filed records, as git knows."""

    dataset: str
    """The dataset, or `dataset.child` for records nested in its documents."""
    author: str | None
    """Null for what is not committed, of which nobody claims anything yet."""
    records: int
    first: str | None
    """When the first of these records was filed."""
    last: str | None
    """When the last was."""


class Dataset(AssessmentModel):
    """A kind of evidence and its contract."""

    id: str
    title: Text
    owner: Text
    """Role that keeps these records."""
    files: str
    """Pattern below the evidence folder."""
    format: str
    key: list[str]
    retention: str
    zone: str | None
    """IANA zone of times that are written without an offset."""
    fields: list[str]
    """Columns of a record."""
    labels: dict[str, Text]
    """Column, or `child.column` of nested records → its name for readers, where it has one."""
    value_labels: dict[str, dict[str, Text]]
    """The same → value as it is written → its name for readers."""
    may_be_empty: Text | None
    recorded: list[RecordingAuthor] | None
    """By dataset and author; null where git was not asked, or the contract does not ask it."""


class Selection(AssessmentModel):
    """Records that fill one input of a control's check kind."""

    input: str
    dataset: str
    """A dataset, or `dataset.child` for records nested in its documents."""
    key: list[str]
    """Columns that name the subject."""
    where: str | None
    """SQL predicate that a record must satisfy to count."""
    good: str | None
    """SQL predicate that says whether a record is as it should be."""


class Revision(AssessmentModel):
    """The parameters of a control from a day on."""

    version: int
    starts: str
    """First instant at which they hold."""
    reason: Text | None
    parameters: list[Parameter]


class DailyTotals(AssessmentModel):
    """How much was owed and missed on each day from a day on, until the next step.

    Sums over the subjects, in days of 24 hours, computed from the spans themselves.
    """

    day: str
    """First day, in the plan's zone: `YYYY-MM-DD`."""
    owed: float
    lapsed: float
    """Of it, not covered and not waived."""
    waived: float
    """Of it, not covered and waived."""


class Span(AssessmentModel):
    """A half-open span; null ends lie past the horizon."""

    starts: str
    ends: str | None
    record: str | None
    """`file:line` of the record behind it."""


class Gap(AssessmentModel):
    """A span that is not covered, from the window's start to the horizon."""

    starts: str
    ends: str | None
    waived_by: str | None


class Timeline(AssessmentModel):
    """One subject through the window and up to the horizon."""

    subject: str
    duty: list[Span]
    cover: list[Span]
    """Each record's own span, cut to the window and the horizon; spans may overlap."""
    gaps: list[Gap]
    pauses: list[Span] = Field(default=[])
    """Those that overlap or touch are one, with the first of their records."""
    paused: int = 0
    """Seconds for which it was paused in all, by the clock that pauses stop."""


class ControlAppendix(AssessmentModel):
    """What is shown of one control."""

    id: str
    selections: list[Selection]
    items: list[str]
    """Items that the policy writes out, such as the audiences of a notice."""
    revisions: list[Revision]
    """Oldest first."""
    course: list[DailyTotals]
    """From the window's first day to its last."""
    timelines: list[Timeline]
    """Worst subjects first: those failing now, then by days missed, then by name."""
    not_drawn: int
    """Subjects without a timeline here."""


class Record(AssessmentModel):
    """A record's own content."""

    place: str
    """`file:line`."""
    dataset: str
    fields: dict[str, str]
    """Name → what stands on file, without what is empty."""


class AuditAppendix(AssessmentModel):
    """All of it."""

    kinds: list[Kind]
    datasets: list[Dataset]
    controls: list[ControlAppendix]
    """In the order of the assessment's controls."""
    records: list[Record]
    """Those named by timelines and lapses, by place."""
    images: list[Base64] = Field(default=[], max_length=MOST)
    """Attachments that are images of at most 20 kB, in Base64; their digest says which."""
