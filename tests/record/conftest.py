"""A small centre whose patrols are written as people write them, and a recorder of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccpolicy.policy import load_policy
from ccpolicy.record.recorder import FilledRecord, PreparedRecords, Recorder
from small_centre import FILES, change, lay

NOW = datetime.datetime.fromisoformat("2026-11-20T17:00:00+08:00")
PATROLS = "evidence/patrols/2026.csv"
CONTRACT = """\
id: patrols
title: {en: Patrols, zh: 巡查}
owner: facilities
files: patrols/*.csv
format: csv
encoding: GB18030
delimiter: ";"
zone: Asia/Shanghai
empty: [无]
key: [patrol_id]
retention: 5 years
recording: {happened: [walked_at], amendable: with_reason}
labels: {asset_id: {en: Asset, zh: 设备}, sound: {en: In order, zh: 是否完好}}
value_labels: {result: {pass: {en: fit, zh: 合格}, fail: {en: unfit, zh: 不合格}}}
references:
  asset_id: {dataset: assets, key: asset_id}
columns:
  patrol_id: 编号
  asset_id: 设备
  walked_at: {from: 时间, time: "%Y/%m/%d %H:%M"}
  result: {from: 结果, values: {合格: pass, 不合格: fail}}
  load: {from: 负载, number: {decimal: ",", thousands: "."}}
  lasted: {from: 用时, duration: "%M:%S"}
  sound: 完好
  note: 备注
record:
  type: object
  additionalProperties: false
  required: [patrol_id, asset_id, walked_at, result]
  properties:
    patrol_id: {type: string, pattern: "^X-[0-9]{4}$"}
    asset_id: {type: string}
    walked_at: {type: string, format: date-time}
    result: {type: string, enum: [pass, fail]}
    load: {type: number, minimum: 0}
    lasted: {type: integer, minimum: 0}
    sound: {type: boolean}
    note: {type: string}
"""
HEADINGS = "编号;设备;时间;结果;负载;用时;完好;备注"
ROWS = f"{HEADINGS}\r\nX-0007;PBX-1;2026/11/01 09:00;合格;1.234,5;12:30;true;无"
"""Two lines that end as Windows has it, the last without an end."""
READINGS = """\
id: readings
title: {en: Readings, zh: 读数}
owner: facilities
files: readings/*.jsonl
format: jsonl
key: [asset_id, read_at]
retention: 5 years
columns: {volts: meter.volts}
record:
  type: object
  additionalProperties: false
  required: [asset_id, read_at, volts]
  properties:
    asset_id: {type: string}
    read_at: {type: string, format: date-time}
    volts: {type: number}
    by: {type: array, items: {type: string}}
"""
READ = '{"asset_id": "PBX-1", "read_at": "2026-11-01T09:00:00+08:00", "meter": {"volts": 54.0}}\n'
ASSETS = """\
asset_id,commissioned_on,room
PBX-1,2026-10-01,cellar
PBX-2,2026-10-01,cellar
"""
GIVEN = {"asset_id": "PBX-2", "walked_at": "2026-11-20 16:30", "result": "pass"}


def lay_centre(folder: Path) -> Path:
    """Write the centre, in which patrols count as inspections."""
    lay(
        folder,
        {
            **FILES,
            "policy/datasets/assets.yaml": FILES["policy/datasets/assets.yaml"]
            + "    room: {type: string}\n",
            "evidence/assets/assets.csv": ASSETS,
            "policy/datasets/patrols.yaml": CONTRACT,
            "policy/datasets/readings.yaml": READINGS,
            "evidence/readings/2026.jsonl": READ,
            "policy/controls/4.yaml": FILES["policy/controls/3.yaml"]
            .replace("EM-1", "EM-2")
            .replace("dataset: inspections", "dataset: patrols")
            .replace("performed_at", "walked_at"),
        },
    )
    (folder / PATROLS).parent.mkdir()
    (folder / PATROLS).write_bytes(ROWS.encode("gb18030"))
    return folder


def lay_workbooks(centre: Path, files: str, keys: str = "") -> None:
    """Have the patrols kept in workbooks."""
    contract = CONTRACT.replace("patrols/*.csv\nformat: csv", f"{files}\nformat: xlsx\n{keys}")
    contract = contract.replace("encoding: GB18030\n", "").replace('delimiter: ";"\n', "")
    (centre / "policy/datasets/patrols.yaml").write_text(contract, "utf-8")


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return lay_centre(tmp_path / "centre")


Record = Callable[..., PreparedRecords]


@pytest.fixture
def record(centre: Path) -> Record:
    """Records what is given as fields, at the moment `NOW`."""

    def record(dataset: str = "patrols", file: str | None = None, **fields: Any) -> PreparedRecords:
        recorder = Recorder(load_policy(centre), dataset, file, NOW)
        given = [FilledRecord(fields or GIVEN)]
        return recorder.write(recorder.draft(given), given)

    return record


def label_assets(centre: Path) -> None:
    """Have the register of assets call one by a label, and rooms in both languages."""
    labels = (
        "value_labels: {asset_id: {PBX-2: {en: Main exchange, zh: 主交换机}},"
        " room: {cellar: {en: Cellar, zh: 地下室}}}"
    )
    change(centre, "policy/datasets/assets.yaml", "record:", f"{labels}\nrecord:")
