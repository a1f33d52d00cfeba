"""Environments for what is no dependency of the project: each in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Part


@dataclass(frozen=True, slots=True)
class Environments:
    """A folder of virtual environments, in which one that is there is used again."""

    folder: Path
    own: str = sys.executable
    """The interpreter that runs the bench."""

    def python(self, package: str, part: Part) -> str | None:
        """Install the newest version of a package; return its interpreter, or None.

        The part keeps the versions, or why it cannot be installed.
        """
        home = self.folder / package
        python = home / "bin/python"
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
        if not (home / "done").exists():
            try:
                subprocess.run([self.own, "-m", "venv", "--clear", str(home)], check=True)
                # Wheels alone, so that nothing fetches from elsewhere while it is built; but some
                # packages have none.
                wheels = [*pip, "install", "--only-binary", ":all:", package]
                if subprocess.run(wheels, check=False, stderr=subprocess.DEVNULL).returncode:
                    subprocess.run([*pip, "install", package], check=True, capture_output=True)
            except subprocess.CalledProcessError as failure:
                reason = (failure.stderr or b"").decode("utf-8", "replace").splitlines()[-1:]
                part.say(package, 0, skipped=f"it cannot be installed: {''.join(reason)}")
                return None
            (home / "done").touch()
        shown = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
        version = subprocess.run(
            [str(python), "-c", shown, package], check=True, capture_output=True, text=True
        )
        part.versions[package] = version.stdout.strip()
        return str(python)
