"""Run the check kinds over the evidence and subtract cover from duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from ccpolicy.activity import watched
from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.engine.calendar_tables import CalendarTables
from ccpolicy.engine.control_revision import control_revisions
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.evidence_findings import SHOWN, find_faults
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.kind_spans import check_spans, kind_query, typed
from ccpolicy.engine.lapses import LapseReader
from ccpolicy.engine.outcome import Outcome
from ccpolicy.engine.parameters import Terms, create_parameters
from ccpolicy.engine.pauses import create_stopped_clocks, pause_query, relations_that_stop_clocks
from ccpolicy.engine.relations import (
    AFTER,
    BUSINESS,
    CONTROL_REVISION,
    DUTY,
    EARLIEST_GAP,
    GAP,
    LAPSE,
    LAPSE_RECORD,
    OPEN_TIME,
    PARAMETER_CLASS,
    PAUSE,
    PERIOD,
    PERIOD_SPAN,
    REQUIRED_ITEM,
    SELECTED_RECORDS,
    SPANS,
    SUBJECT,
    SUBJECT_DUTY,
    SUBJECT_HAPPENING,
    SUBJECT_RECORDS,
    WAIVED_SUBJECT,
    parameters,
)
from ccpolicy.errors import Message
from ccpolicy.evidence import Table
from ccpolicy.policy import Control, Policy
from ccpolicy.store import EngineStore, Store, VettingStore
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import Calendar
from ccpolicy.time.zones import time_zone

STREAMED = 200_000
"""Records from which `selected_records` is computed as it is read, and not kept in memory."""

_LOADED = "loaded_records"
"""Relation of the selected records that were handed over, where the engine has others itself."""

TOGETHER = 50
"""Selections that one query reads: planning a union takes as long as the square of its branches."""


class Evaluation:
    """One evaluation; records are selected where they were read, and judged by the engine."""

    def __init__(
        self,
        reading: VettingStore,
        policy: Policy,
        controls: Iterable[Control],
        tables: Mapping[str, Table],
        times: EvaluationTimes,
        listed_problems: int | None = None,
        engine: EngineStore | None = None,
        most_lapses: int | None = None,
    ) -> None:
        """Take what is judged; `listed_problems` of each kind are listed, or by default a few.

        `reading` has read the evidence, and judges it unless there is another `engine`. Outcomes
        hold `most_lapses` together, or by default all.
        """
        self.listed_problems, self.most_lapses = listed_problems, most_lapses
        self.too_many_lapses = False
        """Whether the outcomes hold no lapses, and `reader` yields them."""
        self.reading, self.engine = reading, engine
        self.store: Store = engine or reading
        """Where the relations are from `selected_records` on."""
        self.policy, self.tables, self.times = policy, tables, times
        self.calendar = Calendar(time_zone(policy.plan.zone))
        self.revisions = list(control_revisions(policy, controls, times.horizon))
        self.reader = LapseReader(self.store, self.revisions, times)
        self.controls_of: Mapping[str, set[str]] = {}
        """Name of a duration or a schedule → the controls that have it."""
        self.span_queries: dict[str, str] = {}
        """Check kind → its query over its inputs, once these are there."""

    def outcome(self, records: int) -> dict[str, Outcome]:
        """Evaluate every control over so many records and return what was found, by control.

        Raises:
            PolicyError: a check kind returned what is not its own to judge.
            StoreError: a policy's predicate or a kind's query cannot be computed.
        """
        outcomes = self.reader.outcomes
        if not self.revisions:  # no control fits every filter
            return outcomes
        streamed = records > STREAMED
        inputs = self._inputs()
        self._select(inputs, streamed=streamed)
        calendar = self._calendar(inputs)
        self._fill(inputs, calendar)
        shown = self.listed_problems or SHOWN
        for finding in find_faults(self.reading, self.store, inputs, calendar, shown):
            outcomes[finding.control].findings.append(finding)
        if streamed:
            # The records are in the inputs now; their memory is better used for the spans.
            self.store.drop(SELECTED_RECORDS.name)
            self.reading.drop(SELECTED_RECORDS.name, *self._evidence())
        if self.engine:
            self._resolve(inputs)
        if calendar.unknown_years:
            self._earliest_gaps(inputs, calendar)
        is_undecided = self._spans(inputs)
        if streamed:
            self.store.drop(*(relation.name for relation, _ in inputs.record_groups))
        lapses = self._subtract()
        self._find_records_of_lapses()
        if calendar.unknown_years:
            self._unknown_years(calendar)
        waived = sorted({(waiver.subject,) for waiver in self.policy.waivers.values()})
        WAIVED_SUBJECT.create(self.store, waived)
        most = self.most_lapses
        # That table holds what lapses after as-of, too.
        self.too_many_lapses = (
            most is not None and lapses > most and self.reader.count_lapses() > most
        )
        self.reader.read(
            lapses=not self.too_many_lapses, undecided=is_undecided, waived=bool(waived)
        )
        return outcomes

    def _select(self, inputs: InputQueries, *, streamed: bool) -> None:
        """Put the selected records side by side, and hand them over to another engine."""
        if streamed:
            [query] = inputs.selected_records()
            self.reading.define(SELECTED_RECORDS.name, query)
        else:
            first, *more = inputs.selected_records(TOGETHER)
            self.reading.create(SELECTED_RECORDS.name, first)
            for query in more:
                self.reading.append(SELECTED_RECORDS.name, query)
        if self.engine:
            columns = SELECTED_RECORDS.columns
            name = _LOADED if inputs.some_are_in_place else SELECTED_RECORDS.name
            self.engine.load(name, columns, self.reading.lines(SELECTED_RECORDS.name, columns))
            if inputs.some_are_in_place:
                self._join_in_place(self.engine, inputs, streamed=streamed)

    def _join_in_place(self, engine: EngineStore, inputs: InputQueries, *, streamed: bool) -> None:
        """Put the records that the engine has beside those that were handed over."""
        cells = ", ".join(
            f"CAST({identifier(name)} AS {kind}) AS {identifier(name)}"
            for name, kind in SELECTED_RECORDS.columns.items()
        )
        branches = [f"SELECT * FROM {identifier(_LOADED)}", *inputs.records_in_place()]
        query = f"SELECT {cells} FROM ({' UNION ALL '.join(branches)}) chosen"
        if streamed:
            engine.define(SELECTED_RECORDS.name, query)
        else:
            engine.create(SELECTED_RECORDS.name, query)

    def _inputs(self) -> InputQueries:
        """Return what writes the inputs, within the instants that are judged."""
        return InputQueries(
            revisions=self.revisions,
            tables=self.tables,
            datasets=self.policy.datasets,
            plan=self.policy.plan,
            times=self.times,
            latest_day=self.calendar.day_of(self.times.latest_event),
            expression_sql=partial(expression_sql, self.reading),
        )

    def _calendar(self, inputs: InputQueries) -> CalendarTables:
        """Create the calendar tables, from the first day of any evidence to the horizon."""
        terms = Terms()
        for kind in inputs.kinds:
            own = [each for each in self.revisions if each.kind is kind]
            create_parameters(self.store, kind, own, terms, self.times)
        create_stopped_clocks(self.store, inputs, self.revisions, terms)
        firsts = self._first_days(inputs)
        last = self.calendar.day_of(self.times.horizon) + 2
        tables = CalendarTables(
            self.calendar,
            min(firsts.values()),
            last,
            self.times.as_of,
            {name: min(map(firsts.__getitem__, own)) for name, own in terms.controls.items()},
        )
        self.controls_of = terms.controls
        tables.create(self.store, terms.durations, terms.schedules, terms.stopped)
        return tables

    def _first_days(self, inputs: InputQueries) -> dict[str, int]:
        """Return for each control a day before all that a duration of it is counted from."""
        begun = self.calendar.day_of(self.times.starts)
        firsts = {each.control.id: min(each.first_day, begun) for each in inputs.first_revisions}
        rows = self.store.ask(
            "SELECT control_number, min(day), min(ends_day), min(earliest), min(ends_earliest)"
            f" FROM {SELECTED_RECORDS.name} GROUP BY control_number"
        )
        for number, *found in rows:
            days = [each for each in found[:2] if each is not None]
            days += [self.calendar.day_of(each) for each in found[2:] if each is not None]
            control = inputs.first_revisions[number].control.id
            firsts[control] = min([firsts[control], *days])
        return {control: day - 2 for control, day in firsts.items()}

    def _fill(self, inputs: InputQueries, calendar: CalendarTables) -> None:
        """Number the subjects, and create the relations that the kinds' queries read."""
        store = self.store
        CONTROL_REVISION.create(store, inputs.control_revisions())
        if any(each.has_classes or each.has_calendars for each in self.revisions):
            PARAMETER_CLASS.create(
                store,
                [
                    (each.number, name)
                    for each in self.revisions
                    for name, *_ in each.class_calendars
                ],
            )
        if any(each.has_items for each in self.revisions):
            store.create(REQUIRED_ITEM.name, inputs.required_items())
        else:
            REQUIRED_ITEM.create(store, [])
        store.create(SUBJECT_RECORDS.name, inputs.subject_records(calendar))
        store.create(
            SUBJECT.name,
            """
            SELECT CAST(row_number() OVER (ORDER BY revision, is_part, name) AS INTEGER) AS number,
                   revision, is_part, name
            FROM (
              SELECT DISTINCT revision, is_part, name
              FROM subject_records
              WHERE name IS NOT NULL
            ) named
            """,
        )
        for relation, planned in ((SUBJECT_DUTY, True), (SUBJECT_HAPPENING, False)):
            if inputs.names_subjects(planned=planned):
                store.create(relation.name, relation.query)
            else:
                relation.create(store, [])
        for relation, numbers in inputs.record_groups:
            if inputs.filled_inputs.isdisjoint(numbers):
                relation.create(store, [])
            else:
                store.create(relation.name, inputs.input_records(relation, numbers, calendar))
        if found := relations_that_stop_clocks(inputs):
            store.create(PAUSE.name, pause_query(found, self.times.as_of))
        else:
            PAUSE.create(store, [])

    def _resolve(self, inputs: InputQueries) -> None:
        """Have the store that vetted the check kinds resolve every name in them, over no rows.

        So another engine is given nothing that would mean something there alone.
        """
        self._write_kinds(inputs)
        read = [AFTER, BUSINESS, OPEN_TIME, PERIOD, PAUSE, SUBJECT_DUTY, SUBJECT_HAPPENING]
        read += [*map(parameters, inputs.kinds), *(each for each, _ in inputs.record_groups)]
        for each in read:
            self.reading.define(each.name, each.no_rows())
        for query in self.span_queries.values():
            self.reading.describe(typed(query))

    def _write_kinds(self, inputs: InputQueries) -> None:
        self.span_queries = {
            kind.name: kind_query(self.reading, inputs, kind) for kind in inputs.kinds
        }

    def _spans(self, inputs: InputQueries) -> bool:
        """Run the check kinds; return whether something that they say is undecided."""
        kinds = ", ".join(sorted(kind.name for kind in inputs.kinds))
        watched().expect(0)
        watched().begin(Message.of("judging by {kinds}", kinds=kinds))
        self._write_kinds(inputs)
        spans = "\nUNION ALL\n".join(map(typed, self.span_queries.values()))
        self.store.create(SPANS.name, spans)
        by_number = self.reader.by_number
        records = [SUBJECT_RECORDS, *(relation for relation, _ in inputs.record_groups)]
        return check_spans(self.store, inputs.kinds, self.span_queries, by_number, records)

    def _subtract(self) -> int:
        """Create `duty` and `gap`, and return how many gaps there are."""
        self.store.create(DUTY.name, DUTY.query)
        return self.store.create(GAP.name, GAP.query)

    def _find_records_of_lapses(self) -> None:
        """Create `lapse` and `lapse_record`: the records around each gap; a forecast has none."""
        if self.store.ask(f"SELECT 1 FROM gap WHERE starts <= {self.times.as_of} LIMIT 1"):
            self.store.create(LAPSE.name, LAPSE.query)
            self.store.create(LAPSE_RECORD.name, LAPSE_RECORD.query)
            return
        nothing = "CAST(NULL AS BIGINT)"
        self.store.define(
            LAPSE.name,
            f"SELECT revision, subject, starts, ends, {nothing} AS opened_by,"
            f" {nothing} AS closed_by FROM gap",
        )
        LAPSE_RECORD.create(self.store, [])

    def _earliest_gaps(self, inputs: InputQueries, calendar: CalendarTables) -> None:
        """Create `earliest_gap`, by the earlier reading of business time."""
        ends = (AFTER, BUSINESS, OPEN_TIME, PERIOD_SPAN, PERIOD)
        again = (SPANS, DUTY, GAP, *ends)
        self.store.drop(*(relation.name for relation in ends))
        calendar.create_ends(self.store, earliest=True)
        self._spans(inputs)
        self._subtract()
        self.store.create(EARLIEST_GAP.name, self._gaps())
        self.store.drop(*(relation.name for relation in again))
        calendar.create_ends(self.store, earliest=False)

    def _gaps(self) -> str:
        """Write the query of the gaps of the window, cut at as-of."""
        as_of = self.times.as_of
        return f"""
            SELECT subject, is_unknown, starts,
                   CASE WHEN ends > {as_of} THEN {as_of} + 1 ELSE ends END AS ends
            FROM (
              SELECT subject, false AS is_unknown, starts, ends FROM gap
              UNION ALL
              SELECT subject, true, starts, ends FROM spans WHERE is_cover IS NULL
            ) left_over
            WHERE starts <= {as_of} AND ends > {self.times.starts}
        """

    def _unknown_years(self, calendar: CalendarTables) -> None:
        """Note the subjects of whom the two readings of business time differ."""
        rows = self.store.ask(
            f"""
            SELECT DISTINCT r.revision, n.name
            FROM (
              SELECT subject
              FROM (
                SELECT subject, is_unknown, starts, ends FROM earliest_gap
                UNION ALL {self._gaps()}
              ) either
              GROUP BY subject, is_unknown, starts, ends
              HAVING count(*) = 1
            ) differing
            JOIN subject n ON n.number = differing.subject
            JOIN control_revision r ON r.revision = n.revision
            """
        )
        for number, name in rows:
            control = self.reader.by_number[number].control.id
            lacking = [
                each
                for duration, each in calendar.unknown_years.items()
                if control in self.controls_of[duration]
            ]
            outcome = self.reader.outcomes[control]
            outcome.undecided.add(name)
            outcome.unknown_years[name] = min(lacking, key=lambda each: each[1])

    def _evidence(self) -> list[str]:
        """Return the names of the relations of the evidence, views first."""
        tables = [each for each in self.tables.values() if not each.is_in_place]
        behind = {each.base_table for each in tables if each.base_table}
        return [*sorted({each.name for each in tables} - behind), *sorted(behind)]
