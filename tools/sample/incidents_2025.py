"""What happened at the sample centre in 2025: its incidents, in the order in which they came."""

from __future__ import annotations

from sample.incident import Incident

INCIDENTS_2025 = [
    Incident(
        number="2025-01",
        site="SHA",
        kind="network",
        severity=3,
        detected="2025-06-18T10:42:17",
        scope=(12, 46, 44, 12),
        assessed=16,
        contained=95,
        restored=310,
        reviewed="2025-06-23",
        cause="运营商中继线路时断时续，话务反复切换",
        lessons="连续三次断线即应人工切至第二运营商，不必等到十次",
        asks_plan_change=False,
        actions=(("下调第二运营商切换阈值", "P0025", "2025-07-18", "2025-07-10"),),
    ),
    Incident(
        number="2025-02",
        site="SHA",
        kind="human",
        severity=3,
        detected="2025-09-11T09:20:05",
        scope=(20, 88, 80, 25),
        assessed=19,
        contained=48,
        restored=75,
        reviewed="2025-09-17",
        cause="早班误加载夜间路由方案，来电转入无人值守队列",
        lessons="路由变更须由第二人复核后方可生效",
        asks_plan_change=False,
        actions=(
            ("路由变更实行双人签字", "P0025", "2025-10-15", "2025-10-11"),
            ("夜间方案在名称中标明", "P0039", "2025-09-30", "2025-09-26"),
        ),
    ),
    Incident(
        number="2025-03",
        site="CTU",
        kind="disaster",
        severity=2,
        detected="2025-10-30T14:12:33",
        scope=(34, 130, 120, 26),
        assessed=14,
        contained=88,
        restored=395,
        reviewed="2025-11-05",
        mobilized=21,
        measures=(
            (18, "关闭机房上方水阀，机柜加盖防水布", "P0006"),
            (35, "成都来电切至上海职场接听", "P0053"),
        ),
        cause="机房上方水管爆裂，漏水进入机柜",
        lessons="防水布早已备好，但当班人员不知道放在哪里",
        asks_plan_change=True,
        actions=(
            ("防水布移至机房门口并加标识", "P0006", "2025-11-14", "2025-11-10"),
            ("请物业将水管改道", "P0006", "2026-01-30", "2026-01-26"),
        ),
    ),
    Incident(
        # Recovered 25 minutes after the limit.
        number="2025-04",
        site="SHA",
        kind="equipment",
        severity=1,
        detected="2025-12-09T19:33:51",
        scope=(62, 610, 560, 265),
        assessed=11,
        contained=52,
        restored=265,
        reviewed="2025-12-15",
        mobilized=17,
        management=24,
        measures=(
            (22, "来电改播故障提示并引导至网页自助", "P0049"),
            (40, "成都职场加开三个班组分担来电", "P0004"),
        ),
        cause="PBX主节点故障，备节点因许可证未同步而未能接管",
        lessons="没有在不预先通知的情况下试过的切换，不能指望",
        asks_plan_change=True,
        actions=(
            ("每季度连同许可证测试一次切换", "P0027", "2026-01-15", "2026-01-09"),
            ("请厂家提供现场备用许可证", "P0007", "2026-02-27", "2026-03-05"),
        ),
    ),
]
