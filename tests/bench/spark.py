"""Judge by Spark what SQL by hand answers on Spark: `python -m bench.spark FOLDER RECORDS [RUNS]`.

Every process starts a Spark of its own on this machine. Printed are the medians, their ratios, and
what came back from Spark.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.measure import compare, run
from bench.scale import _lapses, _lapses_by_hand, _window

SQL = Path(__file__).with_name("spark_by_hand.py")


def main(folder: Path, records: int, runs: int = 1) -> None:
    """Measure both, and DuckDB, and hold the answers to each other.

    Raises:
        RuntimeError: they differ.
    """
    run([sys.executable, "-m", "bench.centre", str(folder), str(records)])
    here = [sys.executable, "-m", "ccpolicy", "check", "--format", "json", str(folder)]
    there = [sys.executable, "-m", "bench.spark", "check", str(folder)]
    window = _window(folder, here)
    output = str(folder / "by hand.csv")
    commands = {
        "duckdb": here,
        "spark": there,
        "by hand": [sys.executable, str(SQL), str(folder), output, *window],
    }
    outputs = {each: folder / f"{each}.json" for each in ("duckdb", "spark")}
    used = compare(commands, runs, outputs)
    if outputs["duckdb"].read_bytes() != outputs["spark"].read_bytes():
        raise RuntimeError("two assessments")
    found = [lapse[:3] for lapse in _lapses(outputs["spark"])]
    if found != [lapse[:3] for lapse in _lapses_by_hand(Path(output))] or not found:
        raise RuntimeError("other lapses by hand")
    for name, usage in used.items():
        print(f"{records:,} records, {name}: {usage.wall:.1f} s, processor time {usage.cpu:.1f} s")
    for name in ("duckdb", "by hand"):
        ratio = used["spark"].wall / used[name].wall
        print(f"{records:,} records, spark / {name}: {ratio:.2f} of the wall time")
    print(f"{records:,} records: {len(found):,} lapses, the same every way")


def check(folder: str) -> None:
    """Judge by Spark, and say on stderr how much came back from it, and went there."""
    from ccpolicy.cli import main as ccpolicy
    from ccpolicy.store.spark import Spark

    ask, read, end = Spark.ask, Spark._read, Spark.end
    came, went = [0, 0], [0]

    def asked(self: Spark, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        rows = ask(self, query, parameters)
        came[0] += len(rows)
        came[1] += sum(len(str(value)) for row in rows for value in row)
        return rows

    def sent(self: Spark, pieces: Sequence[bytes], types: Any) -> Any:
        went[0] += sum(map(len, pieces))
        return read(self, pieces, types)

    def ended(self: Spark, *, is_broken_off: bool) -> None:
        said = f"went: {went[0]:,} bytes; came: {came[0]:,} rows, {came[1]:,} bytes"
        print(said, file=sys.stderr)
        end(self, is_broken_off=is_broken_off)

    Spark.ask, Spark._read, Spark.end = asked, sent, ended  # type: ignore[method-assign]
    sys.argv = ["ccpolicy", "check", "--format", "json", "--engine", "spark", folder]
    ccpolicy()


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
