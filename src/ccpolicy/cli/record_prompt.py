"""Ask a person for a record, field by field."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from ccpolicy.cli.diagnostics import error_text
from ccpolicy.errors import EvidenceError
from ccpolicy.record.answers import AmbiguousName, Answers
from ccpolicy.record.form_fields import AllowedValue, Field
from ccpolicy.record.recorder import FilledRecord, PreparedRecords, Recorder
from ccpolicy.record.registers import RegisterEntry
from ccpolicy.reports import View
from ccpolicy.reports.layout import inert, visible
from ccpolicy.reports.page import Page

_MOST_LISTED = 12
"""Choices that are listed at once."""


def ask(
    recorder: Recorder, view: View, tell: Callable[[PreparedRecords], str]
) -> tuple[list[FilledRecord], PreparedRecords]:
    """Ask for one record until it is valid and its effect is accepted, and return it.

    Raises:
        Abort: the person gives up; nothing was written.
    """
    page = Page(view)
    known: dict[str, Any] = {}
    _say(page.text(recorder.form.dataset.title))
    _say(page.say("Enter takes what stands in [ ], ? lists what there is, Ctrl-C writes nothing."))
    while True:
        with recorder.answers() as answers:
            known = _Asking(recorder, answers, page, known).record()
        given = [FilledRecord(known)]
        try:
            draft = recorder.draft(given)
            effect = tell(draft)
        except EvidenceError as error:
            _say(error_text(error, view.language))
            continue
        click.echo()
        _show(page, recorder, draft.records[0])
        click.echo(effect, nl=False)
        if click.confirm(page.say("Write it?"), default=True):
            return given, draft


def _say(text: str) -> None:
    click.echo("\n".join(map(inert, text.split("\n"))))


def _show(page: Page, recorder: Recorder, record: Mapping[str, Any]) -> None:
    for field in recorder.form.fields:
        if field.name in record:
            value = _shown(field, record[field.name], page)
            _say("  " + page.say("{label}: {value}", label=page.text(field.label), value=value))


def _shown(field: Field, value: Any, page: Page) -> str:
    for choice in field.choices:
        if choice.value == value:
            return page.text(choice.label)
    if field.column.type == "instant":
        return f"{datetime.datetime.fromisoformat(value):%Y-%m-%d %H:%M}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class _Asking:
    """Asks for the fields of one record; `known` is what was answered before."""

    def __init__(
        self, recorder: Recorder, answers: Answers, page: Page, known: Mapping[str, Any]
    ) -> None:
        self.recorder, self.answers, self.page, self.known = recorder, answers, page, known
        self.next_id = answers.registers.next_id(recorder.form, recorder.now.date())

    def record(self) -> dict[str, Any]:
        """Return what was answered; a number that goes on from the last one is left out."""
        record: dict[str, Any] = {}
        for field in self.recorder.form.fields:
            value = self._field(field, record)
            if value is not None:
                record[field.name] = value
        return record

    def _field(self, field: Field, record: Mapping[str, Any]) -> Any:
        page, default = self.page, self._default(field)
        day = self.recorder.day(field, record) or self.recorder.now.date()
        label = page.text(field.label) + (" *" if field.is_required else "")
        listed: Sequence[AllowedValue | RegisterEntry] = ()
        if field.choices:
            listed = field.choices
            self._list(listed)
        while True:
            shown = f"{label} [{visible(default)}]" if default else label
            answer = click.prompt(inert(shown), default=default, show_default=False).strip()
            if answer == "?":
                listed = self._known(field, day)
                if field.description:
                    _say(f"  {page.text(field.description)}")
                self._list(listed)
                continue
            if field.is_id and answer == self.next_id:
                return None
            if not answer and field.is_required:
                _say("  " + page.say("This is needed."))
                continue
            try:
                found = self._chosen(field, answer, listed, day)
            except EvidenceError as error:
                _say(error_text(error, page.view.language))
                continue
            if isinstance(found, AmbiguousName):
                listed = found.found
                self._list(listed)
                continue
            return found

    def _chosen(
        self,
        field: Field,
        answer: str,
        listed: Sequence[AllowedValue | RegisterEntry],
        day: datetime.date,
    ) -> Any:
        """Return the value of an answer, which may be the number of what was listed last.

        Raises:
            EvidenceError: it is none that the field may have.
        """
        is_value = any(each.text == answer for each in listed)
        if answer.isdecimal() and not is_value and 0 < int(answer) <= len(listed):
            return listed[int(answer) - 1].value
        return self.answers.search(field, answer, day, parts=True)

    def _default(self, field: Field) -> str:
        if field.name in self.known:
            value = self.known[field.name]
            if field.is_measured:
                return str(self.answers.raw(field, value))
            return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if field.is_id:
            return self.next_id
        if field.is_happening and field.is_required:
            return f"{self.recorder.now:%Y-%m-%d}" + (
                f" {self.recorder.now:%H:%M}" if field.column.type == "instant" else ""
            )
        return ""

    def _known(self, field: Field, day: datetime.date) -> Sequence[AllowedValue | RegisterEntry]:
        """Return what a field may name: of a register what is in force on a day."""
        if field.reference is None:
            return field.choices
        return [e for e in self.answers.registers.entries(field.reference) if e.is_in_force(day)]

    def _list(self, listed: Sequence[AllowedValue | RegisterEntry]) -> None:
        for number, each in enumerate(listed[:_MOST_LISTED], 1):
            words = (
                self.page.text(each.label)
                if isinstance(each, AllowedValue)
                else visible(each.about(self.page.view.language))
            )
            text = visible(each.text)
            _say(f"  {number:2} {text}" + (f"  {words}" if words and words != text else ""))
        if (rest := len(listed) - _MOST_LISTED) > 0:
            _say("     " + self.page.say("{count} more: write a part of the name", count=rest))
