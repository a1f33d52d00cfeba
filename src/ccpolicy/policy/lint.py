"""What is doubtful about a policy though it can be judged."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ccpolicy.errors import Level, Locator, Message
from ccpolicy.policy.calendars import (
    business_calendar,
    controls_by_calendar,
    counts_business_time,
    has_calendar_column,
    retention_calendar,
)
from ccpolicy.policy.consistency import check_policy
from ccpolicy.policy.duration_checks import unprovable_limits
from ccpolicy.policy.frameworks import split_name
from ccpolicy.policy.language_checks import untranslated
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Waiver
from ccpolicy.policy.pauses import untracked_pause_ends
from ccpolicy.policy.placeholders import placeholders
from ccpolicy.policy.references import undeclared_references
from ccpolicy.policy.schedule_checks import days_some_periods_lack
from ccpolicy.policy.settings import FILE
from ccpolicy.policy.subject_names import labelled_name, subject_forms, subject_labels
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import day_number, last_days
from ccpolicy.time.durations import parse_duration

_WHERE_HINT = Message.of("write under 'consulted' where the text was read, or grade it lower")
_YEAR = datetime.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something that somebody should look at."""

    message: Message
    hint: Message
    locator: Locator
    level: Level = "warning"


def lint(content: Policy, today: datetime.date, store: DuckDB) -> list[LintFinding]:
    """Return the findings of a policy, whose SQL is vetted by the store.

    Raises:
        PolicyErrors: what cannot be at all.
    """
    check_policy(content, store)
    return [
        *(LintFinding(*each) for each in placeholders(content)),
        *(LintFinding(*each) for each in untranslated(content)),
        *_settings(content),
        *_clauses(content),
        *_norms(content),
        *_frameworks(content),
        *_terms(content),
        *_datasets(content),
        *_references(content),
        *_pauses(content),
        *_calendars(content, today),
        *_exemptions(content, today),
        *_waivers(content, today),
        *_renewals(content),
    ]


def _settings(content: Policy) -> Iterator[LintFinding]:
    if content.settings.as_of is not None and content.settings.as_of_reason is None:
        yield LintFinding(
            Message.of("the moment judged is pinned, and nothing says why"),
            Message.of(
                "write 'as_of_reason', or take 'as_of' out: what has happened since is not judged"
            ),
            content.place("settings", FILE, "as_of"),
        )


def _clauses(content: Policy) -> Iterator[LintFinding]:
    plan = content.plan
    held = {clause for control in content.controls.values() for clause in control.clauses}
    digests = {clause.id: clause.digest for clause in plan.clauses}
    for index, clause in enumerate(plan.clauses):
        place = content.place("plan", plan.id, "clauses", index, "id")
        if clause.text and clause.id not in held and not clause.no_control:
            yield LintFinding(
                Message.of("clause {id} has no control", id=clause.id),
                Message.of("add a control, or say why there is none with 'no_control'"),
                place,
            )
        if clause.no_control and clause.id in held:
            yield LintFinding(
                Message.of("clause {id} has a control, and a reason for having none", id=clause.id),
                Message.of("take out 'no_control'"),
                place,
            )
    for control in content.controls.values():
        for name, digest in control.clauses.items():
            if digest != digests[name]:
                yield LintFinding(
                    Message.of(
                        "clause {id} has changed since this control was reviewed against it",
                        id=name,
                    ),
                    Message.of("review the control, then write: {digest}", digest=digests[name]),
                    content.place("control", control.id, "clauses", name),
                )


