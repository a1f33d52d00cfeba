"""What a column holds and how its cells are written; what is uncertain stays a text."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ccpolicy.draft.column_trial import ColumnTrial
from ccpolicy.draft.number_guess import guess_numbers
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.text_questions import answer_line, epoch_questions, text_questions
from ccpolicy.draft.time_guess import TimeGuess, guess_times
from ccpolicy.draft.yaml_text import flow
from ccpolicy.evidence.reading_hints import BOOLEAN_WORDS, DURATIONS, MARKS
from ccpolicy.vocabulary import ColumnType

_PAIRS = [pair for pair in BOOLEAN_WORDS if pair[0] not in ("有", "合格", "正常", "1")]
"""Pairs of words that mean true and false, whatever the column is called."""
_TICKS = ("✓", "√", "✔", "x", "X", "●")
_IDENTIFIER = re.compile(
    r"(?i)(^|[^a-z])(id|no|nr|code|key|phone|tel|number|serial)([^a-z]|$)|编号|工号|单号|序列号|代码"
    r"|电话|手机|证号|编码|号$"
)
_FREE = re.compile(
    r"(?i)(^|[^a-z])(notes?|remarks?|comments?|descriptions?|details?|names?|titles?|text|person"
    r"|inspector|owner|author|by)([^a-z]|$)|备注|说明|描述|姓名|名称|标题|内容|[员人]$"
)
"""Names of columns in which anything may be written."""
_MOST_WORDS = 12
_LONGEST_WORD = 24
_CLOCK = re.compile(r"\d{1,3}:\d{2}(:\d{2})?")


@dataclass
class ColumnGuess:
    """What the contract says of a column."""

    name: str
    heading: str
    schema: dict[str, Any]
    reading: dict[str, Any] = field(default_factory=dict)
    """Keys of `columns` beside `from`."""
    questions: list[Question] = field(default_factory=list)
    is_filled: bool = False
    """Whether every row has a value."""
    needs_zone: bool = False
    """Whether its times carry no offset."""

    @property
    def type(self) -> ColumnType:
        """Type of its values."""
        match self.schema:
            case {"format": "date"}:
                return "date"
            case {"format": "date-time"}:
                return "instant"
            case {"type": "integer" | "number" | "boolean" as kind}:
                found: ColumnType = kind
                return found
        return "text"

    @property
    def is_identifier(self) -> bool:
        """Whether its name is that of something that tells records apart."""
        return bool(_IDENTIFIER.search(self.heading) or _IDENTIFIER.search(self.name))

    def line(self, **reading: Any) -> str:
        """Write the line of `columns` that would say how cells are read."""
        return answer_line(self.name, self.heading, **reading)

    @property
    def is_free(self) -> bool:
        """Whether its name is that of something in which anything may be written."""
        return bool(_FREE.search(self.heading) or _FREE.search(self.name))


@dataclass(frozen=True)
class ColumnReader:
    """Guesses columns of one file."""

    trial: ColumnTrial
    zone: str | None
    """The plan's, for times without an offset; without it these stay texts."""
    is_document: bool
    """Whether values have types already, as in JSON."""

    def guess(self, name: str, heading: str, cells: Sequence[Any]) -> ColumnGuess:
        """Guess one column, given the value of each row, or None where there is none."""
        found = self._guess(name, heading, cells)
        found.is_filled = None not in cells and not found.reading.get("empty")
        return found

    def _guess(self, name: str, heading: str, cells: Sequence[Any]) -> ColumnGuess:
        values = [each for each in cells if each is not None]
        column = ColumnGuess(name, heading, {"type": "string"})
        if not values:
            if not column.is_free:
                column.questions.append(doubt("No row has a value here. What will it hold?"))
            return column
        if self._takes_lists(column, values):
            return column
        marks = sorted({each for each in values if isinstance(each, str) and each.strip() in MARKS})
        for without in ([], marks) if marks else ([],):
            kept = [each for each in values if each not in without]
            if kept and self._takes_type(column, kept):
                if without:
                    column.reading["empty"] = without if len(without) > 1 else without[0]
                return column
        if marks and len(marks) < len(set(map(str, values))):
            column.questions.append(
                doubt(
                    "Does {marks} mean that there is no value?",
                    f"empty: {flow(marks)}",
                    marks=" | ".join(marks),
                )
            )
        self._takes_words(column, values, cells)
        return column

    def _takes_lists(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        if not any(isinstance(each, list | dict) for each in values):
            return False
        entries = [x for each in values for x in (each if isinstance(each, list) else [each])]
        column.schema = {"type": "array", "items": {"type": "string"}}
        if not all(isinstance(each, list) for each in values) or not all(
            isinstance(each, str) for each in entries
        ):
            column.schema = {}
        return True

    def _takes_type(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        return (
            self._takes_booleans(column, values)
            or self._takes_time_cells(column, values)
            or self._takes_times(column, values)
            or self._takes_numbers(column, values)
            or self._takes_durations(column, values)
        )

    def _takes_booleans(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        if all(isinstance(each, bool) for each in values):
            column.schema = {"type": "boolean"}
            return True
        words = {each for each in values if isinstance(each, str)}
        if len(words) < len(set(map(repr, values))):
            return False
        if words <= {"true", "false"} and not self.is_document:
            column.schema = {"type": "boolean"}
            return True
        for yes, no in _PAIRS:
            # A single N may mean north.
            if words <= {yes, no} and (len(words) > 1 or (yes not in _TICKS and len(yes) > 1)):
                column.schema = {"type": "boolean"}
                column.reading["values"] = {yes: True, no: False}
                if len(words) < 2:
                    column.questions.append(
                        doubt(
                            "Every row says {word}. Is the other word {other}?",
                            word=next(iter(words)),
                            other=no if yes in words else yes,
                        )
                    )
                return True
        return False

    def _takes_time_cells(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        """Take cells that a workbook has as dates or times."""
        if not all(isinstance(each, datetime.date) for each in values):
            return False
        is_day = all(
            not isinstance(each, datetime.datetime) or each.time() == datetime.time()
            for each in values
        )
        if is_day:
            column.schema = {"type": "string", "format": "date"}
            return True
        return self._takes_moments(column)

    def _takes_moments(self, column: ColumnGuess) -> bool:
        """Take times without an offset, if it is known of which zone they may be."""
        if self.zone is None:
            column.questions.append(
                doubt(
                    "These times carry no offset. Of which zone are they?",
                    "zone: …",
                    f"{column.name}: {{type: string, format: date-time}}",
                )
            )
            return True
        column.schema = {"type": "string", "format": "date-time"}
        column.needs_zone = True
        return True

    def _takes_times(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        if not all(isinstance(each, str) for each in values):
            return False
        texts = list(dict.fromkeys(values))
        if self.trial.values(texts, "date") is not None:
            column.schema = {"type": "string", "format": "date"}
            return True
        return self._takes_iso_moments(column, texts) or self._takes_formats(column, texts)

    def _takes_iso_moments(self, column: ColumnGuess, texts: Sequence[str]) -> bool:
        if self.trial.values(texts, "instant") is not None:
            if all(re.search(r"[Zz]$|[+-]\d\d:\d\d$", text) for text in texts):
                column.schema = {"type": "string", "format": "date-time"}
                return True
            return self._takes_moments(column)
        return False

    def _takes_formats(self, column: ColumnGuess, texts: Sequence[str]) -> bool:
        if all(text.isdecimal() for text in texts):
            return False
        guess = guess_times(self.trial, texts)
        if guess is None:
            return False
        if guess.doubtful:
            self._ask_order(column, guess)
            return True
        if guess.is_moment and guess.needs_zone:
            self._takes_moments(column)
            if self.zone is None:
                return True
        kind = "date-time" if guess.is_moment else "date"
        column.schema = {"type": "string", "format": kind}
        formats = list(guess.formats)
        column.reading["time"] = formats if len(formats) > 1 else formats[0]
        if guess.zone and guess.is_moment:
            column.reading["zone"] = guess.zone
        return True

    def _ask_order(self, column: ColumnGuess, guess: TimeGuess) -> None:
        kind = "date-time" if guess.is_moment else "date"
        choices = [each[0] if len(each) == 1 else list(each) for each in guess.doubtful]
        answers = [column.line(time=each) for each in choices]
        answers.append(f"{column.name}: {{type: string, format: {kind}}}")
        column.questions.append(
            doubt(
                "In which order are day and month, such as in {example}? Until it is said this is a"
                " text. In 'columns' one of the first, and here the last:",
                *answers,
                example=guess.example,
            )
        )

    def _takes_numbers(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        if any(
            isinstance(each, bool | datetime.date | datetime.time | datetime.timedelta)
            for each in values
        ):
            return False
        if self.is_document and any(isinstance(each, str) for each in values):
            return False
        texts = [each for each in values if isinstance(each, str)]
        guess = guess_numbers(self.trial, list(dict.fromkeys(values)))
        if guess is None:
            return False
        if guess.doubtful:
            answers = [column.line(number=each) for each in guess.doubtful]
            column.questions.append(
                doubt(
                    "Which sign is the decimal mark, such as in {example}? Until it is said this is"
                    " a text. In 'columns' one of the first, and here the last:",
                    *answers,
                    f"{column.name}: {{type: number}}",
                    example=next(each for each in texts if re.search("[.,]", each)),
                )
            )
            return True
        whole = all(re.fullmatch(r"\d+\.0+", each) for each in texts) and len(texts) == len(values)
        if column.is_identifier and not self.is_document and guess.type == "integer":
            column.reading |= {"number": {}} if whole and texts else {}
            return True  # an id is a text, though its characters are digits
        if any(isinstance(each, int | float) and abs(each) >= 10**15 for each in values):
            return True
        column.schema = {"type": guess.type}
        if whole and texts:
            column.schema = {"type": "string"} if column.is_identifier else {"type": "integer"}
            column.reading["number"] = {}
        elif guess.form is not None:
            column.reading["number"] = guess.form
        column.questions.extend(epoch_questions(column.name, column.heading, values))
        return True

    def _takes_durations(self, column: ColumnGuess, values: Sequence[Any]) -> bool:
        values = [each.isoformat() if isinstance(each, datetime.time) else each for each in values]
        if self.is_document or not all(isinstance(each, str) for each in values):
            return False
        texts = list(dict.fromkeys(values))
        if all(_CLOCK.fullmatch(each) for each in texts):
            forms = ["%H:%M:%S"] if texts[0].count(":") == 2 else ["%H:%M", "%M:%S"]
            answers = [column.line(duration=each) for each in forms]
            column.questions.append(
                doubt(
                    "Is {example} a time of the day, or how long something took? A duration is in"
                    " 'columns' one of the first, and here the last:",
                    *answers,
                    f"{column.name}: {{type: integer}}",
                    example=texts[0],
                )
            )
            return True
        for forms in ([each] for each in DURATIONS if ":" not in each):
            if self.trial.values(texts, "integer", {"duration": forms}) is not None:
                column.schema = {"type": "integer"}
                column.reading["duration"] = forms[0]
                return True
        several = [each for each in DURATIONS if ":" not in each]
        if self.trial.values(texts, "integer", {"duration": several}) is not None:
            used = [
                each
                for each in several
                if any(self.trial.values([x], "integer", {"duration": [each]}) for x in texts)
            ]
            column.schema = {"type": "integer"}
            column.reading["duration"] = used
            return True
        return False

    def _ask_mixed_times(
        self, column: ColumnGuess, cells: Sequence[datetime.date], texts: Sequence[str]
    ) -> None:
        """Ask about a column of a workbook where some have dates, and some typed them as a text."""
        typed = [each for each in dict.fromkeys(texts) if each.strip() not in MARKS]
        guess = guess_times(self.trial, typed) if typed else None
        choices = [guess.formats, *guess.doubtful] if guess else []
        has_clock = [isinstance(each, datetime.datetime) and each.time() for each in cells]
        is_moment = any(each not in (False, datetime.time()) for each in has_clock)
        kind = "date-time" if is_moment or (guess and guess.is_moment) else "date"
        column.questions.append(
            doubt(
                "Some cells are dates, others texts such as {example}. Until it is said which times"
                " these are, this is a text. In 'columns' one of the first, and here the last:",
                *(column.line(time=list(each)) for each in choices if each),
                f"{column.name}: {{type: string, format: {kind}}}",
                example=next(iter(typed or texts)),
            )
        )

    def _takes_words(
        self, column: ColumnGuess, values: Sequence[Any], cells: Sequence[Any]
    ) -> None:
        texts = [each for each in values if isinstance(each, str)]
        if len(texts) < len(values):
            if self.is_document:
                column.schema = {}
            others = [each for each in values if not isinstance(each, str)]
            if all(isinstance(each, datetime.date) for each in others):
                self._ask_mixed_times(column, others, texts)
                return
            column.questions.append(doubt("Some values are numbers, others are words. What is it?"))
            return
        if set(texts) <= set(_TICKS) and len(set(texts)) == 1:
            column.questions.append(
                doubt(
                    "Does {word} mean yes, and an empty cell no? Then in 'columns' the first, and"
                    " here the last:",
                    column.line(values={texts[0]: True, "": False}),
                    f"{column.name}: {{type: boolean}}",
                    word=texts[0],
                )
            )
            return
        counts = Counter(texts)
        is_closed = (
            2 <= len(counts) <= _MOST_WORDS
            and len(texts) >= 2 * len(counts)
            and all(len(each) <= _LONGEST_WORD and each == each.strip() for each in counts)
            and not column.is_identifier
            and not column.is_free
        )
        if is_closed:
            column.schema = {"type": "string", "enum": list(counts)}
        elif not (column.is_free or column.is_identifier or column.questions):
            column.questions.extend(text_questions(column.name, column.heading, list(counts)))
