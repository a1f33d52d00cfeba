"""Judge the evidence as edits make it, and say which controls turn."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ccpolicy.assessment.models import Assessment, Control, Lapse, Problem
from ccpolicy.engine.document_datasets import NOTHING, as_document
from ccpolicy.engine.edited_evidence import (
    RecordedEvidence,
    RecordsByTable,
    predicates,
    read_recorded,
    records_on_file,
)
from ccpolicy.errors import PolicyError
from ccpolicy.policy import Dataset, Policy, check_policy
from ccpolicy.policy.consistency import vet_choices
from ccpolicy.policy.falsifications import LocatedFalsification
from ccpolicy.policy.tests import sources
from ccpolicy.store import DuckDB

JudgePolicy = Callable[[Policy], Assessment]
"""Judges all controls of a policy at the moment and over the period asked about."""


@dataclass(frozen=True)
class TurnedControl:
    """A control that should turn, as judged before and after the edits."""

    before: Control
    after: Control

    @property
    def lapses(self) -> list[Lapse]:
        """Return the lapses that are new or longer after the edits, without waived ones.

        Where a subject lapses no more and another one does at the same time, nothing but its name
        may be new.
        """
        known = [each for each in self.before.lapses if not each.waived_by]
        found = [each for each in self.after.lapses if not each.waived_by]
        after = {each.subject for each in found}
        renamed = [each for each in known if each.subject not in after]

        def was_there(lapse: Lapse) -> bool:
            own = [each for each in known if each.subject == lapse.subject]
            return any(_contains(other, lapse) for other in own or renamed)

        return [each for each in found if not was_there(each)]

    @property
    def turned(self) -> bool:
        """Whether it now fails or is unknown, or has a lapse that was none."""
        verdicts = [(self.before.now, self.after.now), (self.before.period, self.after.period)]
        return bool(self.lapses) or any(
            after in ("fail", "unknown") and before != after for before, after in verdicts
        )


def _contains(outer: Lapse, inner: Lapse) -> bool:
    """Whether a lapse is part of another in time."""
    at = datetime.datetime.fromisoformat  # as texts, times of two offsets have another order
    return at(outer.starts) <= at(inner.starts) and (
        outer.ends is None or (inner.ends is not None and at(inner.ends) <= at(outer.ends))
    )


@dataclass(frozen=True)
class FalsificationResult:
    """A falsification that was tried."""

    located: LocatedFalsification
    turns: tuple[TurnedControl, ...]
    """Of the controls that were to turn, in order; none if it could not be tried."""
    error: PolicyError | None = None
    """Why it shows nothing."""

    @property
    def passed(self) -> bool:
        """Whether every control turned."""
        return self.error is None and all(each.turned for each in self.turns)

    @property
    def problems(self) -> list[Problem]:
        """Return what is wrong with the edited evidence."""
        found = [problem for each in self.turns for problem in each.after.problems]
        return list(dict.fromkeys(found))


def falsify(
    policy: Policy,
    known: Iterable[LocatedFalsification],
    chosen: Iterable[LocatedFalsification],
    judge: JudgePolicy,
) -> Iterator[FalsificationResult]:
    """Try falsifications one by one, each on the evidence as it is on file but for its edits.

    The evidence is read once. `known` are all of the policy, whose predicates are vetted; `chosen`
    are those to be tried.

    Raises:
        PolicyErrors: the policy or a predicate cannot be.
    """
    known, chosen = list(known), list(chosen)

    def vet(store: DuckDB) -> None:
        check_policy(policy, store)
        vet_choices(policy, store, predicates(policy, known))

    controls = list(dict.fromkeys(name for each in chosen for name in each.falsification.turns))
    names = {name for each in controls for name in sources(policy, each)}
    evidence = read_recorded(policy, names, chosen, vet)
    with tempfile.TemporaryDirectory(prefix="ccpolicy-falsify-") as folder:
        trial = Trial(
            policy, evidence, records_on_file(evidence, names), Path(folder).resolve(), judge
        )
        before = {each.id: each for each in trial.judge(controls, {})}
        for located in chosen:
            try:
                yield FalsificationResult(located, tuple(_turns(trial, located, before)))
            except PolicyError as failure:
                yield FalsificationResult(located, (), failure)


class Trial:
    """Judges controls on records that are written out as documents."""

    def __init__(
        self,
        policy: Policy,
        evidence: RecordedEvidence,
        records: RecordsByTable,
        folder: Path,
        judge: JudgePolicy,
    ) -> None:
        self.policy, self.evidence = policy, evidence
        self._folder, self._judge = folder, judge
        self._number = 0
        self._texts = {name: _text(each) for name, each in records.items()}
        self._datasets = {
            name: _lenient(as_document(policy.datasets[name], policy.datasets), records[name])
            for name in records
        }
        """Name → the dataset as a document."""

    def judge(self, controls: Sequence[str], edited: RecordsByTable) -> list[Control]:
        """Judge some controls on what is on file, but for the datasets that are edited."""
        names = {name for each in controls for name in sources(self.policy, each)}
        root = self._folder / str(self._number)
        self._number += 1
        (root / "evidence").mkdir(parents=True)
        for each in names:
            text = _text(edited[each]) if each in edited else self._texts[each]
            (root / "evidence" / f"{each}.json").write_text(text, "utf-8")
        policy = self.policy
        return self._judge(
            replace(
                policy.narrowed(controls),
                root=root,
                settings=policy.settings.model_copy(update={"evidence": "evidence"}),
                datasets={
                    each: _lenient(self._datasets[each], edited.get(each))
                    for each in policy.datasets
                    if each in names
                },
                waivers={
                    name: each for name, each in policy.waivers.items() if each.control in controls
                },
            )
        ).controls


def _text(records: object) -> str:
    return json.dumps(records, ensure_ascii=False)


def _lenient(dataset: Dataset, records: Sequence[object] | None) -> Dataset:
    """Relax a contract for a trial: unread lists are optional, and an emptied dataset may be empty.

    An empty dataset makes every control unknown, which proves nothing about the control's rule.
    """
    if records is not None and not records:
        dataset = dataset.model_copy(update={"may_be_empty": NOTHING})
    properties = dataset.record["properties"]
    nested = {each.path for each in dataset.children.values()}
    required = [
        name
        for name in dataset.record.get("required", [])
        if name in nested or properties[name].get("items", {}).get("type") != "object"
    ]
    return dataset.model_copy(update={"record": {**dataset.record, "required": required}})


def _turns(
    trial: Trial, located: LocatedFalsification, before: Mapping[str, Control]
) -> Iterator[TurnedControl]:
    """Judge the controls that are to turn.

    Raises:
        PolicyError: the falsification shows nothing, whatever turns.
    """
    falsification = located.falsification
    names = {name for each in falsification.turns for name in sources(trial.policy, each)}
    for name in sorted(names & trial.evidence.invalid):
        raise PolicyError(
            "the evidence of '{dataset}' has errors, so that nothing can be falsified on it",
            hint="correct what this says: ccpolicy check",
            locator=located.place.locate(),
            dataset=name,
        )
    for index, name in enumerate(falsification.turns):
        if before[name].now in ("fail", "unknown"):
            raise PolicyError(
                "{control} is '{verdict}' before any edit, so that it cannot turn",
                hint="correct what this says: ccpolicy check",
                locator=located.place.locate("turns", index),
                control=name,
                verdict=before[name].now,
            )
    edited = trial.evidence.edited(trial.policy, located)
    turns = [
        TurnedControl(before[each.id], each) for each in trial.judge(falsification.turns, edited)
    ]
    wrong = [
        problem
        for each in turns
        for problem in each.after.problems
        # What is of no dataset is what a check kind says of evidence that is valid.
        if problem.dataset
    ]
    _compare_refusals(wrong, located)
    yield from turns


def _compare_refusals(wrong: Sequence[Problem], located: LocatedFalsification) -> None:
    """Compare why edited records are refused with what the falsification says of it.

    Raises:
        PolicyError: they differ: any nonsense makes a control unknown, and shows nothing.
    """
    expected = located.falsification.invalid
    if wrong and not expected:
        raise PolicyError(
            "the edits make evidence that is not valid: {problem}",
            hint="write a record that could be on file; or 'invalid: [{code}]' if that it is"
            " refused is the point",
            locator=located.place.locate("edits"),
            problem=wrong[0].message,
            code=wrong[0].code,
        )
    if expected and not wrong:
        raise PolicyError(
            "the edited evidence is valid, although the falsification says 'invalid'",
            hint="take out 'invalid'",
            locator=located.place.locate("invalid"),
        )
    codes = sorted({each.code for each in wrong})
    if codes != sorted(set(expected)):
        raise PolicyError(
            "the edited evidence is refused with {codes}, not with {expected}: {problem}",
            hint="write records that are refused for the reason that is meant",
            locator=located.place.locate("invalid"),
            codes=", ".join(codes),
            expected=", ".join(expected),
            problem=next((each for each in wrong if each.code not in expected), wrong[0]).message,
        )
