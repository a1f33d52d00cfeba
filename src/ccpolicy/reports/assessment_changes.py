"""What changed between two assessments of one plan: lapses, verdicts and rules."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ccpolicy.assessment.models import Assessment, Control, Lapse
from ccpolicy.errors import ReportError
from ccpolicy.vocabulary import Verdict

Kind = Literal["new", "cured", "longer", "shorter", "gone"]
KIND_MESSAGES: dict[Kind, str] = {
    "new": "new",
    "cured": "cured",
    "longer": "longer",
    "shorter": "shorter",
    "gone": "no longer there",
}
Key = tuple[str, str, str]
"""Control, subject and beginning of a lapse."""


@dataclass(frozen=True, slots=True)
class LapseChange:
    """A lapse that is not as it was."""

    kind: Kind
    control: Control
    before: Lapse | None
    after: Lapse | None

    @property
    def lapse(self) -> Lapse:
        """The lapse as it is, or as it was."""
        found = self.after or self.before
        assert found
        return found


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A control whose verdict is not what it was."""

    control: Control
    now: tuple[Verdict, Verdict]
    """Before and after."""
    period: tuple[Verdict, Verdict]


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed since an earlier assessment."""

    before: Assessment
    lapses: list[LapseChange]
    """By control and subject."""
    verdicts: list[VerdictChange]
    rules: list[Control]
    """Controls, as they are, of which version, rule, severity or parameters differ."""
    added: list[str]
    removed: list[str]

    def count(self, kind: Kind) -> int:
        """Count the lapses that changed in a way."""
        return sum(each.kind == kind for each in self.lapses)


def changes(before: Assessment, after: Assessment) -> Changes:
    """Compare two assessments of a plan, the earlier one first.

    Raises:
        ReportError: one does not list all of its lapses.
    """
    for each in (before, after):
        if each.lapses_file:
            raise ReportError(
                "an assessment that lists only the worst of {count} lapses cannot be compared",
                hint="have both list all of them: raise 'lapses' under [limits] in ccpolicy.toml",
                count=each.lapses_file.lapses,
            )
    old = {each.id: each for each in before.controls}
    new = {each.id: each for each in after.controls}
    both = [(old[each.id], each) for each in after.controls if each.id in old]
    return Changes(
        before=before,
        lapses=[*_lapses(new, _touching(before, after), _touching(after, before))],
        verdicts=[
            VerdictChange(now, (then.now, now.now), (then.period, now.period))
            for then, now in both
            if (then.now, then.period) != (now.now, now.period)
        ],
        rules=[now for then, now in both if _rule(then) != _rule(now)],
        added=[each for each in new if each not in old],
        removed=[each for each in old if each not in new],
    )


def _rule(control: Control) -> object:
    return control.version, control.rule, control.severity, control.parameters


def _touching(own: Assessment, other: Assessment) -> Mapping[Key, Lapse]:
    """Return the lapses that the other assessment would have told of, too."""
    starts = datetime.datetime.fromisoformat(other.window.starts)
    controls = {each.id for each in other.controls}
    return {
        (control.id, lapse.subject, lapse.starts): lapse
        for control in own.controls
        if control.id in controls
        for lapse in control.lapses
        if lapse.ends is None or datetime.datetime.fromisoformat(lapse.ends) > starts
    }


def _lapses(
    controls: Mapping[str, Control], before: Mapping[Key, Lapse], after: Mapping[Key, Lapse]
) -> Iterator[LapseChange]:
    for key in sorted({*before, *after}):
        then, now = before.get(key), after.get(key)
        kind = _kind(then, now)
        if kind:
            yield LapseChange(kind, controls[key[0]], then, now)


def _kind(then: Lapse | None, now: Lapse | None) -> Kind | None:
    if then is None:
        return "new"
    if now is None:
        return "gone"
    if then.ends == now.ends:
        return None
    if then.ends is None:
        return "cured"
    if now.ends is None or _time(now.ends) > _time(then.ends):
        return "longer"
    return "shorter"


def _time(moment: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(moment)
