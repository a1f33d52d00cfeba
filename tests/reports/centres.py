"""The assessments that every format is held to: two samples, and one with everything in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.content import content_folder

from .rich import ASSESSMENT

FAILING = Path(ccpolicy.__file__).parent / "samples" / "failing"
NAMES = ("everything", "period", "shipped", "failing")


@cache
def centre(name: str) -> Assessment:
    """Return an assessment: of everything at once, with hostile text, or of a sample."""
    match name:
        case "everything":
            return ASSESSMENT
        case "period":
            gate = ASSESSMENT.gate.model_copy(update={"judged": "period"})
            tally = {**ASSESSMENT.tally, "fail": 3, "pass": 2}
            return ASSESSMENT.model_copy(update={"gate": gate, "tally": tally})
        case "shipped":
            return ccpolicy.load(content_folder()).check()
        case _:
            return ccpolicy.load(FAILING).check()
