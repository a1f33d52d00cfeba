"""Fill the inputs of a check kind from the selections of every control of that kind.

Subjects are numbered, so that a query compares and sorts whole numbers. The population of a
control says which subjects there are: each key, or each key with each item. Other records find
their subject by name; what names no subject of the control is left aside, and the audit says so.

Columns of the population: `control, subject, class, starts, day, ends, quantity, good, locator`.
`latest` is the last instant at which a dated record may have begun; of a population, its own
beginning, before the control's first day is taken into account.
Columns of the other inputs: `subject, starts, day, locator`, and `ends` and `quantity` where the
kind takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ccpolicy.checks.kinds import Input, Kind
from ccpolicy.engine.calendar import DAY, Calendar
from ccpolicy.evidence import Table
from ccpolicy.policy import Control, Plan, Revision, Selection

MILLIONTHS = 1_000_000
"""Quantities are compared in whole millionths, so that sums are exact."""
BETWEEN = " × "
"""Stands between the parts of a subject's name; keys may not hold it."""


def text(value: object) -> str:
    """Write a value as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """Write an SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


@dataclass(frozen=True)
class Rule:
    """A control in one of its revisions: what a check kind's query calls a control."""

    number: int
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
    def items(self) -> list[str] | list[Selection]:
        """Return the items that every key is joined with."""
        for input_name, spec in self.kind.inputs.items():
            if spec.items and (given := self.control.inputs.get(input_name)):
                return [given] if isinstance(given, Selection) else given  # type: ignore[return-value]
        return []


@dataclass(frozen=True)
class Bounds:
    """The instants that every input is cut by."""

    latest: int
    """Events later than this are left out: they had not happened yet."""
    horizon: int
    earliest: int
    """Before any duty and any evidence."""


