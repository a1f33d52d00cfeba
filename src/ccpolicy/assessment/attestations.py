"""What people vouch for because no record can show it: by whom, since when, until when."""

from __future__ import annotations

from collections.abc import Sequence

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.control import Control
from ccpolicy.assessment.gate import GateScope
from ccpolicy.texts import Text
from ccpolicy.vocabulary import Verdict


class Attestation(AssessmentModel):
    """A record in which somebody vouches for a matter. Nobody judges whether it is true."""

    by: list[str]
    """Who vouches, as the record names them: who signs first."""
    statement: str | None
    """The words that were signed, where the policy names their column."""
    starts: str
    """From when on it counts."""
    ends: str | None
    """When it stops counting: by the record, or by the control if that is earlier. Null where it
    counts beyond the horizon."""
    record: str
    """`file:line`."""


class AttestedMatter(AssessmentModel):
    """A matter that no record can show."""

    control: str
    """Control that asks for the attestation."""
    subject: str
    """What the control calls it."""
    title: Text
    controls: list[str]
    """Controls whose verdicts rest on it, also those that were not judged."""
    now: Verdict
    """How the control finds it now: `pass` is attested, and no more."""
    period: Verdict
    attestations: list[Attestation]
    """Those that began by as-of and counted in the period or later, in order; the last one of all
    if there is none of these."""


def attested_verdicts(scope: GateScope, control: Control, subject: str) -> tuple[Verdict, Verdict]:
    """Return how a matter stands now and in the period, by its control's lapses."""
    # Of too many lapses only the worst are listed, and a matter without one may have one.
    doubts = control.subjects.unknown or control.problems or control.lapse_counts
    certain: Verdict = "unknown" if doubts else "pass"
    lapses = [each for each in control.lapses if each.subject == subject]
    now = [each.waived_by for each in lapses if each.ends is None]
    period = [each.waived_by for each in lapses if scope.in_period(each)]
    return _verdict(control.now, now, certain), _verdict(control.period, period, certain)


def _verdict(control: Verdict, waivers: Sequence[str | None], certain: Verdict) -> Verdict:
    """Return a matter's verdict from its control's and its lapses, each with its waiver."""
    if control in ("unknown", "not_applicable"):
        return control
    if not waivers:
        return certain
    return "waived" if all(waivers) else "fail"
