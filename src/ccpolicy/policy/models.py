"""The plan as content, as the policy's YAML files hold it."""

from __future__ import annotations

import datetime
import hashlib
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from ccpolicy.checks.kinds import ROLES, Role
from ccpolicy.checks.values import Given, Value
from ccpolicy.errors import LANGUAGES, catalogue
from ccpolicy.policy.attestations import Attests
from ccpolicy.policy.base_model import Day, Id, Name, PolicyModel, TableName
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.frameworks import Framework, RequirementName
from ccpolicy.texts import Label, Line, Tag, Text, WrittenText
from ccpolicy.vocabulary import Grade, Severity


class Clause(PolicyModel):
    """A paragraph of the plan."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$")]
    """Number in the plan, such as `3.1`."""
    title: WrittenText
    text: WrittenText | None = None
    """What the clause asks. Without a text it is a heading over its sub-clauses."""
    no_control: WrittenText | None = None
    """Why no control stands behind this clause."""

    @property
    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of title and text: changes when the clause does."""
        texts = [self.title, self.text] if self.text else [self.title]
        parts = [each for text in texts for _, each in sorted(text.root.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


class Plan(PolicyModel):
    """The document that the controls hold the organisation to: `policy/plan.yaml`."""

    id: Id
    title: WrittenText
    languages: Annotated[list[Tag], Field(min_length=1)]
    """Languages in which the plan and all that stands beside it is written, as in BCP 47: `[en]`,
    `[zh, en]`. Where there are several, each text is a mapping of all of them; reports offer them,
    the first where the reader's is none of them."""
    version: Line
    effective_on: Day
    """First day on which the plan is owed."""
    adopted_on: Day | None = None
    """First day from which records are filed as things happen. What was filed before,
    all at once, is not judged for being late. Without it the day from which the plan is owed."""
    zone: Line
    """IANA time zone in which days begin and end."""
    calendar: Id | None = None
    """Calendar of `policy/calendars.yaml` on which business time counts where nothing names
    another; not needed if there is only one."""
    owner: Label
    """Role that answers for the plan."""
    organisation: WrittenText | None = None
    """Whose plan it is, as the cover of reports names it."""
    subject: Line = "centre"
    """What a control without subjects of its own is about."""
    subject_label: Label | None = None
    """What readers call that subject."""
    tags: dict[Name, WrittenText] = Field(default={})
    """Tag of controls → its name in reports. A tag without an entry is shown as written."""
    clauses: list[Clause] = Field(min_length=1)

    @property
    def subject_words(self) -> Text | None:
        """What readers call the subject of controls without others; None where they see it."""
        if self.subject_label is None and "subject" not in self.model_fields_set:
            return Text({each: catalogue(each).gettext("centre") for each in LANGUAGES})
        return self.subject_label

    def first_day(self, revision: Revision) -> datetime.date:
        """Return the first day of a control's revision: none is in force before the plan is."""
        return max(revision.from_ or self.effective_on, self.effective_on)


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
OpeningHours = Annotated[list[Line], Field(min_length=1)]
"""Spans of a day, such as `09:00-12:30`; `22:00-06:00+1` ends on the next day. They belong to the
day on which they begin."""


class WeekHours(PolicyModel):
    """Opening hours by weekday; each that is not in the weekend has some."""

    monday: OpeningHours | None = None
    tuesday: OpeningHours | None = None
    wednesday: OpeningHours | None = None
    thursday: OpeningHours | None = None
    friday: OpeningHours | None = None
    saturday: OpeningHours | None = None
    sunday: OpeningHours | None = None

    def of(self, weekday: Weekday) -> list[str]:
        """Return the opening hours of a weekday."""
        found: list[str] | None = getattr(self, weekday)
        return found or []


class ClosedDays(PolicyModel):
    """Own days that are not worked."""

    day: Day
    until: Day | None = None
    """Last of several days, if it is more than one."""
    reason: Label


class WorkedDay(PolicyModel):
    """An own day that is worked, whatever weekday or holiday it is."""

    day: Day
    hours: OpeningHours | None = None
    """Its opening hours; without them those of Monday."""
    reason: Label


class BusinessCalendarRules(PolicyModel):
    """Which days are worked and when it is open: a calendar on which business time counts."""

    id: Id
    title: Label | None = None
    zone: Line | None = None
    """IANA time zone of its days and opening hours; without it the plan's."""
    weekend: list[Weekday]
    """Weekdays that are not worked."""
    holidays: Line | None = None
    """Whose public holidays are not worked: a country or subdivision by its code in ISO 3166, such
    as `CN`, `GB-SCT` or `DE-BY`."""
    hours: WeekHours | None = None
    """Opening hours, which business hours and business minutes need."""
    closed: list[ClosedDays] = Field(default=[])
    """Own days that are not worked."""
    worked: list[WorkedDay] = Field(default=[])
    """Own days that are worked."""
    written_years: list[int] = Field(default=[])
    """Years whose public holidays are all written out in `closed` and `worked`, since `holidays`
    does not know them."""
    from_: Day | None = Field(default=None, alias="from")
    """First day on which it is valid; before it nothing is known."""
    until: Day | None = None
    """Last day on which it is valid."""


class Calendars(PolicyModel):
    """`policy/calendars.yaml`."""

    calendars: list[BusinessCalendarRules] = Field(min_length=1)


class Norm(PolicyModel):
    """The basis of a parameter: a standard, a regulation or an internal decision."""

    id: Id
    title: WrittenText
    """What the norm says, with its number."""
    source: Label
    """Document, edition and section."""
    grade: Grade
    """How far the source was checked: `read` (its text), `secondary` (a secondary source), `memory`
    (not verified), or `choice`, an internal decision."""
    consulted: Label | None = None
    """Where it was read: the text itself, or what tells of it."""
    url: Annotated[str, StringConstraints(pattern=r"^https://")] | None = None


class Norms(PolicyModel):
    """`policy/norms.yaml`."""

    norms: list[Norm]


class Selection(PolicyModel):
    """Records of a dataset that fill one input of a check kind, and which columns mean what."""

    dataset: TableName
    """A dataset, or `dataset.child` for records nested in its documents."""
    key: list[Name] = Field(default=[])
    """Columns that name the subject; none where the control is about one subject, the whole."""
    group: list[Name] = Field(default=[])
    """Columns that name the subject, where the key names what counts for it (check kind
    `share`)."""
    prefix: str = ""
    """Put before the subject's name, to keep the keys of several datasets apart."""
    where: Line | None = None
    """SQL predicate over the dataset's columns; records for which it is not true are left out."""
    starts: Name | None = None
    """Column of the time at which it happened or began; a date is a whole day."""
    valid_from: Name | None = None
    """Instead of `starts`: column of the time from which the record is valid (check kind
    `coverage`); a date is valid from its day's beginning."""
    ends: Name | None = None
    """Column of the time at which it ends, is due or expires; a date ends at its day's end."""
    item: Name | None = None
    """Column that names the item (a course, an audience)."""
    by: Name | None = None
    """Column by whose value the parameters differ."""
    calendar: Name | None = None
    """Column that names the calendar on which business time counts."""
    reason: Name | None = None
    """Column that says why the clock stands still."""
    reasons: list[Line] | None = Field(default=None, min_length=1)
    """The reasons for which it may; without them those of the column's `enum` in the contract."""
    quantity: Name | None = None
    """Numeric column: what a reading counted, how many a record stands for, or a subject's own
    minimum."""
    met: Name | None = None
    """Numeric column: how many of the `quantity` are as they should be (check kind `share`)."""
    good: Line | None = None
    """SQL predicate that says whether the record is as it should be (check kinds `record` and
    `share`)."""

    @property
    def roles(self) -> dict[Role, str]:
        """Role → its column; predicates are left out."""
        return {
            name: getattr(self, name)
            for name, role in ROLES.items()
            if role.holds != "predicate" and getattr(self, name)
        }

    @property
    def predicates(self) -> dict[Role | Literal["where"], str]:
        """Field → SQL predicate."""
        found: dict[Role | Literal["where"], str] = {"where": self.where} if self.where else {}
        for name, role in ROLES.items():
            if role.holds == "predicate" and getattr(self, name):
                found[name] = getattr(self, name)
        return found


class ParameterValue(PolicyModel):
    """A number of the plan, and why it is that number."""

    value: Given
    """One value, or one for each value of the column named by the selection's `by`."""
    norm: Id | None = None
    """Norm in `policy/norms.yaml`."""

    @property
    def values(self) -> list[Value]:
        """Return its values, one for each class if they differ."""
        return list(self.value.values()) if isinstance(self.value, dict) else [self.value]

    @property
    def words(self) -> list[str]:
        """Return its classes, or its value where that is a word, such as a choice."""
        return list(self.value) if isinstance(self.value, dict) else [str(self.value)]


class Revision(PolicyModel):
    """The parameters of a control from a day on."""

    version: int = Field(ge=1)
    from_: Day | None = Field(default=None, alias="from")
    """First day on which they hold; without it (the first revision alone) the plan's."""
    parameters: dict[Name, ParameterValue] = Field(default={})
    calendar: Id | None = None
    """Calendar on which business time counts from then on; without it the control's."""
    reason: WrittenText | None = None
    """Why they were changed."""

    @property
    def classes(self) -> list[str]:
        """Return the classes for which every parameter has a value; an empty one if none differ."""
        maps = [set(g.value) for g in self.parameters.values() if isinstance(g.value, dict)]
        return sorted(set.intersection(*maps)) if maps else [""]

    def of_class(self, name: str) -> dict[str, Value]:
        """Return the parameters of a class, by name."""
        return {
            parameter: given.value[name] if isinstance(given.value, dict) else given.value
            for parameter, given in self.parameters.items()
        }


class NotApplicable(PolicyModel):
    """A written decision that a control does not apply for a while."""

    reason: WrittenText
    owner: Label
    until: Day
    """Last day on which the decision stands."""


class Control(PolicyModel):
    """One requirement of the plan, with the check that evaluates it."""

    id: Id
    title: WrittenText
    rule: WrittenText
    """What must hold, in words."""
    rationale: WrittenText | None = None
    """Why the control reads the plan as it does."""
    remediation: WrittenText
    """Remediation: what to do when it fails."""
    clauses: dict[str, Line] = Field(min_length=1)
    """Clause id → the clause's digest when the control was last reviewed against it."""
    satisfies: list[RequirementName] = Field(default=[])
    """Requirements of `policy/frameworks/` that it serves, such as `iso27001:A.5.30`."""
    severity: Severity
    owner: Label
    tags: list[Name] = Field(default=[])
    check: Name
    """Check kind: a file `checks/<kind>.sql`."""
    inputs: dict[Name, Selection | list[Selection] | list[Line]] = Field(default={})
    """Input of the check kind → the selections that fill it, or a list of items."""
    calendar: Id | None = None
    """Calendar of `policy/calendars.yaml` on which business time counts; without it the plan's."""
    attests: Attests | None = None
    """What its records vouch for, where people attest what no record can show."""
    value_labels: dict[Line, Label] = Field(default={})
    """Class or choice in a parameter's value, word of a prefix, or item → its name in reports."""
    parameters: dict[Name, ParameterValue] | None = None
    """The parameters, if they have never been revised."""
    revisions: list[Revision] | None = Field(default=None, min_length=1)
    """The parameters over time, oldest first."""
    may_be_empty: WrittenText | None = None
    """Why it is all right that there is nothing to assess."""
    not_applicable: NotApplicable | None = None

    @property
    def history(self) -> list[Revision]:
        """Return the revisions, oldest first."""
        return self.revisions or [Revision(version=1, parameters=self.parameters or {})]

    def selections(self, name: str) -> list[Selection]:
        """Return the selections that fill an input."""
        given = self.inputs.get(name, [])
        given = [given] if isinstance(given, Selection) else given
        return [part for part in given if isinstance(part, Selection)]


class Controls(PolicyModel):
    """A file of `policy/controls/`: the controls of one chapter."""

    controls: list[Control]


class Waiver(PolicyModel):
    """A lapse that somebody accepted for a while, in writing."""

    id: Id
    control: Id
    subject: Line
    """Its name exactly as JSON and CSV give it, not its label."""
    reason: WrittenText
    owner: Label
    approver: Label
    from_: Day = Field(alias="from")
    until: Day
    """Last day on which it stands."""


class Waivers(PolicyModel):
    """`policy/waivers.yaml`."""

    waivers: list[Waiver] = Field(default=[])


SCHEMAS: dict[str, type[PolicyModel]] = {
    "plan": Plan,
    "norms": Norms,
    "controls": Controls,
    "dataset": Dataset,
    "waivers": Waivers,
    "calendars": Calendars,
    "framework": Framework,
}
"""Kind of policy file → its model; the JSON Schemas for editors derive from it."""
