"""How verdicts came about: commit by commit, with its own public JSON."""

from __future__ import annotations

from typing import ClassVar, Literal

from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.models import AssessmentModel, Tool
from ccpolicy.texts import Text
from ccpolicy.vocabulary import Severity, Verdict

SCHEMA_VERSION: Literal["1.0"] = "1.0"


class VerdictChange(AssessmentModel):
    """A control whose verdict a commit changed, or the time since the commit before."""

    control: str
    title: Text
    severity: Severity
    before: Verdict
    after: Verdict


class Moment(AssessmentModel):
    """A commit that changed evidence, and the verdicts with what was on file then."""

    commit: str
    committed_at: str
    as_of: str
    """The moment judged: the commit's own, unless another was asked for."""
    passed: bool
    """Whether the gate did."""
    verdicts: dict[str, Verdict]
    """Control → verdict at the gate."""
    changed: list[VerdictChange]
    """Since the commit before; none in the first."""


class History(AssessmentModel):
    """Verdicts by commit, oldest first, all by today's policy."""

    SUBJECT: ClassVar[Literal["history"]] = "history"
    """What reports call it."""
    schema_version: Literal["1.0"]
    tool: Tool
    plan: PlanReference
    policy_digest: str
    moments: list[Moment]
