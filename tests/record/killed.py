"""Kill runs of `record` at random moments: no line may be lost, or be there by half.

    cd tests && python -m record.killed 1000

Prints how many were killed, how many of these had written, and ends with 1 if a line is amiss.
"""

from __future__ import annotations

import datetime
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.policy import load_policy
from ccpolicy.record.recorder import FilledRecord, Recorder
from record.conftest import HEADINGS, NOW, PATROLS, ROWS, lay_centre


@dataclass
class Tally:
    """What became of the runs."""

    killed: int = 0
    written: int = 0
    """Runs that had written, killed ones among them."""


def attempt(folder: Path, number: int, after: float | None) -> bool:
    """Record once in a process that is killed after so many seconds; whether it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            at = NOW - datetime.timedelta(minutes=number)
            given = [
                FilledRecord({"asset_id": "PBX-2", "walked_at": f"{at:%Y-%m-%d %H:%M}"} | PASS)
            ]
            recorder = Recorder(load_policy(folder), "patrols", now=NOW)
            recorder.write(recorder.draft(given), given)
            code = 0
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return status == 0


PASS = {"result": "pass"}


def kill(folder: Path, count: int, seed: int = 1) -> Tally:
    """Kill so many runs, and hold the file to what each of them may have done."""
    draw, tally = random.Random(seed), Tally()
    rows, number, lasts = [ROWS.split("\r\n")[1]], 0, 0.0
    while tally.killed < count:
        number += 1
        is_whole = number % 20 == 1
        began = time.monotonic()
        ended = attempt(folder, number, None if is_whole else draw.uniform(0, 1.1) * lasts)
        lasts = time.monotonic() - began if is_whole else lasts
        tally.killed += not ended
        head, *found = (folder / PATROLS).read_bytes().decode("gb18030").split("\r\n")
        assert head == HEADINGS
        assert found[: len(rows)] == rows, "a line was lost or changed"
        new = found[len(rows) :]
        at = NOW - datetime.timedelta(minutes=number)
        line = f"X-{7 + len(rows):04};PBX-2;{at:%Y/%m/%d %H:%M};合格;无;无;无;无"
        assert new in ([line], *([] if ended else [[]])), "a line is there by half, or not at all"
        tally.written += len(new)
        rows += new
        assert [each.name for each in (folder / PATROLS).parent.iterdir()] == ["2026.csv"]
    return tally


def main() -> None:
    """Kill as many runs as asked, and say what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        tally = kill(lay_centre(Path(folder)), int(sys.argv[1]))
    sys.stdout.write(f"{tally.killed} killed, {tally.written} lines, none lost, none by half\n")


if __name__ == "__main__":
    main()
