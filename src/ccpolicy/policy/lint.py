"""What is doubtful about a policy though it can be judged."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ccpolicy.errors import Locator, Message
from ccpolicy.policy.calendars import (
    business_calendar,
    counted_on,
    counts_business_time,
    kept_by,
    names_by_record,
)
from ccpolicy.policy.consistency import check_policy
from ccpolicy.policy.load import Policy
from ccpolicy.policy.terms import unproven
from ccpolicy.store import open_store
from ccpolicy.time.calendar import day_number, last_days
from ccpolicy.time.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody should look at."""

    message: Message
    hint: Message
    locator: Locator


def lint(content: Policy, today: datetime.date) -> list[Finding]:
    """Return the findings of a policy, by place.

    Raises:
        PolicyErrors: what cannot be at all.
    """
    with open_store() as store:
        store.lock()
        check_policy(content, store)
    found = [
        *_clauses(content),
        *_norms(content),
        *_terms(content),
        *_datasets(content),
        *_calendars(content, today),
        *_waivers(content, today),
    ]
    return sorted(
        found,
        key=lambda finding: (finding.locator.file, finding.locator.line or 0, finding.locator),
    )


def _clauses(content: Policy) -> Iterator[Finding]:
    plan = content.plan
    held = {clause for control in content.controls.values() for clause in control.clauses}
    digests = {clause.id: clause.digest for clause in plan.clauses}
    for index, clause in enumerate(plan.clauses):
        place = content.place("plan", plan.id, "clauses", index, "id")
        if clause.text and clause.id not in held and not clause.no_control:
            yield Finding(
                Message.of("no control stands behind clause {id}", id=clause.id),
                Message.of("add a control, or say why there is none with 'no_control'"),
                place,
            )
        if clause.no_control and clause.id in held:
            yield Finding(
                Message.of("clause {id} has a control, and a reason for having none", id=clause.id),
                Message.of("take out 'no_control'"),
                place,
            )
    for control in content.controls.values():
        for name, digest in control.clauses.items():
            if digest != digests[name]:
                yield Finding(
                    Message.of(
                        "clause {id} has changed since this control was reviewed against it",
                        id=name,
                    ),
                    Message.of("review the control, then write: {digest}", digest=digests[name]),
                    content.place("control", control.id, "clauses", name),
                )


def _norms(content: Policy) -> Iterator[Finding]:
    used = set()
    for control in content.controls.values():
        for index, revision in enumerate(control.history):
            path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
            for name, given in revision.parameters.items():
                used.add(given.norm)
                if given.norm is None:
                    yield Finding(
                        Message.of(
                            "the parameter '{name}' does not say why it is what it is", name=name
                        ),
                        Message.of(
                            "name a norm of policy/norms.yaml; a choice of your own is one too"
                        ),
                        content.place("control", control.id, *path, "parameters", name),
                    )
    for norm in content.norms.values():
        if norm.id not in used:
            yield Finding(
                Message.of("no parameter rests on the norm '{id}'", id=norm.id),
                Message.of("take it out, or name it where it is the reason"),
                content.place("norm", norm.id, "id"),
            )


def _terms(content: Policy) -> Iterator[Finding]:
    for control in content.controls.values():
        kind = content.kinds[control.check]
        for message, hint, place in unproven(content, control, kind):
            yield Finding(message, hint, place)
        for index, revision in enumerate(control.history):
            path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
            for name in revision.parameters:
                other = kind.parameters[name].replaces
                if other in revision.parameters:
                    yield Finding(
                        Message.of(
                            "'{name}' counts for the beginning, and not the first '{other}'",
                            name=name,
                            other=other,
                        ),
                        Message.of(
                            "take out '{name}' if what is owed first is owed by the period's end",
                            name=name,
                        ),
                        content.place("control", control.id, *path, "parameters", name),
                    )


def _datasets(content: Policy) -> Iterator[Finding]:
    used = content.datasets_behind(
        part.dataset
        for control in content.controls.values()
        for name in control.inputs
        for part in control.selections(name)
    )
    for dataset in content.datasets.values():
        if dataset.id not in used:
            yield Finding(
                Message.of("no control uses the dataset '{id}'", id=dataset.id),
                Message.of("use it in a control, or take it out"),
                content.place("dataset", dataset.id, "id"),
            )


def _calendars(content: Policy, today: datetime.date) -> Iterator[Finding]:
    counted, kept = counted_on(content), kept_by(content)
    soon = last_days(
        range(day_number(today), day_number(today) + 1), parse_duration(content.settings.due_soon)
    )
    for name, controls in counted.items():
        place = content.place("calendar", name, "id")
        if not controls and name != kept:
            yield Finding(
                Message.of("nothing counts on the calendar '{calendar}'", calendar=name),
                Message.of("name it with 'calendar' in a control, or take it out"),
                place,
            )
            continue
        calendar = business_calendar(content, name)
        year = calendar and calendar.unknown_year(day_number(today), soon[0])
        if year:
            yield Finding(
                Message.of(
                    "the calendar '{calendar}' does not know {year}, in which something may soon"
                    " be due",
                    calendar=name,
                    year=year,
                ),
                Message.of(
                    "write its days under 'closed' and 'worked', and {year} under 'written_years'",
                    year=year,
                ),
                place,
            )
    for control in content.controls.values():
        named: list[tuple[str | int, ...]] = []
        if not any(map(counts_business_time, control.history)):
            named += [("calendar",)] if control.calendar else []
            named += [("inputs",)] if names_by_record(control) else []
        for index, revision in enumerate(control.revisions or []):
            if revision.calendar and not counts_business_time(revision):
                named.append(("revisions", index, "calendar"))
        for path in named:
            yield Finding(
                Message.of("the control names a calendar, but counts no business time"),
                Message.of("take 'calendar' out, or write a duration such as 5 business days"),
                content.place("control", control.id, *path),
            )


def _waivers(content: Policy, today: datetime.date) -> Iterator[Finding]:
    longest = parse_duration(content.settings.longest_waiver)
    days = longest.months * 31 + longest.days
    for waiver in content.waivers.values():
        if waiver.until < today:
            yield Finding(
                Message.of("the waiver {id} has expired", id=waiver.id),
                Message.of(
                    "it still explains the past; take it out once that is no longer audited"
                ),
                content.place("waiver", waiver.id, "until"),
            )
        if (waiver.until - waiver.from_).days >= days:
            yield Finding(
                Message.of(
                    "the waiver {id} stands for {days} days",
                    id=waiver.id,
                    days=(waiver.until - waiver.from_).days + 1,
                ),
                Message.of(
                    "the longest allowed is {longest}", longest=content.settings.longest_waiver
                ),
                content.place("waiver", waiver.id, "until"),
            )
        if waiver.approver.en == waiver.owner.en or waiver.approver.zh == waiver.owner.zh:
            yield Finding(
                Message.of("the waiver {id} is approved by its own owner", id=waiver.id),
                Message.of("somebody else must approve it"),
                content.place("waiver", waiver.id, "approver"),
            )