@dataclass(frozen=True)
class Inputs:
    """Writes the SQL of one kind's inputs."""

    kind: Kind
    rules: list[Rule]
    tables: Mapping[str, Table]
    plan: Plan
    calendar: Calendar
    bounds: Bounds

    def relation(self, input_name: str) -> str:
        """Return the name of the relation that holds an input of this kind."""
        return f"{self.kind.name}_{input_name}"

    def population(self) -> str:
        """Write the SELECT of the population, with the subjects by `name`."""
        spec = self.kind.inputs[self.kind.population]
        parts = []
        for rule in self.rules:
            if rule.whole:
                parts.append(self._whole(rule))
            for selection in rule.control.selections(self.kind.population):
                parts.append(self._with_items(rule, self._selection(rule, selection, spec)))
        return "\nUNION ALL\n".join(parts)

    def subjects(self) -> str:
        """Write the SELECT of the population by number.

        Spans of a subject that overlap or touch are one duty: moving an asset is no new beginning.
        """
        spec = self.kind.inputs[self.kind.population]
        source = name(f"{self.kind.name}_population")
        numbered = (
            f"SELECT p.control, s.number AS subject, p.* EXCLUDE (control, name) FROM {source} p"
            " JOIN subject s ON s.control = p.control AND s.name = p.name"
        )
        if not spec.planned:
            return numbered
        return f"""
            WITH numbered AS ({numbered} WHERE p.starts < p.ends),
            reached AS (
              SELECT *, max(ends) OVER (PARTITION BY subject ORDER BY starts
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
              FROM numbered
            ),
            island AS (
              SELECT *, sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
                          OVER (PARTITION BY subject ORDER BY starts
                                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
              FROM reached
            )
            SELECT control, subject, min(class) AS class, min(starts) AS starts, min(day) AS day,
                   max(ends) AS ends, max(quantity) AS quantity, min(locator) AS locator
            FROM island
            GROUP BY control, subject, island
        """

    def others(self) -> Iterator[tuple[str, str]]:
        """Yield the other inputs' names, with the SELECT that fills each; subjects are numbered."""
        for input_name, spec in self.kind.inputs.items():
            if spec.population or spec.items:
                continue
            parts = [
                self._selection(rule, selection, spec)
                for rule in self.rules
                for selection in rule.control.selections(input_name)
            ]
            named = "\nUNION ALL\n".join(parts)
            columns = [
                "starts",
                "day",
                *(each for each in ("ends", "quantity") if each in spec.columns),
            ]
            columns += ["latest"] if spec.closes else []
            yield (
                input_name,
                f"SELECT s.number AS subject, {', '.join(f'n.{each}' for each in columns)}, n.locator"
                f" FROM ({named}) n JOIN subject s ON s.control = n.control AND s.name = n.name",
            )

    def _whole(self, rule: Rule) -> str:
        """One subject, from the control's first day."""
        return self._with_items(
            rule,
            f"SELECT {rule.number} AS control, {text(self.plan.subject)} AS name, '' AS class,"
            f" {rule.begins}::BIGINT AS starts, {rule.first} AS day, {self.bounds.horizon}::BIGINT AS ends,"
            " NULL::BIGINT AS quantity, NULL::INTEGER AS good, NULL::BIGINT AS latest,"
            " NULL::BIGINT AS locator",
        )

    def _with_items(self, rule: Rule, population: str) -> str:
        """Join every subject of a population with every item of the control."""
        items = rule.items
        if not items:
            return population
        lists = [
            f"SELECT {text(item)} AS item" if isinstance(item, str) else self._items(item)
            for item in items
        ]
        return (
            f"SELECT p.* REPLACE (p.name || {text(BETWEEN)} || i.item AS name)"
            f" FROM ({population}) p CROSS JOIN ({' UNION '.join(lists)}) i"
        )

    def _items(self, selection: Selection) -> str:
        return f"SELECT {self.key(selection)} AS item FROM {self.source(selection)} t"

    def key(self, selection: Selection) -> str:
        """Write the subject's name from the columns of table `t`."""
        parts = [f"CAST(t.{name(column)} AS VARCHAR)" for column in selection.key]
        joined = f" || {text(BETWEEN)} || ".join(parts)
        return f"{text(selection.prefix)} || {joined}" if selection.prefix else joined

    def source(self, selection: Selection) -> str:
        """Apply a selection's predicates, where only the dataset's own columns are in sight."""
        table = name(self.tables[selection.dataset].name)
        good = (
            f", CASE WHEN ({selection.good}\n) THEN 1 ELSE 0 END AS is_good"
            if selection.good
            else ""
        )
        where = f" WHERE ({selection.where}\n)" if selection.where else ""
        return f"(SELECT *{good} FROM {table}{where})" if good or where else table

    def subject(self, rule: Rule, selection: Selection) -> str:
        """Write the name of the subject that a record is about."""
        subject = text(self.plan.subject) if rule.whole else self.key(selection)
        if rule.items and not self._is_population(rule, selection):
            item = f"CAST(t.{name(selection.item)} AS VARCHAR)" if selection.item else "''"
            return f"{subject} || {text(BETWEEN)} || {item}"
        return subject

    def _is_population(self, rule: Rule, selection: Selection) -> bool:
        return any(selection is each for each in rule.control.selections(self.kind.population))

    def _selection(self, rule: Rule, selection: Selection, spec: Input) -> str:
        joins, starts, day, latest = self._starts(selection, early=spec.population)
        if spec.population:
            latest = starts
        if spec.population and spec.planned:
            starts, day = (
                f"greatest({each}, {first})"
                for each, first in ((starts, rule.begins), (day, rule.first))
            )
        end, ends = self._ends(selection, spec)
        by = selection.by if rule.differs else None
        where = f"{starts} IS NOT NULL"
        if not (spec.planned and (spec.population or selection.ends)):
            where += f" AND {starts} <= {self.bounds.latest}"
        return (
            f"SELECT {rule.number} AS control, {self.subject(rule, selection)} AS name,"
            f" {f'CAST(t.{name(by)} AS VARCHAR)' if by else text('')} AS class,"
            f" {starts} AS starts, {day} AS day, {ends} AS ends,"
            f" {self._quantity(selection, spec)} AS quantity,"
            f" {'t.is_good' if selection.good else 'NULL::INTEGER'} AS good,"
            f" {latest} AS latest, t.locator"
            f" FROM {self.source(selection)} t{joins}{end} WHERE {where}"
        )

    def _quantity(self, selection: Selection, spec: Input) -> str:
        if selection.quantity:
            value = f"CAST(round(t.{name(selection.quantity)} * {MILLIONTHS}) AS BIGINT)"
            # A count that was left empty is no count of anything.
            return value if spec.population else f"coalesce({value}, 0)"
        if "quantity" in spec.columns and not spec.population:
            return f"{MILLIONTHS}::BIGINT"
        return "NULL::BIGINT"

    def _ends(self, selection: Selection, spec: Input) -> tuple[str, str]:
        """Return the join with the calendar, and the expression for the end."""
        horizon = f"{self.bounds.horizon}::BIGINT"
        if not selection.ends:
            lasting = spec.population and spec.open_ended
            return "", horizon if lasting else "NULL::BIGINT"
        join, column = "", self._time(selection.ends, selection, early=not spec.population)
        if self.tables[selection.dataset].columns[selection.ends] == "date":
            join = f" LEFT JOIN calendar e ON e.day = least({column}, {self.calendar.last})"
            column = "e.ends"
        if spec.open_ended and not spec.planned:
            # An end after as-of had not happened yet.
            column = f"CASE WHEN {column} <= {self.bounds.latest} THEN {column} END"
        return join, f"coalesce({column}, {horizon})" if spec.open_ended else column

    def _time(self, column: str, selection: Selection, *, early: bool) -> str:
        """Take the less favourable reading of an ambiguous local time."""
        both = column in self.tables[selection.dataset].early
        return f"t.{name(f'{column}__early')}" if early and both else f"t.{name(column)}"

    def _starts(self, selection: Selection, *, early: bool) -> tuple[str, str, str, str]:
        """Return the calendar's join, and the expressions for start, day and latest start."""
        if selection.starts is None:
            return "", f"{self.bounds.earliest}::BIGINT", f"{self.calendar.first}", "NULL::BIGINT"
        column = self._time(selection.starts, selection, early=early)
        last = self.calendar.last
        if self.tables[selection.dataset].columns[selection.starts] == "date":
            # A day beyond the calendar lies beyond the horizon, where nothing is judged.
            join = f" LEFT JOIN calendar b ON b.day = least({column}, {last})"
            return join, "b.starts", "b.day", "b.ends - 1"
        # The offset is at most a day's difference from the zone's at that instant.
        guess = f"({column} + {self.calendar.offset}) // {DAY}"
        join = f" LEFT JOIN calendar b ON b.day = least({guess}, {last})"
        day = (
            f"CASE WHEN {column} < b.starts THEN b.day - 1"
            f" WHEN {column} >= b.ends THEN b.day + 1 ELSE b.day END"
        )
        return join, column, day, column
