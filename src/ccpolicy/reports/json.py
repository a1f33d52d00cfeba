"""JSON: the public form of each result, the same bytes for the same result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccpolicy.assessment.agenda import Agenda
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.models import Assessment
    from ccpolicy.assessment.verdict_history import History
    from ccpolicy.assessment.verification import Verification
    from ccpolicy.reports import View


def assessment(result: Assessment, view: View) -> str:
    """Render an assessment; see `policy/schemas/assessment.json`."""
    return result.model_dump_json(indent=2) + "\n"


def agenda(result: Agenda, view: View) -> str:
    """Render an agenda; see `policy/schemas/agenda.json`."""
    return result.model_dump_json(indent=2) + "\n"


def verification(result: Verification, view: View) -> str:
    """Render what came of verifying a bundle; see `policy/schemas/verification.json`."""
    return result.model_dump_json(indent=2) + "\n"


def history(result: History, view: View) -> str:
    """Render a history; see `policy/schemas/history.json`."""
    return result.model_dump_json(indent=2) + "\n"


def comparison(result: Comparison, view: View) -> str:
    """Render a comparison; see `policy/schemas/comparison.json`."""
    return result.model_dump_json(indent=2) + "\n"
