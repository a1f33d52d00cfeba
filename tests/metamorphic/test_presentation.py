"""How evidence and policy are laid out on disk, and where they are judged, changes no answer."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evidence.conftest import encode
from oracle.model import Setting, World
from oracle.repository import COLUMNS, DATASETS, write

from .answers import SEEDS, Controls, batch, drawing, judge, judged, picture

Record = dict[str, Any]
Answer = tuple[Setting, list[World], Controls]
CONTROLS = "policy/controls/all.yaml"


def _read(folder: Path, dataset: str, style: str) -> list[Record]:
    path = folder / f"evidence/{dataset}/all.{style}"
    if style == "jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        found = [{name: text for name, text in row.items() if text} for row in csv.DictReader(file)]
    return [
        {**row, "quantity": float(row["quantity"])} if "quantity" in row else row for row in found
    ]


def _contract(folder: Path, dataset: str, **changed: str) -> None:
    path = folder / f"policy/datasets/{dataset}.yaml"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changed}), "utf-8")


def _write(folder: Path, dataset: str, style: str, records: list[Record], name: str) -> None:
    """Write a file of evidence; without records there is none."""
    # Every column stands in the first row, so that each file's heading names all of them.
    columns = dict.fromkeys(COLUMNS)
    rows = [{**columns, **row} if style in ("csv", "xlsx", "parquet") else row for row in records]
    for row in rows:
        for number in ("quantity", "met"):
            if isinstance(row.get(number), int):
                row[number] = float(row[number])
    if style == "csv":
        with (folder / f"evidence/{dataset}/{name}.csv").open("w", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return
    if style == "parquet":
        # A column without any value has no type there, and may be left out.
        given = {column for row in rows for column, value in row.items() if value is not None}
        rows = [{column: row[column] for column in row if column in given} for row in rows]
    if style == "yaml":
        # As in JSON, where every text is quoted: the reader refuses a bare `y`.
        text = "".join(f"- {json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        (folder / f"evidence/{dataset}/{name}.yaml").write_text(text, "utf-8")
        return
    content = encode(style, rows, folder)  # type: ignore[arg-type]
    (folder / f"evidence/{dataset}/{name}.{style}").write_bytes(content)


def _same(before: Controls, after: Controls) -> None:
    assert after.keys() == before.keys()
    for name, control in before.items():
        assert picture(after[name]) == picture(control), name


@pytest.mark.parametrize("seed", SEEDS)
def test_order_and_files(seed: int, tmp_path: Path) -> None:
    """Records, columns, controls, datasets' files: in another order, and split."""
    shared, worlds = batch(seed)
    draw = drawing("order", seed)
    before = judge(tmp_path / "before", shared, worlds)
    folder = tmp_path / "after"
    folder.mkdir()
    write(folder, shared, worlds)
    for dataset in DATASETS:
        records = _read(folder, dataset, shared.format)
        (folder / f"evidence/{dataset}/all.{shared.format}").unlink()
        draw.shuffle(records)
        cuts = sorted(draw.sample(range(len(records)), min(3, len(records) - 1)))
        for number, (first, last) in enumerate(zip([0, *cuts], [*cuts, len(records)], strict=True)):
            part = [dict(draw.sample(list(row.items()), len(row))) for row in records[first:last]]
            if part:
                _write(folder, dataset, shared.format, part, f"{9 - number}")
    path = folder / CONTROLS
    controls = json.loads(path.read_text("utf-8"))["controls"]
    draw.shuffle(controls)
    half = len(controls) // 2
    path.write_text(json.dumps({"controls": controls[:half]}), "utf-8")
    path.with_name("0.yaml").write_text(json.dumps({"controls": controls[half:]}), "utf-8")
    _same(before, judged(folder, shared))


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory,
) -> list[tuple[Setting, list[World], Controls]]:
    """Some batches of worlds, judged in the format in which they were drawn."""
    batches = [batch(100 + seed, 42) for seed in range(len(SEEDS) // 2 or 1)]
    folder = tmp_path_factory.mktemp("answers")
    return [(*each, judge(folder / str(at), *each)) for at, each in enumerate(batches)]


@pytest.mark.parametrize("style", ["csv", "json", "jsonl", "yaml", "xlsx", "parquet"])
def test_formats(style: str, answers: list[Answer], tmp_path: Path) -> None:
    """Every format says the same."""
    for seed, (shared, worlds, before) in enumerate(answers):
        folder = tmp_path / f"after {seed}"
        folder.mkdir()
        write(folder, shared, worlds)
        for dataset in DATASETS:
            records = _read(folder, dataset, shared.format)
            (folder / f"evidence/{dataset}/all.{shared.format}").unlink()
            _write(folder, dataset, style, records, "other")
            _contract(folder, dataset, files=f"{dataset}/*.{style}", format=style)
        _same(before, judged(folder, shared))


def test_places(tmp_path: Path) -> None:
    """Another zone, language and order of hashing, on one core: the same bytes."""
    shared, worlds = batch(200)
    folder = tmp_path / "world"
    folder.mkdir()
    write(folder, shared, worlds)
    outputs = [
        _run(folder, shared.as_of.isoformat(), TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1"),
        _run(folder, shared.as_of.isoformat(), TZ="Pacific/Apia", LANG="zh_CN.UTF-8", ONE="1"),
    ]
    assert outputs[0] == outputs[1]
    assert len(json.loads(outputs[0])["controls"]) == len(worlds)


def _run(folder: Path, as_of: str, **env: str) -> bytes:
    pin = (
        "import os; os.environ.get('ONE') and hasattr(os, 'sched_setaffinity') and "
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
    )
    command = "import sys; from ccpolicy.cli import main; sys.exit(main())"
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", pin + command, "check", "--as-of", as_of, "--format", "json"],
        cwd=folder,
        env={**kept, **env},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr.decode()
    return run.stdout
