"""How the sample centre learns: reviews of the plan and of operation, and improvements."""

from __future__ import annotations

from sample.chance import between
from sample.clock import DAY, LAST, Date, day, months_after, workday_from
from sample.files import Row
from sample.people import team

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


_READ_LATE = {("1.2", "customer_liaison", "deputy"): "2026-09-03"}
"""Version and post whose holder was on leave when it came into force."""


def plan_readings() -> list[Row]:
    """Return when each post read each version of the plan."""
    rows = []
    for version in plan_versions():
        name, issued, effective = (
            version[each] for each in ("plan_version", "issued_on", "effective_on")
        )
        for post in team():
            late = _READ_LATE.get((name, post["role"], post["rank"]))
            since = max(issued, post["starts_on"])
            days = between(0, max((effective - since).days - 1, 0), "read", name, post["person_id"])
            read = day(late) if late else workday_from(since + days * DAY)
            in_post = post["starts_on"] <= read <= (post.get("ends_on") or LAST)
            if (
                in_post
                and since <= max(effective, post["starts_on"])
                and (effective >= post["starts_on"])
            ):
                rows.append(
                    {
                        "role": post["role"],
                        "rank": post["rank"],
                        "plan_version": name,
                        "person_id": post["person_id"],
                        "read_on": read,
                    }
                )
    return rows


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
        "P0003",
        ("2025-06-13", "2026-06-09"),
    ),
    (
        "authorities_informed",
        "依法依约应当报告的事项均已报告",
        "P0001",
        "P0010",
        ("2025-06-16", "2026-06-11"),
    ),
    (
        "systems_complete",
        "承载业务和客户数据的系统全部列入系统清单",
        "P0007",
        "P0010",
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
    (
        "spares_reconciled",
        "备件盘点结果与采购、领用单据逐月核对，差异均已查明",
        "P0005",
        "P0002",
        ("2025-06-24", "2026-06-16"),
    ),
    (
        "waivers_as_requested",
        "生效的豁免均有审批单，控制项、对象、期限一致",
        "P0010",
        "P0003",
        ("2025-06-25", "2026-06-17"),
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
