"""The rich assessment with its annex, one with hostile text in every field, one very long."""

from __future__ import annotations

import datetime
import random
from typing import Any

from ccpolicy.assessment.audit_appendix import (
    AuditAppendix,
    ControlAppendix,
    DailyTotals,
    Dataset,
    Gap,
    Kind,
    Record,
    RecordingAuthor,
    Revision,
    Selection,
    Span,
    Timeline,
)
from ccpolicy.assessment.models import Assessment, Lapse

from ..rich import ASSESSMENT, HOSTILE, INTERVAL, text

BEGAN, ENDED = "evidence/inspections/2026.csv:17", "evidence/inspections/2026.csv:35"
STARTS = ASSESSMENT.window.starts
KINDS = ["PWR", "TEL", "NET", "ENV", "ROW", "REC", "HVAC", "UPS", "GEN", "SEAT"]


def _timeline(subject: str, waived_by: str | None = None) -> Timeline:
    return Timeline(
        subject=subject,
        duty=[Span(starts=STARTS, ends=None, record=BEGAN)],
        cover=[
            Span(starts=STARTS, ends="2026-03-02T00:00:00+08:00", record=BEGAN),
            Span(starts="2026-03-05T09:30:00+08:00", ends=None, record=ENDED),
        ],
        gaps=[
            Gap(
                starts="2026-03-02T00:00:00+08:00",
                ends="2026-03-05T09:30:00+08:00",
                waived_by=waived_by,
            ),
            Gap(starts="2026-11-19T00:00:00+08:00", ends=None, waived_by=waived_by),
        ],
    )


def _control(id: str) -> ControlAppendix:
    return ControlAppendix(
        id=id,
        selections=[
            Selection(
                input="subjects", dataset="assets", key=["site", "part"], where=None, good=None
            ),
            Selection(
                input="events",
                dataset="inspections",
                key=["asset_id"],
                where="result = 'pass' AND minutes < 30",
                good="verified",
            ),
        ],
        items=["staff", "客户"],
        revisions=[
            Revision(
                version=1,
                starts=STARTS,
                reason=text("The first one.", "首版。"),
                parameters=[INTERVAL],
            )
        ],
        course=[
            DailyTotals(day="2025-11-20", owed=26.0, lapsed=0.0, waived=0.0),
            DailyTotals(day="2026-03-02", owed=104.0, lapsed=1.0, waived=0.0),
            DailyTotals(day="2026-03-06", owed=104.0, lapsed=0.0, waived=2.0),
        ],
        timelines=[_timeline("SH × 耳机", "W-1"), _timeline("SH-PBX-02"), _timeline(HOSTILE)],
        not_drawn=7,
    )


ANNEX = AuditAppendix(
    kinds=[
        Kind(
            name="recurrence",
            summary=text("Something happens every so often.", "某事按周期发生。"),
            query="SELECT control, 'duty' AS part\nFROM subjects\nWHERE starts < ends",
        )
    ],
    datasets=[
        Dataset(
            id="inspections",
            title=text("Inspections", "巡检记录"),
            owner=text("facilities", "设施管理"),
            files="inspections/*.csv",
            format="csv",
            key=["inspection_id"],
            retention="3 years",
            zone="Asia/Shanghai",
            fields=["inspection_id", "asset_id", "result"],
            labels={"inspection_id": text("Number <b>", "巡检单号"), "site": text("Site", "职场")},
            value_labels={"site": {"SH": text("Shanghai & all", "上海")}},
            may_be_empty=text("A new centre has none.", "新中心尚无记录。"),
            recorded=[
                RecordingAuthor(
                    dataset="inspections",
                    author="desk <desk@centre.example>",
                    records=4,
                    first="2026-03-01T09:00:00+08:00",
                    last="2026-11-18T17:30:00+08:00",
                ),
                RecordingAuthor(
                    dataset="inspections",
                    author=None,
                    records=1,
                    first=None,
                    last=None,
                ),
            ],
        )
    ],
    controls=[_control(control.id) for control in ASSESSMENT.controls],
    records=[
        Record(
            place=place,
            dataset="inspections",
            fields={"inspection_id": f"I{number}", "site": "SH", "note": HOSTILE},
        )
        for number, place in enumerate((BEGAN, ENDED), 1)
    ],
)
AUDITED = ASSESSMENT.model_copy(update={"annex": ANNEX})

BAD = (
    "<script>alert(1)</script></script></style></template></textarea></title>"
    "<img src=x onerror=alert(1)><svg/onload=alert(1)><a href=javascript:alert(1)>"
    "\" onclick=\"alert(1) ' onfocus='alert(1) {{ 7*7 }}{% raw %}{0}{x}%s "
    "javascript:alert(1)\u202e\u2066\u200b\u2028\x00\x1b שלום ]]> --> &lt;"
)
KEPT = {
    "languages",
    "schema_version", "as_of", "as_of_source", "starts", "ends", "at", "next_due", "horizon",
    "due_soon", "change", "committed_at", "known_at", "day", "now", "first", "last",
    "period", "severity", "grade", "state", "judged", "fail_on", "tally",
}  # fmt: skip
"""Fields that hold a moment or one of a few words; the models let nothing else in."""


def hostile(bad: str = BAD) -> Assessment:
    """Put a bad text behind every text, so that names still name the same things."""

    def spoil(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            if name in KEPT:
                return value
            spoilt = name in ("fields", "value")
            return {(key + bad if spoilt else key): spoil(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [spoil(each, name) for each in value]
        if isinstance(value, str) and name not in KEPT:
            return bad + value if name == "url" else value + bad
        return value

    spoilt = spoil(AUDITED.model_dump(mode="json"))
    return Assessment.model_validate(spoilt)


def many(number: int) -> Assessment:
    """Return an assessment with very many lapses of one control, no two of them alike.

    Subjects, minutes, lengths and records are drawn at random, as little can be packed of them as
    of real ones; every second lapse of a subject is open.
    """
    chance = random.Random(2026)
    first = datetime.datetime.fromisoformat(STARTS)
    minutes = int((datetime.datetime.fromisoformat(ASSESSMENT.as_of) - first).total_seconds()) // 60
    sites = [f"{chance.choice('BCGHNSTWX')}{chance.choice('AEHJQ')}{each}" for each in range(40)]
    names = sorted(
        f"{chance.choice(sites)}-{chance.choice(KINDS)}-{chance.randrange(10**6):06}"
        for _ in range((number + 1) // 2)
    )

    def place() -> str:
        file = f"{chance.choice(sites)}/{chance.randint(2024, 2026)}-{chance.randint(1, 12):02}"
        return f"evidence/inspections/{file}.csv:{chance.randint(2, 60_000)}"

    lapses = []
    for each in range(number):
        begins = chance.randrange(minutes - 1)
        lasts = minutes - begins if each % 2 else chance.randint(1, minutes - begins)
        starts = first + datetime.timedelta(minutes=begins)
        ends = starts + datetime.timedelta(minutes=lasts)
        lapses.append(
            Lapse(
                baselined=False,
                subject=f"{names[each // 2]} × {each // 2}",
                starts=starts.isoformat(),
                ends=None if each % 2 else ends.isoformat(),
                days=lasts / 1_440,
                waived_by=None,
                opened_by=place(),
                closed_by=None if each % 2 else place(),
            )
        )
    controls = [
        each.model_copy(update={"lapses": lapses}) if each.id == "EM-1" else each
        for each in AUDITED.controls
    ]
    return AUDITED.model_copy(update={"controls": controls})
