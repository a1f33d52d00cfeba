"""What verifying can come to: verified, failed in several ways, and lacking what is required."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.manifest import AnsweredRequest
from ccpolicy.assessment.models import Gate, Text, Tool
from ccpolicy.assessment.verification import Detail, Judged, Verification, VerificationStep
from ccpolicy.errors import Message
from ccpolicy.vocabulary import STEPS

ASKED = AnsweredRequest(
    as_of="2026-11-20T18:00:00+08:00",
    as_of_source="given",
    starts="2025-11-20T18:00:00+08:00",
    ends="2026-11-20T18:00:00+08:00",
    filters={"clause": ["3.1", "6"], "tag": ["prevention"]},
    gate="now",
    fail_on="low",
    annex=False,
    known_at="2026-10-31",
    policy_from="c" * 40,
)
JUDGED = Judged(
    id="plan",
    title=Text({"en": "Call-centre incident plan", "zh": "呼叫中心事故预案"}),
    version="1.0",
    digest=f"sha256:{'a' * 64}",
    controls=7,
    of=36,
    gate=Gate(accepted=[], obsolete=[], judged="now", fail_on="low", passed=True, failed_on=[]),
    nothing_assessed=False,
)


def said(message: Message) -> dict[str, Any]:
    text = Text({"en": message.text("en"), "zh": message.text("zh")})
    return {"code": message.code or None, "message": text}


def left(message: str) -> list[VerificationStep]:
    return [
        VerificationStep(step=name, status="not_checked", **said(Message.of(message)), details=[])
        for name in STEPS
    ]


PASSED = Message.of("every file is the one that the manifest lists")
VERIFIED = Verification(
    schema_version="2.0",
    tool=Tool(name="ccpolicy", version="0.2.0"),
    made_by=Tool(name="ccpolicy", version="0.1.0"),
    manifest=f"sha256:{'b' * 64}",
    asked=ASKED,
    judged=JUDGED,
    steps=[
        VerificationStep(step=name, status="passed", **said(PASSED), details=[])
        if name != "provenance"
        else left("no repository was named to compare the bundle with")[-1]
        for name in STEPS
    ],
    provenance_from_bundle=True,
    required=[],
    passed=True,
)
HOSTILE = Message.of("the archive holds '{name}' twice", name="x\n  PASSED \x1b[2J\u202e")
NOT_VERIFIED = VERIFIED.model_copy(
    update={
        "judged": None,
        "passed": False,
        "steps": [
            VERIFIED.steps[0],
            VerificationStep(
                step="archive",
                status="failed",
                **said(HOSTILE),
                details=[Detail(**said(Message.of("'{name}' differs", name="证据/巡检.csv")))] * 2,
            ),
            *left("an earlier step did not pass")[2:],
        ],
    }
)
LACKING = VERIFIED.model_copy(
    update={
        "required": ["signature"],
        "passed": False,
        "steps": [left("there is no signature beside the bundle")[0], *VERIFIED.steps[1:]],
        "judged": JUDGED.model_copy(update={"nothing_assessed": True}),
    }
)
