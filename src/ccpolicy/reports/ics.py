"""iCalendar: what falls due, as all-day events that any calendar shows.

Events rather than to-dos, since Outlook ignores to-dos.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import replace

import icalendar

from ccpolicy.assessment.agenda import Agenda, Task, agenda
from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import Message
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.findings import left_out
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import last_day, pinned

_NAMESPACE = uuid.UUID("5b1b2d0e-6f0c-5a53-9d4b-0f6a1c1d7e11")
_REMIND = datetime.timedelta(hours=-15)
"""Nine in the morning of the day before."""


def render_assessment(result: Assessment, view: View) -> Rendered:
    """Render all that falls due up to the horizon."""
    rendered = render_agenda(agenda(result, result.horizon), view)
    more = list(left_out(result))
    if count := result.evidence.unread_total:
        more.append(Message.of("files that no dataset reads: {count}", count=count))
    if count := len(result.gate.obsolete):
        more.append(Message.of("obsolete baseline entries: {count}", count=count))
    return replace(rendered, unsaid=(*rendered.unsaid, *more))


def render_agenda(result: Agenda, view: View) -> Rendered:
    """Render an agenda: one event for each control and due day of an owner."""
    page = Page(view)
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//ccpolicy//{result.tool.version}//{view.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", page.text(result.plan.title))
    calendar.add("x-wr-timezone", result.plan.zone)
    if warnings := pinned(page, result):
        calendar.add("x-wr-caldesc", page.phrases(warnings))
    for owner in result.owners:
        for day, tasks in _by_day(owner.due):
            calendar.add_component(_event(page, result, page.text(owner.owner), day, tasks))
    text: bytes = calendar.to_ical(sorted=True)
    return Rendered(text.decode("utf-8"), tuple(_left_out(result)))


def _left_out(result: Agenda) -> Iterator[Message]:
    """List what a calendar cannot show: overdue tasks and controls that are unknown."""
    overdue = dict.fromkeys(task.control for owner in result.owners for task in owner.overdue)
    if overdue:
        yield Message.of("what is overdue: {controls}", controls=", ".join(overdue))
    unknown = [control.control for owner in result.owners for control in owner.unknown]
    if unknown:
        yield Message.of("what cannot be judged: {controls}", controls=", ".join(unknown))


def _by_day(tasks: list[Task]) -> list[tuple[datetime.date, list[Task]]]:
    """Put the tasks of one control and day together, since their event is the same."""
    found: dict[tuple[datetime.date, str], list[Task]] = {}
    for task in tasks:
        found.setdefault((last_day(task.at), task.control), []).append(task)
    return [(day, of_day) for (day, _), of_day in found.items()]


def _event(
    page: Page, result: Agenda, owner: str, day: datetime.date, tasks: list[Task]
) -> icalendar.Event:
    control, title = tasks[0].control, page.text(tasks[0].title)
    subjects = [subject for task in tasks for subject in page.subjects(task, task.subjects)]
    as_of = datetime.datetime.fromisoformat(result.as_of).astimezone(datetime.UTC)
    summary = page.say("{id} due: {title}", id=control, title=title)
    event = icalendar.Event()
    # The same duty keeps its UID, and a later run counts as its newer version.
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'{result.plan.id}/{control}/{day}')}@ccpolicy")
    event.add("sequence", int(as_of.timestamp()) // 60)
    event.add("dtstamp", as_of)
    event.add("dtstart", day)
    event.add("dtend", day + datetime.timedelta(days=1))
    event.add("summary", f"{summary} ({len(subjects)})")
    event.add(
        "description",
        "\n".join(
            [
                page.text(tasks[0].remediation),
                page.say("Owner: {owner}", owner=owner),
                *pinned(page, result),
                *subjects,
            ]
        ),
    )
    event.add("categories", [owner])
    event.add("transp", "TRANSPARENT")
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _REMIND)
    event.add_component(alarm)
    return event
