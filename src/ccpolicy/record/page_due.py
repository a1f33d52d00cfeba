"""What is overdue or falls due: the form that helps, or why there is none, and names for it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ccpolicy.assessment.agenda import tasks_due
from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import Message, Sayable
from ccpolicy.policy import FROM_GIT, Control, Dataset, Policy, Selection
from ccpolicy.policy.dataset import Reference
from ccpolicy.record.registers import Registers
from ccpolicy.reports.time_text import until, when
from ccpolicy.texts import Text
from ccpolicy.time.calendar import Calendar, instant, moment
from ccpolicy.time.durations import Duration
from ccpolicy.vocabulary import KEY_SEPARATOR


def subject_references(policy: Policy) -> Iterator[Reference]:
    """Yield the registers that describe the subjects of controls."""
    for control in policy.controls.values():
        for selection in _population(policy, control):
            for column in selection.key:
                if reference := _reference(policy, selection, column):
                    yield reference


def why_no_form(dataset: Dataset) -> Message:
    """Say why there is no form for a dataset."""
    values = {"title": dataset.title, "files": dataset.files}
    if dataset.written_by == "tool":
        return Message.of("written by a tool: {title} ({files})", **values)
    if dataset.format == "xlsx":
        return Message.of("kept in a workbook: {title} ({files})", **values)
    return Message.of("kept in files to which no line is added: {title} ({files})", **values)


class DueItems:
    """Gathers what is due, for a page with the forms of some datasets."""

    def __init__(
        self,
        policy: Policy,
        forms: Collection[str],
        left_out: Mapping[str, Message],
        registers: Registers,
        result: Assessment,
    ) -> None:
        """Take datasets with a form, and others with why they have none."""
        self.policy, self.known, self.left_out = policy, {*forms}, left_out
        self.registers, self.result = registers, result
        self.now = datetime.datetime.fromisoformat(result.as_of)
        self.belonging: set[str] = set()
        """Datasets to whose records subjects belong."""
        self._words: dict[tuple[str, str], dict[str, tuple[Text, ...]]] = {}

    def text(self, text: Sayable) -> dict[str, str]:
        """Return a text by language."""
        return {each: text.text(each) for each in self.policy.plan.languages}

    def groups(self, due: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
        """Return dataset → title of the datasets by which due items can be grouped.

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
                "called": self.text(judged.subject_text(subject)),
                "words": self._described(self.policy.controls[name], subject),
                "at": when(at) if is_overdue else until(at),
                "overdue": is_overdue,
                "groups": self._groups(self.policy.controls[name], subject),
            }
            helping, reasons = self._helping(self.policy.controls[name], subject)
            for dataset, values in helping.items():
                yield {**shared, "form": dataset, "values": values}
            if not helping:
                yield {**shared, "form": "", "values": {}, "why": [*map(self.text, reasons)]}

    def _helping(
        self, control: Control, subject: str
    ) -> tuple[dict[str, dict[str, str]], list[Message]]:
        """Return the forms whose new records cover a subject: dataset → column → value to fill in.

        The second value says why other datasets have no form. If the subject is itself one record,
        that record has to be completed, and a new one would not help.
        """
        kind = self.policy.kinds[control.check]
        own = [each.dataset for each in _population(self.policy, control)]
        found: dict[str, dict[str, str]] = {}
        reasons: dict[str, Message] = {}
        for name, spec in kind.inputs.items():
            if spec.population or spec.items or spec.effect == "harm":
                continue
            for selection in control.selections(name):
                dataset = self.policy.datasets.get(selection.dataset.partition(".")[0])
                if dataset is None or not subject.startswith(selection.prefix):
                    continue
                columns = [*selection.key, *([selection.item] if selection.item else [])]
                if selection.dataset in own and {*dataset.key} <= {*columns}:
                    reasons.setdefault(dataset.id, _own_line(dataset))
                elif selection.dataset in self.known:
                    found.setdefault(dataset.id, _named(selection, columns, subject))
                elif dataset.id in self.left_out:
                    reasons.setdefault(dataset.id, self.left_out[dataset.id])
        if not (found or reasons):
            for name in own:
                if dataset := self.policy.datasets.get(name.partition(".")[0]):
                    reasons.setdefault(dataset.id, _own_line(dataset))
        return found, [*reasons.values()]

    def _described(self, control: Control, subject: str) -> dict[str, str] | None:
        """Return the description of a subject in the registers, such as its place, by language."""
        found: list[Text] = []
        for selection in _population(self.policy, control):
            if not subject.startswith(selection.prefix):
                continue
            for column, value in _named(selection, selection.key, subject).items():
                if reference := _reference(self.policy, selection, column):
                    found += self._entries(reference).get(value, ())
        if not found:
            return None
        return {
            language: " · ".join(dict.fromkeys(each.text(language) for each in found))
            for language in self.policy.plan.languages
        }

    def _entries(self, reference: Reference) -> Mapping[str, tuple[Text, ...]]:
        key = reference.dataset, reference.key
        if key not in self._words:
            entries = self.registers.entries(reference)
            self._words[key] = {each.text: each.words for each in entries}
        return self._words[key]

    def _groups(self, control: Control, subject: str) -> dict[str, str]:
        """Return dataset → its record that a subject is, or belongs to, such as its site."""
        found: dict[str, str] = {}
        for selection in _population(self.policy, control):
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


def _population(policy: Policy, control: Control) -> list[Selection]:
    population = policy.kinds[control.check].population_input
    return control.selections(population) if population else []


def _reference(policy: Policy, selection: Selection, column: str) -> Reference | None:
    """Return the reference to the register of files that lists a part of a subject's name."""
    name = selection.dataset.partition(".")[0]
    dataset = policy.datasets.get(name)
    if dataset is None or name in FROM_GIT:
        return None
    if selection.dataset == name and (reference := dataset.references.get(column)):
        return reference
    is_alone = selection.key == [column]
    return Reference(dataset=selection.dataset, key=column) if is_alone else None


def _own_line(dataset: Dataset) -> Message:
    return Message.of(
        "to be filled into its own record: {title} ({files})",
        title=dataset.title,
        files=dataset.files,
    )


def _named(selection: Selection, columns: Sequence[str], subject: str) -> dict[str, str]:
    """Return the columns that name a subject, with their values."""
    parts = subject.removeprefix(selection.prefix).split(KEY_SEPARATOR)
    return dict(zip(columns, parts, strict=False))
