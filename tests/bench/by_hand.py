"""What somebody who knows DuckDB and this one control would write: `by_hand.py FOLDER OUTPUT`.

It reads the same files with their types given, and writes the same lapses with the lines of the
records between which each lies. It checks nothing. Asia/Shanghai is eight hours ahead all year.
"""

from __future__ import annotations

import sys

import duckdb

QUERY = """
COPY (
  WITH asset AS (
    SELECT asset_id, row_number() OVER () + 1 AS line,
           epoch_us(commissioned_on::TIMESTAMP) - 28800000000 AS starts,
           coalesce(epoch_us((retired_on + 1)::TIMESTAMP) - 28800000000, 9e18::BIGINT) AS ends
    FROM read_csv($assets, auto_detect = false, header = true, delim = ',', quote = '"',
                  escape = '"', columns = {
                    'asset_id': 'VARCHAR', 'site': 'VARCHAR', 'class': 'VARCHAR',
                    'model': 'VARCHAR', 'commissioned_on': 'DATE', 'retired_on': 'DATE'})
  ),
  inspection AS (
    SELECT asset_id, row_number() OVER () + 1 AS line, epoch_us(performed_at) AS starts, result
    FROM read_csv($inspections, auto_detect = false, header = true, delim = ',', quote = '"',
                  escape = '"', columns = {
                    'inspection_id': 'VARCHAR', 'asset_id': 'VARCHAR',
                    'performed_at': 'TIMESTAMPTZ', 'as_found': 'VARCHAR', 'as_left': 'VARCHAR',
                    'result': 'VARCHAR', 'technician': 'VARCHAR', 'verifier': 'VARCHAR'})
  ),
  point AS (
    SELECT asset_id, starts, 'assets' AS file, line FROM asset
    UNION ALL
    SELECT asset_id, starts, 'inspections', line FROM inspection
    WHERE result = 'pass' AND starts <= $as_of
  ),
  span AS (
    SELECT asset_id, file, line,
           ((starts + 28800000000) // 86400000000 + 91) * 86400000000 - 28800000000 AS due,
           lead(starts) OVER following AS next_starts,
           lead(file) OVER following AS next_file,
           lead(line) OVER following AS next_line
    FROM point
    WINDOW following AS (PARTITION BY asset_id ORDER BY starts)
  )
  SELECT s.asset_id, s.due AS starts,
         CASE WHEN least(coalesce(s.next_starts, a.ends), a.ends) <= $as_of
              THEN least(coalesce(s.next_starts, a.ends), a.ends) END AS ends,
         s.file || ':' || s.line AS opened_by,
         CASE WHEN least(coalesce(s.next_starts, a.ends), a.ends) > $as_of THEN NULL
              WHEN s.next_starts <= a.ends THEN s.next_file || ':' || s.next_line
              ELSE 'assets:' || a.line END AS closed_by
  FROM span s
  JOIN asset a USING (asset_id)
  WHERE (s.next_starts IS NULL OR s.next_starts > s.due)
    AND s.due < a.ends AND s.due <= $as_of
    AND least(coalesce(s.next_starts, a.ends), a.ends) > $window_starts
  ORDER BY s.asset_id, s.due
) TO '{output}' (HEADER)
"""


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Compute the lapses that touch the window."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        QUERY.replace("{output}", output),
        {
            "assets": f"{folder}/evidence/assets/assets.csv",
            "inspections": f"{folder}/evidence/inspections/inspections.csv",
            "window_starts": int(window_starts),
            "as_of": int(as_of),
        },
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
