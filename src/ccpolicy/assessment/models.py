"""The result of one evaluation, frozen: what every report and the public JSON are made from.

Times are ISO 8601 with the offset of the plan's zone. Order is settled by the engine.
"""

from __future__ import annotations

import datetime
from typing import ClassVar, Literal

from pydantic import Field

from ccpolicy.assessment.attestations import AttestedMatter
from ccpolicy.assessment.audit_appendix import AuditAppendix
from ccpolicy.assessment.building_blocks import AssessmentModel, Norm, Parameter
from ccpolicy.assessment.control import (
    Control,
    CoveredLater,
    DueSubjects,
    Lapse,
    LapseCounts,
    Pauses,
    Problem,
    Subjects,
    SubjectState,
)
from ccpolicy.assessment.frameworks import Framework
from ccpolicy.assessment.gate import BaselineEntry, Gate, GateScope
from ccpolicy.assessment.lapses_file import LapsesFile
from ccpolicy.texts import Tag, Text
from ccpolicy.vocabulary import AsOfSource, FileChange, HistoryState, RecordChange, Verdict

__all__ = [
    "Assessment",
    "AssessmentModel",
    "AuditAppendix",
    "BaselineEntry",
    "Control",
    "CoveredLater",
    "DueSubjects",
    "Gate",
    "Lapse",
    "LapseCounts",
    "LapsesFile",
    "Norm",
    "Parameter",
    "Pauses",
    "Problem",
    "SubjectState",
    "Subjects",
    "Text",
]

SCHEMA_VERSION: Literal["2.5"] = "2.5"

Signature = Literal["good", "none", "bad", "unlisted", "unchecked", "uncommitted"]
"""What came of asking for a commit's signature; see docs/provenance.md."""


WaiverState = Literal["coming", "in_force", "expired"]
"""Whether a waiver is in force at as-of."""


class Tool(AssessmentModel):
    """The program that made the assessment."""

    name: str
    version: str


class Clause(AssessmentModel):
    """A clause of the plan and the controls that hold it."""

    id: str
    title: Text
    text: Text | None
    controls: list[str]
    no_control: Text | None
    """Reason that it has no control."""


class Policy(AssessmentModel):
    """The policy that was judged by."""

    id: str
    title: Text
    languages: list[Tag] = Field(min_length=1)
    """Languages in which it is written, as in BCP 47. Texts of the policy are in each of them,
    those of the program in English and Chinese."""
    version: str
    owner: Text
    organisation: Text | None = None
    """Whose plan it is, where the plan says so."""
    zone: str
    tags: dict[str, Text]
    """Tag of controls → its name for readers. Those without one are shown as written."""
    digest: str
    """SHA-256 over the policy, checks and settings files, `sha256:…`."""
    revision: str | None
    """Full id of the commit that the policy was read from; null if it is the files on disk."""
    checks_digest: str
    """SHA-256 over the check kinds in use alone, `sha256:…`."""
    clauses: list[Clause]


class Window(AssessmentModel):
    """The audit period, half-open."""

    starts: str
    ends: str


class Waiver(AssessmentModel):
    """An accepted lapse."""

    id: str
    control: str
    subject: str
    reason: Text
    owner: Text
    approver: Text
    starts: str
    ends: str
    state: WaiverState
    subject_known: bool = True
    """Whether the control has or had a subject of this name. If not, the waiver accepts nothing.
    True as well if some records of the control could not be read."""


class FileNote(AssessmentModel):
    """What should be known of how a file was read."""

    code: str
    message: Text


class TableSnapshot(AssessmentModel):
    """The state of a database in which a table was read."""

    store: str
    """Name of the store in `ccpolicy.toml`."""
    table: str
    """Schema and table, as the dataset names them."""
    server: str
    """Product and version of the database, such as `PostgreSQL 15.14`."""
    snapshot: str
    """What the server calls the snapshot; the tables of one store are read in one."""
    taken_at: str
    """When the snapshot was taken, by the server's clock."""


class EvidenceFile(AssessmentModel):
    """One file, or table, that was read."""

    dataset: str
    file: str
    """Path from the root; of a table its store and name, such as `warehouse:ops.inspections`."""
    records: int
    """Records read, the invalid ones among them."""
    invalid: int
    sha256: str
    """Of the file's bytes; of a table, of its rows as docs/engines.md writes them."""
    notes: list[FileNote]
    """What should be known of how it was read, such as hidden rows; it fails nothing."""
    table: TableSnapshot | None = None
    """Where the rows are from, if it is a table; null for files."""


class Attachment(AssessmentModel):
    """A file that a valid record names, such as a scanned form. Nobody judges what it holds."""

    dataset: str
    """Dataset of the record."""
    file: str
    sha256: str


class IgnoredFiles(AssessmentModel):
    """Files that nobody reads, for a reason that is written down."""

    pattern: str
    """Of the file's path below the evidence folder, or of its name where it has no `/`."""
    reason: Text
    total: int
    files: list[str]
    """The first of them by path, from the repository's root."""


