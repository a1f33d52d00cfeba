"""Where the table is in the rows of a sheet or CSV file: its headings, and rows to pass over."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ccpolicy.draft.contract_names import is_usual
from ccpolicy.draft.question import Question, doubt
from ccpolicy.evidence.reading_hints import formats_of
from ccpolicy.policy.decoding import letters

NumberedRow = tuple[int, Sequence[Any]]
"""Number of a row or line, counted from 1, and its cells; an empty cell is `""`."""
_NUMBER = re.compile(r"[-+]?[￥¥$€£]?\s?[0-9][0-9.,' ]*\s?%?")
_TOTAL = re.compile(
    r"(合计|总计|小计|累计|总和|合計|總計|(grand |sub)?total|sum|summe|gesamt)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![0-9])(19|20)[0-9]{2}(?![-/.0-9]|年[0-9])")
_MOST_ABOVE = 20
"""Rows among which headings are looked for."""
_MOST_SKIPPED = 12
"""Patterns of rows that are passed over; with more, the table is another than it seems."""


@dataclass
class TableLayout:
    """How a table lies in its rows."""

    keys: dict[str, Any] = field(default_factory=dict)
    """Lines of the contract: `header`, `range`, `skip`."""
    headings: list[str] = field(default_factory=list)
    """What `columns` names the columns by: headings, or letters where there are none."""
    questions: list[Question] = field(default_factory=list)
    ignores_columns: bool = False
    """Whether columns without a heading are left out."""
    above: dict[str, str] = field(default_factory=dict)
    """What stands above the headings: name of the cell, such as `A1` → its text."""
    doubted_row: int = 0
    """Row that is taken for the headings, though nothing but its place says so; 0 if none is."""
    first_row: int = 0
    """Row or line of the first record; 0 if there is none."""


def table_layout(rows: Sequence[NumberedRow], *, is_csv: bool) -> TableLayout | None:
    """Find the table; None if no rows look like one."""
    filled = [(number, cells) for number, cells in rows if _filled(cells)]
    widths = Counter(_width(cells, is_csv=is_csv) for _, cells in filled)
    wide = {width: count for width, count in widths.items() if width > 1} or widths
    if not wide:
        return None
    width = max(wide, key=lambda each: (wide[each], each))
    search = _Search(filled, width, is_csv=is_csv)
    layout = search.layout()
    if layout:
        layout.first_row = search.body[0][0] if search.body else 0
        _pass_over(layout, search, rows)
    return layout


@dataclass
class _Search:
    rows: Sequence[NumberedRow]
    """Those that are not empty."""
    width: int
    is_csv: bool
    body: Sequence[NumberedRow] = ()
    """Rows below the headings."""

    def layout(self) -> TableLayout | None:
        """Find the headings, or that there are none."""
        for index, (number, cells) in enumerate(self.rows[:_MOST_ABOVE]):
            if not self._may_be_first(cells):
                continue
            self.body = self.rows[index + 1 :]
            above = self.rows[:index]
            if self._is_data(cells):
                self.body = self.rows[index:]
                return self._without_headings(number, cells, above)
            if self._is_second(index + 1):
                return self._two_rows(index, above)
            return self._with_headings(number, [_text(cell) for cell in cells], above)
        return None

    def _may_be_first(self, cells: Sequence[Any]) -> bool:
        is_wide = _width(cells, is_csv=self.is_csv) >= self.width
        return is_wide and _filled(cells) >= max(0.6 * self.width, min(2, self.width))

    def _is_data(self, cells: Sequence[Any]) -> bool:
        """Whether a cell is data as those below it in its column are."""
        return any(
            is_data(cell) and self._share(column, self.body) >= 0.5
            for column, cell in enumerate(cells)
        )

    def _share(self, column: int, rows: Sequence[NumberedRow]) -> float:
        """Return which part of a column's cells are no mere words, from 0 to 1."""
        cells = [row[column] for _, row in rows if column < len(row) and row[column] != ""]
        return sum(map(is_data, cells)) / len(cells) if cells else 0.0

    def _is_second(self, index: int) -> bool:
        """Whether a row continues the headings: words above data, and no data itself."""
        if index + 1 >= len(self.rows):
            return False
        _, cells = self.rows[index]
        below = self.rows[index + 1 :]
        if any(map(is_data, cells)) or _filled(cells) < 2:
            return False
        return any(
            cell != "" and self._share(column, below) >= 0.8 for column, cell in enumerate(cells)
        )

    def _two_rows(self, index: int, above: Sequence[NumberedRow]) -> TableLayout:
        (first, upper), (second, lower) = self.rows[index], self.rows[index + 1]
        self.body = self.rows[index + 2 :]
        over = [_text(cell) for cell in upper]
        under = [_text(cell) for cell in lower]
        width = max(len(over), len(under))
        over += [""] * (width - len(over))
        under += [""] * (width - len(under))
        for column in range(1, width):
            if not over[column] and under[column]:
                over[column] = over[column - 1]
        headings = [" ".join(filter(None, pair)) for pair in zip(over, under, strict=True)]
        layout = self._with_headings(first, headings, above)
        layout.keys |= {"header": [first, second]}
        layout.questions.append(
            doubt(
                "Rows {first} and {second} are read as headings together. Is it so?",
                first=first,
                second=second,
            )
        )
        return layout

    def _with_headings(
        self, number: int, headings: list[str], above: Sequence[NumberedRow]
    ) -> TableLayout:
        while headings and not headings[-1]:
            headings.pop()
        layout = TableLayout(headings=headings)
        if number != 1:
            layout.keys["header"] = number
        _ask_above(layout, above)
        first = next(index for index, each in enumerate(headings) if each)
        end = next(
            (index for index in range(first, len(headings)) if not headings[index]), len(headings)
        )
        beside = [cells[end:] for _, cells in self.body if any(cell != "" for cell in cells[end:])]
        named = [each for each in headings if each]
        if len(set(named)) < len(named):
            twice = next(each for each in named if named.count(each) > 1)
            layout.keys.pop("header", None)
            layout.keys |= {"header": "none", "range": f"A{number + 1}"}
            layout.headings = [letters(index + 1) for index in range(len(headings))]
            layout.questions.append(
                doubt(
                    "The heading '{heading}' is there twice, so columns go by their letters."
                    " Which is which?",
                    heading=twice,
                )
            )
        elif first or end < len(headings) or (beside and not self.is_csv):
            until = letters(end) if end < len(headings) or beside else ""
            layout.keys.pop("header", None)
            layout.keys["range"] = f"{letters(first + 1)}{number}" + (f":{until}" if until else "")
            layout.headings = headings[first:end]
            if until:
                layout.questions.append(
                    doubt(
                        "What stands right of column {column} is left out. Is it no part of the"
                        " table?",
                        column=until,
                    )
                )
        has_data = any(self._share(each, self.body) >= 0.5 for each in range(len(headings)))
        if not has_data and not any(map(is_usual, headings)):
            layout.doubted_row = number
        return layout

    def _without_headings(
        self, number: int, cells: Sequence[Any], above: Sequence[NumberedRow]
    ) -> TableLayout:
        layout = TableLayout(headings=[letters(index + 1) for index in range(len(cells))])
        layout.keys["header"] = "none"
        if number != 1:
            layout.keys["range"] = f"A{number}"
        _ask_above(layout, above)
        layout.questions.append(
            doubt(
                "Row {row} holds data, so there are no headings. What does each column hold?",
                row=number,
            )
        )
        return layout


