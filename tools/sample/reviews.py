"""How the sample centre learns: reviews of the plan and of operation, and improvements."""

from __future__ import annotations

from sample import traffic
from sample.chance import between
from sample.clock import DAY, LAST, Date, day, months_after, workday_from
from sample.files import Row, numbered

_VERSIONS = [  # version, what is new, signed, issued, first and last day in force
    (
        "1.0",
        "首版：由原《话务中断处置办法》和各职场应急预案合并而成",
        "2025-05-08",
        "2025-05-09",
        "2025-05-12",
        "2025-12-31",
    ),
    (
        "1.1",
        "通知送达时限由30分钟改为15分钟；网络设备巡检由半年改为每季度",
        "2025-12-25",
        "2025-12-29",
        "2026-01-01",
        "2026-08-31",
    ),
    (
        "1.2",
        "三级、四级事故的通知和复盘改按工作时间计；增加客户网页通报、个人信息泄露研判和恢复通报",
        "2026-08-20",
        "2026-08-25",
        "2026-09-01",
        None,
    ),
]


def plan_versions() -> list[Row]:
    """Return the versions of the plan."""
    return [
        {
            "plan_version": version,
            "drafted_by": "P0011",
            "changes": changes,
            "signed_by": "P0001",
            "signed_on": day(signed),
            "issued_on": day(issued),
            "effective_on": day(first),
            "superseded_on": day(last) if last else None,
        }
        for version, changes, signed, issued, first, last in _VERSIONS
    ]


def version_on(on: Date) -> str:
    """Return the version of the plan in force on a day."""
    [version] = [
        str(each["plan_version"])
        for each in plan_versions()
        if each["effective_on"] <= on <= (each["superseded_on"] or LAST)
    ]
    return version


def plan_reviews() -> list[Row]:
    """Return the reviews of the plan."""
    reviews = [
        ("PR-2025-01", "2025-05-16", "2025-05-20", "approved"),
        # The year-end review, which shortened two parameters from January on.
        ("PR-2025-02", "2025-12-16", "2025-12-24", "approved"),
        ("PR-2026-01", "2026-07-23", "2026-07-30", "revise"),
        ("PR-2026-02", "2026-08-06", "2026-08-13", "approved"),
    ]
    return [
        {
            "review_id": name,
            "plan_version": version_on(day(held)),
            "reviewed_on": day(held),
            "reviewer": "P0011",
            "approver": "P0001",
            "approved_on": day(approved),
            "outcome": outcome,
        }
        for name, held, approved, outcome in reviews
    ]


_DECISIONS = [  # what asked for it, decided, the new version if there is one, why
    ("D-2025-04", "2025-06-19", None, "通知口径属附件，改附件即可，预案正文不变"),
    ("INC-2025-03", "2025-11-27", None, "防水布位置写入现场处置卡，预案正文不变"),
    ("INC-2025-04", "2025-12-24", "1.1", "通知送达由30分钟缩短为15分钟"),
    ("INC-2026-01", "2026-02-06", None, "环路保护属设备配置，已列入网络巡检，预案不变"),
    ("INC-2026-04", "2026-05-21", None, "供应商号码列入通讯录并定期拨测，流程不变"),
    ("D-2026-04", "2026-06-12", None, "域名应急解析步骤补入操作手册，预案正文不变"),
    ("D-2026-07", "2026-07-03", None, "副总监第二号码列入通讯录，预案正文不变"),
    # The new version was issued six days after the limit.
    ("INC-2026-06", "2026-08-13", "1.2", "增加客户网页通报和恢复通报的要求"),
    ("PR-2026-01", "2026-08-13", "1.2", "三级、四级事故的时限改按工作时间计"),
    ("INC-2026-07", "2026-09-10", None, "8月25日发放的1.2版已写明个人信息事故的定级人"),
]