class Evidence(AssessmentModel):
    """All that lies in the evidence folder: read, attached, ignored for a reason, or unread."""

    files: list[EvidenceFile]
    """The files read for the judged controls, sorted by dataset and path, and the files of other
    controls whose records name attachments."""
    attachments: list[Attachment]
    """By dataset and path."""
    unread: list[str]
    """The first files and folders by path that no dataset of a control reads and no pattern
    ignores. Each fails the gate. Characters that cannot be seen are escaped."""
    unread_total: int
    """How many there are."""
    ignored: list[IgnoredFiles]
    """By pattern; patterns that fit no file are left out."""

    @property
    def digests(self) -> dict[str, str]:
        """Return each file that was read or attached, and its SHA-256; tables are none."""
        found = {each.file: each.sha256 for each in self.files if not each.table}
        return found | {each.file: each.sha256 for each in self.attachments}


class Uncommitted(AssessmentModel):
    """A file that is not as the commit has it."""

    file: str
    change: FileChange
    sha256: str | None
    """Of its content now; null if it is deleted."""


class Recorded(AssessmentModel):
    """A commit that filed or changed a record, or one of the record's times."""

    place: str
    """`file:line`."""
    event: str | None
    """Column that says when it happened, or `record` if none does; null for a change."""
    change: RecordChange | None
    """What was done to it after it was on file."""
    recorded_at: str | None
    """By the committer's clock, and never before the commits it rests on; null while it is not
    committed."""
    merged_at: str | None
    """When the commit came into the line that is judged, parent by first parent."""
    commit: str | None
    author: str | None
    """Address, as the commit says."""
    committer: str | None
    signature: Signature
    reason: str | None
    """What a change's commit gives as its reason."""
    before: str | None
    """The record before a change, as JSON."""
    after: str | None


class Provenance(AssessmentModel):
    """What git knows of the evidence that was judged."""

    state: HistoryState
    reason: Text | None
    """Why nothing is known, unless it is."""
    reason_code: str | None = None
    """Code of the reason's message, such as `GI104`; null if it is known."""
    commit: str | None
    """The commit that was judged, together with what is not committed."""
    tree: str | None
    committed_at: str | None
    """When the commit was made, by its committer's clock, and never before the commits it rests
    on, unless the clone is shallow. No server's time is known."""
    known_at: str | None
    """The revision or moment that was asked for, if not the working tree is judged."""
    uncommitted: list[Uncommitted]
    """Files of evidence and policy that were judged though they are not committed, by path."""
    recorded: list[Recorded] = Field(default=[])
    """Who recorded each record that the result names, by place; empty unless a judged control uses
    provenance."""


class Assessment(AssessmentModel):
    """The result of one evaluation."""

    SUBJECT: ClassVar[Literal["assessment"]] = "assessment"
    """What reports call it."""
    schema_version: Literal["2.5"]
    tool: Tool
    policy: Policy
    as_of: str
    as_of_source: AsOfSource
    as_of_reason: Text | None = None
    """Why as-of is pinned; null unless it is, or where nobody says why."""
    window: Window
    horizon: str
    """How far ahead due dates are forecast."""
    due_soon: str
    """Up to here a due date counts as soon."""
    gate: Gate
    tally: dict[Verdict, int]
    """Controls by verdict at the gate, every verdict named."""
    controls: list[Control]
    lapses_file: LapsesFile | None = None
    """Where all lapses are, if they are too many to be listed; null where they are listed."""
    frameworks: list[Framework]
    """Other documents' requirements with the controls that serve them; empty without any."""
    attested: list[AttestedMatter]
    """What people vouch for instead of records, by control and item; empty if no judged control
    declares any."""
    waivers: list[Waiver]
    problems: list[Problem]
    """Those of no single control."""
    evidence: Evidence
    evidence_digest: str
    """SHA-256 over the digests and names of all files that were read, `sha256:…`."""
    provenance: Provenance | None
    """Git's data on the evidence; null unless it was requested or a control depends on it."""
    annex: AuditAppendix | None
    """What reports for auditors show beside the verdicts, if it was asked for."""

    @property
    def scope(self) -> GateScope:
        """What the gate looks at."""
        return GateScope(
            judged=self.gate.judged,
            fail_on=self.gate.fail_on,
            period_ends=datetime.datetime.fromisoformat(self.window.ends),
            as_of=datetime.datetime.fromisoformat(self.as_of),
        )

    def verdict(self, control: Control) -> Verdict:
        """Return the verdict of a control that the gate looks at."""
        return self.scope.verdict(control)

    def failing_lapses(self, control: Control) -> list[Lapse]:
        """List the lapses that make a control fail, as the gate sees it; of too many the worst."""
        return self.scope.failing_lapses(control)

    def count_failing(self, control: Control) -> int:
        """Count the lapses that make a control fail, as the gate sees it, listed or not."""
        return self.scope.count_failing(control)

    @property
    def nothing_assessed(self) -> bool:
        """Whether no control was judged at all, which is neither passing nor failing."""
        return sum(self.tally.values()) == self.tally["not_applicable"]
