"""Assesses the evidence of earlier commits: the history of verdicts, and lapses covered later."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ccpolicy import __version__
from ccpolicy.assessment.agenda import Plan
from ccpolicy.assessment.models import Assessment, Control, CoveredLater, Lapse, Text, Tool, Verdict
from ccpolicy.assessment.verdict_history import SCHEMA_VERSION, Change, History, Moment
from ccpolicy.engine.assess import assess
from ccpolicy.engine.build import EvaluationRequest
from ccpolicy.files.atomic import digest, read_checked, write_checked
from ccpolicy.git.snapshot import EvidenceCommit, evidence_commits
from ccpolicy.policy import Policy
from ccpolicy.time.calendar import moment
from ccpolicy.time.zones import time_zone

Spans = list[tuple[datetime.datetime, datetime.datetime | None]]


def mark_covered_later(
    content: Policy, question: EvaluationRequest, result: Assessment
) -> Assessment:
    """Mark the lapses of a result that a record on file by now covers, with the time it came."""
    if not (result.provenance and result.provenance.commit):
        return result
    line = evidence_commits(
        content.root, content.settings.evidence, "HEAD", result.provenance.commit
    )
    if not line.commits:
        return result
    results: dict[str, Assessment] = {}

    def at(number: int, control: str, subject: str) -> Spans:
        id_ = line.commits[number].id
        if id_ not in results:
            results[id_] = assess(content, dataclasses.replace(question, known_at=id_))
        [found] = [each for each in results[id_].controls if each.id == control]
        return [_span(each) for each in found.lapses if each.subject == subject]

    controls = []
    for control in result.controls:
        lapses = [_marked(each, control, line.commits, at) for each in control.lapses]
        controls.append(control.model_copy(update={"lapses": lapses}))
    return result.model_copy(update={"controls": controls})


def _marked(
    lapse: Lapse,
    control: Control,
    commits: Sequence[EvidenceCommit],
    at: Callable[[int, str, str], Spans],
) -> Lapse:
    def covered(number: int) -> datetime.datetime | None:
        return _covered_since(_span(lapse), at(number, control.id, lapse.subject))

    low, high = -1, len(commits) - 1
    if covered(high) is None:
        return lapse
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if covered(middle) is not None else (middle, high)
    since = covered(high)
    assert since is not None
    zone = since.tzinfo
    on_file = datetime.datetime.fromtimestamp(commits[high].time, zone)
    later = CoveredLater(
        since=since.isoformat(), on_file=on_file.isoformat(), commit=commits[high].id
    )
    return lapse.model_copy(update={"covered_later": later})


def _span(lapse: Lapse) -> tuple[datetime.datetime, datetime.datetime | None]:
    ends = datetime.datetime.fromisoformat(lapse.ends) if lapse.ends else None
    return datetime.datetime.fromisoformat(lapse.starts), ends


def _covered_since(
    lapse: tuple[datetime.datetime, datetime.datetime | None], remaining: Spans
) -> datetime.datetime | None:
    """Return the first moment of a lapse that is covered, given the lapses that remain of it."""
    at, end = lapse
    for starts, ends in sorted(remaining, key=lambda each: each[0]):
        if starts > at:
            break
        if ends is None:
            return None
        at = max(at, ends)
    return at if end is None or at < end else None


def history(
    content: Policy, question: EvaluationRequest, start: str | None, end: str | None
) -> History:
    """Assess every commit of a range that changed evidence, each as of its own time.

    If as-of is given or pinned, all are assessed as of that moment.

    Raises:
        EvidenceError: there is no history, or no such commit.
    """
    line = evidence_commits(content.root, content.settings.evidence, end or "HEAD", start)
    zone = time_zone(content.plan.zone)
    cache = _VerdictCache(line.common, content, question)
    moments: list[Moment] = []
    try:
        for commit in line.commits:
            at = (
                moment(commit.time * 1_000_000, zone)
                if question.source == "now"
                else question.as_of
            )
            asked = dataclasses.replace(
                question,
                as_of=at,
                source="given",
                starts=question.starts + (at - question.as_of),
                ends=question.ends + (at - question.as_of),
                known_at=commit.id,
                provenance=True,
            )
            verdicts, passed = cache.verdicts(commit.id, asked)
            last = moments[-1].verdicts if moments else verdicts
            moments.append(
                Moment(
                    commit=commit.id,
                    committed_at=moment(commit.time * 1_000_000, zone).isoformat(),
                    as_of=at.isoformat(),
                    passed=passed,
                    verdicts=verdicts,
                    changed=_changes(content, last, verdicts),
                )
            )
    finally:  # save what was assessed even when interrupted
        cache.save()
    plan = content.plan
    return History(
        schema_version=SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=__version__),
        plan=Plan(
            id=plan.id,
            title=Text.of(plan.title),
            version=plan.version,
            zone=plan.zone,
        ),
        policy_digest=content.digest,
        moments=moments,
    )


def _changes(
    content: Policy, before: Mapping[str, Verdict], after: Mapping[str, Verdict]
) -> list[Change]:
    return [
        Change(
            control=id_,
            title=Text.of(content.controls[id_].title),
            severity=content.controls[id_].severity,
            before=before[id_],
            after=verdict,
        )
        for id_, verdict in after.items()
        if before[id_] != verdict
    ]


class _VerdictCache:
    """Verdicts of commits by one policy and version of the program.

    They never change, because a commit's id determines its content and its whole history.
    """

    def __init__(self, folder: Path, content: Policy, question: EvaluationRequest) -> None:
        self.content = content
        basis = json.dumps(
            [__version__, content.digest, list(question.controls), question.gate, question.fail_on]
        )
        name = digest(basis.encode())[:24]
        self.file = folder / "ccpolicy" / f"history-{name}.json"
        self.known: dict[str, tuple[dict[str, Verdict], bool]] = {}
        with suppress(OSError, ValueError):
            self.known = read_checked(self.file)

    def verdicts(self, commit: str, question: EvaluationRequest) -> tuple[dict[str, Verdict], bool]:
        """Return the verdicts of a commit, and whether the gate passed."""
        spans = [each.isoformat() for each in (question.as_of, question.starts, question.ends)]
        key = " ".join([commit, *spans])
        if key not in self.known:
            result = assess(self.content, question)
            by_gate = {
                each.id: each.now if question.gate == "now" else each.period
                for each in result.controls
            }
            self.known[key] = by_gate, result.gate.passed
        found, passed = self.known[key]
        return {control: found[control] for control in question.controls}, passed

    def save(self) -> None:
        """Write the cache, if that is possible."""
        with suppress(OSError):
            self.file.parent.mkdir(exist_ok=True)
            write_checked(self.file, self.known)
