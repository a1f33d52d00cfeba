"""One control, judged: its verdicts, its lapses, and what could not be judged."""

from __future__ import annotations

from pydantic import Field

from ccpolicy.assessment.building_blocks import AssessmentModel, Parameter
from ccpolicy.assessment.subject_text import subject_text
from ccpolicy.texts import Text
from ccpolicy.vocabulary import Severity, Verdict


class Problem(AssessmentModel):
    """Evidence or policy that could not be judged."""

    code: str
    """Stable code of the message, such as `EV204`; see docs/messages.md."""
    message: Text
    hint: Text | None
    locator: str | None
    """`file:line`."""
    dataset: str | None
    field: str | None = None
    """What the file calls the field at fault; null if no single one is."""


class Subjects(AssessmentModel):
    """How many subjects the control is about, by verdict now."""

    total: int
    passed: int
    failed: int
    waived: int
    unknown: int
    baselined: int
    """Of those that failed, how many have a lapse in the baseline."""
    ended: int
    """Their duty had ended before as-of."""
    not_due: int
    """How many of the passed are openings that are not due yet."""


class CoveredLater(AssessmentModel):
    """A lapse that a record covers which was filed later than what was judged."""

    since: str
    """From when on the lapse is covered on paper."""
    on_file: str
    """When the record was filed."""
    commit: str


class Lapse(AssessmentModel):
    """A span in which a subject was not covered though it had to be."""

    subject: str
    starts: str
    """May lie before the window: the true beginning."""
    ends: str | None
    """Null while it is open at as-of."""
    days: float
    """Length inside the window, in days of 24 hours."""
    waived_by: str | None
    """Id of the waiver that accepts it."""
    baselined: bool
    """Whether it is in the baseline: known, and still a lapse."""
    opened_by: str | None
    """`file:line` of the record whose cover or whose due time ended as it began."""
    closed_by: str | None
    """`file:line` of the record that ended it."""
    paused: int | None = None
    """Seconds for which pauses that began before the lapse had paused the subject: of business time
    where the limit counts that. What is paused beyond `paused_at_most` stopped nothing. Null where
    the control has no pauses."""
    records: list[str] = Field(default_factory=list)
    """`file:line` of the records behind it, where there are several, such as a share's worst: at
    most ten, those of its latest time first."""
    covered_later: CoveredLater | None = None
    """What was filed later, where the evidence of an earlier time was judged."""

    @property
    def is_open(self) -> bool:
        """Whether it makes its control fail now: open at as-of, and not waived."""
        return self.ends is None and self.waived_by is None


class LapseCounts(AssessmentModel):
    """All lapses of a control of which only the worst are listed."""

    total: int
    open: int
    """How many make the control fail now: open at as-of, and not waived."""
    open_subjects: int
    """How many subjects have such a one."""
    in_period: int
    """How many make it fail in the period: begun before its end, and not waived."""
    period_subjects: int
    """How many subjects have such a one."""
    days: float
    """Length of these inside the window, in days of 24 hours."""
    ended: int
    """How many a record ended."""
    cured: int
    """How many of those of the period a record ended."""
    cured_days: float
    """Length of these inside the window, in days of 24 hours."""
    waived: int


class Pauses(AssessmentModel):
    """The pauses of subjects that were paused in the period, or after it by as-of."""

    subjects: int
    """How many subjects these are."""
    seconds: int
    """For how long they were paused in all, by the clock that pauses stop: in business hours that
    much business time."""


class SubjectState(AssessmentModel):
    """How one subject of a control stands."""

    subject: str
    label: Text | None
    """What readers call it, where the policy labels a part of its name."""
    class_name: str | None = None
    """Class by which its parameters are chosen; of several, the first by name."""
    now: Verdict
    """`not_applicable` once its duty has ended."""
    period: Verdict
    since: str | None
    """Since when it stands as it does now: its lapse's beginning, or the end of the last one, or
    else the beginning of its duty; may lie before the window. Null where its duty has not begun."""
    evidence: str | None
    """`file:line` of the record that it rests on at as-of."""
    next_due: str | None
    """When it lapses next if nothing more happens."""
    not_due: bool
    """Whether it is an opening that is not due yet."""
    paused: int | None = None
    """For how many seconds of the clock that pauses stop it was paused in all; null if it was not
    in the period, or after it by as-of."""
    lapses: int
    """How many lapses it has in the period, waived or not."""
    days: float
    """Length of those that are not waived inside the window, in days of 24 hours."""


class DueSubjects(AssessmentModel):
    """Subjects that lapse at one moment if nothing more happens."""

    at: str
    subjects: list[str]


class Control(AssessmentModel):
    """One control, judged."""

    id: str
    version: int
    source: str
    """`file:line` where the policy says it."""
    title: Text
    rule: Text
    rationale: Text | None
    remediation: Text
    clauses: list[str]
    stale_clauses: list[str]
    """Clauses whose text changed since the control was reviewed against them."""
    satisfies: list[str]
    """Requirements of `frameworks` that it serves: `iso27001:A.5.30`."""
    kind: str
    severity: Severity
    owner: Text
    tags: list[str]
    parameters: list[Parameter]
    datasets: list[str]
    now: Verdict
    period: Verdict
    reason: Text | None
    """Why it was not assessed or does not apply."""
    reason_code: str | None = None
    """Code of the reason's message, such as `EV421`; null if the policy gives the reason."""
    subjects: Subjects
    next_due: str | None
    due: list[DueSubjects]
    """What lapses after as-of, up to the horizon, soonest first."""
    lapses: list[Lapse]
    """Those that touch the time from the window's start to as-of, by subject and time: all of
    them, or if there is `lapse_counts` the worst."""
    lapse_counts: LapseCounts | None = None
    """Null where all lapses are listed; else these are in `lapses_file` of the assessment."""
    pauses: Pauses | None = None
    """Null where the control has none."""
    population: list[SubjectState] | None = None
    """Every subject by name; null unless it is asked for."""
    subject_labels: list[dict[str, Text]] = Field(default_factory=list)
    """For each part of a subject's name, from left to right: value → what readers call it. Those
    without one are shown as written."""
    problems: list[Problem]
    left_out: int
    """Records later than as-of, which had not happened yet."""

    def subject_text(self, name: str) -> Text:
        """Return what readers see of one of its subjects."""
        return subject_text(self.subject_labels, name)

    @property
    def lapse_count(self) -> int:
        """How many lapses there are, listed or not."""
        return self.lapse_counts.total if self.lapse_counts else len(self.lapses)
