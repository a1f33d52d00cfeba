"""Fill the inputs of the check kinds from the selections of every control.

First the selections of all controls are put side by side in `selected_records`, with names, days
and instants as they are on file, and whether each record belongs. Then, for all controls at once,
days become instants, subjects get numbers, and records find their subject by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ccpolicy.checks.kinds import VALUES, Kind
from ccpolicy.engine.calendar_tables import CalendarTables
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.relations import SELECTED_RECORDS, Relation, input_records
from ccpolicy.engine.selection_sql import InputSelection, SelectionSql
from ccpolicy.evidence import Table
from ccpolicy.policy import Dataset, Plan
from ccpolicy.policy.columns import schema
from ccpolicy.store.sql import literal
from ccpolicy.time.epoch import DAY
from ccpolicy.vocabulary import KEY_SEPARATOR


@dataclass(frozen=True)
class InputQueries:
    """Writes the queries that fill the inputs of all kinds."""

    revisions: Sequence[ControlRevision]
    tables: Mapping[str, Table]
    datasets: Mapping[str, Dataset]
    plan: Plan
    times: EvaluationTimes
    latest_day: int
    """The day of `times.latest_event`."""
    expression_sql: Callable[[str], str]
    """Expression of the policy → the SQL that runs for it."""

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kinds in use."""
        return list({each.kind.name: each.kind for each in self.revisions}.values())

    @cached_property
    def selection_sql(self) -> SelectionSql:
        """Writes the records of each selection."""
        return SelectionSql(self.tables, self.plan.subject, self.expression_sql)

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
    def calendars(self) -> list[str]:
        """The calendars that records can name, where a selection has a column for it."""
        return list({name: None for each in self.revisions for name in each.calendars})

    @cached_property
    def selections(self) -> list[InputSelection]:
        """Every selection, once for all revisions of its control, by number."""
        found: list[InputSelection] = []
        for revision in self.first_revisions:
            for name, spec in revision.kind.inputs.items():
                for selection in revision.control.selections(name):
                    found.append(InputSelection(len(found), revision, name, spec, selection))
        return found

    def is_in_place(self, selected: InputSelection) -> bool:
        """Whether the records of a selection are in a relation of the engine that judges."""
        return self.tables[selected.selection.dataset].is_in_place

    @cached_property
    def some_are_in_place(self) -> bool:
        """Whether there is such a selection."""
        return any(map(self.is_in_place, self.selections))

    def records_in_place(self) -> list[str]:
        """Write the queries of the selections whose records the engine has, one by one."""
        return [self._records(each) for each in self.selections if self.is_in_place(each)]

    def selected_records(self, together: int | None = None) -> list[str]:
        """Write queries of all other selections side by side: one, or each of so many."""
        branches = [self._records(each) for each in self.selections if not self.is_in_place(each)]
        nothing = ", ".join("NULL" for _ in VALUES)
        for revision in self.first_revisions:
            if revision.is_single_subject:
                number = self.numbers[revision.kind.name, revision.kind.population_input]
                branches.append(
                    f"SELECT NULL, {number}, {revision.control_number}, true, false, true,"
                    f" {literal(self.plan.subject)}, NULL, NULL, NULL, NULL,"
                    f" {revision.first_instant},"
                    f" {revision.first_instant}, NULL, NULL, NULL, NULL, {nothing}, NULL, true,"
                    " NULL"
                )
        together = together or max(len(branches), 1)
        return [
            "\nUNION ALL ".join([SELECTED_RECORDS.no_rows(), *branches[at : at + together]])
            for at in range(0, max(len(branches), 1), together)
        ]

    def _records(self, selected: InputSelection) -> str:
        classed = {each.control_number for each in self.revisions if each.has_classes}
        return self.selection_sql.records(
            selected,
            self.numbers[selected.revision.kind.name, selected.input],
            has_classes=selected.revision.control_number in classed,
        )

    def required_items(self) -> str:
        """Write the query of the items of every control."""
        lists = [
            f"SELECT {each.control_number}, {literal(item)}"
            for each in self.first_revisions
            for item in each.items
        ]
        numbers = [
            self.numbers[kind.name, each]
            for kind in self.kinds
            for each, spec in kind.inputs.items()
            if spec.items
        ]
        chosen = (
            "SELECT DISTINCT control_number, subject_key AS item FROM selected_records"
            f" WHERE input IN ({_list(numbers)}) AND belongs"
        )
        return " UNION ALL ".join([chosen, *lists])

    def control_revisions(self) -> list[tuple[object, ...]]:
        """Return the rows of `control_revision`."""
        kinds = [each.name for each in self.kinds]
        return [
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
                (each.starts <= self.times.as_of or each in self.first_revisions)
                and each.ends > self.times.as_of,
                each.kind.inputs[each.kind.population_input].effect == "either",
                each.has_classes,
                each.has_calendars,
                each.has_items,
                each.kind.part_input is not None,
            )
            for each in self.revisions
        ]

    def subject_records(self, calendar: CalendarTables) -> str:
        """Write the query of all records that name a subject."""
        populations = [
            (self.numbers[kind.name, kind.population_input], kind.inputs[kind.population_input])
            for kind in self.kinds
        ]
        episodes = [number for number, spec in populations if spec.open_ended]
        records = [number for number, spec in populations if spec.effect == "either"]
        as_of, horizon = self.times.as_of, self.times.horizon
        return f"""
            SELECT st.input, st.selection, st.planned, r.revision, st.is_part,
                   CASE WHEN r.has_items THEN st.subject_key || {literal(KEY_SEPARATOR)} || i.item
                        ELSE st.subject_key END AS name,
                   st.whole,
                   CASE WHEN r.has_parts AND NOT st.is_part THEN ''
                        WHEN r.has_calendars
                          THEN CASE WHEN r.has_classes THEN coalesce(st.class, '') ELSE '' END
                               || {literal(KEY_SEPARATOR)} || coalesce(st.calendar, '')
                        WHEN r.has_classes THEN st.class
                        ELSE '' END AS class,
                   st.starts, st.latest_moment AS latest, st.local_day AS day, st.day AS first_day,
                   st.until AS ends,
                   CASE WHEN st.planned OR st.input IN ({_list(episodes)}) THEN st.until
                        WHEN st.input NOT IN ({_list(records)}) THEN {horizon}
                        WHEN st.day IS NULL THEN st.latest_moment + 1
                        ELSE st.latest_moment END AS judged_until,
                   st.quantity, st.good, st.locator
            FROM (
              SELECT st.input, st.selection, st.planned, st.control_number, st.is_part,
                     st.subject_key, st.whole, st.class, st.calendar, st.day, st.quantity, st.good,
                     st.locator,
                     {_EARLIEST} AS starts, {self._latest} AS latest_moment,
                     {_day(calendar)} AS local_day,
                     CASE WHEN st.planned THEN coalesce(st.ends_latest, e.ends, {horizon})
                          WHEN st.input NOT IN ({_list(episodes)})
                            THEN coalesce(st.ends_earliest, e.ends)
                          WHEN st.ends_earliest <= {self.times.latest_event}
                            THEN greatest(st.ends_earliest, least(st.ends_latest, {as_of}))
                          WHEN st.ends_day <= {self.latest_day}
                            THEN greatest(e.starts, least(e.ends, {as_of}))
                          ELSE {horizon} END AS until
              FROM selected_records st
              {_calendars(calendar)}
              WHERE st.names_subject AND st.belongs AND {self._on_file}
                AND {_EARLIEST} IS NOT NULL
            ) st
            JOIN control_revision r ON r.control_number = st.control_number
            LEFT JOIN required_item i ON i.control_number = st.control_number
            WHERE r.has_items = (i.item IS NOT NULL)
        """

    @property
    def _on_file(self) -> str:
        """Write whether a record is a plan, or had happened by as-of."""
        return (
            f"(st.planned OR st.earliest <= {self.times.latest_event}"
            f" OR st.day <= {self.latest_day})"
        )

    def is_later(self, alias: str) -> str:
        """Write the condition that a selected record is later than as-of and not planned."""
        return (
            f"coalesce(NOT {alias}.planned AND ({alias}.earliest > {self.times.latest_event}"
            f" OR {alias}.day > {self.latest_day}), false)"
        )

    @property
    def _latest(self) -> str:
        """Write the latest moment of a happening: as-of at most, since it is on file."""
        latest = f"least(coalesce(st.latest, b.ends), {self.times.as_of})"
        return f"greatest({_EARLIEST}, {latest})"

    def ends_before_start(self, numbers: Sequence[int], calendar: CalendarTables) -> str:
        """Write the query of the records of some selections that certainly end before they begin.

        Where either end is a day, before means on an earlier day. What ends beyond the horizon is
        not asked.
        """
        ends = "coalesce(st.ends_latest, e.ends)"
        return f"""
            SELECT st.selection, st.locator
            FROM selected_records st
            {_calendars(calendar)}
            WHERE st.selection IN ({_list(numbers)}) AND st.belongs AND {self._on_file}
              AND CASE WHEN st.day IS NOT NULL AND st.ends_day IS NOT NULL
                         THEN st.ends_day < st.day
                       ELSE {ends} <= {self.times.horizon}
                         AND ({ends} < {_EARLIEST}
                              OR ({ends} = {_EARLIEST} AND st.ends_day IS NOT NULL)) END
        """

    @cached_property
    def filled_inputs(self) -> frozenset[int]:
        """The inputs that have records: of a selection, or the plan as their only subject."""
        chosen = {self.numbers[e.revision.kind.name, e.input] for e in self.selections}
        single = [each.kind for each in self.first_revisions if each.is_single_subject]
        return frozenset(
            {*chosen, *(self.numbers[each.name, each.population_input] for each in single)}
        )

    def names_subjects(self, *, planned: bool) -> bool:
        """Whether there are records that name subjects and are plans, or such as are not."""
        if planned and any(each.is_single_subject for each in self.first_revisions):
            return True
        naming = [each for each in self.selections if each.spec.population or each.spec.parts]
        return any(each.planned == planned for each in naming)

    @cached_property
    def record_groups(self) -> list[tuple[Relation, list[int]]]:
        """The relations of the inputs that name no subjects, each with the inputs it holds."""
        found: dict[str, tuple[Relation, list[int]]] = {}
        for kind in self.kinds:
            for each, spec in kind.inputs.items():
                if not (spec.population or spec.parts or spec.items):
                    relation = input_records(spec)
                    numbers = found.setdefault(relation.name, (relation, []))[1]
                    numbers.append(self.numbers[kind.name, each])
        return list(found.values())

    def input_records(
        self, relation: Relation, numbers: Sequence[int], calendar: CalendarTables
    ) -> str:
        """Write the query of the records of some inputs, with subjects by number.

        Records about an unknown subject, and records after as-of, have no subject. A failure or a
        reopening without an item is about every item of its subject, and so is a pause.
        """
        columns: dict[str, str] = {
            "earliest": _EARLIEST,
            "latest": self._latest,
            "starts": "coalesce(st.latest, b.starts)",
            "day": _day(calendar),
            # A state without an end lasts on; of a happening nobody knows for how long it counts.
            "ends": "coalesce(st.ends_earliest, e.ends,"
            f" CASE WHEN st.planned THEN {self.times.horizon} END)",
            # A count that was left empty is no count of anything, and is found elsewhere.
            **{role: f"coalesce(st.{role}, 0)" for role in VALUES},
            "good": "st.good",
            "valid_from": "CASE WHEN st.planned THEN coalesce(st.latest, b.starts) END",
            "earliest_starts": _EARLIEST,
            "latest_ends": f"coalesce(st.ends_latest, e.ends, {self.times.horizon})",
            "selection": "st.selection",
        }
        own = "".join(
            f", {columns[each]} AS {each}" for each in relation.columns if each in columns
        )
        of_every_item = [
            n for n in numbers if n in self.undoing_inputs or n in self.stopping_inputs
        ]
        items, name = "", "st.subject"
        if of_every_item:
            name = f"coalesce(st.subject, st.subject_key || {literal(KEY_SEPARATOR)} || i.item)"
            items = (
                "LEFT JOIN required_item i ON i.control_number = st.control_number"
                f" AND st.subject IS NULL AND st.input IN ({_list(of_every_item)})"
            )
        return f"""
            SELECT st.input, s.number AS subject{own}, st.locator
            FROM selected_records st
            JOIN control_revision r ON r.control_number = st.control_number
            {items}
            {_calendars(calendar, ends="ends" in relation.columns)}
            LEFT JOIN subject s ON s.revision = r.revision AND s.is_part = st.is_part
              AND s.name = {name}
              AND {self._on_file} AND {_EARLIEST} IS NOT NULL
            WHERE st.input IN ({_list(numbers)}) AND st.belongs
        """

    def reasons(self, selected: InputSelection) -> list[str]:
        """Return the reasons for which a clock may stand still: the control's or the contract's."""
        selection = selected.selection
        if selection.reasons or selection.reason is None:
            return selection.reasons or []
        contract = schema(self.datasets, selection.dataset, selection.reason)
        return [str(each) for each in contract.get("enum", []) if each is not None]

    @cached_property
    def stopping_inputs(self) -> frozenset[int]:
        """The inputs in use whose records stop a clock, for every item of their subject."""
        return frozenset(
            self.numbers[each.revision.kind.name, each.input]
            for each in self.selections
            if each.spec.stops
        )

    @cached_property
    def undoing_inputs(self) -> frozenset[int]:
        """The inputs in use whose records undo those of other inputs."""
        return frozenset(
            self.numbers[each.revision.kind.name, each.input]
            for each in self.selections
            if each.spec.undoes
        )


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "-1"


_EARLIEST = "coalesce(st.earliest, b.starts)"


def _day(calendar: CalendarTables) -> str:
    """Write the local day of a record's time.

    A day beyond the calendar lies beyond the horizon, where nothing is judged.
    """
    shift = "CASE WHEN st.earliest < u.shifts_at THEN u.zone_offset ELSE u.next_offset END"
    day = f"CAST((st.earliest + {shift}) // {DAY} AS INTEGER)"
    return f"coalesce(b.day, least({day}, {calendar.last}))"


def _calendars(calendar: CalendarTables, *, ends: bool = True) -> str:
    """Join the calendar by the days of a record, and the day of UTC that its time is in."""

    def within(number: str, last: int) -> str:
        # Not least(): it passes over NULL.
        return f"CASE WHEN {number} > {last} THEN {last} ELSE {number} END"

    joins = (
        f"LEFT JOIN calendar b ON b.day = {within('st.day', calendar.last)}"
        f" LEFT JOIN utc_day u ON u.number = {within(f'st.earliest // {DAY}', calendar.last + 1)}"
    )
    if ends:
        joins += f" LEFT JOIN calendar e ON e.day = {within('st.ends_day', calendar.last)}"
    return joins