def plan_decisions() -> list[Row]:
    """Return what was decided on changing the plan."""
    numbers: dict[str, int] = {}
    rows: list[Row] = []
    for source, decided, version, reason in _DECISIONS:
        year = decided[:4]
        numbers[year] = numbers.get(year, 0) + 1
        rows.append(
            {
                "decision_id": f"PD-{year}-{numbers[year]:02}",
                "source": source,
                "decided_on": day(decided),
                "decided_by": "P0001",
                "decision": "new_version" if version else "keep",
                "plan_version": version,
                "reason": reason,
            }
        )
    return rows


_ATTESTATIONS = [  # matter, what is vouched for, by whom, countersigned by, on which days
    (
        "risks_complete",
        "各职场风险台账已逐项核对，无遗漏的重大风险",
        "P0010",
        "P0001",
        ("2025-06-12", "2026-06-04"),
    ),
    (
        "incidents_complete",
        "达到登记标准的事故均已登记，无瞒报、漏报",
        "P0003",
        "P0011",
        ("2025-06-13", "2026-06-09"),
    ),
    (
        "figures_true",
        "事故的座席、来电和客户数取自话务系统，未经修饰",
        "P0011",
        "P0012",
        ("2025-06-13", "2026-06-09"),
    ),
    (
        "authorities_informed",
        "依法依约应当报告的事项均已报告",
        "P0001",
        "P0012",
        ("2025-06-16", "2026-06-11"),
    ),
    (
        "systems_complete",
        "承载业务和客户数据的系统全部列入系统清单",
        "P0007",
        "P0012",
        ("2025-06-18", "2026-06-11"),
    ),
    # Two weeks late: the training lead was on leave.
    (
        "sessions_not_fixed",
        "安全培训时间随事件安排，未固定日期，也未集中在同一天",
        "P0009",
        "P0014",
        ("2025-06-20", "2026-07-03"),
    ),
]


def attestations() -> list[Row]:
    """Return who vouched for what no record can show."""
    rows: list[Row] = []
    for year in (2025, 2026):
        for number, (topic, statement, by, countersigned, days) in enumerate(_ATTESTATIONS, 1):
            on = day(days[year - 2025])
            rows.append(
                {
                    "attestation_id": f"AT-{year}-{number:02}",
                    "topic": topic,
                    "statement": statement,
                    "attested_by": by,
                    "countersigned_by": countersigned,
                    "attested_on": on,
                    "expires_on": months_after(on, 12),
                }
            )
    return rows


_WAIVERS = [  # waiver, control, subject, asked by, approved on, until
    ("W-2025-01", "NS-4", "CTU × firewall", "P0007", "2025-09-01", "2025-10-15"),
    ("W-2026-01", "EM-1", "CTU-NET-03", "P0006", "2026-10-05", "2027-03-31"),
    ("W-2026-02", "ER-1", "SHA × headset", "P0005", "2026-10-12", "2027-03-31"),
]


def waiver_requests() -> list[Row]:
    """Return who asked for a waiver, and who approved it."""
    return [
        {
            "waiver_id": name,
            "control": control,
            "subject": subject,
            "requested_by": asked,
            "approved_by": "P0001",
            "approved_on": day(approved),
            "until": day(until),
        }
        for name, control, subject, asked, approved, until in _WAIVERS
    ]


_HELD = {"2026-01": "2026-03-03"}
"""Months whose review was not held in the middle of the next one."""
_SUMMARIES = (
    "Level held; two evenings short of agents.",
    "Level missed on three days after a campaign that nobody had announced.",
    "Level held; average handling time down by six seconds.",
    "Level held in spite of the incident, thanks to the other site.",
)
_SAID = {"2026-07": "Level missed at Chengdu in the heat; calls were moved to Shanghai too late."}


