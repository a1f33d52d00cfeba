"""Every relation that an evaluation makes: its name, its columns with their types, what it holds.

Instants are microseconds since 1970 UTC, days are days since 1970 in the plan's zone, quantities
are whole millionths. `revision` is the number of a control's revision and `control_number` that of
the control. A check kind's query sees its inputs, `parameters`, `after`, `business`, `open_time`
and `period`; there a revision's number is the column `control`. An input that stops a clock is
`pause`.

A happening has its `earliest` and its `latest` moment, a state its `starts` and `ends`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from ccpolicy.checks.kinds import VALUES, Input, Kind, Parameter
from ccpolicy.store import Store
from ccpolicy.store.sql import identifier

_BOOLEAN, _SMALLINT, _INTEGER, _BIGINT, _VARCHAR = (
    "BOOLEAN",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "VARCHAR",
)


@dataclass(frozen=True)
class Relation:
    """A relation of the engine."""

    name: str
    sentence: str
    """What one row is."""
    columns: Mapping[str, str]
    """Column → SQL type, in order."""

    @cached_property
    def query(self) -> str:
        """The query in `sql/<name>.sql` whose rows it holds."""
        return files("ccpolicy.engine").joinpath("sql", f"{self.name}.sql").read_text("utf-8")

    def no_rows(self) -> str:
        """Write a SELECT without rows, which gives a UNION ALL its names and types."""
        cells = (
            f"CAST(NULL AS {kind}) AS {identifier(column)}" for column, kind in self.columns.items()
        )
        return f"SELECT {', '.join(cells)} WHERE false"

    def create(self, store: Store, rows: Sequence[Sequence[object]]) -> None:
        """Create it in a store from its rows."""
        if rows:
            store.fill(self.name, self.columns, [list(each) for each in zip(*rows, strict=True)])
        else:
            # The engine's planner sees that there are none, and leaves out what would join them.
            store.define(self.name, self.no_rows())


CONTROL_REVISION = Relation(
    "control_revision",
    "A revision of a control: when it is in force, and which lapses under it are reported."
    " `judges_records` where what is judged are single records, each at its moment.",
    {
        "revision": _INTEGER,
        "kind": _INTEGER,
        "control_number": _INTEGER,
        "starts": _BIGINT,
        "ends": _BIGINT,
        "report_from": _BIGINT,
        "report_until": _BIGINT,
        "first_day": _INTEGER,
        "first_instant": _BIGINT,
        "is_current": _BOOLEAN,
        "judges_records": _BOOLEAN,
        "has_classes": _BOOLEAN,
        "has_calendars": _BOOLEAN,
        "has_items": _BOOLEAN,
        "has_parts": _BOOLEAN,
    },
)
PARAMETER_CLASS = Relation(
    "parameter_class",
    "A class for which every parameter of a revision has a value; '' if none differ by class. The"
    " calendar follows it where records name one.",
    {"revision": _INTEGER, "class": _VARCHAR},
)
SELECTED_RECORDS = Relation(
    "selected_records",
    "A record that a selection takes, with names and times as they are on file; each time is a day"
    " or both readings of an instant. No selection takes the plan's one subject.",
    {
        "selection": _INTEGER,
        "input": _INTEGER,
        "control_number": _INTEGER,
        "names_subject": _BOOLEAN,
        "is_part": _BOOLEAN,
        "planned": _BOOLEAN,
        "subject_key": _VARCHAR,
        "whole": _VARCHAR,
        "subject": _VARCHAR,
        "class": _VARCHAR,
        "calendar": _VARCHAR,
        "earliest": _BIGINT,
        "latest": _BIGINT,
        "day": _INTEGER,
        "ends_earliest": _BIGINT,
        "ends_latest": _BIGINT,
        "ends_day": _INTEGER,
        **dict.fromkeys(VALUES, _BIGINT),
        "good": _INTEGER,
        "belongs": _BOOLEAN,
        "locator": _BIGINT,
    },
)
REQUIRED_ITEM = Relation(
    "required_item",
    "An item that each subject of a control needs a record of.",
    {"control_number": _INTEGER, "item": _VARCHAR},
)
SUBJECT_RECORDS = Relation(
    "subject_records",
    "A record that names a subject, once for each revision and item: a state from `starts` to"
    " `ends`, or a happening between `starts` and `latest`. `planned` are states. It is there to"
    " be judged until `judged_until`.",
    {
        "input": _INTEGER,
        "selection": _INTEGER,
        "planned": _BOOLEAN,
        "revision": _INTEGER,
        "is_part": _BOOLEAN,
        "name": _VARCHAR,
        "whole": _VARCHAR,
        "class": _VARCHAR,
        "starts": _BIGINT,
        "latest": _BIGINT,
        "day": _INTEGER,
        "first_day": _INTEGER,
        "ends": _BIGINT,
        "judged_until": _BIGINT,
        "quantity": _BIGINT,
        "good": _INTEGER,
        "locator": _BIGINT,
    },
)
SUBJECT = Relation(
    "subject",
    "A subject of a revision, numbered in the order of the names; or a part of one.",
    {"number": _INTEGER, "revision": _INTEGER, "is_part": _BOOLEAN, "name": _VARCHAR},
)
SUBJECT_DUTY = Relation(
    "subject_duty",
    "What a kind reads as its subjects if they are states: spans of one subject that overlap or"
    " touch are one row. `first_day` is there if the duty begins with a dated state.",
    {
        "input": _INTEGER,
        "revision": _INTEGER,
        "subject": _INTEGER,
        "class": _VARCHAR,
        "starts": _BIGINT,
        "day": _INTEGER,
        "first_day": _INTEGER,
        "ends": _BIGINT,
        "quantity": _BIGINT,
        "locator": _BIGINT,
    },
)
SUBJECT_HAPPENING = Relation(
    "subject_happening",
    "What a kind reads as its subjects, or as parts of a `whole` subject, if they are happenings.",
    {
        "input": _INTEGER,
        "revision": _INTEGER,
        "subject": _INTEGER,
        "whole": _INTEGER,
        "class": _VARCHAR,
        "earliest": _BIGINT,
        "latest": _BIGINT,
        "day": _INTEGER,
        "ends": _BIGINT,
        "quantity": _BIGINT,
        "good": _INTEGER,
        "locator": _BIGINT,
    },
)
CALENDAR = Relation(
    "calendar",
    "A day in the plan's zone: when it begins and ends.",
    {"day": _INTEGER, "starts": _BIGINT, "ends": _BIGINT},
)
UTC_DAY = Relation(
    "utc_day",
    "A day of UTC, by its number since 1970: the zone's offset at its beginning, and the instant at"
    " which another takes its place.",
    {"number": _INTEGER, "zone_offset": _BIGINT, "shifts_at": _BIGINT, "next_offset": _BIGINT},
)
DURATION = Relation(
    "duration",
    "A run of days on which a duration in days that some parameter has lasts equally many days; it"
    " is not certain where that rests on a year whose holidays are not known.",
    {
        "duration": _VARCHAR,
        "first_day": _INTEGER,
        "last_day": _INTEGER,
        "days": _INTEGER,
        "is_certain": _BOOLEAN,
    },
)
AFTER = Relation(
    "after",
    "The instant at which a duration counted from a day has run out.",
    {"duration": _VARCHAR, "day": _INTEGER, "ends": _BIGINT},
)
BUSINESS = Relation(
    "business",
    "When business time that is counted from the instants between `starts` and `until`, which lie"
    " on one day, has run out: at `ends`, or `added` later than the instant.",
    {
        "duration": _VARCHAR,
        "day": _INTEGER,
        "starts": _BIGINT,
        "until": _BIGINT,
        "ends": _BIGINT,
        "added": _BIGINT,
    },
)
OPEN_TIME = Relation(
    "open_time",
    "A span in which it is open by the calendar of a duration, until `next_opens` the last; the"
    " open time passed since the first grows in it from `elapsed` to `reaches`. It holds for what"
    " is counted from `counted_from` on and before `counted_until`: what rests on a year whose"
    " holidays are not known goes on after all days. There only for durations that pauses stop.",
    {
        "duration": _VARCHAR,
        "opens": _BIGINT,
        "closes": _BIGINT,
        "next_opens": _BIGINT,
        "elapsed": _BIGINT,
        "reaches": _BIGINT,
        "counted_from": _BIGINT,
        "counted_until": _BIGINT,
    },
)
STOPPED_CLOCK = Relation(
    "stopped_clock",
    "The duration of a revision and class whose clock an input stops, by its name in `open_time`"
    " where it counts business time.",
    {"input": _INTEGER, "revision": _INTEGER, "class": _VARCHAR, "duration": _VARCHAR},
)
PAUSE = Relation(
    "pause",
    "A pause of a subject; records that overlap or touch are one. Its clock stands still from"
    " `starts` to `ends`, and runs on to `next_starts`. It shows `reached`: the instant, or on the"
    " scale of `open_time`, less what was paused before. By `ends` it has stood still for `paused`"
    " in all.",
    {
        "input": _INTEGER,
        "subject": _INTEGER,
        "starts": _BIGINT,
        "ends": _BIGINT,
        "next_starts": _BIGINT,
        "reached": _BIGINT,
        "paused": _BIGINT,
        "locator": _BIGINT,
    },
)
PERIOD_SPAN = Relation(
    "period_span",
    "A run of days of a period that are alike; the columns are those of `period`.",
    {
        "per": _VARCHAR,
        "first_day": _INTEGER,
        "last_day": _INTEGER,
        "number": _INTEGER,
        "ends": _BIGINT,
        "serves": _INTEGER,
        "serves_ends": _BIGINT,
        "next_ends": _BIGINT,
        "either": _INTEGER,
    },
)
PERIOD = Relation(
    "period",
    "The period of a day: its number, and when it is owed by where a duty begins on that day. Then"
    " the number of the latest period that an event of that day may serve, when that one and the"
    " next are due, and whether the event may serve the one before it as well, as 0 or 1.",
    {
        "per": _VARCHAR,
        "day": _INTEGER,
        "number": _INTEGER,
        "ends": _BIGINT,
        "serves": _INTEGER,
        "serves_ends": _BIGINT,
        "next_ends": _BIGINT,
        "either": _INTEGER,
    },
)
SPANS = Relation(
    "spans",
    "What the check kinds return: a span of duty or of cover of a subject, half-open. `is_cover` is"
    " NULL where nobody can say.",
    {
        "kind": _SMALLINT,
        "revision": _INTEGER,
        "is_cover": _BOOLEAN,
        "subject": _INTEGER,
        "starts": _BIGINT,
        "ends": _BIGINT,
        "locator": _BIGINT,
    },
)
DUTY = Relation(
    "duty",
    "A span in which a subject must be covered, inside its revision; none touches another.",
    {"revision": _INTEGER, "subject": _INTEGER, "starts": _BIGINT, "ends": _BIGINT},
)
GAP = Relation(
    "gap",
    "Duty less cover, and since when nothing had covered the subject.",
    {
        "revision": _INTEGER,
        "subject": _INTEGER,
        "uncovered_since": _BIGINT,
        "starts": _BIGINT,
        "ends": _BIGINT,
    },
)
EARLIEST_GAP = Relation(
    "earliest_gap",
    "A gap of the window, or what is unknown in it, cut at as-of, as it is if business time that"
    " rests on a year whose holidays are not known runs out as early as is possible.",
    {"subject": _INTEGER, "is_unknown": _BOOLEAN, "starts": _BIGINT, "ends": _BIGINT},
)
LAPSE = Relation(
    "lapse",
    "A gap with the records that opened and closed it.",
    {
        "revision": _INTEGER,
        "subject": _INTEGER,
        "starts": _BIGINT,
        "ends": _BIGINT,
        "opened_by": _BIGINT,
        "closed_by": _BIGINT,
    },
)
LAPSE_RECORD = Relation(
    "lapse_record",
    "A record with which a duty began that a lapse left uncovered, where there are several.",
    {"subject": _INTEGER, "starts": _BIGINT, "place": _BIGINT, "locator": _BIGINT},
)
WAIVED_SUBJECT = Relation("waived_subject", "A subject that some waiver names.", {"name": _VARCHAR})
CHARTED_SUBJECT = Relation(
    "charted_subject",
    "A subject whose timeline the audit appendix shows.",
    {"revision": _INTEGER, "name": _VARCHAR},
)
WINDOW_DAY = Relation(
    "window_day",
    "A day of the window, cut by it, by its number from the first; and the end of the window.",
    {"number": _INTEGER, "starts": _BIGINT, "ends": _BIGINT},
)
CITED_RECORD = Relation(
    "cited_record",
    "A record that the assessment cites, by the dataset that git fills, its own and its key.",
    {"git_dataset": _VARCHAR, "dataset": _VARCHAR, "record": _VARCHAR},
)

RELATIONS: tuple[Relation, ...] = (
    CONTROL_REVISION,
    PARAMETER_CLASS,
    SELECTED_RECORDS,
    REQUIRED_ITEM,
    SUBJECT_RECORDS,
    SUBJECT,
    SUBJECT_DUTY,
    SUBJECT_HAPPENING,
    CALENDAR,
    UTC_DAY,
    DURATION,
    AFTER,
    BUSINESS,
    OPEN_TIME,
    PERIOD_SPAN,
    PERIOD,
    STOPPED_CLOCK,
    PAUSE,
    SPANS,
    DUTY,
    GAP,
    EARLIEST_GAP,
    LAPSE,
    LAPSE_RECORD,
    WAIVED_SUBJECT,
    CHARTED_SUBJECT,
    WINDOW_DAY,
    CITED_RECORD,
)
"""Those whose names and columns do not depend on the policy; the appendix and git add the last."""

_TIMES = {
    "happening": {"earliest": _BIGINT, "latest": _BIGINT, "day": _INTEGER},
    "state": {"starts": _BIGINT, "day": _INTEGER},
}
_OWN_COLUMNS: dict[str, dict[str, str]] = {
    "ends": {"ends": _BIGINT},
    "good": {"good": _INTEGER},
    **{name: {name: _BIGINT} for name in VALUES},
    "valid_from": {"valid_from": _BIGINT},
    "closes": {"selection": _INTEGER},
    "either": {"earliest_starts": _BIGINT, "latest_ends": _BIGINT},
}


def input_records(spec: Input) -> Relation:
    """Return the relation of the records of an input, and of all with the same columns."""
    given = {*spec.roles, *(["closes"] if spec.closes else [])}
    # What may be too little or too much is read both ways.
    if spec.holds == "state" and spec.effect == "either":
        given.add("either")
    own = [each for each in _OWN_COLUMNS if each in given]
    columns = {"input": _INTEGER, "subject": _INTEGER, **_TIMES[spec.holds or "happening"]}
    for each in own:
        columns |= _OWN_COLUMNS[each]
    return Relation(
        "_".join([f"input_{spec.holds}s", *own]),
        "A record of an input that names no subjects, with its subject if it is about one.",
        {**columns, "locator": _BIGINT},
    )


def named_subjects(spec: Input) -> Relation:
    """Return the relation that a kind's query reads as an input that names its subjects."""
    return SUBJECT_HAPPENING if spec.is_happening else SUBJECT_DUTY


def parameters(kind: Kind) -> Relation:
    """Return the relation that a kind's query reads as `parameters`.

    A duration has its name in `after` and `business`, or as `<name>_clock` its microseconds, and in
    business hours as `<name>_open`. One that limits pauses is microseconds of either.
    """
    columns = {"control": _INTEGER, "class": _VARCHAR, "as_of": _BIGINT, "horizon": _BIGINT}
    columns |= {f"has_{name}": _INTEGER for name in kind.alternatives}
    for name, spec in kind.parameters.items():
        if not spec.is_part:
            columns |= parameter_columns(name, spec)
    return Relation(
        f"{kind.name}_parameters",
        "The parameters of a revision for one class.",
        columns,
    )


def parameter_columns(name: str, spec: Parameter) -> dict[str, str]:
    """Return the columns of one parameter with their types."""
    match spec.type:
        case "duration" if spec.limits:
            return {name: _BIGINT}
        case "duration":
            return {name: _VARCHAR, f"{name}_clock": _BIGINT, f"{name}_open": _BIGINT}
        case "integer":  # a kind may count it in millionths
            return {name: _BIGINT}
        case "number" | "percent":
            return {name: _BIGINT}
    return {name: _VARCHAR}
