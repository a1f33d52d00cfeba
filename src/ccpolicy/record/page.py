"""One offline page to fill in records: forms from the contracts, and what is due first."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ccpolicy.assessment.agenda import tasks_due
from ccpolicy.assessment.models import Assessment
from ccpolicy.engine.assess import assess
from ccpolicy.engine.question import EvaluationRequest, resolve
from ccpolicy.errors import EvidenceError, Sayable, catalogue
from ccpolicy.policy import FROM_GIT, Control, Dataset, Policy, Selection, check_policy
from ccpolicy.record.fields import (
    Field,
    RecordForm,
    check_recordable,
    find_dataset,
    make_form,
)
from ccpolicy.record.registers import Registers
from ccpolicy.reports.html import content_policy
from ccpolicy.reports.html_parts.labels import language_name, nearest_language
from ccpolicy.reports.time_text import until, when
from ccpolicy.store import open_store
from ccpolicy.time.calendar import Calendar, instant, moment
from ccpolicy.time.durations import Duration
from ccpolicy.vocabulary import KEY_SEPARATOR

_PARTS = Path(__file__).parent / "page_parts"


def record_page(policy: Policy, datasets: Collection[str], ahead: Duration, language: str) -> bytes:
    """Return the page for some datasets, or for all whose records people write.

    What falls due within `ahead` stands on it. `language` is shown first if the plan has it.

    Raises:
        PolicyError: there is no such dataset.
        EvidenceError: nobody records one of them by hand.
    """
    with open_store() as store:
        store.lock()
        check_policy(policy, store)
    forms = list(_forms(policy, datasets))
    question = resolve(policy, EvaluationRequest())
    result = assess(policy, question)
    with open_store() as store:
        registers = Registers(policy, forms, store)
        data = _Page(policy, forms, registers, result).data(ahead, language)
    style, script = (_read(name) for name in ("page.css", "page.js"))
    # A sign < could end the element that holds the data.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    parts = {
        "policy": content_policy(style, script),
        "title": _escaped(policy.plan.title.text(data["language"])),
        "language": data["language"],
        "style": style,
        "script": script,
        "data": text,
        "noscript": _escaped(" ".join(map(_no_scripts, policy.plan.languages))),
    }
    page = _read("page.html")
    head, *rest = page.split("{{")
    pieces = [head]
    for part in rest:
        name, _, below = part.partition("}}")
        pieces += [parts[name], below]
    return "".join(pieces).encode()


def _no_scripts(language: str) -> str:
    return catalogue(language).gettext("This page needs scripts.")


def _read(name: str) -> str:
    return (_PARTS / name).read_text("utf-8")


def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


def _forms(policy: Policy, datasets: Collection[str]) -> Iterator[RecordForm]:
    """Yield the forms of the datasets; of all, where none is named, that people append to."""
    all_ = [each for each in policy.datasets_read() if each not in FROM_GIT]
    for name in dict.fromkeys(datasets or all_):
        try:
            dataset = find_dataset(policy, name)
            check_recordable(policy, dataset)
        except EvidenceError:
            if datasets:
                raise
            continue
        yield make_form(dataset)


class _Page:
    """Gathers what the page's script shows."""

    def __init__(
        self,
        policy: Policy,
        forms: Sequence[RecordForm],
        registers: Registers,
        result: Assessment,
    ) -> None:
        self.policy, self.forms, self.registers, self.result = policy, forms, registers, result
        self.languages = policy.plan.languages
        self.now = datetime.datetime.fromisoformat(result.as_of)
        self.belonging: set[str] = set()
        """Datasets to whose records subjects belong."""

    def data(self, ahead: Duration, language: str) -> dict[str, Any]:
        """Return all that is shown."""
        plan = self.policy.plan
        due = list(self.due(ahead))
        return {
            "plan": plan.id,
            "title": self.text(plan.title),
            "languages": {each: language_name(each) for each in self.languages},
            "language": nearest_language(self.languages, language),
            "words": {each: _words(each) for each in self.languages},
            "zone": plan.zone,
            "asOf": f"{self.now:%Y-%m-%d %H:%M}",
            "forms": {each.dataset.id: self.form(each) for each in self.forms},
            "registers": self.entries(),
            "groups": self.groups(due),
            "due": due,
        }

    def text(self, text: Sayable) -> dict[str, str]:
        """Return a text by language."""
        return {each: text.text(each) for each in self.languages}

    def form(self, form: RecordForm) -> dict[str, Any]:
        """Return a form; a number that goes on from the last one is not asked for."""
        numbered = self.registers.next_id(form, self.now.date())
        fields = [each for each in form.fields if not (each.is_id and numbered)]
        return {
            "title": self.text(form.dataset.title),
            "owner": self.text(form.dataset.owner),
            "numbered": bool(numbered),
            "fields": [self.field(each) for each in fields],
        }

    def field(self, field: Field) -> dict[str, Any]:
        """Return a field with what it may hold."""
        schema = field.column.schema
        found: dict[str, Any] = {
            "name": field.name,
            "label": self.text(field.label),
            "kind": "list" if field.column.is_list else field.column.type,
            "required": field.is_required,
            "happened": field.is_happening,
            "help": field.description,
        }
        if field.choices:
            found["choices"] = [[each.text, self.text(each.label)] for each in field.choices]
        if field.reference and not field.column.is_list:
            found["register"] = f"{field.reference.dataset}.{field.reference.key}"
        if field.column.type == "instant":
            found["zone"] = field.column.zone or self.policy.plan.zone
        for keyword in ("minimum", "maximum", "minLength", "maxLength", "pattern"):
            if keyword in schema:
                found[keyword] = schema[keyword]
        return found

    def entries(self) -> dict[str, list[list[Any]]]:
        """Return register → its entries: value, words, first and last day."""
        found = {}
        for form in self.forms:
            for reference in form.dataset.references.values():
                found[f"{reference.dataset}.{reference.key}"] = [
                    [each.text, each.words, _day(each.since), _day(each.until)]
                    for each in self.registers.entries(reference)
                ]
        return found

    def groups(self, due: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
        """Return dataset → title, of those by which what is due can be grouped.

        Several subjects belong to one of its records, such as to a site, or one may.
        """
        found = {}
        for name in dict.fromkeys(name for item in due for name in item["groups"]):
            values = [item["groups"][name] for item in due if name in item["groups"]]
            if name in self.belonging or len({*values}) < len(values):
                found[name] = self.text(self.policy.datasets[name].title)
        return found

    def due(self, ahead: Duration) -> Iterator[dict[str, Any]]:
        """Yield each subject that is overdue or falls due, with the form that helps, if any."""
        controls = {each.id: each for each in self.result.controls}
        calendar = Calendar(self.registers.zone)
        end = moment(calendar.due(instant(self.now), ahead).at, calendar.zone).isoformat()
        overdue = [
            (each.starts, control.id, each.subject, True)
            for control in self.result.controls
            for each in control.lapses
            if each.is_open
        ]
        soon = [
            (task.at, task.control, subject, False)
            for task in tasks_due(self.result, end)
            for subject in task.subjects
        ]
        for at, name, subject, is_overdue in [*sorted(overdue), *soon]:
            judged = controls[name]
            shared = {
                "control": name,
                "title": self.text(judged.title),
                "owner": self.text(judged.owner),
                "subject": subject,
                "at": when(at) if is_overdue else until(at),
                "overdue": is_overdue,
                "groups": self._groups(self.policy.controls[name], subject),
            }
            helping = self._helping(self.policy.controls[name], subject)
            for dataset, values in helping.items() or [("", {})]:
                yield {**shared, "form": dataset, "values": values}

    def _helping(self, control: Control, subject: str) -> dict[str, dict[str, str]]:
        """Return the datasets whose new records cover a subject, and what names it there.

        These are the control's inputs beside the subjects, as far as there is a form. Where the
        subject's own record is to be filled in, none is new.
        """
        known = {each.dataset.id for each in self.forms}
        kind = self.policy.kinds[control.check]
        own = {each.dataset for each in self._population(control)}
        found: dict[str, dict[str, str]] = {}
        for name, spec in kind.inputs.items():
            if spec.population or spec.items or spec.effect == "harm":
                continue
            for selection in control.selections(name):
                if selection.dataset in known - own and subject.startswith(selection.prefix):
                    columns = [*selection.key, *([selection.item] if selection.item else [])]
                    found.setdefault(selection.dataset, _named(selection, columns, subject))
        return found

    def _population(self, control: Control) -> list[Selection]:
        population = self.policy.kinds[control.check].population
        return control.selections(population) if population else []

    def _groups(self, control: Control, subject: str) -> dict[str, str]:
        """Return dataset → its record that a subject is, or belongs to, such as its site."""
        found: dict[str, str] = {}
        for selection in self._population(control):
            dataset = self.policy.datasets.get(selection.dataset)
            if dataset is None or not subject.startswith(selection.prefix):
                continue
            for column, value in _named(selection, selection.key, subject).items():
                if dataset.key == [column]:
                    found.setdefault(dataset.id, value)
                self._belong(found, dataset, column, value)
                if reference := dataset.references.get(column):
                    found.setdefault(reference.dataset, value)
                    if target := self.policy.datasets.get(reference.dataset):
                        self._belong(found, target, reference.key, value)
        return {name: value for name, value in found.items() if name in self.policy.datasets}

    def _belong(self, found: dict[str, str], dataset: Dataset, key: str, value: str) -> None:
        """Note what a record refers to, given a column and its value."""
        for column, reference in dataset.references.items():
            belongs = self.registers.column(dataset.id, key, column).get(value)
            if column != key and belongs:
                self.belonging.add(reference.dataset)
                found.setdefault(reference.dataset, belongs)


def _named(selection: Selection, columns: Sequence[str], subject: str) -> dict[str, str]:
    """Return the columns that name a subject, with their values."""
    parts = subject.removeprefix(selection.prefix).split(KEY_SEPARATOR)
    return dict(zip(columns, parts, strict=False))


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _words(language: str) -> dict[str, str]:
    """Return what the page itself says, by the names that its script uses."""
    say = catalogue(language).gettext
    return {
        "due": say("What is due"),
        "nothing": say("Nothing is due."),
        "asOf": say("As of {moment}"),
        "by": say("Group by"),
        "which": say("Show"),
        "all": say("all"),
        "owner": say("owner"),
        "overdue": say("overdue since {day}"),
        "until": say("due by {day}"),
        "more": say("Show more"),
        "elsewhere": say("Due, and recorded elsewhere: {count}"),
        "fill": say("Fill in"),
        "dataset": say("Records of"),
        "choose": say("choose …"),
        "needed": say("Fields with * are needed."),
        "numbered": say("The number is given when it is recorded."),
        "now": say("Set to now"),
        "zone": say("time in {zone}"),
        "listed": say("one or more, with commas between them"),
        "save": say("Keep this record"),
        "saved": say("Kept. Hand it in below."),
        "clear": say("Clear"),
        "handIn": say("Hand in"),
        "empty": say("No record is filled in yet."),
        "records": say("{title}: {count} to hand in"),
        "how": say("Send the file to whoever records, who runs: {command}"),
        "download": say("Download"),
        "copy": say("Copy"),
        "copied": say("Copied."),
        "text": say("Text of {title}"),
        "change": say("Edit"),
        "remove": say("Remove"),
        "removed": say("Removed."),
        "blocked": say("This browser keeps nothing: hand in before you close the page."),
        "missing": say("This is needed."),
        "unknown": say("This is not in the list."),
        "ahead": say("This has not come yet."),
        "number": say("A number is expected."),
        "whole": say("A whole number is expected."),
        "least": say("At least {limit}."),
        "most": say("At most {limit}."),
        "shorter": say("At most {limit} characters."),
        "longer": say("At least {limit} characters."),
        "pattern": say("It must fit {pattern}"),
        "wrong": say("{count} fields are to be corrected."),
        "language": say("Language"),
    }
