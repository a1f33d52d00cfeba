"""Tables whose headings are values, such as a column for each month: their rows are unfolded."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ccpolicy.draft.column_guess import ColumnGuess
from ccpolicy.draft.contract_names import unused_name
from ccpolicy.draft.file_layout import FileLayout
from ccpolicy.draft.heading_times import ABOVE, HeadingTimes, SaidYear, heading_times
from ccpolicy.draft.probe import ProbedRows
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.workbook_layout import SHEET
from ccpolicy.evidence.reading_hints import MARKS
from ccpolicy.policy.reshape import PLACE, row_column
from ccpolicy.store.sql import identifier

TICKS = ("✓", "√", "✔")
CROSSES = ("✗", "×", "✘")
_SIGNS = frozenset([*TICKS, *CROSSES, "x", "X", "●", "○"])
_FEWEST = 3
"""Columns from which on they are a matrix."""

_OF_QUERY = ("heading", ABOVE)
"""Columns that the query itself may have beside the headings."""
_NOT_RECORDS = (*PLACE, *_OF_QUERY, "rows")
"""Names that a column of the records cannot have, or that would be misread in the query."""


@dataclass(frozen=True)
class Matrix:
    """How a table with a column for each month, day or person becomes records."""

    kept: Mapping[str, str]
    """Name → heading of the columns that every record of a row has."""
    spread: Sequence[str]
    """Headings that are values."""
    heading: str
    """Column of the records that holds the heading."""
    mark: str
    """Column of the records that holds the cell."""
    times: HeadingTimes | None
    blanks: Sequence[str] = ()
    """Texts of cells that are no record."""
    has_sheet: bool = False
    signs: frozenset[str] = frozenset()
    """Ticks and crosses in its cells."""
    questions: list[Question] = field(default_factory=list)

    @property
    def is_ticked(self) -> bool:
        """Whether the cells are ticks, with or without crosses."""
        return bool(self.signs & {*TICKS}) and self.signs <= {*TICKS, *CROSSES}

    @property
    def source(self) -> str:
        """Name of the column of headings inside the query."""
        return "heading" if self.times and self.times.sql else self.heading

    def of_year(self, year: SaidYear | None) -> Matrix:
        """Return the matrix as it stands in another file, which says its year likewise."""
        if self.times is None or self.times.year is None:
            return self
        own = self.times.year.said_by(year)
        return replace(self, times=replace(self.times, year=own))

    def query(self) -> list[str]:
        """Return the lines of the query that makes the records."""
        cells = [
            *([SHEET] if self.has_sheet else []),
            *(
                identifier(row_column(heading))
                + ("" if heading == name else f" AS {identifier(name)}")
                for name, heading in self.kept.items()
            ),
            f"{self.times.sql} AS {self.heading}"
            if self.times and self.times.sql
            else self.heading,
            self.mark,
        ]
        lines = [
            f"SELECT place, {', '.join(cells)}",
            f"FROM rows UNPIVOT ({self.mark} FOR {self.source} IN"
            f" ({', '.join(map(identifier, self.spread))}))",
        ]
        if self.blanks:
            texts = ", ".join("'" + each.replace("'", "''") + "'" for each in self.blanks)
            lines.append(f"WHERE {self.mark} NOT IN ({texts})")
        return lines

    def around(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `around` says: the text above the table, and not what `rows` has anyhow."""
        others = {name: each for name, each in known.items() if name != SHEET}
        title = self.times.title if self.times else None
        return others | ({ABOVE: title} if title else {})

    def key(self, cells: Mapping[str, Sequence[Any]]) -> tuple[list[str], list[Question]] | None:
        """Return the key: what names a row, and the heading, which is there once in each."""
        kept = [each for each in (*self.kept, SHEET) if each in cells and None not in cells[each]]
        for size in (1, 2):
            for chosen in itertools.combinations(kept, size):
                rows = list(zip(*(cells[each] for each in (*chosen, self.heading)), strict=True))
                if len(set(rows)) == len(rows):
                    return [*chosen, self.heading], []
        return None

    def settle(self, guesses: Sequence[ColumnGuess]) -> None:
        """Say what columns are called on file, and read ticks."""
        for each in guesses:
            each.heading = self.kept.get(each.name, each.name)
            if each.name == self.heading and self.times and not self.times.sql:
                each.schema, each.reading = {"type": "string"}, {}
            if each.name == self.mark and self.signs and not self.is_ticked:
                each.schema = {"type": "string", "enum": sorted(self.signs)}
                each.reading, each.questions = {}, []
            if each.name == self.mark and self.is_ticked:
                each.schema, each.questions = {"type": "boolean"}, []
                signs = sorted(self.signs, key=[*TICKS, *CROSSES].index)
                each.reading = {"values": {sign: sign in TICKS for sign in signs}}

    def unfold(self, rows: ProbedRows, names: Mapping[str, str]) -> ProbedRows:
        """Return a row for each cell with a mark; `names` is name → heading of the table."""
        own = [name for name, heading in names.items() if heading in self.spread]
        sources = {heading: name for name, heading in names.items()}
        kept = {name: sources[heading] for name, heading in self.kept.items()}
        kept |= {SHEET: SHEET} if self.has_sheet else {}
        cells: dict[str, list[Any]] = {each: [] for each in (*kept, self.heading, self.mark)}
        for index in range(len(rows.cells[own[0]])):
            for name in own:
                mark = rows.cells[name][index]
                if mark is None or mark in self.blanks:
                    continue
                for each, source in kept.items():
                    cells[each].append(rows.cells[source][index])
                sheet = str(rows.cells[SHEET][index]) if self.has_sheet else ""
                shown = self.times.text(names[name], sheet) if self.times else names[name]
                cells[self.heading].append(shown)
                cells[self.mark].append(mark)
        return replace(rows, cells=cells)


