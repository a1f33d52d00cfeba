"""Known lapses that stand: they let the gate pass and are counted, and never read as passing."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from ccpolicy.assessment.models import Assessment, BaselineEntry, Control, Lapse

Key = tuple[str, str, datetime.datetime]


def failing(result: Assessment) -> list[BaselineEntry]:
    """List the lapses that make controls fail, as the gate judges; what is unknown is not known."""
    return [
        BaselineEntry(control=control.id, subject=lapse.subject, starts=lapse.starts)
        for control in result.controls
        if _verdict(result, control) == "fail"
        for lapse in control.lapses
        if _fails(result, lapse)
    ]


def apply_baseline(result: Assessment, entries: Iterable[BaselineEntry]) -> Assessment:
    """Let known lapses stand.

    A control that fails by known lapses alone no longer fails the gate, though it still fails.
    Entries that no longer exist fail the gate, so that the list only shrinks; those of controls
    that were not chosen, or cannot be judged, are left alone.
    """
    entries = list(entries)
    known = {_key(each) for each in entries}
    controls = [_marked(result, control, known) for control in result.controls]
    let_stand = [
        control.id
        for control in controls
        if _verdict(result, control) == "fail"
        and (lapses := [lapse for lapse in control.lapses if _fails(result, lapse)])
        and all(lapse.baselined for lapse in lapses)
    ]
    still = {_key(each) for each in failing(result)}
    judged = {c.id: _verdict(result, c) for c in result.controls}
    open_ = {name for name, verdict in judged.items() if verdict in ("unknown", "not_applicable")}
    every = {name for clause in result.policy.clauses for name in clause.controls} - judged.keys()
    gone = [
        each for each in entries if _key(each) not in still and each.control not in open_ | every
    ]
    failed_on = [name for name in result.gate.failed_on if name not in let_stand]
    gate = result.gate.model_copy(
        update={
            "failed_on": failed_on,
            "let_stand": let_stand,
            "gone": gone,
            "passed": not failed_on and not gone,
        }
    )
    return result.model_copy(update={"controls": controls, "gate": gate})


def shrunk(result: Assessment, entries: Iterable[BaselineEntry]) -> list[BaselineEntry]:
    """Leave the entries that still exist, and those of controls that cannot be judged now."""
    gone = {_key(each) for each in apply_baseline(result, entries).gate.gone}
    return [each for each in entries if _key(each) not in gone]


def _marked(result: Assessment, control: Control, known: Collection[Key]) -> Control:
    if _verdict(result, control) != "fail":
        return control
    lapses = [
        lapse.model_copy(
            update={
                "baselined": _fails(result, lapse)
                and (control.id, lapse.subject, _moment(lapse.starts)) in known
            }
        )
        for lapse in control.lapses
    ]
    subjects = {lapse.subject for lapse in lapses if lapse.baselined and lapse.ends is None}
    count = control.subjects.model_copy(update={"baselined": len(subjects)})
    return control.model_copy(update={"lapses": lapses, "subjects": count})


def _verdict(result: Assessment, control: Control) -> str:
    return control.now if result.gate.judged == "now" else control.period


def _fails(result: Assessment, lapse: Lapse) -> bool:
    """Whether a lapse is one of those that the gate looks at."""
    if lapse.waived_by is not None:
        return False
    if result.gate.judged == "now":
        return lapse.ends is None
    starts, ends = _moment(lapse.starts), _moment(result.window.ends)
    return starts < ends or starts == ends == _moment(result.as_of)


def _key(entry: BaselineEntry) -> Key:
    return entry.control, entry.subject, _moment(entry.starts)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
