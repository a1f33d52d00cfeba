"""Find contradictory or incomplete records, so that they never count as good evidence.

What is found here makes a control `unknown`; nothing in it changes a lapse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ccpolicy.engine.calendar_tables import CalendarTables
from ccpolicy.engine.finding_queries import (
    cell_queries,
    finding_queries,
    orphan_query,
    records_without_subject,
)
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.near_words import near_word_queries
from ccpolicy.engine.selection_sql import MILLIONTHS
from ccpolicy.errors import Message
from ccpolicy.near_names import NearName, nearest
from ccpolicy.store import Row, Store, VettingStore
from ccpolicy.store.sql import literal
from ccpolicy.vocabulary import KEY_SEPARATOR

SHOWN = 5
"""Places named for each finding unless more are asked for; the rest is counted."""

MESSAGES = {
    "no_name": "the record names no subject: its key is empty",
    "no_start": "'{column}' is empty, so the record has no start",
    "no_number": "'{column}' is empty, but holds the number that the control reads",
    "no_decision": (
        "whether 'where' chooses the record cannot be decided, since a value is missing"
    ),
    "no_judgement": "whether the record is good cannot be decided, since a value is missing",
    "backwards": "the record ends before it begins",
    "no_class": "no parameter value is given for '{value}' in the column '{column}'",
    "no_calendar": "'{column}' names no calendar: '{value}'",
    "two_classes": "records of '{value}' disagree about '{column}': {others}",
    "two_minimums": "records of '{value}' disagree about '{column}': {others}",
    "too_large": "the number in '{column}' is too large to be compared: {value}",
    "too_fine": (
        "the number in '{column}' has more than six decimals, and only six are compared: {value}"
    ),
    "orphan": "'{value}' is not in the dataset '{column}'",
    "too_many": "the record counts more good items than there are in all: {others}",
    "two_names": (
        "the key '{value}' holds '{separator}', which joins the columns of a key, so"
        " that two subjects could have one name"
    ),
    "no_item": "'{value}' in '{column}' is not an item that the control names",
    "early": "the record is earlier than the beginning of '{value}'",
    "early_pause": "the pause begins before '{value}' was last opened",
    "coming_end": "the pause ends in the future, which nobody could know when it was recorded",
    "no_reason": "'{column}' is empty, so that nobody knows why the clock stands still",
    "other_reason": "'{value}' is no reason for which the clock may stand still",
    "future": "the record is dated in the future",
    "near_word": (
        "'{value}' in '{column}' differs from '{others}' only in case, width or white space"
    ),
}
_HINT_MESSAGES = {
    "no_name": "fill in the columns that the control names under 'key'",
    "no_start": "fill it in; if such records do not count, leave them out with 'where' of the"
    " control: {column} IS NOT NULL",
    "no_number": "fill it in; if a record without it is no reading, leave it out with 'where' of"
    " the control: {column} IS NOT NULL",
    "no_decision": "fill the value in, or write in 'where' what holds without it, as"
    " coalesce(…, false) does",
    "no_judgement": "fill the value in; where a missing one means bad, write coalesce(…, false)",
    "backwards": "correct the two times: often they are exchanged, or the year is wrong",
    "too_large": "correct it, or count in a larger unit",
    "too_many": "correct the record, or exchange the columns that 'met' and 'quantity' of the"
    " control name",
    "two_names": "write it in another way in all records, such as 2x4",
    "early": "compare both times and their offsets with the source, and correct the wrong one",
    "left out": "it is there, and 'where' of '{input}' leaves it out: give this input the same"
    " 'where'",
    "no_class": "the control has parameters for: {known}",
    "two_classes": "'by' of the control names the column: give all records of a subject one value",
    "two_minimums": "'quantity' of the control names the column: give all records of a subject one"
    " value",
    "too_fine": "round it in the contract, with 'derive', the way that never helps",
    "orphan": "add it there, or correct the record",
    "no_item": "correct the record, or have 'where' of the control leave out what is no item",
    "early_pause": "a pause belongs to what is open: correct its beginning, or the opening",
    "coming_end": "leave its end empty until it is over: an open pause lasts on by itself",
    "future": "correct it; if it stands for no day, as 2099-12-31 often does, name it in the"
    ' dataset: add  empty: "2099-12-31"  to column {column}',
    "near_word": "correct it, or list in the contract what may stand there: as 'enum', or as"
    " 'values' of column {column} if it is one more way to write it",
    "no_reason": "the reasons permitted are: {known}",
    "other_reason": "the reasons permitted are: {known}",
}
_COLUMNS = {
    "no_calendar": "calendar",
    "two_classes": "by",
    "two_minimums": "quantity",
    "too_large": "quantity",
    "too_fine": "quantity",
}
"""Codes of findings → the part of a selection that names the column they speak of."""
_COMPARED_NUMBERS = frozenset(["two_minimums", "too_many"])
"""Codes of findings that set two numbers against each other."""
_MOST_KNOWN = 200_000
"""Known subjects among which the one that was meant is looked for."""


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """A kind of trouble with the evidence of a control."""

    code: str
    control: str
    dataset: str
    value: str | None
    column: str | None
    locator: int | None
    count: int
    """How many records have this trouble; the same in each finding of the kind."""
    selection: int
    """Number of the selection in which it was found."""
    others: str | None = None
    """Two of the values that records of a subject have, where they disagree."""
    close: NearName | None = None
    """What was probably meant by the value."""
    known: tuple[str, ...] = ()
    """What the value could be, if that is a short list."""
    left_out_by: str | None = None
    """Input whose `where` leaves out the record that names the value."""

    @property
    def message(self) -> Message:
        """Return the finding in words."""
        return Message.of(
            MESSAGES[self.code],
            value=self.value,
            column=self.column,
            others=self.others,
            separator=KEY_SEPARATOR.strip(),
        )

    @property
    def hint(self) -> Message | None:
        """Return what to do about it."""
        if self.close:
            return Message.of(self.close.hint, close=self.close.name)
        if self.left_out_by:
            return Message.of(_HINT_MESSAGES["left out"], input=self.left_out_by)
        hint = _HINT_MESSAGES.get(self.code)
        if not hint:
            return None
        return Message.of(hint, known=", ".join(self.known), column=self.column)


def find_faults(
    reading: VettingStore,
    store: Store,
    inputs: InputQueries,
    calendar: CalendarTables,
    shown: int = SHOWN,
) -> list[EvidenceFinding]:
    """Look through all selected records and return what is wrong, with some places of each kind.

    `reading` is the store that read the records, `store` the one in which they are judged.
    """
    judged = [*finding_queries(inputs, calendar), *cell_queries(inputs, in_place=True)]
    read = [*cell_queries(inputs, in_place=False)]
    unmatched = records_without_subject(inputs)
    if unmatched and store.ask(f"SELECT locator FROM ({unmatched}) unmatched LIMIT 1"):
        judged.append(orphan_query(inputs, unmatched))
    near = [*near_word_queries(inputs, reading)]
    if reading is store:
        rows = _faults(store.ask, [*judged, *read], shown)
    else:
        rows = _faults(store.ask, judged, shown) + _faults(reading.ask, read, shown)
    # Of each code and selection one of these alone finds something.
    rows += _faults(reading.run, near, shown)
    rows.sort(key=lambda row: (row[1], row[0]))
    return [_finding(store, inputs, *row) for row in rows]


def _finding(
    store: Store,
    inputs: InputQueries,
    code: str,
    number: int,
    told: str,
    locator: int | None,
    count: int,
    compared: str | None,
) -> EvidenceFinding:
    """Make a finding of a row: of a kind of trouble, in a selection, so many records have."""
    selected = inputs.selections[number]
    revision, selection = selected.revision, selected.selection
    value = told
    column = getattr(selection, _COLUMNS[code]) if code in _COLUMNS else selected.begins
    if code == "no_class" and revision.has_calendars:
        value = str(told).rpartition(KEY_SEPARATOR)[0]
    close: NearName | None = None
    known: list[str] = []
    left_out_by = None
    match code:
        case "orphan":
            naming = revision.kind.population_input
            if selected.is_part and not selected.spec.parts:
                naming = revision.kind.class_input
            datasets = {each.dataset for each in revision.control.selections(naming)}
            column = " + ".join(sorted(datasets))
            number_of = inputs.numbers[revision.kind.name, naming]
            known_names = _subjects(store, revision.control_number, number_of)
            close = nearest(value, known_names, letters=False)
            if _is_left_out(store, revision.control_number, number_of, value):
                close, left_out_by = None, naming
        case "no_class":
            column, known = selection.by, revision.revision.classes
            close = nearest(value, known)
        case "no_item":
            column = selection.item
            value = value.removeprefix(f"{compared}{KEY_SEPARATOR}")
            close = nearest(value, _items(store, revision.control_number))
        case "no_number":
            column = told
        case "near_word":
            column, _, compared = str(compared).partition(KEY_SEPARATOR)
        case "no_reason" | "other_reason":
            column, known = selection.reason, inputs.reasons(selected)
            close = nearest(value, known) if value else None
    return EvidenceFinding(
        code,
        revision.control.id,
        selection.dataset,
        value,
        column,
        locator,
        count,
        number,
        _numbers(str(compared)) if code in _COMPARED_NUMBERS else compared,
        close,
        tuple(known),
        left_out_by,
    )


def _faults(ask: Callable[[str], list[Row]], queries: Sequence[str], shown: int) -> list[Row]:
    """Return what some queries find: code, selection, value, locator, how many records, others."""
    if not queries:
        return []
    return ask(
        f"""
        WITH found AS ({" UNION ALL ".join(queries)}),
        ranked AS (
          SELECT code, selection, value, locator, others,
                 row_number() OVER (PARTITION BY code, selection ORDER BY locator, value) AS place,
                 count(*) OVER (PARTITION BY code, selection) AS records
          FROM found
        )
        SELECT code, selection, value, locator, records, others
        FROM ranked
        WHERE place <= {shown}
        ORDER BY selection, code, place
        """
    )


def _numbers(millionths: str) -> str:
    """Write two numbers that are given in millionths."""
    return " / ".join(str(int(each) / MILLIONTHS) for each in millionths.split(" / "))


def _subjects(store: Store, control: int, input_: int) -> list[str]:
    """Return the names that an input of a control gives, by numbers, as far as they are on file."""
    rows = store.ask(
        "SELECT DISTINCT subject_key FROM selected_records"
        f" WHERE names_subject AND belongs AND control_number = {control} AND input = {input_}"
        f" AND subject_key IS NOT NULL ORDER BY subject_key LIMIT {_MOST_KNOWN}"
    )
    return [str(name) for (name,) in rows]


def _is_left_out(store: Store, control: int, input_: int, subject: str) -> bool:
    """Whether an input has records that name a subject, none of which its `where` chooses."""
    rows = store.ask(
        "SELECT max(CASE WHEN belongs THEN 1 ELSE 0 END) FROM selected_records"
        f" WHERE names_subject AND control_number = {control} AND input = {input_}"
        f" AND subject_key = {literal(subject)}"
    )
    return [tuple(each) for each in rows] == [(0,)]


def _items(store: Store, control: int) -> list[str]:
    """Return the items of a control, by its number."""
    rows = store.ask(
        f"SELECT item FROM required_item WHERE control_number = {control}"
        f" AND item IS NOT NULL ORDER BY item LIMIT {_MOST_KNOWN}"
    )
    return [str(item) for (item,) in rows]
