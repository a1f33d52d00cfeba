"""A baseline of known lapses: they no longer fail the gate, are counted, and are never a pass."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Assessment, BaselineEntry, Control
from ccpolicy.errors import ReportError

LapseKey = tuple[str, str, datetime.datetime]


def failing(result: Assessment) -> list[BaselineEntry]:
    """List the lapses that make controls fail; unknown controls have no baseline entries.

    Raises:
        ReportError: not all lapses are listed.
    """
    _refuse_unlisted(result)
    scope = result.scope
    return [
        BaselineEntry(control=control.id, subject=lapse.subject, starts=lapse.starts)
        for control in result.controls
        if scope.verdict(control) == "fail"
        for lapse in scope.failing_lapses(control)
    ]


def apply_baseline(result: Assessment, entries: Iterable[BaselineEntry]) -> Assessment:
    """Mark known lapses and decide the gate anew.

    A control that fails by known lapses alone no longer fails the gate, though it still fails.
    Obsolete entries fail the gate, so that the list only shrinks. Entries of controls that were not
    chosen, or cannot be judged, are left alone.

    Raises:
        ReportError: not all lapses are listed.
    """
    entries = list(entries)
    scope = result.scope
    known = {_key(each) for each in entries}
    controls = [_marked(scope, control, known) for control in result.controls]
    gate = scope.decide(controls, result.problems, _obsolete(result, entries))
    return result.model_copy(update={"controls": controls, "gate": gate})


def shrunk(result: Assessment, entries: Iterable[BaselineEntry]) -> list[BaselineEntry]:
    """Return the entries without the obsolete ones."""
    entries = list(entries)
    obsolete = {_key(each) for each in _obsolete(result, entries)}
    return [each for each in entries if _key(each) not in obsolete]


def _refuse_unlisted(result: Assessment) -> None:
    if result.lapses_file:
        raise ReportError(
            "a baseline cannot be compared with {count} lapses, of which the assessment lists only"
            " the worst",
            hint="have it list all of them: raise 'lapses' under [limits] in ccpolicy.toml",
            count=result.lapses_file.lapses,
        )


def _obsolete(result: Assessment, entries: Iterable[BaselineEntry]) -> list[BaselineEntry]:
    """List the entries of controls that were judged, whose lapse no longer exists."""
    still = {_key(each) for each in failing(result)}
    verdicts = {control.id: result.verdict(control) for control in result.controls}
    undecided = {
        name for name, verdict in verdicts.items() if verdict in ("unknown", "not_applicable")
    }
    not_chosen = {name for clause in result.policy.clauses for name in clause.controls}
    not_chosen -= verdicts.keys()
    return [
        each
        for each in entries
        if _key(each) not in still and each.control not in undecided | not_chosen
    ]


def _marked(scope: GateScope, control: Control, known: Collection[LapseKey]) -> Control:
    if scope.verdict(control) != "fail":
        return control
    lapses = [
        lapse.model_copy(
            update={
                "baselined": scope.includes(lapse)
                and (control.id, lapse.subject, _moment(lapse.starts)) in known
            }
        )
        for lapse in control.lapses
    ]
    subjects = {lapse.subject for lapse in lapses if lapse.baselined and lapse.ends is None}
    count = control.subjects.model_copy(update={"baselined": len(subjects)})
    return control.model_copy(update={"lapses": lapses, "subjects": count})


def _key(entry: BaselineEntry) -> LapseKey:
    return entry.control, entry.subject, _moment(entry.starts)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
