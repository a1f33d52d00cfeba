"""Judge earlier commits: the verdicts of each, and what later records cover."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from ccpolicy import __version__
from ccpolicy.activity import watched
from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.models import Assessment, CoveredLater, Lapse, Tool
from ccpolicy.assessment.verdict_history import SCHEMA_VERSION, History, Moment, VerdictChange
from ccpolicy.engine.assess import assess
from ccpolicy.engine.committed_evidence import committed_evidence
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.errors import Message
from ccpolicy.files.atomic import digest, read_checked, write_checked
from ccpolicy.git.snapshot import EvidenceCommit, evidence_commits
from ccpolicy.policy import Policy
from ccpolicy.texts import Text
from ccpolicy.time.calendar import instant, moment
from ccpolicy.time.epoch import SECOND
from ccpolicy.time.spans import FOREVER, Span, subtract_spans
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import Verdict


class LaterCommits:
    """Knows which lapses of a judged commit are covered by records of later ones.

    See `LaterCover`.
    """

    def __init__(self, policy: Policy, question: ResolvedRequest) -> None:
        self.policy, self.question = policy, question
        self._commits: Sequence[EvidenceCommit] | None = None
        self._lapsed: dict[str, dict[tuple[str, str], list[Span]]] = {}
        """Commit → control and subject → what lapses of it."""

    def find(self, commit: str, control: str, subject: str, span: Span) -> CoveredLater | None:
        """See `LaterCover.find`."""
        commits = self._later(commit)

        def covered_since(number: int) -> int | None:
            left = subtract_spans(span, self._lapses(commits[number].id, control, subject))
            return left[0][0] if left else None

        low, high = -1, len(commits) - 1
        if not commits or covered_since(high) is None:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if covered_since(middle) is not None else (middle, high)
        since = covered_since(high)
        assert since is not None
        zone = time_zone(self.policy.plan.zone)
        return CoveredLater(
            since=moment(since, zone).isoformat(),
            on_file=moment(commits[high].time * SECOND, zone).isoformat(),
            commit=commits[high].id,
        )

    def _later(self, commit: str) -> Sequence[EvidenceCommit]:
        """Return the commits after the judged one that changed evidence."""
        if self._commits is None:
            evidence = self.policy.settings.evidence
            zone = time_zone(self.policy.plan.zone)
            line = evidence_commits(self.policy.root, evidence, "HEAD", commit, zone)
            self._commits = line.commits
        return self._commits

    def _lapses(self, commit: str, control: str, subject: str) -> list[Span]:
        """Return what lapses at a later commit."""
        if commit not in self._lapsed:
            found: dict[tuple[str, str], list[Span]] = defaultdict(list)
            for each in assess(self.policy, self.question.at_commit(commit)).controls:
                for lapse in each.lapses:
                    found[each.id, lapse.subject].append(_span(lapse))
            self._lapsed[commit] = found
        return self._lapsed[commit].get((control, subject), [])


def _span(lapse: Lapse) -> Span:
    starts, ends = (
        instant(datetime.datetime.fromisoformat(each)) if each else FOREVER
        for each in (lapse.starts, lapse.ends)
    )
    return starts, ends


def verdict_history(
    policy: Policy, question: ResolvedRequest, start: str | None, end: str | None
) -> History:
    """Assess every commit of a range that changed evidence, each as of its own time.

    They are all judged at one moment if the request or the pin names it.

    Raises:
        EvidenceError: there is no history, or no such commit.
    """
    zone = time_zone(policy.plan.zone)
    line = evidence_commits(policy.root, policy.settings.evidence, end or "HEAD", start, zone)
    cache = _VerdictCache(line.common, policy, question)
    asked = [(each, _asked(question, each, zone)) for each in line.commits]
    moments: list[Moment] = []
    done = 0
    try:
        unknown = [each for each, own in asked if not cache.knows(each, own)]
        with committed_evidence(policy, unknown) as evidence:
            for commit, own in asked:
                if not cache.knows(commit, own):
                    done += 1
                    doing = Message.of(
                        "judging commit {number} of {count}", number=done, count=len(unknown)
                    )
                    watched().step(doing, done, len(unknown))
                    cache.add(commit, own, evidence.judge(commit, own))
                verdicts, passed = cache.verdicts(commit, own)
                last = moments[-1].verdicts if moments else verdicts
                moments.append(
                    Moment(
                        commit=commit.id,
                        committed_at=moment(commit.time * SECOND, zone).isoformat(),
                        as_of=own.as_of.isoformat(),
                        passed=passed,
                        verdicts=verdicts,
                        changed=_changes(policy, last, verdicts),
                    )
                )
    finally:  # save what was judged even when interrupted
        cache.save()
    plan = policy.plan
    return History(
        schema_version=SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=__version__),
        plan=PlanReference(
            id=plan.id,
            title=Text.of(plan.title),
            version=plan.version,
            zone=plan.zone,
        ),
        policy_digest=policy.digest,
        moments=moments,
    )


def _asked(question: ResolvedRequest, commit: EvidenceCommit, zone: ZoneInfo) -> ResolvedRequest:
    """Return the question to a commit: at its own moment, unless one is asked for or pinned."""
    at = moment(commit.time * SECOND, zone) if question.source == "now" else question.as_of
    later = at - question.as_of
    return dataclasses.replace(
        question,
        as_of=at,
        source="given",
        starts=question.starts + later,
        ends=question.ends + later,
    )


def _changes(
    policy: Policy, before: Mapping[str, Verdict], after: Mapping[str, Verdict]
) -> list[VerdictChange]:
    return [
        VerdictChange(
            control=id_,
            title=Text.of(policy.controls[id_].title),
            severity=policy.controls[id_].severity,
            before=before[id_],
            after=verdict,
        )
        for id_, verdict in after.items()
        if before[id_] != verdict
    ]


class _VerdictCache:
    """Verdicts of commits that were judged before, by the same policy and program.

    A commit's content never changes, and its id names all of it.
    """

    def __init__(self, folder: Path, policy: Policy, question: ResolvedRequest) -> None:
        self.policy = policy
        key = json.dumps(
            [__version__, policy.digest, list(question.controls), question.gate, question.fail_on]
        )
        name = digest(key.encode())[:24]
        self.file = folder / "ccpolicy" / f"history-{name}.json"
        self.known: dict[str, tuple[dict[str, Verdict], bool]] = {}
        with suppress(OSError, ValueError):
            self.known = read_checked(self.file)

    def knows(self, commit: EvidenceCommit, question: ResolvedRequest) -> bool:
        """Whether a commit was judged before."""
        return _key(commit, question) in self.known

    def add(self, commit: EvidenceCommit, question: ResolvedRequest, found: Assessment) -> None:
        """Keep the verdicts of a commit, and whether the gate passed."""
        by_gate = {each.id: found.verdict(each) for each in found.controls}
        self.known[_key(commit, question)] = by_gate, found.gate.passed

    def verdicts(
        self, commit: EvidenceCommit, question: ResolvedRequest
    ) -> tuple[dict[str, Verdict], bool]:
        """Return the verdicts of a commit that it knows, and whether the gate passed."""
        found, passed = self.known[_key(commit, question)]
        return {control: found[control] for control in question.controls}, passed

    def save(self) -> None:
        """Write the cache, if possible."""
        with suppress(OSError):
            self.file.parent.mkdir(exist_ok=True)
            write_checked(self.file, self.known)


def _key(commit: EvidenceCommit, question: ResolvedRequest) -> str:
    spans = [each.isoformat() for each in (question.as_of, question.starts, question.ends)]
    return " ".join([commit.id, *spans])
