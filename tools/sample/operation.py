"""How the sample centre watches its operation: monthly reviews, improvements, the plan's effect."""

from __future__ import annotations

import csv
from pathlib import Path

from sample import traffic
from sample.chance import between
from sample.clock import DAY, Date, day, months_after, workday_from
from sample.files import Row, numbered
from sample.incidents import incidents

_HELD = {"2026-01": "2026-03-03"}
"""Months whose review was not held in the middle of the next one."""
_REMARKS = {
    "2025-06": "“618”期间临时增加晚班，话务量未造成积压。",
    "2025-07": "两个晚上人手不足。",
    "2025-08": "新员工上线，平均处理时长略升。",
    "2025-10": "国庆假期排班合适。",
    "2025-11": "“双十一”前一周已加班次。",
    "2026-01": "春节排班提前公布。",
    "2026-02": "春节期间话务量减半，留守班次足够。",
    "2026-03": "转接次数偏多，已列改进。",
    "2026-05": "退款新规咨询集中，安排专项培训。",
    "2026-06": "“618”期间两职场互相支援。",
    "2026-07": "成都限电，半数席位停用，话务转移上海过晚。",
    "2026-08": "口令重置排队较长。",
    "2026-09": "合作方放假未提前告知，预测偏低。",
}
_NAMES = {"SHA": "上海", "CTU": "成都"}
_ACTIONS = Path(__file__).parent / "improvement_actions.csv"


def operation_reviews() -> list[Row]:
    """Return the monthly reviews of operation, whose words follow from the month's figures."""
    rows = []
    # The review of October is put off to the end of November.
    for number in range(17):
        month = months_after(day("2025-05-01"), number)
        period = month.isoformat()[:7]
        held = _HELD.get(period)
        usual = workday_from(months_after(month, 1) + between(9, 13, "review", period) * DAY)
        figures = traffic.month(period)
        rows.append(
            {
                "review_id": f"OR-{period}",
                "period": period,
                "held_on": day(held) if held else usual,
                "chair": "P0003",
                "attendees": between(7, 12, "attendees", period),
                "calls_offered": figures.offered,
                "service_level": figures.service_level,
                "summary": _summary(period),
            }
        )
    return rows


def _summary(period: str) -> str:
    missed = [
        f"{name}服务水平 {figures.service_level:.1%}，未达标"
        for site, name in _NAMES.items()
        if (figures := traffic.month(period, site)).service_level < 0.8
    ]
    happened = [
        f"{each['incident_id']}（{'一二三四'[each['severity'] - 1]}级）"
        for each in incidents()
        if each["detected_at"].isoformat()[:7] == period
    ]
    parts = ["；".join(missed) or "两职场服务水平均达标"]
    parts.append(f"当月事故：{'、'.join(happened)}" if happened else "当月无事故")
    return "；".join(parts) + "。" + _REMARKS.get(period, "")


def improvement_actions() -> list[Row]:
    """Return what was to be improved, and whether it was."""
    rows = []
    for line in csv.DictReader(_ACTIONS.read_text("utf-8").splitlines()):
        done, owner = line["done_on"], line["owner"]
        rows.append(
            {
                "source": line["source"],
                "what": line["what"],
                "owner": owner,
                "raised_on": day(line["raised_on"]),
                "due_on": day(line["due_on"]),
                "done_on": _day(done),
                # The manager of operations looks; at what is his own, the director's deputy.
                "verified_by": ("P0002" if owner == "P0003" else "P0003") if done else None,
            }
        )
    return numbered(rows, "M{:03}", "action_id", "raised_on", "due_on")


def _day(text: str) -> Date | None:
    return day(text) if text else None


_EFFECT = [  # reviewed on, judged as of, lapses in the half-year, what was decided
    ("2025-05-27", "2025-05-26", 0, "首次确定各项控制的目标值，预案试行半年后复评。"),
    (
        "2025-11-25",
        "2025-11-20",
        19,
        "失效多因交接遗漏；网络设备巡检改为每季度，通知时限缩短至 15 分钟。",
    ),
    ("2026-05-22", "2026-05-20", 27, "切换测试和放电测试纳入年度计划；恢复测试按系统等级区分。"),
    (
        "2026-11-18",
        "2026-11-17",
        22,
        "目标值维持不变；巡检逾期集中在节假日前后，改由排班系统提醒。",
    ),
]


def effect_reviews() -> list[Row]:
    """Return the half-yearly reviews of whether the plan works."""
    return [
        {
            "review_id": f"ER-{reviewed[:7]}",
            "reviewed_on": day(reviewed),
            "judged_on": day(judged),
            "lapses": lapses,
            "decided": decided,
            "reviewer": "P0010",
            "approver": "P0001",
        }
        for reviewed, judged, lapses, decided in _EFFECT
    ]
