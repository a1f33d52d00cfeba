"""The SQL of one selection of a control: its records, with what each column means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.checks.kinds import VALUES, Input, Role
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.evidence import Table
from ccpolicy.policy import Selection
from ccpolicy.store.sql import identifier, literal
from ccpolicy.vocabulary import KEY_SEPARATOR

MILLIONTHS = 1_000_000
"""Quantities are compared in whole millionths, so that sums are exact."""
LARGEST_QUANTITY = 9_000_000_000_000
"""The largest quantity whose millionths a whole number of 64 bits holds."""


def _is_whole(name: str) -> str:
    """Write whether a number is a whole count of millionths, but for how a computer keeps it."""
    millionths = f"{name} * {MILLIONTHS}"
    return f"abs({millionths} - round({millionths})) <= abs({name}) * 1e-9"


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
    def is_state(self) -> bool:
        """Whether its records hold from a day to a day, and did not happen at a moment."""
        return self.spec.holds == "state" or self.selection.valid_from is not None

    @property
    def planned(self) -> bool:
        """Whether a record may lie after as-of: it is a plan, and not something that happened."""
        return (self.is_state and not self.spec.stops) or self.spec.items

    @property
    def is_part(self) -> bool:
        """Whether its key is that of a part of a subject."""
        return self.revision.kind.names_parts(self.input)

    @property
    def begins(self) -> str | None:
        """The column of its time, or of its beginning."""
        return self.selection.valid_from or self.selection.starts


@dataclass(frozen=True)
class SelectionSql:
    """Writes what selections take from their datasets."""

    tables: Mapping[str, Table]
    subject: str
    """The plan's, of controls that are about one."""
    expression_sql: Callable[[str], str]
    """Expression of the policy → the SQL that runs for it."""

    def records(self, selected: InputSelection, input_number: int, *, has_classes: bool) -> str:
        """Write the query of the records of a selection, as `selected_records` has them.

        `has_classes` says whether any revision of the control has parameters by class.
        """
        selection, spec, revision = selected.selection, selected.spec, selected.revision
        key = self._key(selected)
        by = selection.by if has_classes else None
        columns = [
            str(selected.number),
            str(input_number),
            str(revision.control_number),
            str(spec.population or spec.parts).lower(),
            str(selected.is_part).lower(),
            str(selected.planned).lower(),
            key,
            self._whole(selected),
            self._subject(selected, key),
            f"CAST({identifier(by)} AS VARCHAR)" if by else "NULL",
            self._calendar(selected),
            *self._starts(selected),
            *self._time(selection.ends, selection.dataset),
            *(self._value(role, selected) for role in VALUES),
            # One that is NULL has not decided.
            f"CASE {self.expression_sql(selection.good)} WHEN true THEN 1 WHEN false THEN 0 END"
            if selection.good
            else "NULL",
            self.expression_sql(selection.where) if selection.where else "true",
            "locator",
        ]
        return f"SELECT {', '.join(columns)} FROM {identifier(self.tables[selection.dataset].name)}"

    def _key(self, selected: InputSelection) -> str:
        """Write the key of a subject, or an item, from the columns of the selection's table."""
        is_whole = selected.revision.is_single_subject and not selected.is_part
        if is_whole and not selected.spec.items:
            return literal(self.subject)
        selection = selected.selection
        joined = _joined(selection.key)
        return f"{literal(selection.prefix)} || {joined}" if selection.prefix else joined

    def _whole(self, selected: InputSelection) -> str:
        """Write the name of the subject that a part counts for."""
        if not selected.spec.parts:
            return "NULL"
        if selected.revision.is_single_subject:
            return literal(self.subject)
        return _joined(selected.selection.group)

    def _subject(self, selected: InputSelection, key: str) -> str:
        """Write the name of the subject that a record is about: its key, with its item.

        It is NULL where the record names no item.
        """
        if selected.spec.population or selected.spec.parts or not selected.revision.has_items:
            return key
        column = selected.selection.item
        item = f"CAST({identifier(column)} AS VARCHAR)" if column else "CAST(NULL AS VARCHAR)"
        return f"{key} || {literal(KEY_SEPARATOR)} || {item}"

    def _calendar(self, selected: InputSelection) -> str:
        """Write the calendar on which business time counts for a subject."""
        calendar = selected.revision.calendar
        is_classed = selected.input == selected.revision.kind.class_input
        if not (is_classed and selected.revision.has_calendars):
            return "NULL"
        if column := selected.selection.calendar:
            return f"CAST({identifier(column)} AS VARCHAR)"
        return literal(calendar.id) if calendar else "NULL"

    def _value(self, role: Role, selected: InputSelection) -> str:
        """Write a number of a record, in millionths; NULL if it is empty, too large or too fine."""
        if column := selected.selection.roles.get(role):
            name = identifier(column)
            table = self.tables[selected.selection.dataset]
            if table.columns[column] == "integer":
                fits = f"{name} BETWEEN -{LARGEST_QUANTITY} AND {LARGEST_QUANTITY}"
                return f"CASE WHEN {fits} THEN {name} * {MILLIONTHS} END"
            millionths = f"CAST(round({name} * {MILLIONTHS}) AS BIGINT)"
            is_comparable = (
                f"{name} BETWEEN -{LARGEST_QUANTITY} AND {LARGEST_QUANTITY} AND {_is_whole(name)}"
            )
            return f"CASE WHEN {is_comparable} THEN {millionths} END"
        # Where nothing is counted, each record counts as one.
        spec = selected.spec
        counts = role == "quantity" and role in spec.columns and not spec.population
        return str(MILLIONTHS) if counts else "NULL"

    def is_empty(self, selected: InputSelection, role: Role) -> str:
        """Write whether a record `r` holds nothing in the column of a number."""
        column = identifier(selected.selection.roles[role])
        table = identifier(self.tables[selected.selection.dataset].name)
        return f"""r.{role} IS NULL AND EXISTS (
            SELECT 1 FROM {table} t WHERE t.locator = r.locator AND t.{column} IS NULL)"""

    def not_comparable(self, selected: InputSelection) -> str:
        """Write the query of the records of a selection whose quantity cannot be compared.

        Too large, or finer than a millionth, which rounding could lift over a limit.
        """
        column = identifier(selected.selection.quantity or "")
        table = identifier(self.tables[selected.selection.dataset].name)
        fits = f"t.{column} BETWEEN -{LARGEST_QUANTITY} AND {LARGEST_QUANTITY}"
        return f"""
            SELECT CASE WHEN {fits} THEN 'too_fine'
                        ELSE 'too_large' END AS code,
                   selection, CAST(t.{column} AS VARCHAR) AS value, r.locator
            FROM selected_records r
            JOIN {table} t ON t.locator = r.locator
            WHERE r.selection = {selected.number} AND r.belongs AND r.quantity IS NULL
              AND t.{column} IS NOT NULL
        """

    def _starts(self, selected: InputSelection) -> tuple[str, str, str]:
        """Return the expressions of a record's time, or of its beginning, as `_time` does."""
        if selected.begins is None and not selected.spec.items:
            always = str(selected.revision.first_instant - 1)
            return always, always, "NULL"
        return self._time(selected.begins, selected.selection.dataset)

    def _time(self, column: str | None, dataset: str) -> tuple[str, str, str]:
        """Return the expressions of the earlier and the later reading, and of the day.

        Either the day is NULL or both readings are.
        """
        table = self.tables[dataset]
        if column is None:
            return "NULL", "NULL", "NULL"
        if table.columns[column] == "date":
            return "NULL", "NULL", identifier(column)
        early = f"{column}__early" if column in table.ambiguous_times else column
        return identifier(early), identifier(column), "NULL"


def _joined(columns: Sequence[str]) -> str:
    """Write a name of several columns."""
    parts = [f"CAST({identifier(column)} AS VARCHAR)" for column in columns]
    return f" || {literal(KEY_SEPARATOR)} || ".join(parts)
