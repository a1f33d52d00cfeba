"""Deadlines and shares by hand: `tickets_by_hand.py FOLDER OUTPUT START AS_OF KIND checked`.

It makes the same checks as ccpolicy, as `by_hand.py` does, and writes the same lapses: of tickets
that were not repaired within 72 hours, or of months in which fewer than 95 % were.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import duckdb

READ = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"
TIME = "\\d{{4}}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)"
"""Doubled braces, since it becomes part of a template."""
ROWS = f"""
CREATE TABLE {{name}} AS
SELECT *, row_number() OVER () + 1 AS line, epoch_us(try_cast({{at}} AS TIMESTAMPTZ)) AS starts,
       {{required}} AND regexp_full_match({{at}}, '{TIME}')
         AND try_cast({{at}} AS TIMESTAMPTZ) IS NOT NULL AS ok
FROM read_csv('{{path}}', {READ}, columns = {{columns}})
"""
TABLES = {
    "tickets": ("ticket_id", "site", "raised_at"),
    "repairs": ("repair_id", "ticket_id", "repaired_at"),
}
DOUBTS = """
SELECT (SELECT count(*) FROM tickets WHERE NOT coalesce(ok, false))
     + (SELECT count(*) FROM repairs WHERE NOT coalesce(ok, false))
     + (SELECT count(*) - count(DISTINCT ticket_id) FROM tickets)
     + (SELECT count(*) - count(DISTINCT repair_id) FROM repairs)
     + (SELECT count(*) FROM repairs ANTI JOIN tickets USING (ticket_id))
     + (SELECT count(*) FROM tickets WHERE starts > $as_of)
     + (SELECT count(*) FROM repairs WHERE starts > $as_of)
"""
JUDGED = """
CREATE TABLE judged AS
SELECT t.ticket_id, t.line, t.starts + 259200000000 AS due, r.starts AS ends, r.line AS repair
FROM tickets t LEFT JOIN (
  SELECT ticket_id, min(starts) AS starts, arg_min(line, starts) AS line
  FROM repairs GROUP BY ticket_id
) r USING (ticket_id)
"""
DEADLINE = """
SELECT ticket_id, due AS starts, ends, 'tickets:' || line AS opened_by,
       'repairs:' || repair AS closed_by
FROM judged
WHERE due <= $as_of AND (ends IS NULL OR ends > due)
  AND coalesce(ends, $as_of) > $window_starts
ORDER BY ticket_id
"""
# A month is judged at its end, until the end of the next one.
SHARE = """
WITH month AS (
  SELECT date_trunc('month', make_timestamp(due + 28800000000 - 1)) AS begins,
         sum((ends <= due)::INTEGER) * 100 < 95 * count(*) AS missed
  FROM judged WHERE due <= $as_of GROUP BY ALL
),
ended AS (
  SELECT epoch_us(begins + INTERVAL 1 MONTH) - 28800000000 AS starts, missed,
         coalesce(lag(missed) OVER (ORDER BY begins), false) AS before
  FROM month WHERE epoch_us(begins + INTERVAL 1 MONTH) - 28800000000 <= $as_of
),
turn AS (
  SELECT starts, missed, lead(starts) OVER (ORDER BY starts) AS ends FROM ended
  WHERE missed <> before
)
SELECT 'centre' AS subject, starts, ends FROM turn
WHERE missed AND coalesce(ends, $as_of) > $window_starts
ORDER BY starts
"""


def main(folder: str, output: str, window_starts: str, as_of: str, kind: str, _: str) -> None:
    """Compute the lapses that touch the window.

    Raises:
        ValueError: something is wrong with the records.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    with Path(f"{output}.sha256").open("w", encoding="utf-8") as digests:
        for name, columns in TABLES.items():
            path = f"{folder}/evidence/{name}/{name}.csv"
            required = " AND ".join(f"{column} IS NOT NULL" for column in columns)
            types = dict.fromkeys(columns, "VARCHAR")
            connection.execute(
                ROWS.format(name=name, at=columns[-1], required=required, path=path, columns=types)
            )
            with Path(path).open("rb") as file:
                print(hashlib.file_digest(file, "sha256").hexdigest(), path, file=digests)
    now = int(as_of)
    [(doubts,)] = connection.execute(DOUBTS, {"as_of": now}).fetchall()
    if doubts:
        raise ValueError(f"{doubts} doubts")
    connection.execute(JUDGED)
    query = {"deadline": DEADLINE, "share": SHARE}[kind]
    connection.execute(
        f"COPY ({query}) TO '{output}' (HEADER)",
        {"as_of": now, "window_starts": int(window_starts)},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
