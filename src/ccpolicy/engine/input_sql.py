"""Fill the inputs of the check kinds from the selections of every control.

First all selections are staged side by side, with what they say and no more: names, days or
instants, and whether the record belongs. Then, for all controls at once, days become instants,
subjects get numbers, and records find their subject by name.

Columns of a population: `control, subject, class, starts, day, ends, quantity, good, locator`.
Columns of the other inputs: `subject, starts, day, locator`, and `ends` and `quantity` where the
kind takes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccpolicy.checks.kinds import Input, Kind
from ccpolicy.engine.calendar_tables import Calendar
from ccpolicy.evidence import Table
from ccpolicy.policy import Control, Plan, Revision, Selection
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.epoch import DAY
from ccpolicy.vocabulary import KEY_SEPARATOR

MILLIONTHS = 1_000_000
"""Quantities are compared in whole millionths, so that sums are exact."""


@dataclass(frozen=True)
class ControlRevision:
    """A control in one of its revisions: what a check kind's query calls a control."""

    number: int
    family: int
    """Number of the control, the same in all its revisions."""
    control: Control
    revision: Revision
    starts: int
    """First instant at which the revision is in force."""
    ends: int
    first: int
    """First day of the control, in whatever revision: no duty begins before it."""
    begins: int
    """The instant at which that day begins."""
    kind: Kind = field(repr=False)

    @property
    def differs(self) -> bool:
        """Whether parameters differ by class."""
        return any(isinstance(each.value, dict) for each in self.revision.parameters.values())

    @property
    def classes(self) -> list[str]:
        """Return the classes for which every parameter has a value; an empty one if none differ."""
        values = [each.value for each in self.revision.parameters.values()]
        maps = [set(value) for value in values if isinstance(value, dict)]
        return sorted(set.intersection(*maps)) if maps else [""]

    @property
    def whole(self) -> bool:
        """Whether it is about one subject, the whole."""
        return not self.control.selections(self.kind.population)

    @property
    def items(self) -> list[str]:
        """Return the items that the policy writes out."""
        lists = [given for given in self.control.inputs.values() if isinstance(given, list)]
        return [item for given in lists for item in given if isinstance(item, str)]

    @property
    def itemised(self) -> bool:
        """Whether every key is joined with items."""
        return any(
            spec.items and self.control.inputs.get(each) for each, spec in self.kind.inputs.items()
        )


@dataclass(frozen=True)
class InputSelection:
    """A selection of a control: one branch of what is staged."""

    number: int
    rule: ControlRevision
    input: str
    spec: Input
    selection: Selection

    @property
    def ahead(self) -> bool:
        """Whether it may lie ahead of as-of: a plan, and not something that happened."""
        planned = self.spec.planned and (self.spec.population or self.selection.ends is not None)
        return planned or self.spec.items


@dataclass(frozen=True)
class Bounds:
    """The instants that every input is cut by."""

    latest: int
    """Events later than this are left out: they had not happened yet."""
    latest_day: int
    horizon: int
    horizon_day: int
    told: int
    """Start of the window: a lapse that ends before it is not told, unless another revision's goes
    on from it."""


