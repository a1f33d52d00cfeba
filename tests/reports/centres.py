"""The assessments that every format is held to: two samples, and one with everything in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ccpolicy
import shipped_sample
from ccpolicy.assessment.baseline import apply_baseline, failing
from ccpolicy.assessment.models import Assessment, BaselineEntry

from .rich import ASSESSMENT, HOSTILE

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
NAMES = ("everything", "period", "baselined", "standing", "shipped", "failing")
BASELINED = apply_baseline(
    ASSESSMENT,
    [
        BaselineEntry(control="EM-1", subject="上海-交换机-01", starts="2026-11-08T00:00:00+08:00"),
        BaselineEntry(control="ER-2", subject=HOSTILE, starts="2025-09-01T00:00:00+08:00"),
        BaselineEntry(control="EM-1", subject="=SH-PBX-01", starts="2026-01-01T00:00:00+08:00"),
        BaselineEntry(control="XX-1", subject="centre", starts="2026-01-01T00:00:00+08:00"),
    ],
)
"""One control fails by known and new lapses, one by known ones alone; two entries are gone."""
_JUDGED = ASSESSMENT.model_copy(
    update={
        "controls": [each for each in ASSESSMENT.controls if each.now != "unknown"],
        "gate": ASSESSMENT.gate.model_copy(update={"failed_on": ["EM-1", "ER-2"]}),
        "tally": {**ASSESSMENT.tally, "unknown": 0},
        "problems": [],
    }
)
STANDING = apply_baseline(_JUDGED, failing(_JUDGED))
"""Nothing fails the gate, though two controls fail."""


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
        case "baselined":
            return BASELINED
        case "standing":
            return STANDING
        case "shipped":
            return shipped_sample.assessment()
        case _:
            return ccpolicy.load(FAILING).check()
