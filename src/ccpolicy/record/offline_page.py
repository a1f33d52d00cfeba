"""One offline page to fill in records: forms from the contracts, and what is due first."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ccpolicy.engine.assess import assess
from ccpolicy.engine.question import EvaluationRequest, resolve
from ccpolicy.errors import EvidenceError, Message, Sayable, catalogue
from ccpolicy.policy import FROM_GIT, Policy, check_policy
from ccpolicy.record.form_fields import (
    Field,
    RecordForm,
    check_recordable,
    find_dataset,
    make_form,
    new_file_name,
    takes_new_workbook,
)
from ccpolicy.record.page_due import DueItems, subject_references, why_no_form
from ccpolicy.record.page_words import page_words
from ccpolicy.record.registers import RegisterEntry, Registers
from ccpolicy.record.spelling import Speller
from ccpolicy.reports.html import content_policy, palette
from ccpolicy.reports.html_parts.labels import language_name, nearest_language
from ccpolicy.store import open_store
from ccpolicy.time.durations import Duration
from ccpolicy.time.zones import time_zone

_PARTS = Path(__file__).parent / "page_parts"


def record_page(policy: Policy, datasets: Collection[str], ahead: Duration, language: str) -> bytes:
    """Return the page for some datasets, or for all whose records people write.

    What falls due within `ahead` stands on it. `language` is shown first if the plan has it.

    Raises:
        PolicyError: there is no such dataset.
        EvidenceError: nobody records one of them by hand.
    """
    with open_store(memory=policy.settings.limits.memory) as store:
        store.lock()
        check_policy(policy, store)
    forms, left_out = _forms(policy, datasets)
    question = resolve(policy, EvaluationRequest())
    result = assess(policy, question)
    with open_store(memory=policy.settings.limits.memory) as store:
        registers = Registers(policy, forms, store, [*subject_references(policy)])
        due = DueItems(policy, {f.dataset.id for f in forms}, left_out, registers, result)
        data = _Page(policy, forms, registers, due).data(ahead, language)
    style, script = palette() + _read("page.css"), _read("page.js")
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


def _forms(
    policy: Policy, datasets: Collection[str]
) -> tuple[list[RecordForm], dict[str, Message]]:
    """Return the forms of the named datasets, or of every dataset that people append to.

    The second value says for each other dataset why it has no form.
    """
    all_ = [each for each in policy.datasets_read() if each not in FROM_GIT]
    found: list[RecordForm] = []
    left_out: dict[str, Message] = {}
    wanted = dict.fromkeys(datasets or all_)
    for name in dict.fromkeys([*wanted, *all_]):
        dataset = find_dataset(policy, name)
        try:
            check_recordable(policy, dataset)
        except EvidenceError:
            if datasets and name in wanted:
                raise
            left_out[name] = why_no_form(dataset)
            continue
        if name in wanted:
            found.append(make_form(dataset))
        else:
            left_out[name] = Message.of("not on this page: {title}", title=dataset.title)
    return found, left_out


class _Page:
    """Gathers what the page's script shows."""

    def __init__(
        self,
        policy: Policy,
        forms: Sequence[RecordForm],
        registers: Registers,
        due: DueItems,
    ) -> None:
        self.policy, self.forms, self.registers, self.due = policy, forms, registers, due
        self.speller = Speller(registers.store, time_zone(policy.plan.zone))
        self.languages = policy.plan.languages
        self.now = due.now

    def data(self, ahead: Duration, language: str) -> dict[str, Any]:
        """Return all that is shown."""
        plan = self.policy.plan
        due = list(self.due.due(ahead))
        return {
            "plan": plan.id,
            "title": self.text(plan.title),
            "languages": {each: language_name(each) for each in self.languages},
            "language": nearest_language(self.languages, language),
            "words": {each: page_words(each) for each in self.languages},
            "zone": plan.zone,
            "asOf": f"{self.now:%Y-%m-%d %H:%M}",
            "forms": {each.dataset.id: self.form(each) for each in self.forms},
            "registers": self.entries(),
            "groups": self.due.groups(due),
            "due": due,
            "leftOut": [self.text(each) for each in self.due.left_out.values()],
        }

    def text(self, text: Sayable) -> dict[str, str]:
        """Return a text by language."""
        return {each: text.text(each) for each in self.languages}

    def about(self, entry: RegisterEntry) -> dict[str, str] | None:
        """Return what a register says of an entry, by language; None if it says nothing."""
        found = {each: entry.about(each) for each in self.languages}
        return found if any(found.values()) else None

    def form(self, form: RecordForm) -> dict[str, Any]:
        """Return a form; a number that goes on from the last one is not asked for."""
        numbered = self.registers.next_id(form, self.now.date())
        fields = [each for each in form.fields if not (each.is_id and numbered)]
        return {
            "title": self.text(form.dataset.title),
            "owner": self.text(form.dataset.owner),
            "numbered": bool(numbered),
            "file": new_file_name(form.dataset, "{stamp}")
            if takes_new_workbook(form.dataset)
            else "",
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
            "help": self.text(field.description) if field.description else None,
        }
        if field.is_measured:
            found["example"] = self.speller.example(field.column)
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
                    [each.text, self.about(each), _day(each.since), _day(each.until)]
                    for each in self.registers.entries(reference)
                ]
        return found


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
