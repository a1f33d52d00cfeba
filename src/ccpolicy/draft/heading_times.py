"""Headings that are months, quarters or days, and the year that is said beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ccpolicy.draft.file_layout import FileLayout
from ccpolicy.draft.workbook_layout import SHEET

_MONTHS = (
    "Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?"
    "|Nov(ember)?|Dec(ember)?"
)
ABOVE = "above"
"""Column of `rows` with the text that stands above the table."""
_IN_YEAR = "(20[0-9]{2})"
_IN_MONTH = "20[0-9]{2}[-_./年 ]{0,2}(1[0-2]|0?[1-9])(?:[^0-9]|$)"


@dataclass(frozen=True)
class _Form:
    """A way in which headings are written."""

    shape: re.Pattern[str]
    name: str
    """What the column is called."""
    sql: str
    """Expression over `heading` and `{year}`, and `{month}` if a day is of a month."""
    text: Callable[[str, str, str], str]
    """What the expression gives: heading, year, month → text."""
    fewest: int = 3
    """Headings from which on these are no chance."""

    @property
    def needs_year(self) -> bool:
        return "{year}" in self.sql


def _number(heading: str) -> str:
    return "".join(re.findall("[0-9]+", heading)[:1])


def _of_year(heading: str) -> str:
    year, month = re.findall("[0-9]+", heading)[:2]
    return f"{year}年{month}月1日"


_FORMS = (
    _Form(
        re.compile(r"(1[0-2]|0?[1-9])月份?"),
        "month",
        "{year} || '年' || regexp_extract(heading, '[0-9]+') || '月1日'",
        lambda heading, year, _: f"{year}年{_number(heading)}月1日",
    ),
    _Form(
        re.compile(rf"({_MONTHS})\.?"),
        "month",
        "'01 ' || substr(heading, 1, 3) || ' ' || {year}",
        lambda heading, year, _: f"01 {heading[:3]} {year}",
    ),
    _Form(
        re.compile(r"Q[1-4]|第?[1-4]季度?"),
        "quarter",
        "{year} || '年' || (3 * CAST(regexp_extract(heading, '[1-4]') AS BIGINT) - 2) || '月1日'",
        lambda heading, year, _: f"{year}年{3 * int(_number(heading)) - 2}月1日",
        2,
    ),
    _Form(
        re.compile(r"20[0-9]{2}[-/.年](1[0-2]|0?[1-9])月?"),
        "month",
        "substr(heading, 1, 4) || '年' || regexp_extract(substr(heading, 5), '[0-9]+') || '月1日'",
        lambda heading, _year, _month: _of_year(heading),
    ),
    _Form(
        re.compile(r"20[0-9]{2}[-/.](1[0-2]|0?[1-9])[-/.]([12][0-9]|3[01]|0?[1-9])"),
        "day",
        "heading",
        lambda heading, _year, _month: heading,
    ),
    _Form(
        re.compile(r"([12][0-9]|3[01]|0?[1-9])[日号]?"),
        "day",
        "{year} || '年' || {month} || '月' || regexp_extract(heading, '[0-9]+') || '日'",
        lambda heading, year, month: f"{year}年{month}月{_number(heading)}日",
        14,
    ),
)


@dataclass(frozen=True)
class SaidYear:
    """Where the year of a table is said: in the name of the sheet or file, or above the table."""

    place: str
    """`sheet`, `file`, or the name of a cell."""
    text: str
    """What stands there in the file at hand."""

    @classmethod
    def find(cls, layout: FileLayout, path: Path) -> SaidYear | None:
        """Look for the one year of a table."""
        if layout.sheets and all(re.search(_IN_YEAR, each) for each in layout.sheets):
            return cls(SHEET, layout.sheets[0])
        if re.search(_IN_YEAR, path.name):
            return cls("file", path.name)
        said = {place: text for place, text in layout.above.items() if re.search(_IN_YEAR, text)}
        return cls(*next(iter(said.items()))) if len(said) == 1 else None

    def said_by(self, other: SaidYear | None) -> SaidYear:
        """Return the year of another file, which is unknown where this place does not say it."""
        is_same = other is not None and other.place == self.place
        return other if other and is_same else replace(self, text="")

    @property
    def has_month(self) -> bool:
        """Whether the month stands behind it."""
        return bool(re.search(_IN_MONTH, self.text))

    @property
    def source(self) -> str:
        """Column of `rows` with the text."""
        if self.place == "file":
            return "regexp_extract(file, '[^/]*$')"
        return SHEET if self.place == SHEET else ABOVE

    def sql(self, pattern: str) -> str:
        """Write the expression that takes a part of the text."""
        return f"regexp_extract({self.source}, '{pattern}', 1)"

    def part(self, pattern: str, sheet: str) -> str:
        """Take a part of the text as the expression does."""
        found = re.search(pattern, sheet if self.place == SHEET and sheet else self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class HeadingTimes:
    """Times that headings say."""

    form: _Form
    year: SaidYear | None

    @property
    def name(self) -> str:
        """What the column is called: `month`, `quarter` or `day`."""
        return self.form.name

    @property
    def is_day(self) -> bool:
        """Whether they say the day."""
        return self.form.name == "day"

    @property
    def sql(self) -> str:
        """Expression that makes a time of a heading; empty if nothing says the year."""
        if not self.form.needs_year:
            return self.form.sql
        if self.year is None or (self.is_day and not self.year.has_month):
            return ""
        year, month = self.year.sql(_IN_YEAR), self.year.sql(_IN_MONTH)
        return self.form.sql.format(year=year, month=month)

    @property
    def answers(self) -> list[str]:
        """The lines of a contract in which the year is written."""
        sql = self.form.sql.format(year="'2026'", month="'1'").replace("heading", self.name)
        format_ = "%d %b %Y" if sql.startswith("'01 '") else "%Y年%m月%d日"
        return [
            f"{sql} AS {self.name}",
            f'{self.name}: {{time: "{format_}"}}',
            f"{self.name}: {{type: string, format: date}}",
        ]

    @property
    def title(self) -> dict[str, str] | None:
        """The cell above the table that says the year, as `around` has it."""
        has_title = self.form.needs_year and self.sql and self.year
        is_cell = has_title and self.year and self.year.place not in (SHEET, "file")
        return {"cell": self.year.place} if is_cell and self.year else None

    def text(self, heading: str, sheet: str) -> str:
        """Return what the expression gives for a heading of a sheet."""
        if not self.sql or self.year is None:
            return self.form.text(heading, "", "") if self.sql else heading
        year, month = self.year.part(_IN_YEAR, sheet), self.year.part(_IN_MONTH, sheet)
        return self.form.text(heading, year, month)


def heading_times(headings: Sequence[str], year: SaidYear | None) -> HeadingTimes | None:
    """Find the form of headings, all of which must be times of one kind.

    A form has a least number of headings, which does not apply to a single one.
    """
    for form in _FORMS:
        if all(form.shape.fullmatch(each) for each in headings) and (
            len(headings) == 1 or len(headings) >= form.fewest
        ):
            return HeadingTimes(form, year)
    return None
