"""Reports of formats that are text, as text."""

from __future__ import annotations

from ccpolicy import reports
from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.comparison import Comparison
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.sample import Sample
from ccpolicy.assessment.verdict_history import History
from ccpolicy.assessment.verification import Verification
from ccpolicy.reports import View

Result = Assessment | Agenda | Comparison | History | Sample | Verification


def render(result: Result, name: str, view: View) -> str:
    return reports.render(result, name, view).text
