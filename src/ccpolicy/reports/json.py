"""JSON: the public form of every result, the same bytes for the same result."""

from __future__ import annotations

from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.comparison import Comparison
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View


def assessment(result: Assessment, view: View) -> str:
    """Render an assessment; see `policy/schemas/assessment.json`."""
    return result.model_dump_json(indent=2) + "\n"


def agenda(result: Agenda, view: View) -> str:
    """Render an agenda; see `policy/schemas/agenda.json`."""
    return result.model_dump_json(indent=2) + "\n"


def comparison(result: Comparison, view: View) -> str:
    """Render a comparison; see `policy/schemas/comparison.json`."""
    return result.model_dump_json(indent=2) + "\n"
