"""What a bundle holds and what was asked: the public JSON that is signed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.models import Tool
from ccpolicy.errors import Language
from ccpolicy.vocabulary import AsOfSource, Judged, Severity

SCHEMA_VERSION: Literal["1.0"] = "1.0"
MANIFEST = "manifest.json"
ASSESSMENT = "assessment.json"
LAPSES = "assessment.lapses.parquet"
"""All lapses, where the assessment does not list them."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AnsweredRequest(AssessmentModel):
    """The request that the assessment answers."""

    as_of: str
    """Moment judged."""
    as_of_source: AsOfSource
    """Whether it was the present, asked for, or pinned in `ccpolicy.toml`."""
    starts: str
    """Beginning of the period asked for."""
    ends: str
    filters: dict[str, list[str]]
    """Filter, such as `control` or `tag`, → the names it lets through; empty if none was used."""
    gate: Judged
    """What the gate judges."""
    fail_on: Severity
    """Least severity that fails the gate."""
    annex: bool
    """Whether the assessment has its annex."""
    known_at: str | None
    """Revision or moment whose evidence was asked for, if not the working tree's."""
    policy_from: str | None
    """Commit that the policy was read from, if not the working tree."""

    @property
    def is_whole(self) -> bool:
        """Whether no control was left out."""
        return not self.filters


class ReportFile(AssessmentModel):
    """A report in the bundle."""

    path: str
    format: str
    language: Language


class BundledFile(AssessmentModel):
    """A file in the bundle."""

    path: str
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: Sha256


class Manifest(AssessmentModel):
    """The list of all that a bundle holds; whoever signs it signs all of that."""

    schema_version: Literal["1.0"]
    tool: Tool
    """The program that made the bundle."""
    asked: AnsweredRequest
    policy_digest: str
    """SHA-256 over the settings, the policy files and the check kinds, `sha256:…`."""
    reports: list[ReportFile]
    files: list[BundledFile]
    """Every file but this one, by path."""

    def digests(self) -> dict[str, str]:
        """Return path → SHA-256."""
        return {file.path: file.sha256 for file in self.files}
