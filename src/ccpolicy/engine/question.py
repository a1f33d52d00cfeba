"""A request for an evaluation: as the user gives it, and resolved for the engine."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from ccpolicy.errors import CcpolicyError, Message, PolicyError
from ccpolicy.policy import Control, Policy
from ccpolicy.policy.names import unknown
from ccpolicy.policy.settings import FILE
from ccpolicy.time.moments import Moment, Period, read_moment, read_period
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import SEVERITIES, AsOfSource, Engine, Judged, Severity


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """One question to a policy repository; what is left out is as `ccpolicy.toml` says.

    The filters `controls`, `clauses`, `tags`, `severities` and `owners` choose controls: those that
    fit every filter. An empty filter fits all.
    """

    as_of: Moment | None = None
    """Moment to judge at: a time with an offset from UTC, or a day, which means its last second.

    A month (2026-06), quarter (2026-Q2), half-year (2026-H1) or year means its last second, too.

    By default the pin in `ccpolicy.toml`, or else now."""
    period: Period | None = None
    """Audit period, by default the 12 months before as-of; a day that ends it ends at its end.

    As text it may be START/END, a named period such as 2026-Q2, or a length up to as-of."""
    controls: Collection[str] = ()
    """Ids of controls."""
    clauses: Collection[str] = ()
    """Ids of clauses, which include the clauses below them."""
    tags: Collection[str] = ()
    severities: Collection[str] = ()
    owners: Collection[str] = ()
    """Roles that own controls, in any language of the plan."""
    gate: Judged | None = None
    """Verdict that the gate looks at."""
    fail_on: Severity | None = None
    """Least severity that fails the gate."""
    appendix: bool = False
    """Whether the assessment gets its `annex`, which reports for auditors need."""
    subjects: bool = False
    """Whether each control lists its whole population: the state of every subject. So it does with
    `appendix`, too."""
    provenance: bool = False
    """Whether the assessment includes what git knows even where no control depends on it."""
    require_current: bool = False
    """Whether a moment other than the present is an error: a pin, or `as_of`."""
    require_clean: bool = False
    """Whether uncommitted evidence or policy is an error."""
    expect_ancestor: str | None = None
    """Revision that the history must descend from."""
    listed_problems: int | None = None
    """How many problems of each kind are listed; by default a few, and the others are counted."""
    engine: Engine = "duckdb"
    """What judges the records; the verdicts are the same."""
    allow_foreign_sql: bool = False
    """Whether another engine may run the check kinds of a policy that no revision was named for."""
    allow_tables: bool = False
    """Whether the tables that a policy names as evidence are read, though no revision was named for
    it."""
    known_at: str | None = None
    """Revision, or time of the last commit, whose evidence is judged; not the working tree's."""

    @property
    def filters(self) -> dict[str, list[str]]:
        """Return the filters that are not empty, by name, each sorted."""
        given = {name: sorted({*getattr(self, each.field)}) for name, each in FILTERS.items()}
        return {name: values for name, values in given.items() if values}

    @property
    def needs_history(self) -> bool:
        """Whether the request cannot be answered without git."""
        return bool(self.require_clean or self.expect_ancestor or self.known_at)


@dataclass(frozen=True)
class Filter:
    """A filter of a request."""

    field: str
    """Field of `EvaluationRequest` with the wanted names."""
    label: Message
    unknown: Message
    known: Callable[[Policy], Iterable[str]]
    """Lists the names that a policy has."""
    fits: Callable[[Control, Collection[str]], bool]
    """Whether a control has one of the wanted names."""


def _in_clause(control: Control, wanted: Collection[str]) -> bool:
    return any(
        clause == each or clause.startswith(f"{each}.")
        for clause in control.clauses
        for each in wanted
    )


FILTERS = {
    "control": Filter(
        "controls",
        Message.of("control"),
        Message.of("unknown control '{name}'"),
        lambda policy: policy.controls,
        lambda control, wanted: control.id in wanted,
    ),
    "clause": Filter(
        "clauses",
        Message.of("clause"),
        Message.of("unknown clause '{name}'"),
        lambda policy: [clause.id for clause in policy.plan.clauses],
        _in_clause,
    ),
    "tag": Filter(
        "tags",
        Message.of("tag"),
        Message.of("unknown tag '{name}'"),
        lambda policy: [tag for control in policy.controls.values() for tag in control.tags],
        lambda control, wanted: not {*control.tags}.isdisjoint(wanted),
    ),
    "severity": Filter(
        "severities",
        Message.of("severity"),
        Message.of("unknown severity '{name}'"),
        lambda policy: SEVERITIES,
        lambda control, wanted: control.severity in wanted,
    ),
    "owner": Filter(
        "owners",
        Message.of("owner"),
        Message.of("unknown owner '{name}'"),
        lambda policy: [
            role for control in policy.controls.values() for role in control.owner.root.values()
        ],
        lambda control, wanted: not {*control.owner.root.values()}.isdisjoint(wanted),
    ),
}
"""Name → filter; the name is also the command line's option and the label's English word."""


