"""Names of the contract for headings and files, as short as people would choose them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from ccpolicy.policy.record_schema import RESERVED

_WORDS = {
    "编号": "id",
    "序号": "number",
    "工号": "person_id",
    "单号": "ticket_id",
    "资产编号": "asset_id",
    "设备编号": "asset_id",
    "设备名称": "asset_name",
    "设备": "asset",
    "资产": "asset",
    "姓名": "name",
    "名称": "name",
    "人员": "person",
    "员工": "person",
    "部门": "department",
    "岗位": "role",
    "职位": "role",
    "班组": "team",
    "日期": "date",
    "时间": "time",
    "检查日期": "checked_on",
    "检查时间": "checked_at",
    "巡检日期": "inspected_on",
    "巡检时间": "inspected_at",
    "开始时间": "started_at",
    "结束时间": "ended_at",
    "创建时间": "created_at",
    "关闭时间": "closed_at",
    "完成时间": "completed_at",
    "发生时间": "occurred_at",
    "培训日期": "trained_on",
    "演练日期": "held_on",
    "投用日期": "in_service_from",
    "启用日期": "in_service_from",
    "停用日期": "retired_on",
    "入职日期": "hired_on",
    "离职日期": "left_on",
    "有效期至": "valid_until",
    "到期日期": "expires_on",
    "状态": "status",
    "结果": "result",
    "检查结果": "result",
    "巡检结果": "result",
    "结论": "result",
    "是否合格": "passed",
    "类型": "type",
    "类别": "class",
    "级别": "level",
    "等级": "level",
    "优先级": "priority",
    "地点": "place",
    "位置": "place",
    "楼层": "floor",
    "区域": "area",
    "机房": "room",
    "机房编号": "room_id",
    "机柜": "rack",
    "机柜编号": "rack_id",
    "职场": "site",
    "站点": "site",
    "城市": "city",
    "数量": "quantity",
    "金额": "amount",
    "费用": "cost",
    "价格": "price",
    "单位": "unit",
    "备注": "note",
    "说明": "description",
    "描述": "description",
    "内容": "content",
    "标题": "title",
    "原因": "reason",
    "措施": "action",
    "负责人": "owner",
    "责任人": "owner",
    "检查人": "inspector",
    "巡检人": "inspector",
    "记录人": "recorded_by",
    "审核人": "reviewer",
    "电话": "phone",
    "手机": "phone",
    "邮箱": "email",
    "课程": "course",
    "成绩": "score",
    "分数": "score",
    "版本": "version",
    "用时": "duration",
    "时长": "duration",
    "型号": "model",
    "品牌": "brand",
    "序列号": "serial",
    "供应商": "supplier",
    "温度": "temperature",
    "湿度": "humidity",
    "油量": "litres",
    "电压": "voltage",
    "压力": "pressure",
    "年份": "year",
    "月份": "month",
    "开始": "starts",
    "结束": "ends",
    "年度": "year",
    "占比": "share",
    "灭火器编号": "extinguisher_id",
    "楼栋": "building",
    "灭火器": "extinguishers",
    "巡检": "inspections",
    "检查": "checks",
    "培训": "training",
    "演练": "drills",
    "花名册": "staff",
    "台账": "register",
    "登记": "register",
    "花名": "staff",
    "故障": "faults",
    "事故": "incidents",
    "隐患": "defects",
    "测试": "tests",
    "测试人": "tester",
    "试运行": "tests",
    "月检": "checks",
    "点检": "checks",
    "年检": "checks",
    "报警": "alarms",
    "火灾": "fire",
    "消防": "fire",
    "消火栓": "hydrants",
    "消防栓": "hydrants",
    "疏散": "evacuation",
    "预案": "plans",
    "应急": "emergency",
    "应急灯": "emergency_lights",
    "应急照明": "emergency_lights",
    "照明": "lights",
    "发电机": "generators",
    "外包": "contractors",
    "承包商": "contractors",
    "施工": "works",
    "施工单位": "contractors",
    "单位名称": "company",
    "科室": "ward",
    "病区": "ward",
    "床位": "beds",
    "报废日期": "retired_on",
    "报告时间": "reported_at",
    "测试日期": "tested_on",
    "更换日期": "replaced_on",
    "维修日期": "repaired_on",
    "开工日期": "starts_on",
    "完工日期": "ends_on",
    "参加人数": "participants",
    "人数": "people",
    "场景": "scenario",
    "班次": "shift",
    "签字": "signature",
    "签名": "signature",
    "流量": "flow",
    "负载": "load",
    "整改": "repairs",
    "运行": "runs",
    "记录": "",
    "清单": "",
    "明细": "",
    "情况": "",
    "统计": "",
    "汇总": "",
    "表": "",
}
"""Heading, or a part of one → its usual name; empty for what a name does not need."""
_ENGLISH = """
id no number name date day time result status state type kind note notes remark remarks room site
place location person owner
"""
_USUAL = frozenset(_ENGLISH.split())
"""English headings that are no values."""
_SIMPLIFIED = str.maketrans(
    "設備編號結時間狀態員檢開關類註責單數電話級點維護記錄負責標題內訓練場樓層區優單價額",
    "设备编号结时间状态员检开关类注责单数电话级点维护记录负责标题内训练场楼层区优单价额",
)
"""Characters of these headings as they are written in Taiwan and Hong Kong."""
_LONGEST = 40


def column_names(headings: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return a name for each heading, no two alike; what has none is named by its place.

    `taken` are the names of other columns.
    """
    names: list[str] = []
    for index, heading in enumerate(headings, 1):
        others = [*names, *RESERVED, *taken]
        names.append(_distinct(name_of(heading) or f"column_{index}", others))
    return names


