"""The plan and the sample of the first slice, in the words that policies have today.

The goal for a cold start was set by them; the shipped plan has grown since.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.figures import ROOT

COMMIT = "d9d17b4"
_EDITS = {
    "plan.yaml": (("holidays: CN\n", "languages: [en, zh]\n"),),
    "controls/1-governance.yaml": (("        key: [review_id]\n", ""),),
    "controls/4-response.yaml": (("      readings:\n", "      spans:\n"),),
    "controls/7-monitoring.yaml": (("key: [review_id], ", ""),),
}
_CALENDARS = "calendars: [{id: office, weekend: [saturday, sunday], holidays: CN}]\n"


def write_first_plan(folder: Path) -> bool:
    """Write it into a folder; return whether the clone has that commit.

    Raises:
        RuntimeError: an edit no longer fits.
    """
    what = ["ccpolicy.toml", "policy", "evidence"]
    archive = ["git", "-C", str(ROOT), "archive", COMMIT, *what]
    found = subprocess.run(archive, capture_output=True, check=False)
    if found.returncode:
        return False
    folder.mkdir(parents=True)
    subprocess.run(["tar", "x", "-C", str(folder)], input=found.stdout, check=True)
    shutil.copytree(ROOT / "checks", folder / "checks")
    for name, edits in _EDITS.items():
        path = folder / "policy" / name
        text = path.read_text("utf-8")
        for old, new in edits:
            if old not in text:
                raise RuntimeError(f"{path} has no {old!r}")
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    (folder / "policy/calendars.yaml").write_text(_CALENDARS, "utf-8")
    return True
