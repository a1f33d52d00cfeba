"""GitLab code quality: one entry for each finding, in the subset of Code Climate that it reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.findings import SETTINGS, Finding, findings, left_out
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import pinned
from ccpolicy.vocabulary import SEVERITIES

_GITLAB = ("blocker", "critical", "major", "minor", "info")
"""GitLab's severities, worst first."""
LEVELS = {each: _GITLAB[min(rank, len(_GITLAB) - 1)] for rank, each in enumerate(SEVERITIES)}
"""Severity → GitLab's."""


def render_assessment(result: Assessment, view: View) -> Rendered:
    """Render an assessment: an array, empty when there is nothing to complain of."""
    page = Page(view)
    entries = [*_pinned(page, result), *(_entry(page, each) for each in findings(result, view))]
    return Rendered(json.dumps(entries, ensure_ascii=False, indent=2) + "\n", left_out(result))


def _pinned(page: Page, result: Assessment) -> Iterator[dict[str, object]]:
    """Yield an entry of its own where a pinned moment was judged; it fails nothing."""
    if warnings := pinned(page, result):
        yield {
            "description": page.phrases(warnings),
            "check_name": "as_of",
            "fingerprint": hashlib.sha256(f"as_of {result.as_of}".encode()).hexdigest(),
            "severity": "info",
            "location": {"path": page.view.folder + SETTINGS, "lines": {"begin": 1}},
        }


def _entry(page: Page, finding: Finding) -> dict[str, object]:
    control = finding.control
    return {
        "description": f"{control.id} {page.text(control.title)}: {finding.message}"
        if control
        else finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.identity,
        "severity": LEVELS[control.severity] if control else "major",
        "location": {"path": finding.file, "lines": {"begin": finding.line}},
    }
