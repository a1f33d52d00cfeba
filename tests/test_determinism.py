"""The same policy, evidence and as-of give the same bytes, wherever and however it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ccpolicy.shipped import shipped_folder

ROOT = shipped_folder()
PLACES = [
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "zh_CN.UTF-8", "PYTHONHASHSEED": "2"},
    {"TZ": "Australia/Lord_Howe", "LANG": "en_GB.UTF-8", "PYTHONHASHSEED": "3"},
]


def judged(folder: Path, env: dict[str, str], cores: int) -> bytes:
    """Run the command in a process of its own and return what it prints."""
    one_core = "import os; hasattr(os, 'sched_setaffinity') and os.sched_setaffinity(0, {CORES});"
    pin = one_core.replace("CORES", str(min(os.sched_getaffinity(0)))) if cores == 1 else ""
    code = f"{pin}import sys; from ccpolicy.cli import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", code, "check", "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


@pytest.fixture(scope="module")
def expected() -> bytes:
    return judged(ROOT, PLACES[0], cores=0)


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_same_bytes_in_another_checkout(place: int, tmp_path: Path, expected: bytes) -> None:
    folder = tmp_path / f"一个 checkout {place}"
    for name in ("policy", "checks", "evidence"):
        # Files are listed in another order where they were made in another order.
        for path in sorted((ROOT / name).rglob("*"), reverse=place % 2 == 1):
            if path.is_file():
                target = folder / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "ccpolicy.toml", folder / "ccpolicy.toml")
    assert judged(folder, PLACES[place], cores=place % 2) == expected


def test_the_kept_assessment_is_this_one(expected: bytes) -> None:
    kept = ROOT / "reports" / "assessment.json"
    assert kept.read_bytes() == expected
