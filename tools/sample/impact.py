"""What an outage of each system costs the business, as those who work with it see it."""

from __future__ import annotations

from sample.clock import day
from sample.files import Row

_ANALYSES = """
pbx | 2025-05-22 | 240 | 24 | 全部来电中断，约定接通率当日即违约 | P0003
ivr | 2025-05-22 | 240 | 24 | 来电无法分流，人工队列两小时内溢出 | P0003
crm | 2025-05-22 | 360 | 24 | 无法核身和查询订单，半数来电须回拨 | P0013
tickets | 2025-05-22 | 480 | 24 | 工单改用纸质登记，超过一个班次便无法补录 | P0003
recording | 2025-05-22 | 1440 | 48 | 投诉无从核查，监管要求的留存出现缺口 | P0043
wfm | 2025-11-24 | 1440 | 48 | 次日排班无法发布，须沿用上周班表 | P0039
pbx | 2026-05-19 | 240 | 24 | 全部来电中断，约定接通率当日即违约 | P0003
ivr | 2026-05-19 | 240 | 24 | 来电无法分流，人工队列两小时内溢出 | P0003
crm | 2026-05-20 | 360 | 24 | 无法核身和查询订单，六成来电须回拨 | P0013
recording | 2026-05-21 | 1440 | 48 | 投诉无从核查，监管要求的留存出现缺口 | P0043
tickets | 2026-05-27 | 480 | 24 | 工单改用纸质登记，超过一个班次便无法补录 | P0003
wfm | 2026-11-16 | 1440 | 48 | 次日排班无法发布，须沿用上周班表 | P0039
"""
"""System, day, minutes of outage and hours of data that can be borne, why, by whom.

The ticket system was forgotten, and done five days late."""


def impact_analyses() -> list[Row]:
    """Return the analyses of the impact on business, system by system."""
    rows: list[Row] = []
    numbers: dict[str, int] = {}
    for line in _ANALYSES.strip().splitlines():
        system, on, outage, loss, impact, by = (part.strip() for part in line.split("|"))
        numbers[on[:4]] = numbers.get(on[:4], 0) + 1
        rows.append(
            {
                "analysis_id": f"BIA-{on[:4]}-{numbers[on[:4]]:02}",
                "system_id": system,
                "analysed_on": day(on),
                "tolerable_minutes": int(outage),
                "tolerable_loss_hours": int(loss),
                "impact": impact,
                "analysed_by": by,
                "approved_by": "P0001",
            }
        )
    return rows
