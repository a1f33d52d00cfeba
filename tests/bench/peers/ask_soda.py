"""Soda: a scan with a check for failed rows, whose query is SQL by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from by_hand import lapses
from soda.scan import Scan

CHECKS = """\
checks for lapse:
  - failed rows:
      name: every asset passes an inspection every 90 days
      fail query: SELECT * FROM lapse
"""


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Count the failed rows."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    query = lapses(folder, "csv", window_starts, as_of)
    connection.execute(f"CREATE VIEW lapse AS {query}")
    scan = Scan()
    scan.disable_telemetry()
    scan.set_data_source_name("centre")
    scan.add_duckdb_connection(connection, "centre")
    scan.add_sodacl_yaml_str(CHECKS)
    scan.execute()
    scan.assert_no_error_logs()
    [check] = scan.get_scan_results()["checks"]
    count = check["diagnostics"]["value"]
    Path(output).write_text(f"count\n{int(count)}\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
