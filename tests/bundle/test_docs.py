"""What docs/verify.md tells people to type works, in both languages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import SAMPLE

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDED = ("bash", "ssh-keygen", "unzip", "jq", "sha256sum")


def test_commands(tmp_path: Path) -> None:
    blocks = BLOCK.findall((DOCS / "verify.md").read_text("utf-8"))
    script = "\n".join(block for block in blocks if "pip install" not in block)
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"NOT TESTED: the commands of docs/verify.md, for want of {', '.join(missing)}")
    shutil.copytree(SAMPLE, tmp_path / "mine")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert 'Good "ccpolicy" signature for auditor@example.org' in done.stdout


def test_both_say_the_same_commands() -> None:
    english, chinese = (
        BLOCK.findall((DOCS / name).read_text("utf-8")) for name in ("verify.md", "verify.zh.md")
    )
    assert english == chinese
