"""Run the tests of a policy, with the readers, contracts and engine that judge evidence."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ccpolicy.assessment.models import Assessment, Control, Problem
from ccpolicy.engine.document_datasets import NOTHING, as_document
from ccpolicy.policy import Policy, Waiver
from ccpolicy.policy.file_reader import EntryPlace
from ccpolicy.policy.tests import LocatedTest, sources
from ccpolicy.texts import Label

JudgeTest = Callable[[Policy, LocatedTest], Assessment]
_SOMEBODY = Label({"en": "somebody else", "zh": "另一人"})


@dataclass(frozen=True)
class PolicyTestResult:
    """A test that was run."""

    located: LocatedTest
    expected: tuple[str, ...]
    """What is to be said, a line for each verdict and lapse."""
    found: tuple[str, ...]
    problems: tuple[Problem, ...]
    """What could not be judged."""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return self.expected == self.found


def run_cases(
    policy: Policy, cases: Iterable[LocatedTest], judge: JudgeTest
) -> Iterator[PolicyTestResult]:
    """Run tests one by one, each on evidence of its own."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-test-") as folder:
        for number, located in enumerate(cases):
            root = Path(folder).resolve() / str(number)
            [control] = judge(_policy(policy, located, root), located).controls
            yield PolicyTestResult(
                located,
                tuple(_expected(located)),
                tuple(_found(located, control)),
                tuple(control.problems),
            )


def _policy(policy: Policy, located: LocatedTest, root: Path) -> Policy:
    """Return a policy with only the tested control, and write its datasets as JSON files.

    The datasets that git fills are written, too: a test gives their records itself.
    """
    name = located.case.control
    datasets = {}
    (root / "evidence").mkdir(parents=True)
    for each in sources(policy, name):
        datasets[each] = as_document(policy.datasets[each], located.records)
        records = located.records.get(each, [])
        text = json.dumps(records, ensure_ascii=False)
        (root / "evidence" / f"{each}.json").write_text(text, "utf-8")
    waivers, places = {}, {}
    for index, waiver in enumerate(located.case.waivers):
        each = f"test-{index + 1}"
        waivers[each] = Waiver(
            id=each,
            control=name,
            subject=waiver.subject,
            reason=NOTHING,
            owner=NOTHING,
            approver=_SOMEBODY,
            until=waiver.until,
            **{"from": waiver.from_},
        )
        path = (*located.place.path, "waivers", index)
        places["waiver", each] = EntryPlace(located.place.source, path)
    return replace(
        policy.narrowed([name]),
        root=root,
        settings=policy.settings.model_copy(
            # Nobody decides on a waiver of a test, so that it may last as long as the test needs.
            update={"evidence": "evidence", "longest_waiver": "100 years"}
        ),
        datasets=datasets,
        waivers=waivers,
        places={**policy.places, **places},
    )


def _expected(located: LocatedTest) -> Iterator[str]:
    expect = located.case.expect
    yield f"now: {expect.now}"
    if expect.period is not None:
        yield f"period: {expect.period}"
    for lapse in expect.lapses or ():
        yield _lapse(lapse.subject, lapse.starts, lapse.ends, waived=lapse.waived)


def _found(located: LocatedTest, control: Control) -> Iterator[str]:
    expect = located.case.expect
    yield f"now: {control.now}"
    if expect.period is not None:
        yield f"period: {control.period}"
    for lapse in control.lapses if expect.lapses is not None else ():
        ends = _local(lapse.ends) if lapse.ends else None
        waived = lapse.waived_by is not None
        yield _lapse(lapse.subject, _local(lapse.starts), ends, waived=waived)


def _lapse(subject: str, starts: str, ends: str | None, *, waived: bool) -> str:
    return f"lapse: {subject}, {starts}, {ends or '-'}{', waived' if waived else ''}"


def _local(moment: str) -> str:
    """Write a moment as the plan's zone has it, in as few signs as say it."""
    local = moment[:19]
    return local.removesuffix(":00")


def controls_without_tests(
    policy: Policy, cases: Iterable[LocatedTest]
) -> dict[str, tuple[bool, bool]]:
    """Return the controls that lack a passing or a failing test: whether they have each."""
    has = {name: [False, False] for name in policy.controls}
    for located in cases:
        expect = located.case.expect
        has[located.case.control][0] |= expect.now == "pass"
        has[located.case.control][1] |= "fail" in (expect.now, expect.period)
    return {name: (both[0], both[1]) for name, both in has.items() if not all(both)}