def _norms(content: Policy) -> Iterator[LintFinding]:
    used = {
        each.norm for framework in content.frameworks.values() for each in framework.requirements
    }
    for control in content.controls.values():
        for index, revision in enumerate(control.history):
            path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
            for name, given in revision.parameters.items():
                used.add(given.norm)
                if given.norm is None:
                    yield LintFinding(
                        Message.of("the parameter '{name}' cites no norm as its basis", name=name),
                        Message.of(
                            "cite a norm of policy/norms.yaml; an internal decision can be one"
                        ),
                        content.place("control", control.id, *path, "parameters", name),
                    )
    for norm in content.norms.values():
        if norm.id not in used:
            yield LintFinding(
                Message.of("no parameter cites the norm '{id}'", id=norm.id),
                Message.of("take it out, or name it where it is the reason"),
                content.place("norm", norm.id, "id"),
            )
        if norm.grade == "read" and norm.consulted is None:
            yield LintFinding(
                Message.of("the norm '{id}' is graded as read, and nothing says where", id=norm.id),
                _WHERE_HINT,
                content.place("norm", norm.id, "grade"),
            )


def _frameworks(content: Policy) -> Iterator[LintFinding]:
    served = {split_name(name)[0] for each in content.controls.values() for name in each.satisfies}
    for framework in content.frameworks.values():
        if framework.id not in served:
            yield LintFinding(
                Message.of("no control serves a requirement of '{id}'", id=framework.id),
                Message.of("name its requirements under 'satisfies' of controls, or take it out"),
                content.place("framework", framework.id, "id"),
            )
        grades = {framework.graded(each) for each in framework.requirements}
        if "read" in grades and framework.consulted is None:
            yield LintFinding(
                Message.of(
                    "requirements of '{id}' are graded as read, and nothing says where",
                    id=framework.id,
                ),
                _WHERE_HINT,
                content.place("framework", framework.id, "grade"),
            )


def _terms(content: Policy) -> Iterator[LintFinding]:
    for control in content.controls.values():
        kind = content.kinds[control.check]
        doubtful = [
            *unprovable_limits(content, control, kind),
            *days_some_periods_lack(content, control, kind),
        ]
        for message, hint, place in doubtful:
            yield LintFinding(message, hint, place)
        for index, revision in enumerate(control.history):
            path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
            for name in revision.parameters:
                other = kind.parameters[name].replaces
                if other in revision.parameters:
                    yield LintFinding(
                        Message.of(
                            "'{name}' sets the first due date, and the first '{other}' does not",
                            name=name,
                            other=other,
                        ),
                        Message.of(
                            "delete '{name}' if the first is due by the end of the period",
                            name=name,
                        ),
                        content.place("control", control.id, *path, "parameters", name),
                    )


def _datasets(content: Policy) -> Iterator[LintFinding]:
    used = content.datasets_read()
    for dataset in content.datasets.values():
        if dataset.id not in used:
            yield LintFinding(
                Message.of("no control uses the dataset '{id}'", id=dataset.id),
                Message.of("use it in a control, or take it out"),
                content.place("dataset", dataset.id, "id"),
            )


def _references(content: Policy) -> Iterator[LintFinding]:
    for column, dataset, line, place in undeclared_references(content):
        yield LintFinding(
            Message.of(
                "'{column}' seems to refer to '{dataset}', but no reference says so",
                column=column,
                dataset=dataset,
            ),
            Message.of("add to its 'references': {line}", line=line),
            place,
        )


def _pauses(content: Policy) -> Iterator[LintFinding]:
    for control_id, path, column, dataset in untracked_pause_ends(content):
        yield LintFinding(
            Message.of(
                "nobody can tell whether '{column}' was recorded before the pause had ended",
                column=column,
            ),
            Message.of(
                "name it under 'happened' in the 'recording' of '{dataset}', so that git tells when"
                " it was filed",
                dataset=dataset,
            ),
            content.place("control", control_id, *path),
        )


