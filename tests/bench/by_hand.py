"""What somebody who knows DuckDB and this one control would write: `by_hand.py FOLDER OUTPUT …`.

It reads the same files of a suffix with their types given, and writes the same lapses with the
lines of the records between which each lies. Asia/Shanghai is eight hours ahead all year. It checks
nothing, unless `checked` is the last argument: then it first makes sure of what ccpolicy does, that
each record is as its contract says, no key stands twice, nobody is inspected who is not known,
nothing lies in the future, and which bytes were judged.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

READ = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"
CSV = {
    "assets": f"""
read_csv('{{folder}}/assets/*.csv', {READ}, columns = {{{{
  'asset_id': 'VARCHAR', 'site': 'VARCHAR', 'class': 'VARCHAR', 'model': 'VARCHAR',
  'commissioned_on': 'DATE', 'retired_on': 'DATE'}}}})
""",
    "inspections": f"""
read_csv('{{folder}}/inspections/*.csv', {READ}, columns = {{{{
  'inspection_id': 'VARCHAR', 'asset_id': 'VARCHAR', 'performed_at': 'TIMESTAMPTZ',
  'as_found': 'VARCHAR', 'as_left': 'VARCHAR', 'result': 'VARCHAR', 'technician': 'VARCHAR',
  'verifier': 'VARCHAR'}}}})
""",
}
JSONL = {
    name: text.replace("read_csv", "read_json")
    .replace(READ, "format = 'newline_delimited'")
    .replace(".csv", ".jsonl")
    for name, text in CSV.items()
}
PARQUET = {name: f"read_parquet('{{folder}}/{name}/*.parquet')" for name in CSV}
FORMATS = {"csv": (CSV, 1), "jsonl": (JSONL, 0), "parquet": (PARQUET, 0)}
"""Suffix → how its files are read, and the lines above the first record."""
BARE = {
    "asset": """
    SELECT asset_id, row_number() OVER () + {above} AS line, commissioned_on, retired_on
    FROM {assets}
    """,
    "inspection": """
    SELECT asset_id, row_number() OVER () + {above} AS line, epoch_us(performed_at) AS starts,
           result
    FROM {inspections}
    """,
}
CHECKED = {
    "asset": """
    SELECT asset_id, row_number() OVER () + {above} AS line, commissioned_on, retired_on,
           asset_id IS NOT NULL AND site IS NOT NULL AND model IS NOT NULL
             AND commissioned_on IS NOT NULL AND class IN
             ('telephony', 'power', 'network', 'seat', 'recording', 'environment') AS ok
    FROM {assets}
    """,
    "inspection": """
    SELECT asset_id, row_number() OVER () + {above} AS line,
           epoch_us(try_cast(performed_at AS TIMESTAMPTZ)) AS starts, result, inspection_id,
           inspection_id IS NOT NULL AND asset_id IS NOT NULL AND as_found IS NOT NULL
             AND as_left IS NOT NULL AND result IN ('pass', 'fail') AND technician IS NOT NULL
             AND verifier IS NOT NULL AND try_cast(performed_at AS TIMESTAMPTZ) IS NOT NULL
             AND regexp_full_match(performed_at,
               '\\d{{4}}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)') AS ok
    FROM {inspections}
    """,
}
DOUBTS = """
SELECT (SELECT count(*) FROM asset_row WHERE NOT coalesce(ok, false))
     + (SELECT count(*) FROM inspection_row WHERE NOT coalesce(ok, false))
     + (SELECT count(*) - count(DISTINCT asset_id) FROM asset_row)
     + (SELECT count(*) - count(DISTINCT inspection_id) FROM inspection_row)
     + (SELECT count(*) FROM inspection_row ANTI JOIN asset_row USING (asset_id))
     + (SELECT count(*) FROM inspection_row WHERE starts > $as_of)
"""
LAPSES = """
  WITH asset AS (
    SELECT asset_id, line, epoch_us(commissioned_on::TIMESTAMP) - 28800000000 AS starts,
           coalesce(epoch_us((retired_on + 1)::TIMESTAMP) - 28800000000, 9e18::BIGINT) AS ends
    FROM ({asset})
  ),
  inspection AS ({inspection}),
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
"""


def lapses(
    folder: str, suffix: str, window_starts: str, as_of: str, rows: Mapping[str, str] = BARE
) -> str:
    """Return the query for the lapses that touch the window."""
    formats, above = FORMATS[suffix]
    files = {name: text.format(folder=f"{folder}/evidence") for name, text in formats.items()}
    relations = {name: query.format(above=above, **files) for name, query in rows.items()}
    query = LAPSES.format(**relations)
    return query.replace("$window_starts", window_starts).replace("$as_of", as_of)


def main(
    folder: str, output: str, window_starts: str, as_of: str, suffix: str, checked: str = ""
) -> None:
    """Compute the lapses that touch the window.

    Raises:
        ValueError: something is wrong with the records.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    connection.execute(f"SET temp_directory = '{output}.spill'")
    rows = BARE
    if checked:
        formats, above = FORMATS[suffix]
        files = {name: text.format(folder=f"{folder}/evidence") for name, text in formats.items()}
        # The text of the time is judged, too.
        files["inspections"] = files["inspections"].replace("TIMESTAMPTZ", "VARCHAR")
        for each, query in CHECKED.items():
            connection.execute(f"CREATE TABLE {each}_row AS {query.format(above=above, **files)}")
        rows = {each: f"SELECT * FROM {each}_row" for each in CHECKED}
        [(doubts,)] = connection.execute(DOUBTS, {"as_of": int(as_of)}).fetchall()
        if doubts:
            raise ValueError(f"{doubts} doubts")
        with Path(f"{output}.sha256").open("w", encoding="utf-8") as digests:
            for path in sorted(Path(folder, "evidence").rglob(f"*.{suffix}")):
                with path.open("rb") as file:
                    print(hashlib.file_digest(file, "sha256").hexdigest(), path, file=digests)
    query = lapses(folder, suffix, window_starts, as_of, rows)
    connection.execute(f"COPY ({query}) TO '{output}' (HEADER)")


if __name__ == "__main__":
    main(*sys.argv[1:])
