"""A workbook to fill in: headings, drop-downs and checks from the contract and the registers."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ccpolicy.errors import Language, Message
from ccpolicy.policy import Dataset
from ccpolicy.record.answers import Answers
from ccpolicy.record.form_fields import Field, new_file_name, takes_new_workbook
from ccpolicy.record.sources import FORM_SHEET
from ccpolicy.reports.layout import visible, width

_LISTS = "Lists"
_HEAD = 1
"""Row of the headings, counted from 0; the instruction stands above."""
_ROWS = 500
"""Rows that are prepared for records."""
_LONGEST = 255
"""Characters of a message of Excel's validation."""
_FORMATS = {"date": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm", "text": "@"}
_FIRST_DAY = datetime.date(1970, 1, 1)


def template(answers: Answers, language: Language) -> bytes:
    """Return the workbook; no text in it is ever a formula.

    It depends on the contract and the registers, and on the day only by who is in force then.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # noqa: DTZ001
    _Form(book, answers, language).write()
    book.close()
    return file.getvalue()


class _Form:
    """Writes the form."""

    def __init__(self, book: Workbook, answers: Answers, language: Language) -> None:
        self.book, self.answers, self.language = book, answers, language
        dataset = answers.form.dataset
        self.is_copied = dataset.format == "xlsx" and not takes_new_workbook(dataset)
        """Whether its cells are copied into a workbook: then they hold what stands there."""
        self.sheet: Worksheet = book.add_worksheet(FORM_SHEET)
        self.lists: Worksheet = book.add_worksheet(_LISTS)

    def say(self, template: str, **values: object) -> str:
        """Translate a sentence."""
        return Message.of(template, **values).text(self.language)

    def write(self) -> None:
        """Write the instruction, the headings, the rows to fill in and the lists behind them."""
        dataset, fields = self.answers.form.dataset, self.answers.form.fields
        title = self.book.add_format({"text_wrap": True, "valign": "top"})
        instruction = self.say(
            "{title}: one row for each record; * is needed.",
            title=visible(dataset.title.text(self.language)),
        )
        instruction += "\n" + self._handing_in(dataset)
        self.sheet.set_row(0, 48)
        if len(fields) > 1:
            self.sheet.merge_range(0, 0, 0, len(fields) - 1, "", title)
        self.sheet.write_string(0, 0, instruction, title)
        for column, field in enumerate(fields):
            self._field(column, field)
        last = _HEAD + _ROWS
        missing = self.book.add_format({"bg_color": "#FCE4E4"})
        for column, field in enumerate(fields):
            if self._is_needed(field):
                cell = xlsxwriter.utility.xl_rowcol_to_cell(_HEAD + 1, column, col_abs=True)
                row = xlsxwriter.utility.xl_range(_HEAD + 1, 0, _HEAD + 1, len(fields) - 1)
                first, end = row.split(":")
                filled = f"COUNTA(${first}:${end})>0"
                self.sheet.conditional_format(
                    _HEAD + 1,
                    column,
                    last,
                    column,
                    {
                        "type": "formula",
                        "criteria": f"=AND({filled},ISBLANK({cell}))",
                        "format": missing,
                    },
                )
        self.sheet.freeze_panes(_HEAD + 1, 0)

    def _handing_in(self, dataset: Dataset) -> str:
        """Say what becomes of the form."""
        if self.is_copied:
            return self.say(
                "Then copy the cells below the last row of the workbook ({files}). The sheet"
                " '{sheet}' says what codes mean.",
                files=visible(dataset.files),
                sheet=_LISTS,
            )
        into = ""
        if takes_new_workbook(dataset):
            into = f' --file "{visible(new_file_name(dataset, "new"))}"'
        return self.say(
            "Then hand this file in, or run: {command}",
            command=f"ccpolicy record {dataset.id} --from FILE{into}",
        )

    def _is_needed(self, field: Field) -> bool:
        """Whether a cell must be filled in: an id is numbered when it is recorded."""
        return field.is_required and (self.is_copied or not field.is_id)

    def _field(self, column: int, field: Field) -> None:
        head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        heading = visible(field.label.text(self.language))
        heading += " *" if self._is_needed(field) else ""
        self.sheet.write_string(_HEAD, column, heading, head)
        # A text says its unit; a number cell would be of seconds, or hundred times as much.
        kind = "text" if field.is_measured else field.column.type
        form = self.book.add_format({"num_format": _FORMATS.get(kind, "General")})
        self.sheet.set_column(column, column, max(width(heading) + 2, 18), form)
        options = self._check(column, field)
        said = self._said(field)
        self.sheet.data_validation(
            _HEAD + 1,
            column,
            _HEAD + _ROWS,
            column,
            {
                **options,
                "ignore_blank": True,
                "input_title": heading[:32],
                "input_message": said[:_LONGEST],
                "error_title": heading[:32],
                "error_message": said[:_LONGEST],
            },
        )

    def _check(self, column: int, field: Field) -> dict[str, Any]:
        """Return the validation of a column's cells."""
        schema = field.column.schema
        if field.choices:
            choices = [self._choice(field, each) for each in field.choices]
            labels = [each.label.text(self.language) for each in field.choices]
            return self._list(column, choices, labels)
        if field.reference and not field.column.is_list:
            day = self.answers.now.date()
            entries = self.answers.registers.entries(field.reference)
            entries = [each for each in entries if each.is_in_force(day)]
            texts = [self._spelled(field, e.value) or e.described(self.language) for e in entries]
            return self._list(column, texts, [each.about(self.language) for each in entries])
        if field.is_measured:
            return {"validate": "any"}
        match field.column.type:
            case "date" | "instant" as kind:
                latest = "=TODAY()" if kind == "date" else "=NOW()+1/288"
                bound = {"maximum": latest} if field.is_happening else {}
                return {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": _FIRST_DAY,
                    "maximum": datetime.date(2199, 12, 31),
                    **bound,
                }
            case "integer" | "number" as kind:
                return {
                    "validate": "integer" if kind == "integer" else "decimal",
                    "criteria": "between",
                    "minimum": schema.get("minimum", schema.get("exclusiveMinimum", -1e15)),
                    "maximum": schema.get("maximum", schema.get("exclusiveMaximum", 1e15)),
                }
        if "minLength" in schema or "maxLength" in schema:
            return {
                "validate": "length",
                "criteria": "between",
                "minimum": schema.get("minLength", 0),
                "maximum": min(schema.get("maxLength", 32_767), 32_767),
            }
        return {"validate": "any"}

    def _choice(self, field: Field, choice: Any) -> str:
        """Return what stands for a choice: its label, unless another has the same."""
        if self.is_copied:
            return self._spelled(field, choice.value)
        label: str = choice.label.text(self.language)
        same = [each for each in field.choices if each.label.text(self.language) == label]
        return label if len(same) == 1 else choice.text

    def _spelled(self, field: Field, value: Any) -> str:
        """Return what stands for a value in the dataset's files; empty unless it is copied."""
        return self.answers.speller.cell(field.column, value) if self.is_copied else ""

    def _list(self, column: int, texts: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
        """Write the choices of a column on a sheet of their own, which the validation names.

        Where cells are copied, what each means stands beside it.
        """
        if self.is_copied:
            column *= 2
            for row, label in enumerate(labels):
                self.lists.write_string(row, column + 1, label)
        for row, text in enumerate(texts):
            self.lists.write_string(row, column, text)
        cells = xlsxwriter.utility.xl_range_abs(0, column, max(len(texts) - 1, 0), column)
        return {"validate": "list", "source": f"={_LISTS}!{cells}"}

    def _said(self, field: Field) -> str:
        """Return what is said beside a cell, and where a value is refused."""
        schema = field.column.schema
        parts = [field.description.text(self.language)] if field.description else []
        if field.is_id and not self.is_copied:
            parts.append(self.say("Left empty, it gets the next number."))
        elif field.choices or field.reference:
            parts.append(self.say("Choose from the list."))
        elif field.column.type == "date":
            parts.append(self.say("A day, such as 2026-11-20."))
        elif field.column.type == "instant":
            parts.append(self.say("A day and a time, such as 2026-11-20 18:05."))
        elif field.is_measured:
            example = self.answers.speller.example(field.column)
            parts.append(self.say("As on file, such as {example}.", example=example))
        elif field.column.type in ("integer", "number"):
            bounds = [str(schema.get(each, "…")) for each in ("minimum", "maximum")]
            parts.append(self.say("A number, {least} to {most}.", least=bounds[0], most=bounds[1]))
        if "pattern" in schema and not field.is_id and not field.reference:
            parts.append(self.say("It must fit {pattern}", pattern=schema["pattern"]))
        return " ".join(parts) or self.say("Text.")
