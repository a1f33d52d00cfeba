"""What changed between two states of a policy, and which way: frozen, with its own public JSON."""

from __future__ import annotations

from typing import ClassVar, Literal

from ccpolicy.assessment.alterations import Altered
from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.models import Tool
from ccpolicy.texts import Text
from ccpolicy.vocabulary import Severity

SCHEMA_VERSION: Literal["1.1"] = "1.1"

ChangeFamily = Literal[
    "control",
    "waiver",
    "dataset",
    "check",
    "calendar",
    "norm",
    "framework",
    "plan",
    "settings",
    "test",
]
"""What a change is about."""
Direction = Literal["loosened", "unordered", "tightened", "added", "neutral"]
DIRECTIONS: tuple[Direction, ...] = ("loosened", "unordered", "tightened", "added", "neutral")
"""What asks for most attention first."""
ControlStatus = Literal["removed", "loosened", "unordered", "added", "tightened", "unchanged"]
STATUSES: tuple[ControlStatus, ...] = (
    "removed",
    "loosened",
    "unordered",
    "added",
    "tightened",
    "unchanged",
)


class Side(AssessmentModel):
    """One of the two states."""

    name: str | None
    """Revision as it was asked for; null if it is the files on disk."""
    revision: str | None
    """Full id of its commit."""
    version: str
    """Version of the plan."""
    digest: str
    """SHA-256 over the policy, checks and settings files, `sha256:…`."""


class PolicyChange(AssessmentModel):
    """One difference between the two states."""

    family: ChangeFamily
    name: str
    """Id of the control, waiver, dataset, check kind, calendar, norm, framework or plan; the
    file of the settings; of a test the id of its control, or the name of its check kind."""
    direction: Direction
    """Unordered: neither state is stricter than the other for sure. Added: new, and nothing rests
    on it yet. Neutral: no verdict, no gate and no test depends on it."""
    message: Text
    before: str | None
    after: str | None
    rewrites_history: bool
    """Whether time up to as-of is judged differently, too."""
    before_at: str | None
    """`file:line`."""
    after_at: str | None
    controls: list[str]
    """Controls whose verdict, severity or clauses it can change."""


class ComparedControl(AssessmentModel):
    """A control of either state."""

    id: str
    title: Text
    severity: Severity
    status: ControlStatus
    """Combined direction of its changes. Tightened: whatever passes after the change passed
    before it."""


class Comparison(AssessmentModel):
    """All that changed from a base to a head."""

    SUBJECT: ClassVar[Literal["comparison"]] = "comparison"
    """What reports call it."""
    schema_version: Literal["1.1"]
    tool: Tool
    title: Text
    """Of the head's plan."""
    base: Side
    head: Side
    as_of: str
    """Day up to which a change counts as one of history: `YYYY-MM-DD`."""
    loosened: bool
    """Whether anything was loosened, or cannot be ordered and so may have been."""
    tally: dict[ControlStatus, int]
    """Controls by status, every status named."""
    controls: list[ComparedControl]
    """In the order of the head's files, then those that were removed."""
    changes: list[PolicyChange]
    """By family and name, in the order of the files."""
    altered: Altered | None
    """What became of the records on file; null if the policy alone was compared."""
