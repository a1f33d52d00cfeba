"""The same by Polars, which checks nothing, either: `polars_by_hand.py FOLDER OUTPUT START AS_OF`.

It names no records beside the lapses, as `by_hand.py` does.
"""

from __future__ import annotations

import sys

import polars as pl

DAY = 86_400_000_000
EAST = 28_800_000_000
"""Microseconds by which Asia/Shanghai is ahead all year."""
FOREVER = 9_000_000_000_000_000_000


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Compute the lapses that touch the window."""
    now = int(as_of)
    assets = pl.scan_csv(f"{folder}/evidence/assets/*.csv", try_parse_dates=True).select(
        "asset_id",
        _midnight("commissioned_on").alias("starts"),
        (_midnight("retired_on") + DAY).fill_null(FOREVER).alias("gone"),
    )
    inspections = (
        pl.scan_csv(f"{folder}/evidence/inspections/*.csv")
        .filter(pl.col("result") == "pass")
        .select(
            "asset_id",
            pl.col("performed_at")
            .str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_unit="us")
            .dt.epoch("us")
            .alias("starts"),
        )
        .filter(pl.col("starts") <= now)
    )
    due = ((pl.col("starts") + EAST) // DAY + 91) * DAY - EAST
    (
        pl.concat([assets.select("asset_id", "starts"), inspections])
        .sort("asset_id", "starts")
        .with_columns(pl.col("starts").shift(-1).over("asset_id").alias("following"))
        .join(assets.select("asset_id", "gone"), on="asset_id")
        .with_columns(due=due, ends=pl.min_horizontal("following", "gone"))
        .filter(
            (pl.col("ends") > pl.col("due"))
            & (pl.col("due") <= now)
            & (pl.col("ends") > int(window_starts))
        )
        .select(
            "asset_id",
            starts="due",
            ends=pl.when(pl.col("ends") <= now).then("ends"),
        )
        .sort("asset_id", "starts")
        .collect(engine="streaming")
        .write_csv(output)
    )


def _midnight(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Date).cast(pl.Datetime("us")).dt.epoch("us") - EAST


if __name__ == "__main__":
    main(*sys.argv[1:])
