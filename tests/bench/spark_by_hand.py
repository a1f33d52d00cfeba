"""What somebody who knows Spark and this one control would write.

`spark_by_hand.py FOLDER OUTPUT WINDOW_STARTS AS_OF` reads the same files with their types given,
and writes the same lapses; records are named by their keys, since Spark knows no lines. It checks
nothing. Asia/Shanghai is eight hours ahead all year.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

ASSETS = (
    "asset_id string, site string, class string, model string, commissioned_on date,"
    " retired_on date"
)
INSPECTIONS = (
    "inspection_id string, asset_id string, performed_at timestamp, as_found string,"
    " as_left string, result string, technician string, verifier string"
)
QUERY = """
WITH asset AS (
  SELECT asset_id, unix_date(commissioned_on) * 86400000000 - 28800000000 AS starts,
         coalesce((unix_date(retired_on) + 1) * 86400000000 - 28800000000, 9000000000000000000)
           AS ends
  FROM assets
),
point AS (
  SELECT asset_id, starts, asset_id AS record FROM asset
  UNION ALL
  SELECT asset_id, unix_micros(performed_at), inspection_id FROM inspections
  WHERE result = 'pass' AND unix_micros(performed_at) <= :as_of
),
span AS (
  SELECT asset_id, record,
         ((starts + 28800000000) div 86400000000 + 91) * 86400000000 - 28800000000 AS due,
         lead(starts) OVER following AS next_starts, lead(record) OVER following AS next_record
  FROM point
  WINDOW following AS (PARTITION BY asset_id ORDER BY starts)
)
SELECT s.asset_id, s.due AS starts,
       CASE WHEN least(coalesce(s.next_starts, a.ends), a.ends) <= :as_of
            THEN least(coalesce(s.next_starts, a.ends), a.ends) END AS ends,
       s.record AS opened_by,
       CASE WHEN least(coalesce(s.next_starts, a.ends), a.ends) > :as_of THEN NULL
            WHEN s.next_starts <= a.ends THEN s.next_record ELSE a.asset_id END AS closed_by
FROM span s
JOIN asset a USING (asset_id)
WHERE (s.next_starts IS NULL OR s.next_starts > s.due)
  AND s.due < a.ends AND s.due <= :as_of
  AND least(coalesce(s.next_starts, a.ends), a.ends) > :window_starts
ORDER BY s.asset_id, s.due
"""


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Compute the lapses that touch the window."""
    from ccpolicy.store.spark_session import spark_session

    with spark_session() as session:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        for name, schema in (("assets", ASSETS), ("inspections", INSPECTIONS)):
            path = f"{folder}/evidence/{name}/{name}.csv"
            session.read.csv(path, schema, header=True).createOrReplaceTempView(name)
        bounds = {"window_starts": int(window_starts), "as_of": int(as_of)}
        rows = session.sql(QUERY, args=bounds).collect()
    with Path(output).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["asset_id", "starts", "ends", "opened_by", "closed_by"])
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
