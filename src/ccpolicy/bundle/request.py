"""The request that a bundle answers, as its manifest writes it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from ccpolicy.assessment.manifest import AnsweredRequest
from ccpolicy.engine.question import (
    FILTERS,
    EvaluationRequest,
    ResolvedRequest,
    plan_zone,
    resolve,
    resolve_moment,
)
from ccpolicy.errors import BundleError
from ccpolicy.policy import Policy


def write_request(question: ResolvedRequest, policy_from: str | None) -> AnsweredRequest:
    """Return a request as the manifest writes it."""
    return AnsweredRequest(
        as_of=question.as_of.isoformat(),
        as_of_source=question.source,
        starts=question.starts.isoformat(),
        ends=question.ends.isoformat(),
        filters=question.request.filters,
        gate=question.gate,
        fail_on=question.fail_on,
        annex=question.request.appendix,
        known_at=question.request.known_at,
        policy_from=policy_from,
    )


def read_request(policy: Policy, asked: AnsweredRequest) -> ResolvedRequest:
    """Return the request of a manifest, resolved for the bundled policy.

    Raises:
        CcpolicyError: it cannot be resolved, such as a filter that names what is not there.
    """
    zone = plan_zone(policy)
    moments = [_moment(text) for text in (asked.as_of, asked.starts, asked.ends)]
    as_of, starts, ends = (moment.astimezone(zone) for moment in moments)
    filters: dict[str, Any] = {}
    for name, wanted in asked.filters.items():
        if name not in FILTERS or not wanted:
            raise BundleError("the manifest names the unknown filter '{name}'", name=name)
        filters[FILTERS[name].field] = wanted
    question = resolve(
        policy,
        EvaluationRequest(
            as_of=as_of,
            period=(starts, ends),
            gate=asked.gate,
            fail_on=asked.fail_on,
            appendix=asked.annex,
            known_at=asked.known_at,
            **filters,
        ),
    )
    if asked.as_of_source == "pinned" and (
        policy.settings.as_of is None or resolve_moment(policy, None)[0] != as_of
    ):
        raise BundleError(
            "the manifest says that {moment} is pinned in ccpolicy.toml, which it is not",
            moment=asked.as_of,
        )
    return replace(question, source=asked.as_of_source)


def _moment(text: str) -> datetime.datetime:
    """Read a moment of a manifest.

    Raises:
        BundleError: it is none.
    """
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is not None and 1971 <= moment.year <= 2198:
            return moment
    except ValueError:
        pass
    raise BundleError("'{text}' in the manifest is not a time", text=text)