@dataclass(frozen=True)
class ResolvedRequest:
    """A request with nothing left open, for one policy."""

    request: EvaluationRequest
    as_of: datetime.datetime
    source: AsOfSource
    """Who chose as-of."""
    starts: datetime.datetime
    """Start of the audit period."""
    ends: datetime.datetime
    controls: tuple[str, ...]
    """Ids, in the order of the policy."""
    gate: Judged
    fail_on: Severity

    def at_commit(self, commit: str) -> ResolvedRequest:
        """Return the same question to the evidence of a commit."""
        return replace(self, request=replace(self.request, known_at=commit, provenance=True))


def resolve(policy: Policy, request: EvaluationRequest) -> ResolvedRequest:
    """Return what a request means for a policy.

    Raises:
        PolicyError: a filter names what is not there, the plan's zone is unknown, or as-of is
            pinned though `require_current` demands the present.
        CcpolicyError: a time cannot be read, or `as_of` is given with `require_current`.
    """
    as_of, source = resolve_moment(policy, request.as_of)
    if request.require_current:
        _require_current(policy, as_of, source)
    starts, ends = read_period(request.period, plan_zone(policy), as_of)
    return ResolvedRequest(
        request=request,
        as_of=as_of,
        source=source,
        starts=starts,
        ends=ends,
        controls=choose_controls(policy, request),
        gate=request.gate or policy.settings.gate,
        fail_on=request.fail_on or policy.settings.fail_on,
    )


def _require_current(policy: Policy, as_of: datetime.datetime, source: AsOfSource) -> None:
    """Refuse to judge another moment than the present.

    Raises:
        PolicyError: the moment is pinned.
        CcpolicyError: it was asked for.
    """
    match source:
        case "pinned":
            raise PolicyError(
                "the moment judged is pinned to {moment}, and the present is required",
                hint="take 'as_of' out, or say --allow-pinned where a past moment is to be judged",
                locator=policy.place("settings", FILE, "as_of"),
                moment=f"{as_of:%Y-%m-%d %H:%M}",
            )
        case "given":
            raise CcpolicyError(
                "another moment is asked for, and the present is required",
                hint="leave out one of --as-of and --require-current",
            )


def choose_controls(policy: Policy, request: EvaluationRequest) -> tuple[str, ...]:
    """Return the ids of the controls that fit every filter of a request.

    Raises:
        PolicyError: a filter names what is not there.
    """
    chosen = list(policy.controls.values())
    for name, wanted in request.filters.items():
        each = FILTERS[name]
        known = {*each.known(policy)}
        for missing in sorted({*wanted} - known):
            raise unknown(each.unknown.template, missing, known, None)
        chosen = [control for control in chosen if each.fits(control, wanted)]
    return tuple(control.id for control in chosen)


def resolve_moment(policy: Policy, given: Moment | None) -> tuple[datetime.datetime, AsOfSource]:
    """Return the moment to judge at, in the plan's zone, and who chose it.

    Raises:
        CcpolicyError: it cannot be read.
    """
    zone = plan_zone(policy)
    if given is not None:
        return read_moment(given, zone, last=True), "given"
    if policy.settings.as_of is not None:
        try:
            return read_moment(policy.settings.as_of, zone, last=True), "pinned"
        except CcpolicyError as failure:
            place = policy.place("settings", FILE, "as_of")
            raise failure.at(failure.locator or place) from None
    return datetime.datetime.now(zone), "now"


def plan_zone(policy: Policy) -> ZoneInfo:
    """Return the plan's time zone.

    Raises:
        PolicyError: the plan names an unknown zone.
    """
    plan = policy.plan
    try:
        return time_zone(plan.zone)
    except KeyError as failure:
        raise PolicyError(
            "unknown time zone '{zone}'",
            hint="write an IANA name, such as Asia/Shanghai",
            locator=policy.place("plan", plan.id, "zone"),
            zone=plan.zone,
        ) from failure
