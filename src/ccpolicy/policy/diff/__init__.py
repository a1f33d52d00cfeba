"""Compare two states of a policy: each change is stricter, looser, neither, or wording only."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from ccpolicy import __version__
from ccpolicy.assessment import comparison
from ccpolicy.assessment.comparison import (
    STATUSES,
    ChangeFamily,
    Comparison,
    ControlStatus,
    PolicyChange,
    Side,
)
from ccpolicy.assessment.models import Tool
from ccpolicy.errors import Message
from ccpolicy.policy.calendars import controls_by_calendar, retention_calendar
from ccpolicy.policy.diff.calendars import calendar_changes
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.diff.controls import control_changes, waiver_changes
from ccpolicy.policy.diff.datasets import dataset_changes, history_reading
from ccpolicy.policy.diff.frameworks import framework_changes
from ccpolicy.policy.diff.plan import kind_changes, plan_changes, settings_changes
from ccpolicy.policy.diff.tests import suite_changes
from ccpolicy.policy.git_datasets import FROM_GIT
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import BusinessCalendarRules, Control
from ccpolicy.policy.settings import FILE
from ccpolicy.texts import Text

T = TypeVar("T")


def compare_policies(
    base: Policy, head: Policy, names: tuple[str | None, str | None], as_of: datetime.date
) -> Comparison:
    """Compare two states of a policy, called by the names of their revisions."""
    changes = list(_Differ(base, head, as_of).changes())
    controls = list(_controls(base, head, changes))
    statuses = [control.status for control in controls]
    return Comparison(
        schema_version=comparison.SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=__version__),
        title=Text.of(head.plan.title),
        base=_side(base, names[0]),
        head=_side(head, names[1]),
        as_of=as_of.isoformat(),
        loosened=any(change.direction in ("loosened", "unordered") for change in changes),
        tally={status: statuses.count(status) for status in STATUSES},
        controls=controls,
        changes=changes,
        altered=None,
    )


def _side(content: Policy, name: str | None) -> Side:
    return Side(
        name=name,
        revision=content.revision,
        version=content.plan.version,
        digest=content.digest,
    )


def _controls(
    base: Policy, head: Policy, changes: Iterable[PolicyChange]
) -> Iterator[comparison.ComparedControl]:
    for control in [*head.controls.values(), *_without(base.controls, head.controls)]:
        yield comparison.ComparedControl(
            id=control.id,
            title=Text.of(control.title),
            severity=control.severity,
            status=_status(control.id, base, head, changes),
        )


def _without(some: Mapping[str, Control], others: Mapping[str, Control]) -> list[Control]:
    return [control for name, control in some.items() if name not in others]


def _status(
    name: str, base: Policy, head: Policy, changes: Iterable[PolicyChange]
) -> ControlStatus:
    """Fold the changes that concern a control: they must all go one way."""
    if name not in base.controls:
        return "added"
    if name not in head.controls:
        return "removed"
    found = {each.direction for each in changes if name in each.controls} - {"added", "neutral"}
    if not found:
        return "unchanged"
    if found == {"tightened"}:
        return "tightened"
    return "loosened" if found == {"loosened"} else "unordered"


class _Differ:
    """Goes through both states, family by family."""

    def __init__(self, base: Policy, head: Policy, as_of: datetime.date) -> None:
        self.base, self.head, self.as_of = base, head, as_of
        self.every = tuple(dict.fromkeys([*head.controls, *base.controls]))

    def changes(self) -> Iterator[PolicyChange]:
        """Yield every change."""
        base, head = self.base, self.head
        for name in self.every:
            yield from self._control(self._subject("control", name, [name]))
        for name in _both(base.waivers, head.waivers):
            first, second = base.waivers.get(name), head.waivers.get(name)
            concerned = [each.control for each in (first, second) if each]
            subject = self._subject("waiver", name, dict.fromkeys(concerned))
            if first != second:
                yield from waiver_changes(subject, first, second, self.as_of)
        for name in _both(base.datasets, head.datasets):
            subject = self._subject("dataset", name, self._users(name))
            if name not in base.datasets and not subject.controls:
                message = Message.of("a new dataset that no control uses")
                yield subject.change("loosened", message, concerns=())
            else:
                yield from _pair(subject, base.datasets, head.datasets, dataset_changes)
            yield from self._in_git(name)
        for name in _both(base.kinds, head.kinds):
            users = [each for each in self.every if self._kind(each, name)]
            subject = self._subject("check", name, users)
            yield from self._kind_change(subject)
        for name in _both(base.norms, head.norms):
            if base.norms.get(name) != head.norms.get(name):
                subject = self._subject("norm", name, [])
                yield subject.change("neutral", Message.of("why a number is what it is"))
        for name in _both(base.frameworks, head.frameworks):
            subject = self._subject("framework", name, [])
            yield from _pair(subject, base.frameworks, head.frameworks, framework_changes)
        for name in _both(base.calendars, head.calendars):
            subject = self._subject("calendar", name, self._counting(name))
            yield from _pair(subject, base.calendars, head.calendars, self._calendar)
        subject = self._subject("plan", head.plan.id, self.every)
        yield from plan_changes(subject, base.plan, head.plan, self.as_of)
        yield from self._retention_calendar(subject)
        if base.keys != head.keys:
            yield subject.change("unordered", Message.of("whose signatures count"))
        yield from suite_changes(base, head)
        subject = self._subject("settings", FILE, self.every)
        yield from settings_changes(subject, base.settings, head.settings)

    def _subject(self, family: ChangeFamily, name: str, controls: Iterable[str]) -> Subject:
        return Subject(self.base, self.head, family, name, tuple(controls))

    def _control(self, subject: Subject) -> Iterator[PolicyChange]:
        before = self.base.controls.get(subject.name)
        after = self.head.controls.get(subject.name)
        if before is None:
            yield subject.change("tightened", Message.of("a new control"))
        elif after is None:
            yield subject.change("loosened", Message.of("the control is taken out"))
        else:
            yield from control_changes(subject, before, after, self.as_of)

    def _kind_change(self, subject: Subject) -> Iterator[PolicyChange]:
        """A kind that is new and in use may cover what another one did not."""
        if subject.name not in self.base.kinds and subject.controls:
            message = Message.of("a new check kind, and controls use it")
            yield subject.change("loosened", message, rewrites_history=True)
        else:
            yield from _pair(subject, self.base.kinds, self.head.kinds, kind_changes)

    def _kind(self, control: str, kind: str) -> bool:
        states = (self.base.controls.get(control), self.head.controls.get(control))
        return any(state is not None and state.check == kind for state in states)

    def _in_git(self, dataset: str) -> Iterator[PolicyChange]:
        """Yield whether git is asked about other records, or asked otherwise."""
        concerned = [
            name for name, sources in self._sources.items() if not sources.isdisjoint(FROM_GIT)
        ]
        states = [content.datasets.get(dataset) for content in (self.base, self.head)]
        before, after = (each and history_reading(each) for each in states)
        if concerned and before != after:
            message = Message.of("what git is asked about its records")
            subject = self._subject("dataset", dataset, concerned)
            yield subject.change("unordered", message, rewrites_history=True)

    def _calendar(
        self, subject: Subject, before: BusinessCalendarRules, after: BusinessCalendarRules
    ) -> Iterator[PolicyChange]:
        yield from calendar_changes(subject, before, after, self.as_of)

    def _retention_calendar(self, subject: Subject) -> Iterator[PolicyChange]:
        """Yield whether retentions count on another calendar, though the plan names none."""
        plans = self.base.plan, self.head.plan
        before, after = map(retention_calendar, (self.base, self.head))
        is_named = any(plan.calendar for plan in plans)  # which is compared itself
        if before and after and before != after and not is_named:
            yield subject.change(
                "unordered",
                Message.of("the calendar on which business time counts"),
                before=before,
                after=after,
                rewrites_history=True,
                concerns=(),
            )

    def _counting(self, calendar: str) -> list[str]:
        """Return the controls that count business time on a calendar, in either state."""
        found = [controls_by_calendar(each).get(calendar, []) for each in (self.base, self.head)]
        return [name for name in self.every if name in found[0] + found[1]]

    def _users(self, dataset: str) -> list[str]:
        """Return the controls that rest on a dataset, in either state."""
        return [name for name, sources in self._sources.items() if dataset in sources]

    @cached_property
    def _sources(self) -> Mapping[str, set[str]]:
        """Control → the datasets that are read for it, in either state."""
        return {name: _sources(self.base, name) | _sources(self.head, name) for name in self.every}


def _sources(content: Policy, name: str) -> set[str]:
    """Return the datasets that are read for a control."""
    control = content.controls.get(name)
    if control is None:
        return set()
    tables = [part.dataset for each in control.inputs for part in control.selections(each)]
    return set(content.datasets_behind(tables))


def _both(base: Mapping[str, object], head: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys([*head, *base]))


def _pair(
    subject: Subject,
    base: Mapping[str, T],
    head: Mapping[str, T],
    changes: Callable[[Subject, T, T], Iterator[PolicyChange]],
) -> Iterator[PolicyChange]:
    """Compare an entry of both states; added and removed ones matter only where they are used."""
    before, after = base.get(subject.name), head.get(subject.name)
    if before is None:
        yield subject.change("added", Message.of("it is new"), concerns=())
    elif after is None:
        yield subject.change("neutral", Message.of("it is taken out"), concerns=())
    else:
        yield from changes(subject, before, after)
