"""The drills that the sample centre held, in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drill:
    """A drill that was held."""

    begun: str
    site: str
    kind: str
    hazard: str
    scenario: str
    length: int
    """Minutes."""
    overall: str
    recovered: int | None = None
    """Minutes until service was recovered, where the drill measures it."""
    evaluated: str | None = None
    """Day of the evaluation, where it was not held soon afterwards."""
    findings: tuple[tuple[str, str, str, str | None], ...] = ()
    """Issue, action, owner, and the day on which it was closed."""
    floor: int = 70
    """How many percent of those on shift took part, beside the response team."""
    unannounced: bool = False
    asks_plan_change: bool = False
    repeats: str | None = None
    """The drill that it repeats, since that one had failed."""


DRILLS = [
    Drill(
        "2025-05-14T10:00",
        "SHA",
        "on_site",
        "equipment",
        "三楼UPS故障",
        50,
        "good",
        unannounced=True,
    ),
    Drill(
        "2025-05-15T10:00",
        "CTU",
        "on_site",
        "disaster",
        "地震：避险与疏散",
        45,
        "good",
        unannounced=True,
    ),
    Drill(
        "2025-05-22T14:00",
        "SHA",
        "full",
        "network",
        "两家运营商线路同时中断",
        165,
        "fair",
        recovered=112,
        findings=(("按旧清单人工切换话路", "清单纳入操作手册", "P0025", "2025-06-12"),),
    ),
    Drill(
        "2025-05-23T14:00",
        "CTU",
        "special",
        "network",
        "至上海的专线中断",
        120,
        "good",
        recovered=47,
        findings=(("座席20分钟后才接到通知", "预先拟好通知口径", "P0053", "2025-06-10"),),
        asks_plan_change=True,
    ),
    Drill("2025-05-27T15:00", "SHA", "tabletop", "disaster", "台风红色预警", 90, "good"),
    Drill("2025-05-28T15:00", "CTU", "tabletop", "equipment", "PBX节点故障", 90, "fair"),
    Drill("2025-05-29T15:00", "SHA", "tabletop", "human", "系统账号被盗用", 90, "good"),
    Drill("2025-05-30T10:00", "CTU", "tabletop", "human", "误加载路由方案", 75, "good"),
    Drill(
        "2025-10-16T10:30",
        "SHA",
        "on_site",
        "disaster",
        "二楼火警疏散",
        40,
        "fair",
        findings=(("一处防火门被杂物堵塞", "每周检查防火门", "P0005", "2025-10-31"),),
    ),
    Drill(
        "2025-10-23T15:00",
        "CTU",
        "on_site",
        "equipment",
        "发电机接管供电",
        60,
        "good",
        unannounced=True,
    ),
    Drill(
        # Evaluated late: the Qingming holiday was forgotten in the plan for it.
        "2026-03-19T10:00",
        "SHA",
        "on_site",
        "equipment",
        "一排座席断电",
        55,
        "good",
        unannounced=True,
        evaluated="2026-04-08",
        findings=(("两根电缆无标识", "所有地插盒加贴标识", "P0016", "2026-04-13"),),
    ),
    Drill("2026-04-09T15:00", "CTU", "tabletop", "human", "座席被收买泄露数据", 80, "good"),
    Drill(
        # Missed its target, and was repeated only after the summer's rush.
        "2026-04-22T10:00",
        "CTU",
        "functional",
        "disaster",
        "地震：由上海职场接管",
        150,
        "fair",
        recovered=104,
        # The first was closed three days late.
        findings=(
            ("可出差人员名单还是一年前的", "名单由各班组维护", "P0055", "2026-05-26"),
            ("上海职场缺10副耳麦", "耳麦列入备件", "P0005", "2026-05-15"),
        ),
    ),
    Drill(
        "2026-05-13T14:00",
        "SHA",
        "functional",
        "network",
        "域名解析失效",
        110,
        "poor",
        recovered=98,
        findings=(("没有纸质通讯录", "每月打印一份", "P0011", "2026-06-05"),),
    ),
    Drill("2026-05-20T15:00", "CTU", "tabletop", "network", "职场防火墙故障", 85, "good"),
    Drill("2026-05-21T15:00", "SHA", "tabletop", "human", "系统遭加密勒索", 95, "fair"),
    Drill(
        "2026-06-11T09:30",
        "SHA",
        "full",
        "disaster",
        "大楼封闭三天",
        240,
        "good",
        recovered=95,
        asks_plan_change=True,
        findings=(
            ("居家座席没有第二块屏幕", "调整居家设备清单", "P0049", "2026-07-03"),
            ("未能联系上副总监", "登记第二个号码", "P0011", "2026-06-26"),
        ),
    ),
    # Nine days into the second half of the year.
    Drill(
        "2026-07-09T10:00", "CTU", "on_site", "disaster", "茶水间冒烟", 40, "good", unannounced=True
    ),
    Drill(
        "2026-07-22T14:00",
        "SHA",
        "functional",
        "network",
        "域名解析失效（重练）",
        95,
        "good",
        recovered=61,
        repeats="D-2026-04",
    ),
    Drill(
        "2026-08-05T10:00",
        "CTU",
        "functional",
        "disaster",
        "地震：由上海职场接管（重练）",
        130,
        "good",
        recovered=78,
        repeats="D-2026-03",
    ),
    Drill(
        "2026-09-17T14:00",
        "CTU",
        "special",
        "network",
        "一条光缆被挖断",
        130,
        "good",
        recovered=39,
        # The queue was long that afternoon, so most agents stayed on their calls.
        floor=35,
        findings=(("没有管道走向图", "向运营商索取", "P0033", "2026-10-12"),),
    ),
    Drill(
        "2026-09-24T15:30",
        "SHA",
        "on_site",
        "human",
        "陌生人进入作业区",
        35,
        "good",
        unannounced=True,
    ),
    # Held again in two groups, for those who had stayed on their calls.
    Drill(
        "2026-10-15T10:00",
        "CTU",
        "special",
        "network",
        "一条光缆被挖断（分两批补练）",
        140,
        "excellent",
        recovered=34,
    ),
    Drill(
        # Eleven days late: the generator was the last failure of equipment that they drilled.
        "2026-11-03T15:00",
        "CTU",
        "tabletop",
        "equipment",
        "一批终端同时故障",
        90,
        "good",
        evaluated="2026-11-13",
        # Still open when the sample is judged.
        findings=(("备件按箱而未按件清点", "改为按件清点", "P0006", None),),
    ),
]
