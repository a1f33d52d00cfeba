"""A sample of three inspections, of which one was tested and is an exception."""

from __future__ import annotations

from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.models import Tool, Window
from ccpolicy.assessment.sample import Sample, SampledItem, Stratum
from ccpolicy.texts import Text

STARTS, ENDS = "2026-04-01T00:00:00+08:00", "2026-07-01T00:00:00+08:00"
DIGEST = f"sha256:{'d' * 64}"


def item(number: int, result: str, remark: str) -> SampledItem:
    return SampledItem.model_validate(
        {
            "id": f"I00000{number}",
            "stratum": "telephony" if number < 3 else "power",
            "place": f"evidence/inspections/2026.csv:{number + 1}",
            "fields": {"asset_id": f"SHA-TEL-0{number}", "result": "合格"},
            "result": result,
            "remark": remark,
            "tester": "P0012" if remark else "",
            "tested_on": "2026-07-08" if remark else "",
        }
    )


DRAWN = Sample(
    schema_version="1.0",
    tool=Tool(name="ccpolicy", version="1.2.3"),
    plan=PlanReference(
        id="plan",
        title=Text({"en": "Call-centre incident plan", "zh": "呼叫中心事故预案"}),
        version="1.0",
        zone="Asia/Shanghai",
    ),
    about="inspections",
    kind="dataset",
    title=Text({"en": "Inspections", "zh": "巡检记录"}),
    as_of="2026-07-05T09:00:00+08:00",
    window=Window(starts=STARTS, ends=ENDS),
    population=120,
    population_digest=DIGEST,
    seed=f"{DIGEST} {STARTS} {ENDS}",
    size=3,
    is_size_chosen=False,
    by="class",
    strata=[
        Stratum(name="telephony", population=80, drawn=2),
        Stratum(name="power", population=40, drawn=1),
    ],
    items=[
        item(1, "exception", "The sheet lacks the second signature."),
        item(2, "untested", ""),
        item(3, "ok", "Seen with the paper."),
    ],
    has_results=True,
)
