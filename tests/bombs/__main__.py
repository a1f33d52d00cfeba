"""Run every hostile input in a process of its own, and print time, memory and how it ended.

`python -m bombs [NAME]` in the folder `tests`; exits 1 if one took too long or too much memory, or
did not say what it must.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bad_input.conftest import FILES, FORBIDDEN

from .inputs import BOMBS, Bomb

SECONDS = 8
"""Wall time that the program is allowed; it must have ended five seconds later."""
MEMORY = 3 << 30
MOST_MEMORY = MEMORY
LIMITED = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))
runpy.run_module("ccpolicy", run_name="__main__", alter_sys=True)
"""
"""The program with so much memory, as on a machine that has no more."""
PROGRAM = (sys.executable, "-c", LIMITED)


def ended(process: int, started: float) -> tuple[int | None, int]:
    """Wait for a process, and return its exit code, None if it had to be killed, and its memory."""
    while True:
        found, status, used = os.wait4(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status), used.ru_maxrss << 10
        if time.monotonic() - started > SECONDS + 6:
            os.kill(process, signal.SIGKILL)
            _, _, used = os.wait4(process, 0)
            return None, used.ru_maxrss << 10
        time.sleep(0.02)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(bomb: Bomb, folder: Path) -> str:
    """Return what is wrong with how a bomb ended; print its line."""
    root, scratch = folder / "office", folder / "scratch"
    scratch.mkdir()
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    bomb.make(root)
    command = [each.replace("ROOT", str(root)) for each in bomb.command]
    started = time.monotonic()
    with (folder / "output").open("wb") as output_file:
        process = subprocess.Popen(
            [*PROGRAM, *command, "--max-seconds", str(SECONDS)],
            stdout=output_file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch), "LANG": "C.UTF-8", "COLUMNS": "120"},
        )
        code, memory = ended(process.pid, started)
        process.returncode = -signal.SIGKILL if code is None else code  # it was waited for here
    seconds = time.monotonic() - started
    output = (folder / "output").read_text("utf-8", "replace")
    said = re.findall(rf"\b(?:{bomb.code})[0-9]*\b.*", output) if bomb.code else [""]
    faults = [
        f"exit code {code} instead of {bomb.exit_code}" if code != bomb.exit_code else "",
        f"{bomb.code} is not said" if not said else "",
        f"{memory >> 20} MiB" if memory > MOST_MEMORY else "",
        "a defect" if any(word in output for word in FORBIDDEN) else "",
        f"{seconds:.1f} s" if seconds > SECONDS + 5 else "",
        "something was left behind" if any(scratch.iterdir()) else "",
        "a message of more than 20,000 characters" if len(output) > 20_000 else "",
    ]
    fault = "; ".join(each for each in faults if each)
    shown = (said[0] if said else output.strip()[-200:]).replace("\n", " ")[:90]
    say(
        f"{'BAD' if fault else 'ok ':3} {bomb.name:26} {seconds:5.1f} s {memory >> 20:5} MiB"
        f" {code!s:4}  {shown}  {fault}"
    )
    return fault


def is_bad(bomb: Bomb) -> bool:
    """Run a bomb in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return bool(run(bomb, Path(folder)))


def main(names: list[str]) -> int:
    """Run the bombs whose names hold one of some words, or all of them; as many as fit at once."""
    chosen = [each for each in BOMBS if not names or any(word in each.name for word in names)]
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = sum(pool.map(is_bad, chosen))
    say(f"{len(chosen)} bombs in {time.monotonic() - started:.0f} s, {bad} not defused")
    return int(bool(bad) or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
