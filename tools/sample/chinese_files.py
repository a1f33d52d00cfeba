"""Records as the programs of a Chinese centre write them: an old system, a form, a script's log."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from sample.files import Row, write_csv, write_lines

PASSED: dict[object, str] = {"pass": "合格", "fail": "不合格"}
_SCOPES = {"firewall": "防火墙策略", "access": "访问权限"}
_REVIEWS = ("复核编号", "职场", "复核范围", "复核日期", "复核人工号", "批准人工号", "结论")
_HEADINGS = {  # dataset: column and its heading
    "asset_cards": {
        "card_id": "卡片编号",
        "asset_id": "设备编号",
        "site": "使用部门",
        "name": "资产名称",
        "capitalized_on": "入账日期",
        "stopped_on": "停用日期",
    },
    "supplier_contracts": {
        "contract_id": "合同编号",
        "service": "服务内容",
        "supplier": "供应商",
        "response_hours": "应急响应时限（小时）",
        "signed_on": "签订日期",
        "starts_on": "生效日期",
        "ends_on": "到期日期",
    },
    "waiver_measures": {
        "measure_id": "编号",
        "waiver_id": "豁免编号",
        "done_at": "检查时间",
        "what": "措施与结果",
        "done_by": "检查人工号",
        "works": "是否有效",
    },
    "protection_checks": {
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
    },
    "faults": {
        "fault_id": "工单编号",
        "asset_id": "设备编号",
        "inspection_id": "巡检编号",
        "priority": "故障等级",
        "effect": "影响",
        "symptom": "故障现象",
        "raised_at": "报修时间",
        "repaired_at": "修复时间",
        "resolution": "处理方式",
        "technician": "维修人工号",
        "verifier": "验收人工号",
        "spares_used": "耗用备件",
        "incident_id": "关联事故编号",
        "no_incident_reason": "未列为事故的理由",
    },
    "generator_looks": {
        "look_id": "编号",
        "unit_id": "机组编号",
        "looked_at": "查看时间",
        "fuel_percent": "油位（%）",
        "battery_voltage": "启动电池电压（V）",
        "leaks": "渗漏",
        "technician": "查看人工号",
        "result": "结论",
    },
    "failover_tests": {
        "test_id": "编号",
        "site": "职场",
        "element": "切换对象",
        "tested_at": "测试时间",
        "unannounced": "是否预先通知",
        "takeover_seconds": "切换用时（秒）",
        "calls_lost": "丢失来电",
        "technician": "执行人工号",
        "verifier": "核验人工号",
        "result": "结论",
        "remark": "备注",
    },
}
_WORDS: dict[str, dict[object, str]] = {  # column: value and its word
    "result": PASSED,
    "measure": {
        "log_retention": "日志留存",
        "malware_protection": "恶意代码防范",
        "multi_factor": "登录二次验证",
    },
    "priority": {"critical": "紧急", "major": "重要", "minor": "一般"},
    "effect": {"stopped": "停机", "degraded": "性能下降", "none": "无影响"},
    "resolution": {"repaired": "维修", "replaced": "更换"},
    "leaks": {False: "无", True: "有"},
    "element": {
        "trunks": "运营商中继",
        "pbx": "PBX节点",
        "other_site": "转另一职场",
        "home_seats": "居家座席",
    },
    "service": {
        "carrier_1": "第一运营商线路",
        "carrier_2": "第二运营商线路",
        "telephony": "话务平台维保",
        "generator": "发电机维保",
    },
    "works": {True: "有效", False: "无效"},
    "unannounced": {False: "是", True: "否"},
}
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


def write_worded(path: Path, dataset: str, rows: Sequence[Row]) -> None:
    """Write a list that is kept in a spreadsheet and saved as CSV, in the words of those who do."""
    headings = _HEADINGS[dataset]
    exported = [
        {headings[name]: _worded(name, value) for name, value in row.items()} for row in rows
    ]
    write_csv(path, exported, list(headings.values()), "utf-8-sig")


def _worded(name: str, value: object) -> object:
    match value:
        case datetime.datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case datetime.date():
            return f"{value:%Y年}{value.month}月{value.day}日"
        case None:
            return None
        case _:
            return _WORDS.get(name, {}).get(value, value)


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
