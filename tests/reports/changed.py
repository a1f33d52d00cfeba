"""One comparison with everything in it: every direction and family, CJK and hostile text."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.alterations import Alteration, Altered, Unfollowed, ValueChange
from ccpolicy.assessment.comparison import STATUSES, ComparedControl, Comparison, PolicyChange, Side
from ccpolicy.assessment.models import Tool

from .rich import HOSTILE, text


def change(family: str, name: str, direction: str, en: str, zh: str, **values: Any) -> PolicyChange:
    given: dict[str, Any] = {
        "family": family,
        "name": name,
        "direction": direction,
        "message": text(en, zh),
        "before": None,
        "after": None,
        "rewrites_history": False,
        "before_at": None,
        "after_at": None,
        "controls": [],
        **values,
    }
    return PolicyChange(**given)


CONTROLS = [
    ComparedControl(
        id="EM-1",
        title=text("Assets | inspected", "设备定期巡检"),
        severity="high",
        status="loosened",
    ),
    ComparedControl(
        id="EM-2",
        title=text("Faults repaired", "故障限时修复"),
        severity="critical",
        status="unordered",
    ),
    ComparedControl(
        id="TR-1", title=text("Staff trained", "人员培训"), severity="low", status="tightened"
    ),
    ComparedControl(id="NS-9", title=text(HOSTILE, HOSTILE), severity="medium", status="added"),
    ComparedControl(
        id="IR-1", title=text("Notified", "及时通知"), severity="critical", status="unchanged"
    ),
    ComparedControl(id="DR-1", title=text("Drills", "预案演练"), severity="high", status="removed"),
]
CHANGES = [
    change(
        "control",
        "EM-1",
        "loosened",
        "longest time from one event to the next, every (seat)",
        "两次之间的最长间隔，every (seat)",
        before="30 days",
        after="60 days",
        rewrites_history=True,
        before_at="main:policy/controls/3.yaml:12",
        after_at="policy/controls/3.yaml:12",
        controls=["EM-1"],
    ),
    change(
        "control", "EM-1", "neutral", "the owner", "字段 owner", after_at="policy/controls/3.yaml:9"
    ),
    change(
        "control",
        "EM-2",
        "unordered",
        "closings: where",
        "closings：where",
        before="repaired_at is not null and resolution in ('repaired', 'replaced')",
        after=HOSTILE,
        rewrites_history=True,
        after_at="policy/controls/3.yaml:40",
        controls=["EM-2"],
    ),
    change(
        "control", "TR-1", "tightened", "may no longer be empty", "不再允许为空", controls=["TR-1"]
    ),
    change("control", "NS-9", "tightened", "a new control", "新增控制项", controls=["NS-9"]),
    change(
        "control", "DR-1", "loosened", "the control is taken out", "控制项已删除", controls=["DR-1"]
    ),
    change(
        "waiver",
        "W-1",
        "loosened",
        f"{HOSTILE} is waived for EM-1",
        f"{HOSTILE} 就 EM-1 获得豁免",
        after="2026-12-01/2026-12-31",
        after_at="policy/waivers.yaml:3",
        controls=["EM-1"],
    ),
    change("dataset", "faults", "loosened", "enum of priority", "priority 的 enum", before='["a"]'),
    change("check", "steady", "unordered", "its inputs and parameters", "输入与参数"),
    change("norm", "n-1", "neutral", "why a number is what it is", "数值的依据"),
    change("plan", "call-centre", "tightened", "clause 7 is new", "新增条款 7"),
    change(
        "settings",
        "ccpolicy.toml",
        "loosened",
        "the setting 'gate'",
        "设置项“gate”",
        before="period",
        after="now",
    ),
]


def alteration(record: str, what: str, *columns: ValueChange, **values: Any) -> Alteration:
    given: dict[str, Any] = {
        "dataset": "inspections",
        "file": "evidence/inspections/2026.csv",
        "commit": "89abcdef01234567" * 2,
        "uncommitted": False,
        "author": "facilities@centre.example",
        "committer": "facilities@centre.example",
        "reason": None,
        "permitted": False,
        **values,
    }
    return Alteration(record=record, what=what, columns=list(columns), **given)  # type: ignore[arg-type]


ALTERED = Altered(
    reason=None,
    hint=None,
    against_contract=True,
    builds_on_base=False,
    parted_at="fedcba9876543210" * 2,
    count=205,
    not_permitted=4,
    records=[
        alteration(
            "I1",
            "amended",
            ValueChange(name="performed_at", before="2026-03-12", after="2026-03-28"),
            ValueChange(name="note", before=None, after=HOSTILE),
            ValueChange(name="result", before="x" * 200, after=None),
            committer="robot@centre.example",
        ),
        alteration("I2", "deleted", ValueChange(name="id", before="I2", after=None), commit=None),
        alteration(
            HOSTILE,
            "duplicated",
            ValueChange(name="id", before=None, after="坐席"),
            dataset="incidents.notices",
            file=f"evidence/{HOSTILE}.json",
            author=HOSTILE,
            committer=HOSTILE,
        ),
        alteration("I4", "deleted", commit=None, uncommitted=True, author=None, committer=None),
        alteration("I5", "amended", reason=HOSTILE, permitted=True),
    ],
    unreadable=["evidence/inspections/2025.csv"],
    unfollowed=[
        Unfollowed(dataset="assets", count=300, files=[f"evidence/assets/{n}.csv" for n in "12345"])
    ],
)
UNTOLD = Altered(
    reason=text("the repository is a shallow clone, whose history is cut off", "仓库为浅克隆"),
    hint=text("fetch all of it", "请获取完整历史"),
    against_contract=True,
    builds_on_base=False,
    parted_at=None,
    count=0,
    not_permitted=0,
    records=[],
    unreadable=[],
    unfollowed=[],
)


def compared(
    controls: list[ComparedControl], changes: list[PolicyChange], altered: Altered | None = None
) -> Comparison:
    statuses = [control.status for control in controls]
    return Comparison(
        schema_version="1.1",
        tool=Tool(name="ccpolicy", version="0.1.0"),
        title=text("Call-centre incident plan", "呼叫中心事故预案"),
        base=Side(
            name="origin/main", revision="0123456789abcdef" * 2, version="1", digest="sha256:0"
        ),
        head=Side(name=None, revision=None, version="2", digest="sha256:1"),
        as_of="2026-11-20",
        loosened=any(each.direction in ("loosened", "unordered") for each in changes),
        tally={status: statuses.count(status) for status in STATUSES},
        controls=controls,
        changes=changes,
        altered=altered,
    )


COMPARISON = compared(CONTROLS, CHANGES, ALTERED)
STRICTER = compared(CONTROLS[2:4], [CHANGES[3], CHANGES[4]], UNTOLD)
SAME = compared(CONTROLS[4:5], [])
