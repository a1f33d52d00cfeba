"""Packages for environments that pipelines build, from wherever this machine has them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_UNREACHABLE = (
    "No matching distribution",
    "Could not find a version",
    "Connection",
    "resolve host",
)


@cache
def registry() -> dict[str, str]:
    """Return what pip is set to, as an environment: a home of its own has no such settings."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    found = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        setting = name.rpartition(".")[2]
        found[f"PIP_{setting.upper().replace('-', '_')}"] = " ".join(shlex.split(value))
    given = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {**found, **given}


def plain(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a job in a fresh, empty home."""
    home.mkdir(exist_ok=True)
    return {
        "PATH": f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        # Of forty packages a run imports a few; pip reads the switch's name the other way round.
        "PIP_NO_COMPILE": "0",
        **registry(),
        **more,
    }


def need_registry(said: str) -> None:
    """Skip loudly where packages cannot be had; a pipeline of ours must have them."""
    if any(each in said for each in _UNREACHABLE):
        if os.environ.get("CI"):
            pytest.fail(f"packages cannot be had here:\n{said[-2000:]}")
        pytest.skip("NOT TRIED: no package registry can be reached from here")


@cache
def wheel(folder: Path) -> Path:
    """Build this checkout's wheel, without any registry."""
    options = ["--quiet", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    (found,) = folder.glob("ccpolicy-*.whl")
    return found
