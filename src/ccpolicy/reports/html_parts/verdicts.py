"""The verdict in one sentence: now, for the period, and for the pipeline."""

from __future__ import annotations

from collections import Counter

from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports.html_parts.labels import Word, severity, verdict
from ccpolicy.reports.html_parts.wording import Wording, count, join, safe, say
from ccpolicy.reports.sections import ended


def now(result: Assessment) -> Word:
    """Summarize the verdicts at as-of, with the symbol and class of the worst."""
    found = Counter(control.now for control in result.controls)
    judged = len(result.controls) - found["not_applicable"]
    if not judged:
        return Word(say("Nothing was assessed."), "?", "unknown")
    if found["fail"]:
        said = count(
            found["fail"],
            "The plan does not hold now: {count} of {total} controls fails",
            "The plan does not hold now: {count} of {total} controls fail",
            total=judged,
        )
        if found["unknown"]:
            said = say("{said}, {count} cannot be judged", said=said, count=found["unknown"])
        return Word(say("{said}.", said=said), "✕", "fail")
    if found["unknown"] or result.problems:
        said = say(
            "It is unknown whether the plan holds now: {count} of {total} controls cannot be"
            " judged.",
            count=found["unknown"],
            total=judged,
        )
        if not found["unknown"]:
            said = say("It is unknown whether the plan holds now: not all evidence could be read.")
        return Word(said, "?", "unknown")
    if found["waived"]:
        said = count(
            found["waived"],
            "The plan holds now, with {count} of {total} controls under a waiver.",
            "The plan holds now, with {count} of {total} controls under a waiver.",
            total=judged,
        )
        return Word(said, verdict("waived").symbol, "waived")
    said = count(
        judged,
        "The plan holds now: its {count} control passes.",
        "The plan holds now: all {count} controls pass.",
    )
    return Word(said, verdict("pass").symbol, "pass")


def period_summary(result: Assessment) -> Wording:
    """Say how the plan stood through the period."""
    found = Counter(control.period for control in result.controls)
    each_of = (_lapses_with_ended(result.scope, control) for control in result.controls)
    lapses = sum(each_of, Counter[str]())
    judged = len(result.controls) - found["not_applicable"]
    if not judged:
        return say("Nothing was assessed in the period.")
    parts = [say("Through the period {count} of {total} passed", count=found["pass"], total=judged)]
    if found["fail"]:
        parts.append(
            count(found["fail"], "{count} failed at some time", "{count} failed at some time")
        )
    if found["waived"]:
        parts.append(say("{count} lapsed under a waiver alone", count=found["waived"]))
    if found["unknown"]:
        parts.append(say("{count} cannot be judged", count=found["unknown"]))
    said = join(parts)
    if not lapses:
        return say("{said}.", said=said)
    all_of, cured = count(lapses["all"], "{count} lapse", "{count} lapses"), lapses["ended"]
    return say("{said}: {lapses}, {cured} of them ended.", said=said, lapses=all_of, cured=cured)


def _lapses_with_ended(scope: GateScope, control: Control) -> Counter[str]:
    """Count a control's lapses of the period, and those of them that a record ended."""
    if counts := control.lapse_counts:
        return Counter(all=counts.total, ended=counts.ended)
    return Counter(
        all=sum(map(scope.in_period, control.lapses)),
        ended=sum(map(scope.in_period, ended(control))),
    )


def gate(result: Assessment) -> Wording:
    """Say how the pipeline's gate went."""
    own = result.gate
    scope = say("now") if own.judged == "now" else say("in the period")
    least = severity(own.fail_on)
    if result.nothing_assessed:
        return say("nothing was assessed")
    if own.passed:
        return say("passed ({scope}, severity {severity} or above)", scope=scope, severity=least)
    controls = safe(", ".join(own.failed_on))
    why = [Wording.of(lambda _: controls)] if controls else []
    if own.obsolete:
        why.append(say("obsolete baseline entries: {count}", count=len(own.obsolete)))
    return say(
        "failed ({scope}, severity {severity} or above): {reasons}",
        scope=scope,
        severity=least,
        reasons=join(why, semicolon=True),
    )


def source(result: Assessment) -> Wording:
    """Say who chose the moment."""
    match result.as_of_source:
        case "pinned":
            return say("pinned in ccpolicy.toml")
        case "given":
            return say("named on the command line")
        case _:
            return say("the moment of the run")