def _ask_above(layout: TableLayout, above: Sequence[NumberedRow]) -> None:
    for number, cells in above:
        for index, cell in enumerate(cells, 1):
            if text := _text(cell):
                layout.above[f"{letters(index)}{number}"] = text
    texts = [each for each in layout.above.values() if not each.startswith("#")]
    if not texts:
        return
    said = doubt("Above the table stands: {texts}", texts=" | ".join(texts)[:120])
    dated = next((name for name, text in layout.above.items() if _may_be_dated(text)), None)
    if dated is None:
        layout.questions.append(replace(said, is_note=True))
    else:
        layout.questions.append(
            doubt(
                "Above the table stands: {texts}. Does a column belong there?",
                f"around: {{as_of: {{cell: {dated}, match: …}}}}",
                texts=" | ".join(texts)[:120],
            )
        )


def _may_be_dated(text: str) -> bool:
    """Whether a text says more of a time than a year, such as `As of 1 March`."""
    return bool(re.search("[0-9]", _YEAR.sub("", text))) and not text.startswith("#")


def _pass_over(layout: TableLayout, search: _Search, rows: Sequence[NumberedRow]) -> None:
    """Find the rows below the headings that are no records, and ask about each kind."""
    patterns: dict[str, str] = {}
    start = search.body[0][0] if search.body else 0
    empty = [number for number, cells in rows if number >= start and cells and not _filled(cells)]
    if empty and search.is_csv:
        patterns["^$"] = ""
    headings = [each for each in layout.headings if each]
    for _, cells in search.body:
        texts = [_text(cell) for cell in cells]
        first = next((text for text in texts if text), "")
        wide = len(cells) == search.width or not search.is_csv
        if [text for text in texts if text] == headings and layout.keys.get("header") != "none":
            patterns[f"^{re2_literal(first)}$"] = first
        elif first.startswith("#"):
            patterns["^#"] = "#"
        elif found := _TOTAL.match(first):
            patterns[f"^{re2_literal(found[0])}"] = first
        elif not wide or (search.width > 2 and sum(map(bool, texts)) == 1):
            patterns[f"^{re2_literal(first[:30])}"] = first
    if not patterns or len(patterns) > _MOST_SKIPPED:
        return
    layout.keys["skip"] = list(patterns)
    # What a total is called needs no answer; neither do comments, nor headings that come again.
    known = {"#", *headings[:1]}
    shown = [each for each in patterns.values() if each and each not in known]
    if shown := [each for each in shown if not _TOTAL.match(each)]:
        layout.questions.append(
            doubt(
                "Rows that begin with these are passed over: {texts}. Are they no records?",
                texts=" | ".join(dict.fromkeys(shown)),
            )
        )


def re2_literal(text: str) -> str:
    """Write a text as a pattern of RE2 that matches it alone."""
    return re.sub(r"[\\.^$*+?()\[\]{}|]", r"\\\g<0>", text)


def is_data(cell: Any) -> bool:
    """Whether a cell holds a number or a time, and no word."""
    if not isinstance(cell, str):
        return True
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text)) or next(formats_of(text), None) is not None


def _text(cell: Any) -> str:
    """Write a heading as the readers do."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _filled(cells: Sequence[Any]) -> int:
    return sum(cell != "" for cell in cells)


def _width(cells: Sequence[Any], *, is_csv: bool) -> int:
    if is_csv:
        return len(cells)
    return max((index for index, cell in enumerate(cells, 1) if cell != ""), default=0)
