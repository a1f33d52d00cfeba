"""The result of the subtraction for each control: judged subjects, lapses and upcoming dates."""

from __future__ import annotations

from dataclasses import dataclass, field

from ccpolicy.engine.evidence_findings import EvidenceFinding


@dataclass(frozen=True, slots=True)
class LapseSpan:
    """A lapse, or a piece of it: half-open, in microseconds since 1970 UTC."""

    subject: str
    starts: int
    ends: int
    opened_by: int | None
    """Locator of the record that opened it."""
    closed_by: int | None
    waiver: str | None = None
    paused: int | None = None
    """For how long the subject was paused before, in microseconds of the clock that pauses stop;
    nothing where the control has none."""
    records: tuple[int, ...] = ()
    """Locators of the records with which its duties began, if there are several."""

    @property
    def locators(self) -> list[int]:
        """Locators of all records around it."""
        around = (self.opened_by, self.closed_by, *self.records)
        return [each for each in around if each is not None]


@dataclass(frozen=True, slots=True)
class UnknownSpan:
    """When nobody can say how a subject stands: half-open, in microseconds since 1970 UTC."""

    subject: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class JudgedSubject:
    """A subject that a control is about."""

    name: str
    goes_on: bool
    """Whether it has a duty after as-of."""
    not_due: bool
    starts: int | None
    """When its duty began; nothing where nobody can say, or where it is not due."""
    locator: int | None
    """The record that it rests on."""
    class_name: str | None
    """Class by which its parameters are chosen; of several, the first by name."""
    paused: int | None
    """For how long it was paused in all, in microseconds of the clock that pauses stop; nothing if
    it was not since the window's start."""


@dataclass
class Outcome:
    """What was found about one control."""

    subjects: int = 0
    """How many subjects have a duty between the window's start and the horizon, or are not due."""
    ended: int = 0
    """How many of them have no duty after as-of."""
    not_due: int = 0
    """How many of them are openings whose due instant has not come, even beyond the horizon."""
    has_subjects_now: bool = False
    """Whether there is anything to judge at as-of: somebody on the roster, or an episode.

    An empty roster is no good news; an episode that is over is."""
    had_subjects: bool = False
    """Whether there was anything to judge in the window."""
    undecided: set[str] = field(default_factory=set)
    """Subjects with a span whose time cannot be computed."""
    unknown_spans: list[UnknownSpan] = field(default_factory=list)
    """Those that touch the window and begin by as-of, by subject and time."""
    unknown_years: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Undecided subject → the calendar on which it depends, and the year that this lacks."""
    lapses: list[LapseSpan] = field(default_factory=list)
    """Lapses that touch the window, by subject and time. Waived subjects are included up to the
    horizon; for all others, only lapses that begin by as-of."""
    waived_subjects: set[str] = field(default_factory=set)
    """Which of the names in waivers are those of its subjects."""
    upcoming: list[tuple[int, list[str]]] = field(default_factory=list)
    """Instant after as-of → which of the others lapse then for the first time, by name. Who is in
    a lapse at as-of is not due again."""
    pauses: tuple[int, int] | None = None
    """Subjects that were paused since the window's start, and for how many microseconds; nothing
    where the control has no pauses."""
    findings: list[EvidenceFinding] = field(default_factory=list)