def find_matrix(
    layout: FileLayout, names: Mapping[str, str], rows: ProbedRows, path: Path
) -> Matrix | None:
    """Find columns that hold the same of one month, day or person after another.

    `names` is name → heading of the columns.
    """
    if layout.is_document or layout.keys.get("header") == "none":
        return None
    columns_of_rows = [row_column(each).lower() for each in names.values()]
    if len({*columns_of_rows, *_OF_QUERY}) < len(columns_of_rows) + len(_OF_QUERY):
        return None
    year = SaidYear.find(layout, path)
    columns = list(names)
    runs = [
        (year_of, run)
        for year_of in (True, False)
        for run in _runs(columns, lambda each, of=year_of: _is_spread(names, rows, each, of))
        if len(run) >= _FEWEST
    ]
    for is_series, run in runs:
        spread = [names[each] for each in run]
        times = heading_times(spread, year) if is_series else None
        if is_series and times is None:
            continue
        kept = {
            unused_name(name, [*_NOT_RECORDS, *({*names} - {name})]): heading
            for name, heading in names.items()
            if name not in run
        }
        if kept and any(each is not None for name in run for each in rows.cells[name]):
            return _matrix(layout, kept, spread, times, [rows.cells[name] for name in run])
    return None


def _runs(columns: Sequence[str], fits: Any) -> list[list[str]]:
    grouped = itertools.groupby(columns, key=fits)
    return sorted((list(run) for does, run in grouped if does), key=len, reverse=True)


def _is_spread(names: Mapping[str, str], rows: ProbedRows, column: str, is_series: bool) -> bool:
    """Whether a column is one of a matrix: by its heading as a time, or by the ticks in it."""
    if is_series:
        return heading_times([names[column]], None) is not None
    cells = {each for each in rows.cells[column] if each is not None}
    return bool(cells & _SIGNS) and all(
        isinstance(each, str) and (each in _SIGNS or each in MARKS) for each in cells
    )


def _matrix(
    layout: FileLayout,
    kept: Mapping[str, str],
    spread: Sequence[str],
    times: HeadingTimes | None,
    cells: Sequence[Sequence[Any]],
) -> Matrix:
    words = {each for column in cells for each in column if each is not None}
    signs = frozenset(each for each in words if isinstance(each, str)) & _SIGNS
    blanks = sorted(each for each in words if isinstance(each, str) and each in MARKS)
    has_sheet = SHEET in layout.keys.get("around", {})
    taken = [*kept, *(row_column(each).lower() for each in kept.values()), *_NOT_RECORDS]
    heading = unused_name(times.name if times else "name", taken)
    is_all_signs = all(each in signs or each in blanks for each in words)
    found = Matrix(
        kept, spread, heading, "", times, blanks, has_sheet, signs if is_all_signs else frozenset()
    )
    mark = "done" if found.is_ticked else "mark" if found.signs else "value"
    found = replace(found, mark=unused_name(mark, [*taken, heading]))
    found.questions.extend(_questions(found))
    return found


def _questions(matrix: Matrix) -> list[Question]:
    first, last = matrix.spread[0], matrix.spread[-1]
    if matrix.times is None:
        return [
            doubt(
                "Each cell below {first} to {last} becomes a record, with its heading as"
                " '{column}'. Is it so?",
                first=first,
                last=last,
                column=matrix.heading,
            )
        ]
    if not matrix.times.sql:
        return [
            doubt(
                "Each cell below {first} to {last} becomes a record. Of which year or month are"
                " they? Then the first in 'query', the others in 'columns' and 'properties':",
                *matrix.times.answers,
                first=first,
                last=last,
            )
        ]
    if matrix.times.is_day:
        return []
    return [
        doubt(
            "Each cell below {first} to {last} becomes a record, dated on the first day, since it"
            " says no day. Does that do? A check that counts days is then too lenient. One that"
            " counts months or quarters finds those without a record, but the lapse ends on the"
            " first day of the next one that has a record, however late in it that was done.",
            first=first,
            last=last,
        )
    ]