def name_of(text: str) -> str:
    """Return a name such as `asset_id` for a heading or a file; empty if there is none in it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).translate(_SIMPLIFIED)
    if plain in _WORDS:
        return _WORDS[plain]
    bare = re.sub(r"[（(].*?[)）]|[:：*]+$", "", plain).strip()
    if bare in _WORDS:
        return _WORDS[bare]
    if not bare.isascii():
        known = [each for each, name in _WORDS.items() if name and each in bare]
        known.sort(key=len, reverse=True)
        if known and not re.search("[A-Za-z]", bare):
            return _joined(bare) or _WORDS[known[0]]
        bare = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    # A unit such as kW or mAh is one word.
    spaced = re.sub(r"(?<=[A-Za-z0-9][a-z0-9])(?=[A-Z])", "_", bare)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:_LONGEST].strip("_")
    return name if re.match("[a-z]", name) else (f"n_{name}" if name else "")


def name_of_file(file: str) -> str:
    """Return a name for what a file holds, without the numbers around it, such as its year."""
    stem = file.partition(".")[0]
    bare = re.sub("^[0-9][-_ 0-9]*|[-_ ]*[0-9][-_0-9]*$", "", stem)
    return name_of(bare) or name_of(stem)


def is_usual(heading: str) -> bool:
    """Whether a heading is one that is known, so that it is no value."""
    plain = " ".join(unicodedata.normalize("NFKC", heading).split()).translate(_SIMPLIFIED)
    return bool(_WORDS.get(plain)) or plain.lower() in _USUAL


def _joined(text: str) -> str:
    """Return the names of the words that a text consists of, without the word register."""
    found, rest = [], re.sub("[0-9_年 -]", "", text)
    while rest:
        word = next((rest[:n] for n in range(len(rest), 0, -1) if rest[:n] in _WORDS), None)
        if word is None:
            return ""
        found.append(_WORDS[word])
        rest = rest[len(word) :]
    named = [each for each in dict.fromkeys(found) if each]
    named = [each for each in named if each != "register"] or named
    *parts, last = named or [""]
    return "_".join([*(each.removesuffix("s") for each in parts), last])


def _distinct(name: str, taken: Collection[str]) -> str:
    number, distinct = 2, name
    while distinct in taken:
        distinct, number = f"{name}_{number}", number + 1
    return distinct


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken, with a number if need be."""
    return _distinct(name or "records", taken)
