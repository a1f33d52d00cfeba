"""The question that a bundle answers: as it is asked, and as its manifest tells it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ccpolicy.api import Repository
from ccpolicy.assessment.manifest import Asked
from ccpolicy.engine.build import EvaluationRequest
from ccpolicy.errors import BundleError

FILTERS = ("controls", "clauses", "tags", "severities")


def asked(
    question: EvaluationRequest, filters: dict[str, Iterable[str]], policy_from: str | None
) -> Asked:
    """Return a question as the manifest tells it."""
    given: dict[str, Any] = {name: sorted(set(filters.get(name, ()))) for name in FILTERS}
    return Asked(
        as_of=question.as_of.isoformat(),
        as_of_source=question.source,
        starts=question.starts.isoformat(),
        ends=question.ends.isoformat(),
        gate=question.gate,
        fail_on=question.fail_on,
        annex=question.annex,
        known_at=question.known_at,
        policy_from=policy_from,
        **given,
    )


def question(repository: Repository, told: Asked) -> EvaluationRequest:
    """Return the question that a manifest tells, to be put to the bundled repository.

    Raises:
        CcpolicyError: it cannot be, such as a filter that names what is not there.
    """
    moments = [_moment(text) for text in (told.as_of, told.starts, told.ends)]
    as_of, starts, ends = (moment.astimezone(repository.zone) for moment in moments)
    usual = repository.question(
        as_of,
        (starts, ends),
        controls=told.controls,
        clauses=told.clauses,
        tags=told.tags,
        severities=told.severities,
        gate=told.gate,
        fail_on=told.fail_on,
        annex=told.annex,
    )
    if told.as_of_source == "pinned":
        pin = repository.settings.as_of
        if pin is None or repository.question().as_of != as_of:
            raise BundleError(
                "the manifest says that {moment} is pinned in ccpolicy.toml, which it is not",
                moment=told.as_of,
            )
    return replace(usual, source=told.as_of_source, known_at=told.known_at)


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
