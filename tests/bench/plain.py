"""The same by the standard library alone: `plain.py FOLDER OUTPUT START AS_OF`.

It checks nothing, and names no records beside the lapses.
"""

from __future__ import annotations

import csv
import datetime
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

DAY = 86_400_000_000
EAST = 28_800_000_000
"""Microseconds by which Asia/Shanghai is ahead all year."""
FOREVER = 9_000_000_000_000_000_000
Lapse = tuple[str, int, int | None]
Rows = Iterable[dict[str, str]]


def lapses(assets: Rows, inspections: Rows, window_starts: int, as_of: int) -> Iterator[Lapse]:
    """Yield the lapses that touch the window: subject, beginning, and end if it has one."""
    passed = defaultdict(list)
    for row in inspections:
        if row["result"] == "pass":
            at = int(datetime.datetime.fromisoformat(row["performed_at"]).timestamp()) * 1_000_000
            if at <= as_of:
                passed[row["asset_id"]].append(at)
    for row in sorted(assets, key=lambda row: row["asset_id"]):
        gone = _midnight(row["retired_on"]) + DAY if row["retired_on"] else FOREVER
        times = sorted([_midnight(row["commissioned_on"]), *passed[row["asset_id"]]])
        for at, following in zip(times, [*times[1:], FOREVER], strict=True):
            due = ((at + EAST) // DAY + 91) * DAY - EAST
            ends = min(following, gone)
            if due < ends and due <= as_of and ends > window_starts:
                yield row["asset_id"], due, ends if ends <= as_of else None


def rows(folder: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a folder's files."""
    for path in sorted(Path(folder).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _midnight(day: str) -> int:
    return (datetime.date.fromisoformat(day).toordinal() - 719_163) * DAY - EAST


def write(output: str, found: Iterable[Lapse]) -> None:
    """Write the lapses as CSV."""
    with Path(output).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["asset_id", "starts", "ends"])
        writer.writerows(found)


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Write the lapses."""
    assets, inspections = (rows(f"{folder}/evidence/{name}") for name in ("assets", "inspections"))
    write(output, lapses(assets, inspections, int(window_starts), int(as_of)))


if __name__ == "__main__":
    main(*sys.argv[1:])
