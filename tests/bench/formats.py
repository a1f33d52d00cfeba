"""What reading each format costs, against the least that reads it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bench.answers import Question, pose
from bench.environments import Environments
from bench.figures import Part
from bench.measure import Side
from bench.sampled import shares

SIZES = {"csv": 1_000_000, "jsonl": 1_000_000, "parquet": 1_000_000, "xlsx": 200_000}
CALAMINE = """\
import sys
from python_calamine import CalamineWorkbook

for row in CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows():
    pass
"""


def measure_formats(part: Part, _: Environments) -> None:
    """Judge the same records in every format."""
    for suffix, size in SIZES.items():
        folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
        try:
            question = pose(folder / "centre", size, suffix)
            check = question.check()
            sides = {"ccpolicy": check, "warm": question.check("warm", "--cache")}
            part.compare(suffix, {**sides, **_least(question)}, size)
            if suffix == "xlsx":
                part.say(suffix, size, side="ccpolicy", shares=shares(check))
            else:
                question.agree("sql")
        finally:
            shutil.rmtree(folder)


def _least(question: Question) -> dict[str, Side]:
    if question.suffix != "xlsx":
        return {"sql": question.by_hand("sql")}
    workbook = str(question.folder / "evidence/inspections/inspections.xlsx")
    return {"calamine": Side([sys.executable, "-c", CALAMINE, workbook])}