@dataclass(frozen=True)
class Inputs:
    """Writes the SQL that fills the inputs of all kinds."""

    rules: Sequence[ControlRevision]
    tables: Mapping[str, Table]
    plan: Plan
    bounds: Bounds

    def kinds(self) -> list[Kind]:
        """Return the kinds in use."""
        return list({rule.kind.name: rule.kind for rule in self.rules}.values())

    def relations(self) -> dict[tuple[str, str], int]:
        """Number the inputs of all kinds."""
        pairs = [(kind.name, each) for kind in self.kinds() for each in kind.inputs]
        return {pair: number for number, pair in enumerate(pairs)}

    def parts(self) -> list[InputSelection]:
        """Return every selection, once for all revisions of its control."""
        first = {rule.family: rule for rule in reversed(self.rules)}
        parts: list[InputSelection] = []
        for rule in sorted(first.values(), key=lambda rule: rule.family):
            for input_name, spec in rule.kind.inputs.items():
                for selection in rule.control.selections(input_name):
                    parts.append(InputSelection(len(parts), rule, input_name, spec, selection))
        return parts

    def staged(self) -> str:
        """Write the SELECT of all selections side by side."""
        relations = self.relations()
        branches = [
            self._branch(part, relations[part.rule.kind.name, part.input]) for part in self.parts()
        ]
        for rule in {rule.family: rule for rule in self.rules if rule.whole}.values():
            relation = relations[rule.kind.name, rule.kind.population]
            branches.append(
                f"SELECT -1, {relation}, {rule.family}, true, true, false,"
                f" {literal(self.plan.subject)}, NULL, NULL, NULL, {rule.first},"
                f" {self.bounds.horizon}, NULL, NULL, NULL, true, NULL"
            )
        head = (
            "SELECT NULL::INTEGER AS selection, NULL::INTEGER AS relation, NULL::INTEGER AS family,"
            " NULL::BOOLEAN AS population, NULL::BOOLEAN AS ahead, NULL::BOOLEAN AS known,"
            " NULL::VARCHAR AS name, NULL::VARCHAR AS subject, NULL::VARCHAR AS class,"
            " NULL::BIGINT AS starts, NULL::INTEGER AS day, NULL::BIGINT AS ends,"
            " NULL::INTEGER AS ends_day, NULL::BIGINT AS quantity, NULL::INTEGER AS good,"
            " NULL::BOOLEAN AS belongs, NULL::BIGINT AS locator WHERE false"
        )
        return "\nUNION ALL ".join([head, *branches])

    def _branch(self, part: InputSelection, relation: int) -> str:
        selection, spec, rule = part.selection, part.spec, part.rule
        starts, day = self._starts(part)
        ends, ends_day = self._ends(part)
        populations = rule.control.selections(rule.kind.population)
        own = {each.dataset.partition(".")[0] for each in populations}
        # What stands in the population's own documents need not be looked up there.
        known = (
            spec.population
            or spec.items
            or rule.whole
            or selection.dataset.partition(".")[0] in own
        )
        subject = (
            literal(self.plan.subject) if rule.whole and not spec.items else self.key(selection)
        )
        by = any(each.differs for each in self.rules if each.family == rule.family) and selection.by
        columns = [
            str(part.number),
            str(relation),
            str(rule.family),
            str(spec.population).lower(),
            str(part.ahead).lower(),
            str(known).lower(),
            subject,
            self._subject(part, subject),
            f"CAST({identifier(by)} AS VARCHAR)" if by else "NULL",
            starts,
            day,
            ends,
            ends_day,
            self._quantity(selection, spec),
            f"CASE WHEN ({selection.good}\n) THEN 1 ELSE 0 END" if selection.good else "NULL",
            f"({selection.where}\n)" if selection.where else "true",
            "locator",
        ]
        return f"SELECT {', '.join(columns)} FROM {identifier(self.tables[selection.dataset].name)}"

    def _subject(self, part: InputSelection, key: str) -> str:
        """Write the name of the subject that a record is about: its key, with its item."""
        if part.spec.population or not part.rule.itemised:
            return key
        item = (
            f"CAST({identifier(part.selection.item)} AS VARCHAR)" if part.selection.item else "''"
        )
        return f"{key} || {literal(KEY_SEPARATOR)} || {item}"

    def key(self, selection: Selection) -> str:
        """Write the subject's name from the columns of the selection's table."""
        parts = [f"CAST({identifier(column)} AS VARCHAR)" for column in selection.key]
        joined = f" || {literal(KEY_SEPARATOR)} || ".join(parts)
        return f"{literal(selection.prefix)} || {joined}" if selection.prefix else joined

    def _quantity(self, selection: Selection, spec: Input) -> str:
        if selection.quantity:
            value = f"CAST(round({identifier(selection.quantity)} * {MILLIONTHS}) AS BIGINT)"
            # A count that was left empty is no count of anything.
            return value if spec.population else f"coalesce({value}, 0)"
        return str(MILLIONTHS) if "quantity" in spec.columns and not spec.population else "NULL"

    def _column(self, column: str, part: InputSelection, *, early: bool) -> tuple[str, bool]:
        """Return a time's column and whether it holds days.

        An ambiguous local time takes the less favourable reading: early for what begins a duty.
        """
        table = self.tables[part.selection.dataset]
        both = early and column in table.ambiguous_times
        return identifier(f"{column}__early" if both else column), table.columns[column] == "date"

    def _starts(self, part: InputSelection) -> tuple[str, str]:
        """Return the expressions for the instant and for the day; one of them is NULL."""
        if part.selection.starts is None:
            return "NULL", str(part.rule.first)
        column, days = self._column(part.selection.starts, part, early=part.spec.population)
        return ("NULL", column) if days else (column, "NULL")

    def _ends(self, part: InputSelection) -> tuple[str, str]:
        selection, spec = part.selection, part.spec
        horizon, last = self.bounds.horizon, self.bounds.horizon_day
        if selection.ends is None:
            return str(horizon) if spec.population and spec.open_ended else "NULL", "NULL"
        column, days = self._column(selection.ends, part, early=not spec.population)
        if spec.open_ended and not spec.planned:
            # An end after as-of had not happened yet.
            limit = self.bounds.latest_day if days else self.bounds.latest
            column = f"CASE WHEN {column} <= {limit} THEN {column} END"
        if spec.open_ended:
            column = f"coalesce({column}, {last if days else horizon})"
        return ("NULL", column) if days else (column, "NULL")

    def items(self) -> str:
        """Write the SELECT of the items of every control."""
        lists = [
            f"SELECT {rule.family}, {literal(item)}"
            for rule in {rule.family: rule for rule in self.rules}.values()
            for item in rule.items
        ]
        relations = self.relations()
        numbers = [
            str(relations[kind.name, each])
            for kind in self.kinds()
            for each, spec in kind.inputs.items()
            if spec.items
        ]
        chosen = (
            "SELECT DISTINCT family, name AS item FROM staged"
            f" WHERE relation IN ({', '.join(numbers) or '-1'}) AND belongs"
        )
        return " UNION ALL ".join([chosen, *lists])

    def rule_rows(self) -> str:
        """Write the rows of `rule`."""
        return ", ".join(
            f"({rule.number}, {rule.family}, {rule.starts}, {rule.ends},"
            f" {min(self.bounds.told, rule.ends)}, {rule.first}, {rule.begins},"
            f" {str(rule.differs).lower()}, {str(rule.itemised).lower()})"
            for rule in self.rules
        )

    def population(self, calendar: Calendar) -> str:
        """Write the SELECT of all populations, with subjects by name."""
        return f"""
            SELECT st.relation, st.selection, st.ahead, r.number AS control,
                   CASE WHEN r.itemised THEN st.name || {literal(KEY_SEPARATOR)} || i.item
                        ELSE st.name END AS name,
                   CASE WHEN r.differs THEN st.class ELSE '' END AS class,
                   coalesce(st.starts, b.starts) AS began,
                   CASE WHEN st.ahead THEN greatest(coalesce(st.starts, b.starts), r.begins)
                        ELSE coalesce(st.starts, b.starts) END AS starts,
                   CASE WHEN st.ahead THEN greatest({_DAY}, r.first) ELSE {_DAY} END AS day,
                   coalesce(st.ends, e.ends) AS ends, st.quantity, st.good, st.locator
            FROM staged st
            JOIN rule r ON r.family = st.family
            LEFT JOIN item i ON i.family = st.family
            {_calendars(calendar)}
            WHERE st.population AND st.belongs AND r.itemised = (i.item IS NOT NULL)
              AND coalesce(st.starts, b.starts) IS NOT NULL
              AND (st.ahead OR coalesce(st.starts, b.starts) <= {self.bounds.latest})
        """

    def groups(self) -> dict[tuple[str, ...], list[int]]:
        """Return the inputs other than populations, by the columns that they have."""
        groups: dict[tuple[str, ...], list[int]] = {}
        relations = self.relations()
        for kind in self.kinds():
            for each, spec in kind.inputs.items():
                if not (spec.population or spec.items):
                    groups.setdefault(extra_columns(spec), []).append(relations[kind.name, each])
        return groups

    def records(self, columns: Sequence[str], numbers: Sequence[int], calendar: Calendar) -> str:
        """Write the SELECT of the records of some inputs, with subjects by number.

        What is about nobody who is known, or had not happened yet, is there without a subject.
        """
        expressions = {
            "ends": "coalesce(st.ends, e.ends) AS ends",
            "quantity": "st.quantity",
            # The last instant at which a dated record may have begun.
            "latest": "coalesce(st.starts, b.ends - 1) AS latest",
            "selection": "st.selection",
        }
        more = "".join(f", {expressions[column]}" for column in columns)
        return f"""
            SELECT st.relation, s.number AS subject, coalesce(st.starts, b.starts) AS starts,
                   {_DAY} AS day{more}, st.locator
            FROM staged st
            JOIN rule r ON r.family = st.family
            {_calendars(calendar, ends="ends" in columns)}
            LEFT JOIN subject s ON s.control = r.number AND s.name = st.subject
              AND coalesce(st.starts, b.starts) IS NOT NULL
              AND (st.ahead OR coalesce(st.starts, b.starts) <= {self.bounds.latest})
            WHERE st.relation IN ({", ".join(map(str, numbers))}) AND st.belongs
        """


