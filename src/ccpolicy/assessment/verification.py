"""The verification of a bundle, step by step: its public JSON."""

from __future__ import annotations

from typing import ClassVar, Literal

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.manifest import AnsweredRequest
from ccpolicy.assessment.models import Gate, Tool
from ccpolicy.texts import Text
from ccpolicy.vocabulary import StepName

SCHEMA_VERSION: Literal["2.0"] = "2.0"

StepStatus = Literal["passed", "failed", "other_version", "not_checked"]


class Detail(AssessmentModel):
    """One of the reasons why a step failed, or a hint."""

    code: str | None
    """Stable code of the message, where it says what is wrong."""
    message: Text


class VerificationStep(AssessmentModel):
    """One verification step and its result."""

    step: StepName
    """`signature`: made by somebody who is trusted, as the reader says. `archive`: of the one
    form allowed. `manifest`: each file is the one listed. `schemas`: manifest, assessment and
    policy are valid. `evaluation`: judging again gives the same bytes. `reports`: so does writing
    them again. `policy`: it is the policy that the reader knows. `provenance`: the repository that
    the reader knows says the same about who filed the evidence, and when."""
    status: StepStatus
    """Other version: its schema version is not the one that this program reads."""
    code: str | None
    """Stable code of the message, unless the step passed or was not reached; see
    docs/messages.md."""
    message: Text
    details: list[Detail]


class Judged(AssessmentModel):
    """What the bundle is about, as judging it again gave it."""

    id: str
    title: Text
    version: str
    digest: str
    """SHA-256 of the policy, `sha256:…`."""
    controls: int
    """Controls judged."""
    of: int
    """Controls in the policy."""
    gate: Gate
    nothing_assessed: bool
    """Whether no control was judged at all, so that the gate says nothing."""


class Verification(AssessmentModel):
    """The result of verifying one bundle."""

    SUBJECT: ClassVar[Literal["verification"]] = "verification"
    """What reports call it."""
    schema_version: Literal["2.0"]
    tool: Tool
    """The program that verified."""
    made_by: Tool | None
    """The program that made the bundle, as the manifest says."""
    manifest: str | None
    """SHA-256 of the manifest, `sha256:…`, which stands for the whole content."""
    asked: AnsweredRequest | None
    judged: Judged | None
    """Null if the evaluation did not pass."""
    provenance_from_bundle: bool
    """Whether verdicts rest on git provenance that only the bundle vouches for."""
    steps: list[VerificationStep]
    required: list[StepName]
    """Steps that must pass, so that leaving them unchecked is a failure."""
    passed: bool
    """Whether each step passed or was not checked, and none that is required was left unchecked."""
