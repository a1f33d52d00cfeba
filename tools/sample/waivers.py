"""The waivers of the sample centre: who asked for them, and what was done in the meantime."""

from __future__ import annotations

from sample.clock import DAY, LAST, by_hand, day
from sample.files import Row, numbered

_WAIVERS = [  # waiver, control, subject, asked by, approved on, until
    ("W-2025-01", "NS-4", "CTU × firewall", "P0007", "2025-09-01", "2025-10-15"),
    ("W-2026-01", "EM-1", "CTU-NET-03", "P0006", "2026-10-05", "2027-03-31"),
    ("W-2026-02", "ER-1", "SHA × headset", "P0005", "2026-10-12", "2027-03-31"),
]
_MEASURES = {  # waiver: who looks, every how many days, what it showed
    "W-2025-01": ("P0033", 7, "比对防火墙策略变更日志，本周无未经审批的变更"),
    "W-2026-01": ("P0033", 7, "网管远程查看端口、电源、温度，均正常"),
    "W-2026-02": ("P0006", 14, "成都多备耳麦可随时发出，快递次日可达"),
}


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


def waiver_measures() -> list[Row]:
    """Return what was looked after in place of what is waived."""
    rows = []
    for waiver in waiver_requests():
        name = waiver["waiver_id"]
        who, every, what = _MEASURES[name]
        on = waiver["approved_on"] + DAY
        while on <= min(waiver["until"], LAST - DAY):
            rows.append(
                {
                    "waiver_id": name,
                    "done_at": by_hand(on, "measure", name),
                    "what": what,
                    "done_by": who,
                    "works": True,
                }
            )
            on += every * DAY
    return numbered(rows, "WM{:03}", "measure_id", "done_at", "waiver_id")