def extra_columns(spec: Input) -> tuple[str, ...]:
    """Return the columns that an input has beside the common ones."""
    extra = tuple(each for each in ("ends", "quantity") if each in spec.columns)
    return (*extra, "latest", "selection") if spec.closes else extra


def records_table(columns: Sequence[str]) -> str:
    """Return the name of the table in which the records of inputs with these columns stand."""
    return "_".join(["records", *columns])


_DAY = (
    "CASE WHEN st.starts IS NULL THEN b.day WHEN st.starts < b.starts THEN b.day - 1"
    " WHEN st.starts >= b.ends THEN b.day + 1 ELSE b.day END"
)


def _calendars(calendar: Calendar, *, ends: bool = True) -> str:
    """Join the calendar, by the day or by the day that an instant is in or beside.

    A day beyond the calendar lies beyond the horizon, where nothing is judged.
    """

    def day(value: str) -> str:
        # Not least(): it passes over NULL.
        return f"CASE WHEN {value} > {calendar.last} THEN {calendar.last} ELSE {value} END"

    begin = f"coalesce(st.day, (st.starts + {calendar.offset}) // {DAY})"
    joins = f"LEFT JOIN calendar b ON b.day = {day(begin)}"
    return f"{joins} LEFT JOIN calendar e ON e.day = {day('st.ends_day')}" if ends else joins
