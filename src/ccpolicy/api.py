"""The Python interface: load a policy repository and judge it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.kinds import Kind
from ccpolicy.engine.assess import assess
from ccpolicy.engine.build import EvaluationRequest
from ccpolicy.errors import CcpolicyError, PolicyError, PolicyErrors
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.policy import (
    SEVERITIES,
    Control,
    Dataset,
    Norm,
    Plan,
    Policy,
    Severity,
    Waiver,
    check_policy,
    load_policy,
)
from ccpolicy.policy.names import unknown_name
from ccpolicy.policy.settings import FILE, Settings
from ccpolicy.store import open_store
from ccpolicy.time.moments import Moment, read_moment, read_period
from ccpolicy.time.zones import time_zone

# What one question alone needs is imported when it is asked: `check` runs everywhere, and at once.
if TYPE_CHECKING:
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.verdict_history import History
    from ccpolicy.engine.policy_tests import PolicyTestResult
    from ccpolicy.policy.lint import Finding
    from ccpolicy.policy.tests import LocatedTest


def load(path: str | Path = ".", policy_from: str | None = None) -> Repository:
    """Load the policy repository at a path.

    With `policy_from`, policy, checks and settings are those of that revision in git; the
    evidence is always that of the files at the path.

    Raises:
        PolicyError: there is none, no such revision, or its files are not valid.
    """
    return Repository(load_policy(Path(path), policy_from))


def compare(
    path: str | Path, base: str, head: str | None = None, as_of: Moment | None = None
) -> Comparison:
    """Compare the policy of a revision with that of another, or of the files at the path.

    So are the records that were on file at the revision, by its contracts. `as_of` is the day up to
    which a change is one of history: by default the pin in the head's `ccpolicy.toml`, or else
    today.

    Raises:
        PolicyError: there is no such revision, or one of the policies is not valid.
    """
    from ccpolicy.engine.alterations import altered
    from ccpolicy.policy import diff

    states = [load(path, base), load(path, head)]
    with open_store() as store:
        store.lock()
        for state in states:
            check_policy(state.content, store)
    contents = states[0].content, states[1].content
    result = diff.compare(*contents, (base, head), states[1].moment(as_of)[0].date())
    records = altered(contents[0], contents[1].revision, states[0].moment(as_of)[0])
    return result.model_copy(update={"altered": records})


@dataclass(frozen=True)
class Repository:
    """A policy repository: the plan, its controls, and the evidence beside them."""

    content: Policy

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.content.plan

    @property
    def controls(self) -> Mapping[str, Control]:
        """The controls by id, in the order of the files."""
        return self.content.controls

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """The datasets by id."""
        return self.content.datasets

    @property
    def norms(self) -> Mapping[str, Norm]:
        """The norms by id."""
        return self.content.norms

    @property
    def waivers(self) -> Mapping[str, Waiver]:
        """The waivers by id."""
        return self.content.waivers

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The check kinds by name."""
        return self.content.kinds

    @property
    def settings(self) -> Settings:
        """What `ccpolicy.toml` says."""
        return self.content.settings

    @cached_property
    def zone(self) -> ZoneInfo:
        """The plan's time zone.

        Raises:
            PolicyError: the plan names an unknown zone.
        """
        try:
            return time_zone(self.plan.zone)
        except KeyError as failure:
            raise PolicyError(
                "unknown time zone '{zone}'",
                hint="write an IANA name, such as Asia/Shanghai",
                locator=self.content.place("plan", self.plan.id, "zone"),
                zone=self.plan.zone,
            ) from failure

    def lint(self) -> list[Finding]:
        """Return what is doubtful about the policy, without looking at evidence.

        Waivers are judged on the day of the pin in `ccpolicy.toml`, or else today.

        Raises:
            PolicyErrors: what cannot be at all.
        """
        from ccpolicy.engine.examples import doubtful_examples
        from ccpolicy.evidence.expression_check import failing_expressions
        from ccpolicy.policy.lint import lint

        found = lint(self.content, self.moment(None)[0].date())
        with open_store() as store:
            store.lock()
            if errors := [*failing_expressions(store, self.content)]:
                raise PolicyErrors(errors)
        return [*found, *doubtful_examples(self.content)]

    def test(self, controls: Iterable[str] = (), words: str = "") -> Iterator[PolicyTestResult]:
        """Run the tests of the policy: of some controls alone, or with words in their names.

        Raises:
            PolicyErrors: the policy or a test cannot be.
        """
        from ccpolicy.engine.policy_tests import run_cases

        chosen = set(controls) or set(self.controls)
        cases = [
            each
            for each in self._cases
            if each.case.control in chosen and words.lower() in each.case.name.lower()
        ]
        yield from run_cases(self.content, cases, _judge)

    def controls_without_tests(self) -> dict[str, tuple[bool, bool]]:
        """Return the controls that lack a passing or a failing test: whether they have each."""
        from ccpolicy.engine.policy_tests import controls_without_tests

        return controls_without_tests(self.content, self._cases)

    @cached_property
    def _cases(self) -> list[LocatedTest]:
        from ccpolicy.policy.tests import load_cases

        return load_cases(FolderFiles(self.content.root), self.content)

    def check(
        self,
        as_of: Moment | None = None,
        period: tuple[Moment, Moment] | None = None,
        *,
        controls: Iterable[str] = (),
        clauses: Iterable[str] = (),
        tags: Iterable[str] = (),
        severities: Iterable[str] = (),
        gate: Literal["now", "period"] | None = None,
        fail_on: Severity | None = None,
        annex: bool = False,
        provenance: bool = False,
        require_clean: bool = False,
        expect_ancestor: str | None = None,
        known_at: str | None = None,
    ) -> Assessment:
        """Judge the controls.

        `as_of` is the moment judged: by default the pin in `ccpolicy.toml`, or else now; a day
        means its last second. `period` is the audit period, by default the 12 months before;
        a day ends at its end. The other filters choose controls; each must be known. With `annex`
        the assessment also holds what a report for auditors shows beside the verdicts.

        With `provenance` it says which commit was judged, and what is not committed; a control that
        rests on git has it say so anyway. `known_at` is a revision, or a moment whose last commit
        is meant: its evidence is judged instead of the working tree's.

        Raises:
            EvidenceError: something is not committed though `require_clean` asks for that, the
                history does not build upon `expect_ancestor`, or `known_at` is not there.
            PolicyError: a filter names what is not there, or a time cannot be read.
            PolicyErrors: the policy's files do not fit together.
        """
        question = replace(
            self.question(
                as_of,
                period,
                controls=controls,
                clauses=clauses,
                tags=tags,
                severities=severities,
                gate=gate,
                fail_on=fail_on,
                annex=annex,
            ),
            provenance=provenance,
            require_clean=require_clean,
            ancestor=expect_ancestor,
            known_at=known_at,
        )
        result = assess(self.content, question)
        if known_at is None:
            return result
        from ccpolicy.engine.past_verdicts import mark_covered_later

        return mark_covered_later(self.content, question, result)

    def question(
        self,
        as_of: Moment | None = None,
        period: tuple[Moment, Moment] | None = None,
        *,
        controls: Iterable[str] = (),
        clauses: Iterable[str] = (),
        tags: Iterable[str] = (),
        severities: Iterable[str] = (),
        gate: Literal["now", "period"] | None = None,
        fail_on: Severity | None = None,
        annex: bool = False,
    ) -> EvaluationRequest:
        """Return what `check` would ask of the evidence.

        Raises:
            PolicyError: a filter names what is not there, or a time cannot be read.
        """
        moment, source = self.moment(as_of)
        starts, ends = read_period(period, self.zone, moment)
        return EvaluationRequest(
            as_of=moment,
            source=source,
            starts=starts,
            ends=ends,
            controls=self.choose(controls, clauses, tags, severities),
            gate=gate or self.settings.gate,
            fail_on=fail_on or self.settings.fail_on,
            annex=annex,
        )

    def history(
        self,
        start: str | None = None,
        end: str | None = None,
        *,
        as_of: Moment | None = None,
        controls: Iterable[str] = (),
        gate: Literal["now", "period"] | None = None,
    ) -> History:
        """Judge every commit after `start`, up to `end`, that changed the evidence.

        Each is judged by today's policy: at its own moment, or all of them at `as_of` or the pin.

        Raises:
            EvidenceError: there is no history, or no such commit.
            PolicyErrors: the policy's files do not fit together.
        """
        from ccpolicy.engine.past_verdicts import history

        moment, source = self.moment(as_of)
        starts, ends = read_period(None, self.zone, moment)
        question = EvaluationRequest(
            as_of=moment,
            source=source,
            starts=starts,
            ends=ends,
            controls=self.choose(controls),
            gate=gate or self.settings.gate,
            fail_on=self.settings.fail_on,
        )
        return history(self.content, question, start, end)

    def choose(
        self,
        controls: Iterable[str] = (),
        clauses: Iterable[str] = (),
        tags: Iterable[str] = (),
        severities: Iterable[str] = (),
    ) -> list[str]:
        """Return the ids of the controls that fit every filter; an empty filter fits all.

        Raises:
            PolicyError: a filter names what is not there.
        """
        chosen = list(self.controls.values())
        known: dict[str, set[str]] = {
            "control": set(self.controls),
            "clause": {clause.id for clause in self.plan.clauses},
            "tag": {tag for control in chosen for tag in control.tags},
            "severity": set(SEVERITIES),
        }
        for family, wanted in (
            ("control", set(controls)),
            ("clause", set(clauses)),
            ("tag", set(tags)),
            ("severity", set(severities)),
        ):
            for name in sorted(wanted - known[family]):
                raise unknown_name(family, name, known[family])
            if wanted:
                chosen = [control for control in chosen if _belongs(control, family, wanted)]
        return [control.id for control in chosen]

    def moment(
        self, given: Moment | None
    ) -> tuple[datetime.datetime, Literal["now", "given", "pinned"]]:
        """Return the moment to judge at, and who chose it.

        Raises:
            CcpolicyError: it cannot be read.
        """
        if given is not None:
            return read_moment(given, self.zone, last=True), "given"
        if self.settings.as_of is not None:
            try:
                return read_moment(self.settings.as_of, self.zone, last=True), "pinned"
            except CcpolicyError as failure:
                place = self.content.place("settings", FILE, "as_of")
                raise failure.at(failure.locator or place) from None
        return datetime.datetime.now(self.zone), "now"


def _judge(content: Policy, located: LocatedTest) -> Assessment:
    """Judge a test's evidence at its moment."""
    case = located.case
    try:
        starts, slash, ends = (case.period or "").partition("/")
        return Repository(content).check(case.as_of, (starts, ends) if slash else None)
    except PolicyError:
        raise
    except CcpolicyError as failure:
        raise failure.at(located.place.locate("as_of")) from None


def _belongs(control: Control, family: str, wanted: set[str]) -> bool:
    match family:
        case "control":
            return control.id in wanted
        case "clause":
            return any(
                clause == each or clause.startswith(f"{each}.")
                for clause in control.clauses
                for each in wanted
            )
        case "tag":
            return not wanted.isdisjoint(control.tags)
        case _:
            return control.severity in wanted
