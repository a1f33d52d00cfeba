"""What the project's own files say of each other is so."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

import ccpolicy
from ccpolicy.policy.schemas import NAMES

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PUBLISHING = {"publish": {"pages": "write", "id-token": "write"}}
"""Job that publishes the site, and what it may; it checks nothing out."""
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINS = ("build", "run", "spark", "dev", "docs")
FOLDERS = {
    ".ci",
    ".github",
    "checks",
    "ci",
    "docs",
    "evidence",
    "policy",
    "recipes",
    "reports",
    "requirements",
    "src",
    "tests",
    "tools",
}
# In pieces, so that this file passes its own test.
HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "index-" + "url", "find-" + "links"])
)
ALLOWED = {"Makefile"}
"""Turns other indexes off where versions are pinned."""


def kept() -> list[Path]:
    """Return the files that git keeps or would keep."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        if os.environ.get("CI"):
            pytest.fail("not a git checkout, and the files that are kept were not looked at")
        pytest.skip("not a git checkout: THE FILES THAT ARE KEPT ARE NOT LOOKED AT")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def name_of(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def pinned(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", text, re.MULTILINE))


def targets() -> set[str]:
    return set(
        re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )


def test_top_level_folders() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in kept() if path.parent != ROOT} <= FOLDERS


def test_one_version() -> None:
    assert importlib.metadata.version("ccpolicy") == ccpolicy.__version__
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## \[([^]]+)\]", changes, re.MULTILINE)[:1] in (
        ["Unreleased"],
        [ccpolicy.__version__],
    )


@pytest.mark.parametrize("name", PINS)
def test_pins_are_whole(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    form = re.compile(r"[a-z0-9-]+==[^ ;]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not form.fullmatch(line)] == []


def test_pins_hold_every_dependency() -> None:
    run = {name_of(each) for each in PROJECT["project"]["dependencies"]}
    dev = {name_of(each) for each in PROJECT["project"]["optional-dependencies"]["dev"]}
    assert run <= pinned("run").keys()
    assert run | dev <= pinned("dev").keys()
    assert {name_of(each) for each in PROJECT["build-system"]["requires"]} <= pinned("build").keys()
    assert set(docs_requirements()) <= pinned("docs").keys()


def docs_requirements() -> list[str]:
    text = (ROOT / "requirements" / "docs.in").read_text("utf-8")
    return [line for line in text.splitlines() if line[:1].isalpha()]


def test_pins_agree() -> None:
    dev = pinned("dev")
    for name in ("run", "build"):
        assert {
            package: version
            for package, version in pinned(name).items()
            if dev.get(package, version) != version
        } == {}
    assert pinned("run").items() <= dev.items()


def test_names_no_package_index() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in kept()
        if HOSTS.search(path.read_bytes().decode("utf-8", "ignore"))
    ]
    assert set(found) <= ALLOWED


def test_schemas_are_published() -> None:
    folder = ROOT / "policy" / "schemas"
    assert {path.name for path in folder.iterdir()} == {f"{name}.json" for name in NAMES}


def test_commands_exist() -> None:
    texts = [
        path.read_text("utf-8") for path in (*ROOT.glob("*.md"), ROOT / ".ci" / "run", *WORKFLOWS)
    ]
    named = set(re.findall(r"\bmake ([a-z-]+)(?=[`\s]|$)", "\n".join(code(text) for text in texts)))
    assert {"check", "test", "lint"} <= named <= targets()


def code(text: str) -> str:
    """Return what of a text is a command: `make …` in prose is English."""
    return "\n".join(re.findall(r"(?:`|^|run: |step )(make [a-z-]+)", text, re.MULTILINE))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_can_do_little(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["permissions"] == PUBLISHING.get(name, {"contents": "read"})
    assert_pinned(text)


def assert_pinned(text: str) -> None:
    """Every action of others is named by its commit."""
    for use in re.findall(r"uses: (.*)", text):
        if use != "./":  # our own, of the same commit
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)


def test_the_action_is_pinned_too() -> None:
    assert_pinned((ROOT / "action.yml").read_text("utf-8"))


def test_workflows_run_every_python() -> None:
    classifiers = PROJECT["project"]["classifiers"]
    versions = [each.rpartition(" ")[2] for each in classifiers if re.search(r" 3\.\d+$", each)]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == versions
    assert PROJECT["project"]["requires-python"] == f">={versions[0]}"


def test_evidence_lapses_without_a_commit() -> None:
    text = (ROOT / ".github" / "workflows" / "compliance.yml").read_text("utf-8")
    events = yaml.safe_load(text)[True]  # YAML 1.1 reads the key `on` as true
    assert {"pull_request", "schedule"} <= events.keys()
    assert all(re.fullmatch(r"\d+ \d+ \* \* \*", each["cron"]) for each in events["schedule"])


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_map_of_folders_is_true() -> None:
    source = ROOT / "src" / "ccpolicy"
    listed = re.search(r"^    src/ccpolicy/\n((?:      .*\n)+)", CONTRIBUTING, re.MULTILINE)
    assert listed
    names = [line.split()[0] for line in listed[1].splitlines()]
    there = {f"{path.name}/" for path in source.iterdir() if path.is_dir()}
    there |= {path.stem for path in source.glob("*.py")}
    assert sorted(names) == sorted(there - {"__pycache__/", "__init__", "__main__"})
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    ranks = {name: rank for rank, layer in enumerate(layers) for name in re.split(r" [|:] ", layer)}
    order = [ranks[name.rstrip("/")] for name in names if name.rstrip("/") in ranks]
    assert len(order) > 15
    assert order == sorted(order)


def test_the_files_that_contributing_names_are_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/]+\.(?:py|sql|yaml|po))`", CONTRIBUTING)
    assert len(named) > 15
    for name in named:
        assert (ROOT / name).exists() or (ROOT / "src" / "ccpolicy" / name).exists(), name


def test_every_library_has_its_sentence() -> None:
    project = PROJECT["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    libraries = {re.split(r"[<>=;\[ ]", each)[0] for each in [*project["dependencies"], *extras]}
    assert len(libraries) > 30
    bold = {name.lower() for name in re.findall(r"\*\*([\w-]+)\*\*", CONTRIBUTING)}
    assert libraries - bold == set()
    assert bold <= libraries | {"gettext"} | set(docs_requirements())
