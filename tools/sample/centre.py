"""Write the evidence of the whole centre, folder by folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sample import (
    backups,
    crews,
    drills,
    equipment,
    failovers,
    fault_incidents,
    impact,
    incidents,
    network,
    operation,
    people,
    power,
    protection,
    reviews,
    risks,
    stores,
    traffic,
    training,
    waivers,
)
from sample.chinese_files import (
    PASSED,
    write_access_reviews,
    write_copy_log,
    write_security_sessions,
    write_worded,
)
from sample.clock import day
from sample.files import (
    Row,
    quarters,
    write_csv,
    write_json,
    write_jsonl,
    write_xlsx,
    write_yaml,
    years,
)

_SITES: list[Row] = [
    {"site": "SHA", "name": "上海职场 Shanghai", "opened_on": day("2019-03-01")},
    {"site": "CTU", "name": "成都职场 Chengdu", "opened_on": day("2021-07-01")},
]
_TRAINING = {
    "record_id": "记录编号",
    "person_id": "工号",
    "course_id": "课程编号",
    "course_version": "课程版本",
    "completed_at": "完成时间",
    "result": "结果",
    "score": "成绩",
    "passing_score": "及格线",
    "expires_on": "证书有效期至",
    "minutes": "学时（分钟）",
}
_COUNTS = {
    "count_id": "盘点编号",
    "site": "职场",
    "part": "备件",
    "on_hand": "在库数量",
    "counted_at": "盘点时间",
    "counted_by": "盘点人工号",
    "usable_until": "最早到期日",
}
# dataset: its columns, what makes it, and the column by whose year or quarter it is parted
_TABLES: dict[str, tuple[str, Callable[[], list[Row]], str]] = {
    "sites": ("site name opened_on closed_on", lambda: _SITES, ""),
    "assets": (
        "asset_id site class model commissioned_on retired_on",
        equipment.assets,
        "",
    ),
    "inspections": (
        "inspection_id asset_id performed_at as_found as_left result technician verifier",
        equipment.inspections,
        "performed_at",
    ),
    "scan_targets": ("target_id site segment starts_on ends_on", network.scan_targets, ""),
    "scans": (
        "scan_id target_id segment started_at finished_at authenticated feed_on result found",
        network.scans,
        "finished_at",
    ),
    "findings": (
        "finding_id target_id scan_id severity cvss instances found_at fixed_at rescan_id",
        network.findings,
        "found_at",
    ),
    "scan_scope": ("member_id target_id listed_on", network.scan_scope, ""),
    "access_removals": ("person_id removed_at accounts", protection.access_removals, ""),
    "hosts": ("host_id site role hostname in_service_on retired_on", network.hosts, ""),
    "staff": ("person_id role site team hired_on left_on", people.staff, ""),
    "team_roles": ("role rank starts_on ends_on", people.team_roles, ""),
    "team": ("role rank person_id starts_on ends_on", people.team, ""),
    "contacts": (
        "contact_id role audience person_id organization channel listed_on removed_on",
        people.contacts,
        "",
    ),
    "contact_tests": (
        "test_id contact_id channel tested_at answered_at result",
        people.contact_tests,
        "tested_at",
    ),
    "spare_minimums": (
        "site part asset_class minimum lead_time_days starts_on ends_on",
        stores.spare_minimums,
        "",
    ),
    "power_units": ("unit_id site kind in_service_on retired_on", power.power_units, ""),
    "power_tests": (
        "test_id unit_id test tested_at load_percent minutes transfer_seconds engine_hours"
        " battery_voltage temperature deficiency action technician verifier result",
        power.power_tests,
        "tested_at",
    ),
    "generator_services": (
        "service_id unit_id serviced_at engine_hours work technician verifier",
        power.generator_services,
        "",
    ),
    "call_traffic": (
        "site day offered answered answered_within_20s",
        traffic.call_traffic,
        "day",
    ),
    "shift_crews": ("site day early late night", crews.shift_crews, "day"),
    "impact_analyses": (
        "analysis_id system_id analysed_on tolerable_minutes tolerable_loss_hours impact"
        " analysed_by approved_by",
        impact.impact_analyses,
        "",
    ),
    "systems": (
        "system_id name tier rpo_hours rto_minutes in_service_on retired_on",
        backups.systems,
        "",
    ),
    "restore_tests": (
        "test_id system_id source_backup tested_at scope items minutes verified result",
        backups.restore_tests,
        "",
    ),
    "plan_versions": (
        "plan_version drafted_by changes signed_by signed_on issued_on effective_on superseded_on",
        reviews.plan_versions,
        "",
    ),
    "plan_readings": ("role rank plan_version person_id read_on", reviews.plan_readings, ""),
    "plan_decisions": (
        "decision_id source decided_on decided_by decision plan_version reason",
        reviews.plan_decisions,
        "",
    ),
    "attestations": (
        "attestation_id topic statement attested_by countersigned_by attested_on expires_on",
        reviews.attestations,
        "",
    ),
    "waiver_requests": (
        "waiver_id control subject requested_by approved_by approved_on until",
        waivers.waiver_requests,
        "",
    ),
    "improvement_actions": (
        "action_id source what owner raised_on due_on done_on verified_by",
        operation.improvement_actions,
        "",
    ),
}

_WORDED = frozenset(["inspections", "power_tests"])
"""Datasets whose result is written in Chinese below headings in English, as the system has them."""


def write_centre(root: Path) -> None:
    """Write the evidence below a folder."""
    for name, (columns, make, by) in _TABLES.items():
        rows = [
            {**row, "result": PASSED[row["result"]]} if name in _WORDED else row for row in make()
        ]
        parts = quarters(rows, by) if name == "inspections" else years(rows, by) if by else {}
        for part, some in (parts or {name: rows}).items():
            write_csv(root / name / f"{part}.csv", some, columns.split())
    _write_documents(root)
    _write_spreadsheets(root)
    reviewed, held = protection.access_reviews(), training.security_sessions()
    write_access_reviews(root / "access_reviews" / "access_reviews.csv", reviewed)
    _write_worded(root)
    write_security_sessions(root / "security_sessions" / "security_sessions.csv", held)
    for year, some in years(backups.backup_copies(), "copied_at").items():
        write_copy_log(root / "backup_copies" / f"{year}.log", some)
    for source in sorted(backups.CAPTURED.rglob("*.*")):
        target = root / source.relative_to(backups.CAPTURED)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())


def _write_worded(root: Path) -> None:
    for name, rows, by in (
        ("asset_cards", stores.asset_cards(), ""),
        ("supplier_contracts", stores.supplier_contracts(), ""),
        ("waiver_measures", waivers.waiver_measures(), ""),
        ("protection_checks", protection.protection_checks(), ""),
        ("failover_tests", failovers.failover_tests(), ""),
        ("faults", fault_incidents.faults(), "raised_at"),
        ("generator_looks", power.generator_looks(), "looked_at"),
    ):
        for part, some in (years(rows, by) if by else {name: rows}).items():
            write_worded(root / name / f"{part}.csv", name, some)


def _write_documents(root: Path) -> None:
    lists: Mapping[str, tuple[list[Row], str]] = {
        "risks": (risks.risks(), "assessed_on"),
        "plan_reviews": (reviews.plan_reviews(), "reviewed_on"),
        "drills": (drills.drills(), "planned_start"),
        "incident_reviews": (incidents.incident_reviews(), "held_on"),
        "effect_reviews": (operation.effect_reviews(), "reviewed_on"),
        "operation_reviews": (operation.operation_reviews(), "held_on"),
    }
    for name, (rows, by) in lists.items():
        for year, some in years(rows, by).items():
            write_yaml(root / name / f"{year}.yaml", some)
    for year, some in years(incidents.incidents(), "detected_at").items():
        write_json(root / "incidents" / f"{year}.json", some)
    for year, some in years(network.updates(), "updated_at").items():
        write_jsonl(root / "updates" / f"{year}.jsonl", some)


def _write_spreadsheets(root: Path) -> None:
    for year, some in years(training.training(), "completed_at").items():
        worded = [{**row, "result": PASSED[row["result"]]} for row in some]
        title = f"{year}年员工培训登记表"
        write_xlsx(root / "training" / f"{year}.xlsx", worded, _TRAINING, "培训记录", title)
    for year, some in years(stores.spare_counts(), "counted_at").items():
        write_xlsx(root / "spare_counts" / f"{year}.xlsx", some, _COUNTS, "备件盘点")
