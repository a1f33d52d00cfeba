"""Record: what was filled in becomes lines of evidence, all of them or none."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ccpolicy.errors import CcpolicyError, EvidenceError, Locator
from ccpolicy.evidence import values
from ccpolicy.near_names import folded
from ccpolicy.policy import Policy, check_policy
from ccpolicy.policy.names import unknown
from ccpolicy.record.answers import Answers
from ccpolicy.record.effect import Effect, effect
from ccpolicy.record.errors import InvalidRecords, given_twice
from ccpolicy.record.form_fields import Field, check_recordable, find_dataset, make_form
from ccpolicy.record.judge import judge, trial_file
from ccpolicy.record.lock import locked
from ccpolicy.record.new_workbook import new_workbook
from ccpolicy.record.registers import Registers
from ccpolicy.record.spelling import Speller
from ccpolicy.record.target import Appender, TargetFile, find_target
from ccpolicy.store import open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.zones import time_zone


@dataclass(frozen=True, slots=True)
class FilledRecord:
    """What was filled in for one record."""

    fields: Mapping[str, Any]
    """Field, by its name, label or heading → what was written there."""
    place: Locator | None = None
    """Where it was filled in, if that is a file."""


@dataclass(frozen=True, slots=True)
class PreparedRecords:
    """New records and the content of their file, judged; nothing is written yet."""

    target: TargetFile
    records: tuple[Mapping[str, Any], ...]
    """Field → value in JSON; what is empty is left out."""
    content: bytes


class Recorder:
    """Adds records to one dataset.

    Raises:
        PolicyErrors: the policy's files do not fit together.
        EvidenceError: nobody records these by hand.
    """

    def __init__(
        self,
        policy: Policy,
        dataset: str,
        file: str | None = None,
        now: datetime.datetime | None = None,
        *,
        appends: bool = True,
    ) -> None:
        """Take a dataset by its name; a form of a workbook is not appended to it."""
        self.policy, self.file = policy, file
        self.zone = time_zone(policy.plan.zone)
        self.now = (now or datetime.datetime.now(self.zone)).astimezone(self.zone)
        found = find_dataset(policy, dataset)
        with open_store(memory=policy.settings.limits.memory) as store:
            store.lock()
            check_policy(policy, store)
        check_recordable(policy, found, appends=appends or found.format != "xlsx")
        self.form = make_form(found)
        if appends:  # before anybody fills in anything
            find_target(policy, self.form, file)

    @contextmanager
    def answers(self) -> Iterator[Answers]:
        """Read the registers, and yield what reads answers by them."""
        with open_store(memory=self.policy.settings.limits.memory) as store:
            registers = Registers(self.policy, [self.form], store)
            yield Answers(self.form, registers, Speller(store, self.zone), self.now)

    def draft(
        self, given: Sequence[FilledRecord], *, refuse_equal: bool = False
    ) -> PreparedRecords:
        """Judge records by the real readers, and return what would be written.

        With `refuse_equal`, one without a number of its own is refused if its equal is on file:
        then somebody hands in the same form again.

        Raises:
            EvidenceError: one of them is not valid.
        """
        # Before the registers, so that no number is older than the content that it goes into.
        target = find_target(self.policy, self.form, self.file)
        with self.answers() as answers:
            records = self._records(answers, given)
            if refuse_equal:
                self._refuse_equal(answers, given, records)
            if self.form.dataset.format == "xlsx":
                language = self.policy.plan.languages[0]
                lines, content = 0, new_workbook(self.form, answers.speller, records, language)
            else:
                appender = Appender(self.form, target, answers.speller)
                lines, content = appender.lines, appender.with_records(records)
        with trial_file(target, content) as instead:
            judge(self.policy, self.form, target, records, instead, lines)
        return PreparedRecords(target, tuple(records), content)

    def effect(self, draft: PreparedRecords) -> Effect | None:
        """Return what new records would change; None if no control rests on them.

        Raises:
            InvalidRecords: with them something could not be judged that can be without them.
        """
        with trial_file(draft.target, draft.content) as instead:
            found = effect(self.policy, self.form.dataset, instead)
        errors = [
            EvidenceError(
                "with these records {control} could not be judged: {code} {problem}",
                hint="correct them, or first file what they name",
                control=control.control.id,
                code=problem.code,
                problem=problem.message,
            )
            for control in (found.controls if found else ())
            for problem in control.problems
        ]
        if errors:
            raise InvalidRecords(errors)
        return found

    def write(
        self, draft: PreparedRecords, given: Sequence[FilledRecord], *, refuse_equal: bool = False
    ) -> PreparedRecords:
        """Write records, and return what was written.

        If others were filed since the draft was made, these are judged again, and their numbers
        follow those.

        Raises:
            EvidenceError: they are not valid any more.
            OSError: the file cannot be written.
        """
        with locked(self.policy.root) as lock:
            if find_target(self.policy, self.form, self.file) != draft.target:
                draft = self.draft(given, refuse_equal=refuse_equal)
            lock.replace(draft.target.path, draft.content)
        return draft

    def _records(self, answers: Answers, given: Sequence[FilledRecord]) -> list[dict[str, Any]]:
        """Read what was filled in, and number what has no number yet.

        Raises:
            InvalidRecords: something cannot be read, or is missing.
        """
        errors: list[EvidenceError] = []
        records: list[dict[str, Any]] = []
        for each in given:
            record, faults = self._record(answers, each)
            errors += [fault.at(each.place) if each.place else fault for fault in faults]
            records.append(record)
        if not given:
            errors.append(EvidenceError("the file holds no record"))
        if errors:
            raise InvalidRecords(errors)
        if field := self.form.id_field:
            taken = [record[field.name] for record in records if field.name in record]
            number = ""
            for record in records:
                if field.name not in record:
                    number = answers.registers.next_id(
                        self.form, self.now.date(), taken, last=number
                    )
                    if not number:
                        raise InvalidRecords([self._missing(field)])
                    record[field.name] = number
        return [
            {each.name: record[each.name] for each in self.form.fields if each.name in record}
            for record in records
        ]

    def _record(
        self, answers: Answers, given: FilledRecord
    ) -> tuple[dict[str, Any], list[EvidenceError]]:
        errors: list[EvidenceError] = []
        named: dict[str, Any] = {}
        for name, text in given.fields.items():
            try:
                field = self.field(name)
                if field.name in named:
                    raise given_twice(name)
                named[field.name] = text
            except CcpolicyError as failure:
                errors.append(EvidenceError.of(failure.message))
                errors[-1].hint = failure.hint
        record: dict[str, Any] = {}
        # What says when comes before what must have been in force then.
        for field in sorted(self.form.fields, key=lambda each: each.reference is not None):
            try:
                value = answers.value(field, named.get(field.name), self.day(field, record))
            except EvidenceError as failure:
                errors.append(failure)
                continue
            if value is not None:
                record[field.name] = value
            elif field.is_required and not field.is_id:
                errors.append(self._missing(field))
        return record, errors

    def day(self, field: Field, record: Mapping[str, Any]) -> datetime.date | None:
        """Return the day on which the record that a field refers to must be in force, if known."""
        at = record.get(field.reference.at or "") if field.reference else None
        if at is None:
            return None
        if len(at) == len("2026-11-20"):
            return datetime.date.fromisoformat(at)
        return datetime.datetime.fromisoformat(at).astimezone(self.zone).date()

    def _missing(self, field: Field) -> EvidenceError:
        return EvidenceError("'{name}' is missing", name=self.form.contract.heading(field.name))

    def field(self, name: str) -> Field:
        """Return a field by its name, its label in any language, or its heading.

        Raises:
            PolicyError: there is none.
        """
        if name in self.form.by_name:
            return self.form.by_name[name]
        for field in self.form.fields:
            known = [*field.label.root.values(), self.form.contract.heading(field.name)]
            if folded(name) in map(folded, known):
                return field
        raise unknown(
            "'{dataset}' has no field '{name}'",
            name,
            self.form.by_name,
            None,
            dataset=self.form.dataset.id,
        )

    def _refuse_equal(
        self, answers: Answers, given: Sequence[FilledRecord], records: Sequence[Mapping[str, Any]]
    ) -> None:
        """Refuse records that equal one on file, or one another, in every field but their number.

        Raises:
            InvalidRecords: there is one.
        """
        id_field = self.form.id_field
        if id_field is None:  # then the key tells
            return
        fields = [each for each in self.form.fields if each is not id_field]
        names = ", ".join(identifier(each.name) for each in fields)
        evidence = answers.registers.evidence
        table = identifier(evidence.tables[self.form.dataset.id].name)
        rows = answers.registers.store.ask(f"SELECT locator, {names} FROM {table} ORDER BY locator")
        known: dict[tuple[Any, ...], int | Locator] = {}
        for locator, *cells in rows:
            known.setdefault(tuple(cells), locator)
        errors = []
        for each, record in zip(given, records, strict=True):
            place = each.place or Locator("–")
            values_ = tuple(_cell(answers, field, record.get(field.name)) for field in fields)
            found = known.setdefault(values_, place)
            if found is place or any(
                self.field(n) is id_field for n, v in each.fields.items() if v
            ):
                continue
            if isinstance(found, int):
                found = evidence.places.locate([found])[found]
            errors.append(
                EvidenceError(
                    "the same record is already at {other}, but for its number",
                    hint="if it happened twice, write '{name}' yourself",
                    locator=each.place,
                    other=str(found),
                    name=id_field.name,
                )
            )
        if errors:
            raise InvalidRecords(errors)


def _cell(answers: Answers, field: Field, value: Any) -> Any:
    typed = answers.speller.typed(field.column, value)
    if isinstance(typed, tuple):
        return typed[0]
    return values.list_text(typed) if isinstance(typed, list) else typed
