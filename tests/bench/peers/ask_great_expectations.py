"""Great Expectations: pandas computes how late each asset was, and an expectation judges that."""

from __future__ import annotations

import os
import sys

os.environ["GX_ANALYTICS_ENABLED"] = "False"

import great_expectations as gx
import pandas as pd

DAY = 86_400_000_000
EAST = 28_800_000_000
"""Microseconds by which Asia/Shanghai is ahead all year."""
FOREVER = 9_000_000_000_000_000_000


def spans(folder: str, window_starts: int, as_of: int) -> pd.DataFrame:
    """Return what each inspection covers, and by how much the next one was late, in seconds."""
    assets = pd.read_csv(f"{folder}/evidence/assets/assets.csv")
    assets["starts"] = _midnight(assets["commissioned_on"])
    retired = assets["retired_on"].notna()
    assets["gone"] = FOREVER
    assets.loc[retired, "gone"] = _midnight(assets.loc[retired, "retired_on"]) + DAY
    inspections = pd.read_csv(
        f"{folder}/evidence/inspections/inspections.csv",
        usecols=["asset_id", "performed_at", "result"],
    )
    inspections = inspections[inspections["result"] == "pass"].copy()
    inspections["starts"] = _micros(pd.to_datetime(inspections["performed_at"], utc=True))
    inspections = inspections[inspections["starts"] <= as_of]
    columns = ["asset_id", "starts"]
    points = pd.concat([assets[columns], inspections[columns]]).sort_values(columns)
    points = points.merge(assets[["asset_id", "gone"]], on="asset_id")
    following = points.groupby("asset_id")["starts"].shift(-1)
    points["ends"] = following.fillna(FOREVER).astype("int64").clip(upper=points["gone"])
    points["starts"] = ((points["starts"] + EAST) // DAY + 91) * DAY - EAST
    points = points[(points["starts"] <= as_of) & (points["ends"] > window_starts)]
    points["late"] = (points["ends"] - points["starts"]) / 1_000_000
    points["ends"] = points["ends"].where(points["ends"] <= as_of, 0)
    return points[["asset_id", "starts", "ends", "late"]]


def _micros(times: pd.Series) -> pd.Series:
    return times.astype("datetime64[us, UTC]").astype("int64")


def _midnight(days: pd.Series) -> pd.Series:
    return _micros(pd.to_datetime(days, utc=True)) - EAST


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Validate, and write the rows that were not expected."""
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("centre").add_dataframe_asset("inspections")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        {"dataframe": spans(folder, int(window_starts), int(as_of))}
    )
    names = ["asset_id", "starts", "ends"]
    result = batch.validate(
        gx.expectations.ExpectColumnValuesToBeBetween(column="late", max_value=0),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": names},
    )
    rows = pd.DataFrame(result.result["unexpected_index_list"])[names]
    rows["ends"] = rows["ends"].astype("Int64").replace(0, pd.NA)
    rows.to_csv(output, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