def operation_reviews() -> list[Row]:
    """Return the monthly reviews of operation."""
    rows = []
    # The review of October is put off to the end of November.
    for number in range(17):
        month = months_after(day("2025-05-01"), number)
        period = month.isoformat()[:7]
        held = _HELD.get(period)
        usual = workday_from(months_after(month, 1) + between(9, 13, "review", period) * DAY)
        on = day(held) if held else usual
        calls, level = traffic.month(period)
        summary = _SUMMARIES[between(0, len(_SUMMARIES) - 1, "summary", period)]
        rows.append(
            {
                "review_id": f"OR-{period}",
                "period": period,
                "held_on": on,
                "chair": "P0003",
                "attendees": between(7, 12, "attendees", period),
                "calls_offered": calls,
                "service_level": level,
                "summary": _SAID.get(period, summary),
            }
        )
    return rows


_ACTIONS = """
source     | owner | raised on  | due on     | done on    | what
OR-2025-05 | P0013 | 2025-06-12 | 2025-07-31 | 2025-07-24 | announce campaigns two weeks ahead
OR-2025-06 | P0039 | 2025-07-11 | 2025-08-15 | 2025-08-12 | more agents on Monday mornings
PR-2025-01 | P0011 | 2025-05-20 | 2025-06-30 | 2025-06-25 | first five minutes on a card
OR-2025-07 | P0025 | 2025-08-12 | 2025-09-30 | 2025-09-19 | voice menu: shorter greeting
D-2025-03  | P0025 | 2025-06-05 | 2025-07-04 | 2025-06-27 | carrier list in the runbook
OR-2025-08 | P0044 | 2025-09-11 | 2025-10-31 | 2025-10-30 | second screen for quality analysts
OR-2025-09 | P0004 | 2025-10-13 | 2025-12-31 | 2025-12-22 | evening shift at Chengdu
OR-2025-10 | P0003 | 2025-11-12 | 2026-02-27 | 2026-02-25 | callback instead of waiting
PR-2025-02 | P0005 | 2025-12-24 | 2026-01-30 | 2026-01-23 | inspect the network every quarter
PR-2025-02 | P0011 | 2025-12-24 | 2026-01-15 | 2026-01-14 | notice within 15 minutes
OR-2025-12 | P0040 | 2026-01-12 | 2026-03-31 | 2026-04-09 | spring festival roster by December
OR-2026-01 | P0024 | 2026-03-03 | 2026-05-29 | 2026-05-20 | dashboard on the floor
OR-2026-02 | P0050 | 2026-03-12 | 2026-06-30 | 2026-06-24 | fewer transfers between teams
OR-2026-03 | P0013 | 2026-04-13 | 2026-07-31 | 2026-07-17 | survey after each call
D-2026-03  | P0055 | 2026-04-30 | 2026-05-29 | 2026-05-26 | list of travellers kept by the shifts
OR-2026-05 | P0009 | 2026-06-11 | 2026-07-15 | 2026-07-10 | training on the new refund rules
PR-2026-02 | P0013 | 2026-08-13 | 2026-10-16 | 2026-10-12 | web page with news on incidents
OR-2026-07 | P0005 | 2026-08-12 | 2026-09-30 | 2026-09-28 | heat plan for the server room
OR-2026-08 | P0049 | 2026-09-11 | 2026-11-13 | 2026-11-11 | cut the queue for password resets
OR-2026-09 | P0039 | 2026-10-13 | 2026-11-30 |            | forecast with holidays of partners
OR-2026-09 | P0003 | 2026-10-13 | 2026-12-31 |            | deputy for the night shift lead
"""


def improvement_actions() -> list[Row]:
    """Return what was to be improved, and whether it was."""
    rows = []
    for line in _ACTIONS.strip().splitlines()[1:]:
        source, owner, raised, due, done, what = (part.strip() for part in line.split("|"))
        rows.append(
            {
                "source": source,
                "what": what,
                "owner": owner,
                "raised_on": day(raised),
                "due_on": day(due),
                "done_on": day(done) if done else None,
                "verified_by": "P0012" if done else None,
            }
        )
    return numbered(rows, "M{:03}", "action_id", "raised_on", "due_on")
