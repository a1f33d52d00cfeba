"""Fill the inputs of the check kinds from the selections of every control.

First the selections of all controls are put side by side in `selected_records`, with names, days
and instants as they are on file, and whether each record belongs. Then, for all controls at once,
days become instants, subjects get numbers, and records find their subject by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ccpolicy.checks.kinds import Input, Kind
from ccpolicy.engine.calendar_tables import Calendar
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.relations import SELECTED_RECORDS, Relation, input_records
from ccpolicy.evidence import Table
from ccpolicy.policy import Plan, Selection
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.epoch import DAY
from ccpolicy.vocabulary import KEY_SEPARATOR

MILLIONTHS = 1_000_000
"""Quantities are compared in whole millionths, so that sums are exact."""


@dataclass(frozen=True)
class InputSelection:
    """A selection of a control: one branch of `selected_records`."""

    number: int
    revision: ControlRevision
    """The control's first."""
    input: str
    spec: Input
    selection: Selection

    @property
    def planned(self) -> bool:
        """Whether a record may lie after as-of: it is a plan, and not something that happened."""
        planned = self.spec.planned and (self.spec.population or self.selection.ends is not None)
        return planned or self.spec.items


@dataclass(frozen=True)
class InputQueries:
    """Writes the queries that fill the inputs of all kinds."""

    revisions: Sequence[ControlRevision]
    tables: Mapping[str, Table]
    plan: Plan
    times: EvaluationTimes
    latest_day: int
    """Day of `times.latest`."""
    horizon_day: int

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kinds in use."""
        return list({each.kind.name: each.kind for each in self.revisions}.values())

    @cached_property
    def numbers(self) -> dict[tuple[str, str], int]:
        """Kind and input → number of the input."""
        pairs = [(kind.name, each) for kind in self.kinds for each in kind.inputs]
        return {pair: number for number, pair in enumerate(pairs)}

    @cached_property
    def first_revisions(self) -> list[ControlRevision]:
        """The first revision of each control, by the control's number."""
        first: dict[int, ControlRevision] = {}
        for each in self.revisions:
            first.setdefault(each.control_number, each)
        return list(first.values())

    @cached_property
    def selections(self) -> list[InputSelection]:
        """Every selection, once for all revisions of its control, by number."""
        found: list[InputSelection] = []
        for revision in self.first_revisions:
            for name, spec in revision.kind.inputs.items():
                for selection in revision.control.selections(name):
                    found.append(InputSelection(len(found), revision, name, spec, selection))
        return found

    def selected_records(self) -> str:
        """Write the query of all selections side by side."""
        branches = [self._branch(each) for each in self.selections]
        for revision in self.first_revisions:
            if revision.is_single_subject:
                number = self.numbers[revision.kind.name, revision.kind.population]
                branches.append(
                    f"SELECT -1, {number}, {revision.control_number}, true, true, false,"
                    f" {literal(self.plan.subject)}, NULL, NULL, NULL, {revision.first_day},"
                    f" {self.times.horizon}, NULL, NULL, NULL, true, NULL"
                )
        return "\nUNION ALL ".join([SELECTED_RECORDS.no_rows(), *branches])

    def _branch(self, selected: InputSelection) -> str:
        selection, spec, revision = selected.selection, selected.spec, selected.revision
        starts, day = self._starts(selected)
        ends, ends_day = self._ends(selected)
        key = self._key(selected)
        has_classes = any(
            each.has_classes
            for each in self.revisions
            if each.control_number == revision.control_number
        )
        by = selection.by if has_classes else None
        columns = [
            str(selected.number),
            str(self.numbers[revision.kind.name, selected.input]),
            str(revision.control_number),
            str(spec.population).lower(),
            str(selected.planned).lower(),
            str(self._subject_known(selected)).lower(),
            key,
            self._subject(selected, key),
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

    def _subject_known(self, selected: InputSelection) -> bool:
        """Whether it is clear without a look-up that the subject exists."""
        revision, selection = selected.revision, selected.selection
        populations = revision.control.selections(revision.kind.population)
        own = {each.dataset.partition(".")[0] for each in populations}
        # What is in the population's own documents need not be looked up there.
        return (
            selected.spec.population
            or selected.spec.items
            or revision.is_single_subject
            or selection.dataset.partition(".")[0] in own
        )

    def _key(self, selected: InputSelection) -> str:
        """Write the key of a subject, or an item, from the columns of the selection's table."""
        if selected.revision.is_single_subject and not selected.spec.items:
            return literal(self.plan.subject)
        selection = selected.selection
        parts = [f"CAST({identifier(column)} AS VARCHAR)" for column in selection.key]
        joined = f" || {literal(KEY_SEPARATOR)} || ".join(parts)
        return f"{literal(selection.prefix)} || {joined}" if selection.prefix else joined

    def _subject(self, selected: InputSelection, key: str) -> str:
        """Write the name of the subject that a record is about: its key, with its item."""
        if selected.spec.population or not selected.revision.has_items:
            return key
        column = selected.selection.item
        item = f"CAST({identifier(column)} AS VARCHAR)" if column else "''"
        return f"{key} || {literal(KEY_SEPARATOR)} || {item}"

    def _quantity(self, selection: Selection, spec: Input) -> str:
        if selection.quantity:
            value = f"CAST(round({identifier(selection.quantity)} * {MILLIONTHS}) AS BIGINT)"
            # A count that was left empty is no count of anything.
            return value if spec.population else f"coalesce({value}, 0)"
        return str(MILLIONTHS) if "quantity" in spec.columns and not spec.population else "NULL"

    def _column(self, column: str, selected: InputSelection, *, early: bool) -> tuple[str, bool]:
        """Return a time's column and whether it holds days.

        An ambiguous local time takes the less favourable reading: early for what begins a duty.
        """
        table = self.tables[selected.selection.dataset]
        both = early and column in table.early
        return identifier(f"{column}__early" if both else column), table.columns[column] == "date"

    def _starts(self, selected: InputSelection) -> tuple[str, str]:
        """Return the expressions for the instant and for the day; one of them is NULL."""
        if selected.selection.starts is None:
            return "NULL", str(selected.revision.first_day)
        column, days = self._column(
            selected.selection.starts, selected, early=selected.spec.population
        )
        return ("NULL", column) if days else (column, "NULL")

    def _ends(self, selected: InputSelection) -> tuple[str, str]:
        """Return the same for the end."""
        selection, spec = selected.selection, selected.spec
        horizon, last = self.times.horizon, self.horizon_day
        if selection.ends is None:
            return str(horizon) if spec.population and spec.open_ended else "NULL", "NULL"
        column, days = self._column(selection.ends, selected, early=not spec.population)
        if spec.open_ended and not spec.planned:
            # An end after as-of had not happened yet.
            limit = self.latest_day if days else self.times.latest
            column = f"CASE WHEN {column} <= {limit} THEN {column} END"
        if spec.open_ended:
            column = f"coalesce({column}, {last if days else horizon})"
        return ("NULL", column) if days else (column, "NULL")

    def required_items(self) -> str:
        """Write the query of the items of every control."""
        lists = [
            f"SELECT {each.control_number}, {literal(item)}"
            for each in self.first_revisions
            for item in each.items
        ]
        numbers = [
            str(self.numbers[kind.name, each])
            for kind in self.kinds
            for each, spec in kind.inputs.items()
            if spec.items
        ]
        chosen = (
            "SELECT DISTINCT control_number, subject_key AS item FROM selected_records"
            f" WHERE input IN ({', '.join(numbers) or '-1'}) AND belongs"
        )
        return " UNION ALL ".join([chosen, *lists])

    def control_revisions(self) -> list[list[object]]:
        """Return the columns of `control_revision`."""
        kinds = [each.name for each in self.kinds]
        rows = [
            (
                each.number,
                kinds.index(each.kind.name),
                each.control_number,
                each.starts,
                each.ends,
                # Lapses that end before this are not reported, unless the next revision
                # continues them.
                min(self.times.starts, each.ends),
                self.times.as_of,
                each.first_day,
                each.first_instant,
                each.has_classes,
                each.has_items,
            )
            for each in self.revisions
        ]
        return [list(column) for column in zip(*rows, strict=True)]

    def subject_records(self, calendar: Calendar) -> str:
        """Write the query of all records that name a subject."""
        return f"""
            SELECT st.input, st.selection, st.planned, r.revision,
                   CASE WHEN r.has_items THEN st.subject_key || {literal(KEY_SEPARATOR)} || i.item
                        ELSE st.subject_key END AS name,
                   CASE WHEN r.has_classes THEN st.class ELSE '' END AS class,
                   coalesce(st.starts, b.starts) AS recorded_start,
                   CASE WHEN st.planned
                        THEN greatest(coalesce(st.starts, b.starts), r.first_instant)
                        ELSE coalesce(st.starts, b.starts) END AS starts,
                   CASE WHEN st.planned THEN greatest({_DAY}, r.first_day) ELSE {_DAY} END AS day,
                   coalesce(st.ends, e.ends) AS ends, st.quantity, st.good, st.locator
            FROM selected_records st
            JOIN control_revision r ON r.control_number = st.control_number
            LEFT JOIN required_item i ON i.control_number = st.control_number
            {_calendars(calendar)}
            WHERE st.names_subject AND st.belongs AND r.has_items = (i.item IS NOT NULL)
              AND coalesce(st.starts, b.starts) IS NOT NULL
              AND (st.planned OR coalesce(st.starts, b.starts) <= {self.times.latest})
        """

    @cached_property
    def record_groups(self) -> list[tuple[Relation, list[int]]]:
        """The relations of the inputs that name no subjects, each with the inputs it holds."""
        found: dict[str, tuple[Relation, list[int]]] = {}
        for kind in self.kinds:
            for each, spec in kind.inputs.items():
                if not (spec.population or spec.items):
                    relation = input_records(spec)
                    numbers = found.setdefault(relation.name, (relation, []))[1]
                    numbers.append(self.numbers[kind.name, each])
        return list(found.values())

    def input_records(self, relation: Relation, numbers: Sequence[int], calendar: Calendar) -> str:
        """Write the query of the records of some inputs, with subjects by number.

        Records about an unknown subject, and records after as-of, have no subject.
        """
        own = "".join(f", {_OWN[each]}" for each in relation.columns if each in _OWN)
        return f"""
            SELECT st.input, s.number AS subject, coalesce(st.starts, b.starts) AS starts,
                   {_DAY} AS day{own}, st.locator
            FROM selected_records st
            JOIN control_revision r ON r.control_number = st.control_number
            {_calendars(calendar, ends="ends" in relation.columns)}
            LEFT JOIN subject s ON s.revision = r.revision AND s.name = st.subject
              AND coalesce(st.starts, b.starts) IS NOT NULL
              AND (st.planned OR coalesce(st.starts, b.starts) <= {self.times.latest})
            WHERE st.input IN ({", ".join(map(str, numbers))}) AND st.belongs
        """


_OWN = {
    "ends": "coalesce(st.ends, e.ends) AS ends",
    "quantity": "st.quantity",
    # The last instant at which a dated record may have begun.
    "latest": "coalesce(st.starts, b.ends - 1) AS latest",
    "selection": "st.selection",
}
"""Columns that only some inputs have."""
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
