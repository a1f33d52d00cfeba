"""The GitLab template: its script, run as the runner runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = yaml.safe_load((ROOT / "ci" / "gitlab" / "ccpolicy.yml").read_text("utf-8"))


@pytest.mark.parametrize(("fail_on", "code"), [("", 1), ("nonsense", 2)])
def test_the_script_judges_and_leaves_reports(tmp_path: Path, fail_on: str, code: int) -> None:
    job = TEMPLATE["compliance"]
    (tmp_path / ".ccpolicy" / "bin").mkdir(parents=True)
    (tmp_path / ".ccpolicy" / "bin" / "ccpolicy").symlink_to(
        Path(sys.executable).parent / "ccpolicy"
    )
    variables = {
        **TEMPLATE["variables"],
        "CCPOLICY_PATH": str(ROOT / "src/ccpolicy/samples/failing"),
        "CCPOLICY_FAIL_ON": fail_on,
    }
    ended = subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == code
    reports = job["artifacts"]["reports"]
    assert (tmp_path / reports["junit"]).exists() == (code == 1)
    if code == 1:
        assert json.loads((tmp_path / reports["codequality"]).read_text("utf-8"))
