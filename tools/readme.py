"""Keep what the READMEs show of a terminal in step with the program.

`python tools/readme.py` runs the command of every `console` block and writes down what it says.
"""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from ccpolicy.cli.program import program

ROOT = Path(__file__).resolve().parents[1]
READMES = (
    ROOT / "README.md",
    ROOT / "README.zh.md",
    *sorted(ROOT.glob("recipes/*/README*.md")),
)
_BLOCK = re.compile(r"^```console\n\$ ccpolicy (.*)\n(?:.*\n)*?```$", re.MULTILINE)


def refreshed(text: str) -> str:
    """Return a README with the output of its commands, run in the checkout."""
    return _BLOCK.sub(_run, text)


def _run(block: re.Match[str]) -> str:
    runner = CliRunner(env={"COLUMNS": "80", "LC_ALL": "en_US.UTF-8", "NO_COLOR": "1"})
    with chdir(ROOT):
        result = runner.invoke(program, shlex.split(block[1]))
    if result.exit_code not in (0, 1):
        raise SystemExit(result.output)
    said = result.stdout.rstrip()
    return f"```console\n$ ccpolicy {block[1]}\n{said}\n```"


def main() -> None:
    """Write the READMEs anew."""
    for path in READMES:
        path.write_text(refreshed(path.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
