"""The Python interface: load a policy repository and judge it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.kinds import Kind
from ccpolicy.deadline import current
from ccpolicy.engine.assess import assess
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.question import (
    EvaluationRequest,
    choose_controls,
    plan_zone,
    resolve,
    resolve_moment,
)
from ccpolicy.errors import CcpolicyError, PolicyError, PolicyErrors
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.policy import (
    Control,
    Dataset,
    Framework,
    Norm,
    Plan,
    Policy,
    Waiver,
    check_policy,
    load_policy,
)
from ccpolicy.policy.settings import Settings
from ccpolicy.store import open_store
from ccpolicy.time.moments import Moment

# What one question alone needs is imported when it is asked: `check` runs everywhere, and at once.
if TYPE_CHECKING:
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.verdict_history import History
    from ccpolicy.engine.falsification import FalsificationResult
    from ccpolicy.engine.policy_tests import PolicyTestResult
    from ccpolicy.policy.falsifications import Suite
    from ccpolicy.policy.lint import LintFinding
    from ccpolicy.policy.tests import LocatedTest


def load(path: str | Path = ".", policy_from: str | None = None) -> Repository:
    """Load the policy repository at a path.

    With `policy_from`, policy, checks and settings are those of that revision in git; the
    evidence is always that of the files at the path.

    Raises:
        PolicyError: there is none, no such revision, or its files are not valid.
    """
    policy = load_policy(Path(path), policy_from)
    if deadline := current.get():
        deadline.policy_allows(policy.settings.limits.seconds)
    return Repository(policy)


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
    from ccpolicy.engine.alterations import compare_records
    from ccpolicy.policy import diff

    states = [load(path, base), load(path, head)]
    with open_store(memory=states[0].policy.settings.limits.memory) as store:
        store.lock()
        for state in states:
            check_policy(state.policy, store)
    before, after = (state.policy for state in states)
    day = resolve_moment(after, as_of)[0].date()
    result = diff.compare_policies(before, after, (base, head), day)
    records = compare_records(before, after.revision, resolve_moment(before, as_of)[0])
    return result.model_copy(update={"altered": records})


@dataclass(frozen=True)
class Repository:
    """A policy repository: the plan, its controls, and the evidence beside them."""

    policy: Policy

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.policy.plan

    @property
    def controls(self) -> Mapping[str, Control]:
        """The controls by id, in the order of the files."""
        return self.policy.controls

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """The datasets by id."""
        return self.policy.datasets

    @property
    def norms(self) -> Mapping[str, Norm]:
        """The norms by id."""
        return self.policy.norms

    @property
    def frameworks(self) -> Mapping[str, Framework]:
        """The frameworks by id."""
        return self.policy.frameworks

    @property
    def waivers(self) -> Mapping[str, Waiver]:
        """The waivers by id."""
        return self.policy.waivers

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The check kinds by name."""
        return self.policy.kinds

    @property
    def settings(self) -> Settings:
        """What `ccpolicy.toml` says."""
        return self.policy.settings

    @property
    def zone(self) -> ZoneInfo:
        """The plan's time zone.

        Raises:
            PolicyError: the plan names an unknown zone.
        """
        return plan_zone(self.policy)

    def lint(self) -> list[LintFinding]:
        """Return what is doubtful about the policy by place, without judging evidence.

        Waivers are judged on the day of the pin in `ccpolicy.toml`, or else today.

        Raises:
            PolicyErrors: what cannot be at all.
        """
        from ccpolicy.engine.examples import doubtful_examples
        from ccpolicy.evidence.expression_check import failing_expressions
        from ccpolicy.evidence.unread import doubtful_patterns
        from ccpolicy.evidence.unused_readings import unused_readings
        from ccpolicy.policy.lint import lint

        with open_store(memory=self.policy.settings.limits.memory) as store:
            store.lock()
            found = lint(self.policy, resolve_moment(self.policy, None)[0].date(), store)
            if errors := [*failing_expressions(store, self.policy)]:
                raise PolicyErrors(errors)
        found += [*doubtful_patterns(self.policy), *doubtful_examples(self.policy)]
        found += [*unused_readings(self.policy), *self.doubtful_demands()]
        return sorted(found, key=lambda finding: (finding.locator.order, finding.message.code))

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
        yield from run_cases(self.policy, cases, _judge)

    def controls_without_tests(self) -> dict[str, tuple[bool, bool]]:
        """Return the controls that lack a passing or a failing test: whether they have each."""
        from ccpolicy.engine.policy_tests import controls_without_tests

        return controls_without_tests(self.policy, self._cases)

    @cached_property
    def falsifications(self) -> Suite | None:
        """The demands of the plan and how each may be broken; None if nobody has written any.

        Raises:
            PolicyErrors: all that is wrong with them.
        """
        from ccpolicy.policy.falsification_checks import load_falsifications

        return load_falsifications(FolderFiles(self.policy.root), self.policy)

    def falsify(
        self, controls: Iterable[str] = (), words: str = ""
    ) -> Iterator[FalsificationResult]:
        """Try the falsifications: those that turn some controls, or with words in what they break.

        Each is judged as `check` judges without a request.

        Raises:
            PolicyErrors: the policy or a falsification cannot be.
        """
        from ccpolicy.engine.falsification import falsify

        suite = self.falsifications
        found = suite.falsifications if suite else []
        chosen = [each for each in found if each.fits({*controls}, words)]
        moment, _ = resolve_moment(self.policy, None)
        request = EvaluationRequest(as_of=moment)
        if chosen:
            yield from falsify(
                self.policy, found, chosen, lambda policy: Repository(policy).check(request)
            )

    def doubtful_demands(self) -> list[LintFinding]:
        """Return the clauses, demands and controls that nothing falsifies."""
        from ccpolicy.policy.falsification_checks import doubtful_demands

        return [*doubtful_demands(self.policy, self.falsifications)] if self.falsifications else []

    @cached_property
    def _cases(self) -> list[LocatedTest]:
        from ccpolicy.policy.tests import load_cases

        return load_cases(FolderFiles(self.policy.root), self.policy)

    def check(
        self, request: EvaluationRequest | None = None, lapses: LapsesTarget | None = None
    ) -> Assessment:
        """Judge the controls; without a request, all of them as `ccpolicy.toml` says.

        The assessment lists all lapses, or if `lapses` says where all are written up to the limit
        of `ccpolicy.toml`.

        Raises:
            EvidenceError: something is not committed though `require_clean` demands that, the
                history does not descend from `expect_ancestor`, or `known_at` does not exist.
            PolicyError: a filter names what is not there.
            PolicyErrors: the policy's files do not fit together.
            CcpolicyError: a time cannot be read.
        """
        question = resolve(self.policy, request or EvaluationRequest())
        if question.request.known_at is None:
            return assess(self.policy, question, lapses=lapses)
        from ccpolicy.engine.past_verdicts import LaterCommits

        later_cover = LaterCommits(self.policy, question)
        return assess(self.policy, question, later_cover=later_cover, lapses=lapses)

    def choose(self, request: EvaluationRequest) -> tuple[str, ...]:
        """Return the ids of the controls that fit every filter of a request, in order.

        Raises:
            PolicyError: a filter names what is not there.
        """
        return choose_controls(self.policy, request)

    def history(
        self,
        start: str | None = None,
        end: str | None = None,
        request: EvaluationRequest | None = None,
    ) -> History:
        """Judge every commit after `start`, up to `end`, that changed the evidence.

        `start` and `end` are revisions or moments. Each commit is judged by today's policy: at its
        own moment, or all of them at the request's as-of or the pin.

        Raises:
            EvidenceError: there is no history, or no such commit.
            PolicyError: a filter names what is not there.
            PolicyErrors: the policy's files do not fit together.
        """
        from ccpolicy.engine.past_verdicts import verdict_history

        return verdict_history(
            self.policy, resolve(self.policy, request or EvaluationRequest()), start, end
        )


def _judge(policy: Policy, located: LocatedTest) -> Assessment:
    """Judge a test's evidence at its moment."""
    case = located.case
    try:
        return Repository(policy).check(EvaluationRequest(as_of=case.as_of, period=case.period))
    except PolicyError:
        raise
    except CcpolicyError as failure:
        raise failure.at(located.place.locate("as_of")) from None
