"""The Jenkins pages: their shell steps, run as an agent runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from junitparser import JUnitXml

from git_command import commit, git

from .packages import ROOT, plain, wheel

PAGES = ("jenkins.md", "jenkins.zh.md")


def steps(page: str) -> list[str]:
    text = (ROOT / "docs/pipeline" / page).read_text("utf-8")
    (groovy,) = re.findall(r"```groovy\n(.*?)```", text, re.DOTALL)
    return re.findall(r"^\s*sh '([^']*)'$", groovy, re.MULTILINE)


def additions(page: str) -> list[str]:
    """Return the commands that the page names below its pipeline."""
    text = (ROOT / "docs/pipeline" / page).read_text("utf-8").rpartition("```")[2]
    return re.findall(r"`((?:--|\.ccpolicy)[^`]*)`", text)


def test_both_pages_say_the_same() -> None:
    assert steps(PAGES[0]) == steps(PAGES[1]) != []
    assert additions(PAGES[0]) == additions(PAGES[1])


@pytest.mark.parametrize(("passes", "code"), [(False, 1), (True, 0)])
def test_steps(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, passes: bool, code: int
) -> None:
    workspace = shutil.copytree(ROOT / "src/ccpolicy/examples/failing", tmp_path / "workspace")
    if passes:
        settings = 'as_of = "2026-03-31T18:00:00+08:00"\ngate = "now"\nfail_on = "critical"\n'
        (workspace / "ccpolicy.toml").write_text(settings, "utf-8")
    built = wheel(tmp_path_factory.getbasetemp() / "wheel")
    environment = plain(tmp_path / "home", PIP_NO_INDEX="1", PIP_NO_DEPS="1")
    git(workspace, "init", "-q", "-b", "main")
    commit(workspace)
    git(workspace, "update-ref", "refs/remotes/origin/main", "main")
    codes = []
    install, check = steps(PAGES[0])
    require, allow, judged_by_main, compare, altered = additions(PAGES[0])
    assert require in check
    refused = check
    check = check.replace(require, allow)
    install = install.replace("git+URL-OF-CCPOLICY@COMMIT", str(built))
    scripts = (install, refused, check, f"{check} {judged_by_main}", compare)
    for script in (*scripts, f"{compare} {altered}"):
        ended = subprocess.run(
            ["sh", "-xe", "-c", script],
            cwd=workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        codes.append(ended.returncode)
        # What it needs stands here already, so that no registry was asked.
        environment["PYTHONPATH"] = sysconfig.get_path("purelib")
        if ended.returncode and script == install:
            break
    assert codes == [0, 2, code, code, 0, 0], ended.stdout + ended.stderr
    (suite,) = JUnitXml.fromfile(str(workspace / "compliance.xml"))
    assert suite.tests == 4
    assert passes or (suite.failures and suite.errors)