def _calendars(content: Policy, today: datetime.date) -> Iterator[LintFinding]:
    counted, kept = controls_by_calendar(content), retention_calendar(content)
    soon = last_days(
        range(day_number(today), day_number(today) + 1), parse_duration(content.settings.due_soon)
    )
    for name, controls in counted.items():
        place = content.place("calendar", name, "id")
        if not controls and name != kept:
            yield LintFinding(
                Message.of("nothing counts on the calendar '{calendar}'", calendar=name),
                Message.of("name it with 'calendar' in a control, or take it out"),
                place,
            )
            continue
        calendar = business_calendar(content, name)
        year = calendar and calendar.unknown_year(day_number(today), soon[0])
        if year:
            yield LintFinding(
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
            named += [("inputs",)] if has_calendar_column(control) else []
        for index, revision in enumerate(control.revisions or []):
            if revision.calendar and not counts_business_time(revision):
                named.append(("revisions", index, "calendar"))
        for path in named:
            yield LintFinding(
                Message.of("the control names a calendar, but counts no business time"),
                Message.of("take 'calendar' out, or write a duration such as 5 business days"),
                content.place("control", control.id, *path),
            )


def _exemptions(content: Policy, today: datetime.date) -> Iterator[LintFinding]:
    """Yield which controls are said not to apply for longer than a year from now."""
    for control in content.controls.values():
        exemption = control.not_applicable
        if exemption and exemption.until - today > _YEAR:
            yield LintFinding(
                Message.of(
                    "the control does not apply until {day}, more than a year ahead",
                    day=exemption.until.isoformat(),
                ),
                Message.of("end it within a year, and decide anew then"),
                content.place("control", control.id, "not_applicable", "until"),
            )


def _renewals(content: Policy) -> Iterator[LintFinding]:
    """Yield waivers that follow one another for longer than a single one may last."""
    longest = parse_duration(content.settings.longest_waiver)
    most = longest.months * 31 + longest.days
    waivers = sorted(content.waivers.values(), key=lambda w: (w.control, w.subject, w.from_))
    for (control, subject), each in groupby(waivers, lambda w: (w.control, w.subject)):
        first = until = datetime.date.min
        for waiver in each:
            if waiver.from_ - datetime.timedelta(days=1) > until:
                first = until = waiver.from_
            is_renewal = first < waiver.from_
            until = max(until, waiver.until)
            days = (until - first).days + 1
            if is_renewal and days > most:
                yield LintFinding(
                    Message.of(
                        "waivers of {control} for '{subject}' follow one another for {days} days,"
                        " longer than longest_waiver permits one",
                        control=control,
                        subject=subject,
                        days=days,
                    ),
                    Message.of(
                        "the longest is {longest}: correct what lapses, or change the rule",
                        longest=content.settings.longest_waiver,
                    ),
                    content.place("waiver", waiver.id, "until"),
                )


def _waivers(content: Policy, today: datetime.date) -> Iterator[LintFinding]:
    for waiver in content.waivers.values():
        if waiver.until < today:
            yield LintFinding(
                Message.of("the waiver {id} has expired", id=waiver.id),
                Message.of(
                    "it still explains the past; take it out once that is no longer audited"
                ),
                content.place("waiver", waiver.id, "until"),
            )
        yield from _nobody(content, waiver)


def _nobody(content: Policy, waiver: Waiver) -> Iterator[LintFinding]:
    """Yield that a waiver names what no subject of its control can be called.

    Who is on file only a check knows, and its reports say.
    """
    forms = list(subject_forms(content, content.controls[waiver.control]))
    if any(form.fits(waiver.subject) for form in forms):
        return
    labels = subject_labels(content, content.controls[waiver.control])
    name = labelled_name(labels, waiver.subject)
    known = [name] if any(form.fits(name) for form in forms) else dict.fromkeys(map(str, forms))
    yield LintFinding(
        Message.of(
            "the waiver {id} is for '{subject}', and no subject of {control} can be called so",
            id=waiver.id,
            subject=waiver.subject,
            control=waiver.control,
        ),
        Message.of(
            "write the subject exactly as JSON and CSV name it: {forms}",
            forms="; ".join(known),
        ),
        content.place("waiver", waiver.id, "subject"),
    )
