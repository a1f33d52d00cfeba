"""One assessment with everything in it: every verdict, waivers, CJK and hostile text, problems."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.attestations import Attestation, AttestedMatter
from ccpolicy.assessment.frameworks import Framework, Requirement, serving_verdicts
from ccpolicy.assessment.models import (
    Assessment,
    Attachment,
    Clause,
    Control,
    DueSubjects,
    Evidence,
    EvidenceFile,
    FileNote,
    Gate,
    IgnoredFiles,
    Lapse,
    Norm,
    Parameter,
    Policy,
    Problem,
    Provenance,
    Subjects,
    Text,
    Tool,
    Uncommitted,
    Waiver,
    Window,
)
from ccpolicy.assessment.verdict_history import History, Moment, VerdictChange
from ccpolicy.vocabulary import Verdict

HOSTILE = "UPS\x1b[31m-1\u202e\n::error::\x00"
UNREAD = "evidence/=<b>上海\\n.csv"
AS_OF = "2026-11-20T18:00:00+08:00"


NO_EVIDENCE = Evidence(files=[], attachments=[], unread=[], unread_total=0, ignored=[])


def text(en: str, zh: str) -> Text:
    return Text({"en": en, "zh": zh})


def subjects(
    total: int, *, failed: int = 0, waived: int = 0, unknown: int = 0, ended: int = 0
) -> Subjects:
    passed = total - failed - waived - unknown - ended
    return Subjects(
        total=total,
        passed=passed,
        failed=failed,
        waived=waived,
        unknown=unknown,
        baselined=0,
        ended=ended,
        not_due=0,
    )


def lapse(subject: str, starts: str, ends: str | None, days: float, **values: str | None) -> Lapse:
    return Lapse(
        subject=subject,
        starts=starts,
        ends=ends,
        days=days,
        waived_by=values.get("waived_by"),
        baselined=False,
        opened_by=values.get("opened_by"),
        closed_by=values.get("closed_by"),
    )


def problem(
    en: str, zh: str, locator: str | None = None, hint: Text | None = None, code: str = "FI302"
) -> Problem:
    return Problem(code=code, message=text(en, zh), hint=hint, locator=locator, dataset=None)


def control(id: str, en: str, zh: str, now: str, **changes: Any) -> Control:
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "source": "policy/controls/rich.yaml:3",
        "title": text(en, zh),
        "rule": text(f"{en}.", f"{zh}。"),
        "rationale": None,
        "remediation": text("Do it today and put the record on file.", "今天就做，并留下记录。"),
        "clauses": ["3.1"],
        "stale_clauses": [],
        "satisfies": [],
        "kind": "recurrence",
        "severity": "high",
        "owner": text("facilities", "设施管理"),
        "tags": [],
        "parameters": [],
        "datasets": ["inspections"],
        "now": now,
        "period": now,
        "reason": None,
        "subjects": subjects(4),
        "next_due": None,
        "due": [],
        "lapses": [],
        "problems": [],
        "left_out": 0,
    }
    return Control.model_validate({**values, **changes})


INTERVAL = Parameter(
    name="every",
    label=text("longest time from one event to the next", "两次之间的最长间隔"),
    value={"telephony": "30 days", "network": "90 days"},
    value_labels={"network": text("network equipment", "网络设备")},
    norm=Norm(
        id="inspection-interval",
        title=text("Monthly inspection of core equipment", "核心设备每月巡检"),
        source=text("Centre operations handbook, 4th edition, section 2", "运营手册第 4 版第 2 节"),
        grade="choice",
        consulted=None,
        url=None,
    ),
)

CONTROLS = [
    control(
        "GV-1",
        "The plan is approved and reviewed every year",
        "预案每年经管理层审批并评审",
        "pass",
        clauses=["1"],
        stale_clauses=["1"],
        satisfies=["iso:8.6", "=law:24"],
        owner=text("centre-manager", "中心经理"),
        subjects=subjects(1),
        next_due="2027-04-02T00:00:00+08:00",
        due=[DueSubjects(at="2027-04-02T00:00:00+08:00", subjects=["centre"])],
    ),
    control(
        "EM-1",
        "Every asset in service is inspected within the interval of its class, and passes",
        "在用设备按类别规定的间隔巡检并合格",
        "fail",
        satisfies=["iso:8.6", "iso:A.7.13"],
        tags=["prevention"],
        parameters=[INTERVAL],
        subjects=subjects(104, failed=2, ended=3),
        lapses=[
            lapse(
                "上海-交换机-01",
                "2026-11-08T00:00:00+08:00",
                None,
                12.75,
                opened_by="evidence/inspections/2026.csv:141",
            ),
            lapse(
                "SH-PBX-02",
                "2026-03-02T00:00:00+08:00",
                "2026-03-05T09:30:00+08:00",
                3.395833,
                opened_by="evidence/inspections/2026.csv:17",
                closed_by="evidence/inspections/2026.csv:35",
            ),
            lapse(
                "SH-PBX-02",
                "2026-11-19T00:00:00+08:00",
                None,
                1.75,
                opened_by="evidence/inspections/2026.csv:152",
            ),
        ],
        next_due="2026-11-24T00:00:00+08:00",
        due=[
            DueSubjects(
                at="2026-11-24T00:00:00+08:00",
                subjects=["SH-NET-01", "SH-NET-02", "成都-交换机-03"],
            ),
            DueSubjects(at="2026-11-30T00:00:00+08:00", subjects=["SH-PBX-03"]),
            DueSubjects(at="2027-01-09T00:00:00+08:00", subjects=["SH-NET-04"]),
        ],
        left_out=12,
    ),
    control(
        "EM-2",
        "Faults are repaired or the part replaced in time",
        "故障在时限内修复或更换",
        "pass",
        kind="deadline",
        severity="critical",
        period="fail",
        subjects=subjects(31),
        datasets=["faults"],
        lapses=[
            lapse(
                "F-0031",
                "2026-03-02T10:00:00+08:00",
                "2026-03-03T08:05:00+08:00",
                0.920139,
                opened_by="evidence/faults/2026.csv:31",
                closed_by="evidence/faults/2026.csv:31",
            ),
        ],
    ),
    control(
        "NS-1",
        "Every target in scope is scanned",
        "范围内的目标均按期扫描",
        "unknown",
        clauses=["3.2"],
        owner=text("security", "安全"),
        datasets=["scan_targets", "scans"],
        subjects=subjects(0),
        reason=text("Evidence is not valid.", "证据无效。"),
        problems=[
            problem(
                f"the time '{HOSTILE}' has no offset",
                f"时间“{HOSTILE}”缺少时区偏移",
                "evidence/scans/2026.csv:7",
                text("write it like 2026-11-20T18:00:00+08:00", "写成 2026-11-20T18:00:00+08:00"),
                "US304",
            ),
            problem("'result' is missing", "缺少“result”", "evidence/scans/2026.csv:9"),
        ],
    ),
    control(
        "ER-1",
        "Spare stock of each class stays at or above its minimum, at each site",
        "各职场各类备件不低于最低库存",
        "waived",
        kind="level",
        clauses=["6"],
        subjects=subjects(8, waived=2),
        datasets=["spare_minimums", "spare_counts"],
        lapses=[
            lapse(
                "SH × 耳机",
                "2026-11-01T09:00:00+08:00",
                None,
                19.375,
                waived_by="W-1",
                opened_by="evidence/spare_counts/2026.xlsx:SH!12",
            ),
            lapse(
                "CD × 耳机",
                "2026-11-02T09:00:00+08:00",
                None,
                18.375,
                waived_by="W-1",
                opened_by="evidence/spare_counts/2026.xlsx:CD!9",
            ),
        ],
    ),
    control(
        "ER-2",
        "Backup power is tested under load every month",
        "备用电源每月带载测试",
        "fail",
        severity="low",
        clauses=["6"],
        subjects=subjects(1, failed=1),
        datasets=["power_units", "power_tests"],
        lapses=[lapse(HOSTILE, "2025-09-01T00:00:00+08:00", None, 365.0)],
    ),
    control(
        "ER-5",
        "A copy of every backup leaves the site within 48 hours",
        "备份副本 48 小时内离场",
        "not_applicable",
        period="not_applicable",
        severity="medium",
        clauses=["6"],
        reason=text(
            "Not applicable until 2026-12-31: the second site opens then (owner: it)",
            "2026-12-31 前不适用：届时第二职场启用（责任岗位：it）",
        ),
    ),
    control(
        "TR-1",
        "Every member of staff holds operations and security training in force",
        "在岗人员的操作与安全意识培训均在有效期内",
        "pass",
        kind="coverage",
        clauses=["3.3"],
        owner=text("training", "培训"),
        subjects=subjects(360, ended=14),
        datasets=["staff", "training"],
        next_due="2026-11-27T00:00:00+08:00",
        due=[
            DueSubjects(at="2026-11-27T00:00:00+08:00", subjects=["P0042 × operations"]),
            DueSubjects(
                at="2026-11-29T00:00:00+08:00",
                subjects=[f"P{n:04} × security_awareness" for n in range(50, 62)],
            ),
        ],
    ),
    control(
        "IR-1",
        "Technical staff, management and departments concerned receive a notice within 15 minutes",
        "15 分钟内技术、管理及有关部门均收到通知",
        "not_applicable",
        kind="deadline",
        severity="critical",
        clauses=["4.1"],
        owner=text("centre-manager", "中心经理"),
        datasets=["incidents"],
        subjects=subjects(0),
        reason=text("No incident has happened yet.", "尚未发生事故。"),
    ),
]

CHANGES: list[tuple[str, str, Verdict, Verdict]] = [
    ("a", "05", "pass", "pass"),
    ("b", "06", "pass", "fail"),
    ("c", "10", "fail", "fail"),
    ("d", "12", "fail", "unknown"),
    ("e", "13", "unknown", "pass"),
    ("f", "19", "pass", "pass"),
]


def requirement(name: str, en: str, zh: str, *, heading: bool = False) -> Requirement:
    serving = [each.id for each in CONTROLS if name in each.satisfies]
    now, period = serving_verdicts(serving, CONTROLS)
    return Requirement(
        id=name.partition(":")[2],
        name=name,
        title=text(en, zh),
        grade="secondary",
        heading=heading,
        norm=INTERVAL.norm if name == "iso:A.7.13" else None,
        controls=serving,
        now=now,
        period=period,
    )


FRAMEWORKS = [
    Framework(
        id="iso",
        title=text("ISO 1:2022", "ISO 1:2022"),
        edition="2022",
        source=text("A standard", "某标准"),
        consulted=text("In the library", "图书馆"),
        url=None,
        requirements=[
            requirement("iso:8", "Operation", "运行", heading=True),
            requirement("iso:8.6", "Plans evaluated", "预案评价"),
            requirement("iso:A.7.13", "Equipment maintained", "设备维护"),
            requirement("iso:9.2", f"Audit {HOSTILE}", "内部审核"),
        ],
    ),
    Framework(
        id="=law",
        title=text("=A law", "=某办法"),
        edition="2019",
        source=text("A ministry", "某部"),
        consulted=None,
        url=None,
        requirements=[requirement("=law:24", "=Signed", "=签署")],
    ),
]

ATTESTED = [
    AttestedMatter(
        control="GV-1",
        subject="complete",
        title=text("nothing is missing", "没有遗漏"),
        controls=["EM-1", "NS-1"],
        now="pass",
        period="pass",
        attestations=[
            Attestation(
                by=["P0010", "P0001"],
                statement="各职场均已核对",
                starts="2026-06-05T00:00:00+08:00",
                ends="2027-06-05T00:00:00+08:00",
                record="evidence/attestations.csv:12",
            )
        ],
    ),
    AttestedMatter(
        control="EM-1",
        subject="SH-PBX-02",
        title=text(f"nobody looked away {HOSTILE}", "无人疏忽"),
        controls=[],
        now="fail",
        period="fail",
        attestations=[
            Attestation(
                by=["P0003"],
                statement=None,
                starts="2025-11-19T00:00:00+08:00",
                ends="2026-11-19T00:00:00+08:00",
                record="evidence/attestations.csv:3",
            )
        ],
    ),
    AttestedMatter(
        control="EM-1",
        subject="上海-交换机-01",
        title=text("never", "从未"),
        controls=["EM-1"],
        now="fail",
        period="fail",
        attestations=[],
    ),
]

ASSESSMENT = Assessment(
    annex=None,
    schema_version="2.5",
    tool=Tool(name="ccpolicy", version="1.2.3"),
    policy=Policy(
        id="call-centre",
        title=text("Call-centre incident plan", "呼叫中心事故预案"),
        languages=["en", "zh"],
        version="2026-05",
        owner=text("centre-manager", "中心经理"),
        zone="Asia/Shanghai",
        tags={"prevention": text("prevention", "预防")},
        digest="sha256:" + "0123456789abcdef" * 4,
        revision="0123456789abcdef0123456789abcdef01234567",
        checks_digest="sha256:" + "fedcba9876543210" * 4,
        clauses=[
            Clause(
                id="1",
                title=text("Overview", "概述"),
                text=None,
                controls=["GV-1"],
                no_control=None,
            ),
            Clause(
                id="9",
                title=text("References", "参考文献"),
                text=text("Two books.", "两本书。"),
                controls=[],
                no_control=text("A reading list asks for nothing.", "参考书目不提出要求。"),
            ),
        ],
    ),
    as_of=AS_OF,
    as_of_source="pinned",
    as_of_reason=text("The audit of 2026 ends here.", "2026 年度审计到此为止。"),
    window=Window(starts="2025-11-20T18:00:00+08:00", ends=AS_OF),
    horizon="2028-11-21T00:00:00+08:00",
    due_soon="2026-12-05T00:00:00+08:00",
    gate=Gate(
        judged="now",
        fail_on="low",
        passed=False,
        failed_on=["EM-1", "NS-1", "ER-2"],
        accepted=[],
        obsolete=[],
    ),
    tally={"fail": 2, "unknown": 1, "waived": 1, "pass": 3, "not_applicable": 2},
    controls=CONTROLS,
    frameworks=FRAMEWORKS,
    attested=ATTESTED,
    waivers=[
        Waiver(
            id="W-1",
            control="ER-1",
            subject="SH × 耳机",
            reason=text(
                "The supplier delivers in December; seats share headsets.",
                "供应商 12 月到货，暂时共用耳机。",
            ),
            owner=text("facilities", "设施管理"),
            approver=text("centre-manager", "中心经理"),
            starts="2026-11-01T00:00:00+08:00",
            ends="2027-01-01T00:00:00+08:00",
            state="in_force",
        ),
    ],
    problems=[
        problem(
            "no file matches 'archive/*.csv'",
            "没有文件与“archive/*.csv”相符",
            "policy/datasets/archive.yaml:4:8",
            text("put the records there, or say why there are none", "放入记录，或说明为何没有"),
            "EV106",
        ),
        problem(
            "no dataset reads this file",
            "没有数据集读取该文件",
            UNREAD,
            None,
            "EV110",
        ),
    ],
    evidence=Evidence(
        files=[
            EvidenceFile(
                dataset="inspections",
                file="evidence/inspections/2026.csv",
                records=812,
                invalid=0,
                sha256="ab" * 32,
                notes=[],
            ),
            EvidenceFile(
                dataset="scans",
                file="evidence/scans/2026.csv",
                records=48,
                invalid=2,
                sha256="cd" * 32,
                notes=[
                    FileNote(
                        code="EV241",
                        message=text(
                            "of the sheet '=Log', 3 hidden rows were read",
                            "工作表“=Log”中读取了 3 个隐藏的行",
                        ),
                    )
                ],
            ),
        ],
        attachments=[
            Attachment(dataset="inspections", file="evidence/scans/巡检 1.pdf", sha256="c" * 64)
        ],
        unread=[UNREAD],
        unread_total=1,
        ignored=[
            IgnoredFiles(
                pattern="scans/*.pdf",
                reason=text("originals of the scans", "扫描原件"),
                total=1,
                files=["evidence/scans/=1.pdf"],
            )
        ],
    ),
    evidence_digest="sha256:" + "ef" * 32,
    provenance=Provenance(
        state="known",
        reason=None,
        commit="0123456789abcdef0123456789abcdef01234567",
        tree="89abcdef0123456789abcdef0123456789abcdef",
        committed_at="2026-11-19T17:41:00+08:00",
        known_at=None,
        uncommitted=[
            Uncommitted(file="evidence/inspections/2026.csv", change="changed", sha256="ab" * 32),
            Uncommitted(file="evidence/<b>旧</b>.csv", change="deleted", sha256=None),
        ],
    ),
)

HISTORY = History(
    schema_version="1.0",
    tool=Tool(name="ccpolicy", version="1.2.3"),
    plan=PlanReference(
        id="call-centre",
        title=text("Call-centre incident plan", "呼叫中心事故预案"),
        version="2026-05",
        zone="Asia/Shanghai",
    ),
    policy_digest="sha256:" + "0123456789abcdef" * 4,
    moments=[
        Moment(
            commit=digit * 40,
            committed_at=f"2026-11-{day}T17:40:00+08:00",
            as_of=f"2026-11-{day}T17:40:00+08:00",
            passed=verdict == "pass",
            verdicts={"EM-1": verdict, "TR-1": "pass"},
            changed=[
                VerdictChange(
                    control="EM-1",
                    title=text("Equipment inspected", "设备按期巡检"),
                    severity="high",
                    before=before,
                    after=verdict,
                )
            ]
            if before != verdict
            else [],
        )
        for digit, day, before, verdict in CHANGES
    ],
)
