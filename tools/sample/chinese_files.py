"""Records as the programs of a Chinese centre write them: an old system, a form, a script's log."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from sample.files import Row, write_csv, write_lines

PASSED = {"pass": "合格", "fail": "不合格"}
_SCOPES = {"firewall": "防火墙策略", "access": "访问权限"}
_REVIEWS = ("复核编号", "职场", "复核范围", "复核日期", "复核人工号", "批准人工号", "结论")
_FORM = ("序号", "提交答卷时间", "所用时间", "来源", "1、场次编号", "2、职场", "3、开始时间")
_FORM_REST = (
    "4、培训主题",
    "5、参加人数",
    "6、时长（分钟）",
    "7、地点",
    "8、主讲人工号",
    "9、是否讲解应急处置",
)


def write_access_reviews(path: Path, rows: Sequence[Row]) -> None:
    """Write the export of a system that knows no other encoding than GB18030."""
    exported = [
        dict(
            zip(
                _REVIEWS,
                [
                    row["review_id"],
                    row["site"],
                    _SCOPES[row["scope"]],
                    _day(row["reviewed_on"]),
                    row["reviewer"],
                    row["approver"],
                    PASSED[row["result"]],
                ],
                strict=True,
            )
        )
        for row in rows
    ]
    write_csv(path, exported, _REVIEWS, "gb18030")


_MEASURES = {
    "log_retention": "日志留存",
    "malware_protection": "恶意代码防范",
    "multi_factor": "登录二次验证",
}
_CHECKS = {
    "check_id": "核查编号",
    "site": "职场",
    "measure": "防护措施",
    "checked_on": "核查日期",
    "in_scope": "应有数量",
    "in_place": "实有数量",
    "oldest_log_days": "最早日志距今天数",
    "checker": "核查人工号",
    "verifier": "复核人工号",
    "result": "结论",
}


def write_protection_checks(path: Path, rows: Sequence[Row]) -> None:
    """Write the list that the network team keeps in a spreadsheet and saves as CSV."""
    exported = []
    for row in rows:
        checked = f"{row['checked_on']:%Y年}{row['checked_on'].month}月{row['checked_on'].day}日"
        worded = {
            "measure": _MEASURES[row["measure"]],
            "checked_on": checked,
            "result": PASSED[row["result"]],
        }
        exported.append({_CHECKS[name]: worded.get(name, value) for name, value in row.items()})
    write_csv(path, exported, list(_CHECKS.values()), "utf-8-sig")


def write_security_sessions(path: Path, rows: Sequence[Row]) -> None:
    """Write the answers to an online form as they are downloaded, in the order of handing in."""
    exported = []
    for number, row in enumerate(rows, 1):
        ended = row["held_at"] + datetime.timedelta(minutes=row["minutes"])
        handed_in = ended + datetime.timedelta(seconds=number * 47 % 600 + 60)
        answers = [row["session_id"], row["site"], _moment(row["held_at"])]
        rest = [row["topic"], row["attendees"], row["minutes"], row["place"], row["teacher"]]
        rest.append("是" if row["covers_response"] else "否")
        form = [number, _moment(handed_in), f"{number * 37 % 90 + 30}秒", "微信", *answers, *rest]
        exported.append(dict(zip((*_FORM, *_FORM_REST), form, strict=True)))
    write_csv(path, exported, (*_FORM, *_FORM_REST), "utf-8-sig")


def write_copy_log(path: Path, rows: Sequence[Row]) -> None:
    """Write the log of the script that copies backups."""
    write_lines(
        path,
        [
            f"{row['copied_at']:%Y-%m-%d %H:%M:%S} INFO {row['copy_id']} copied"
            f" {row['system_id']}@{row['source_snapshot']} to {row['location']}"
            f" ({'offsite' if row['offsite'] else 'onsite'}),"
            f" {'compared' if row['verified'] else 'not compared'}"
            for row in rows
        ],
    )


def _day(day: datetime.date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _moment(moment: datetime.datetime) -> str:
    return f"{_day(moment)} {moment.hour}:{moment:%M:%S}"
