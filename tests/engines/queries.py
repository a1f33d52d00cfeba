"""Queries over a small relation: such as every engine answers alike, and such as none is asked."""

from __future__ import annotations

from collections.abc import Sequence

TYPES = {"n": "BIGINT", "d": "INTEGER", "t": "VARCHAR", "b": "BOOLEAN"}
TEXTS = ["Z", "a", "B", "é", "e\u0301", "ß", "中", "\U0001f600", "\\N", "x\\", "%", "_", "", None]
COLUMNS: list[Sequence[object]] = [
    [-7, 7, None, 0, 2**62, -(2**62), 1, 2, 3, 4, 5, 6, 8, 9],
    [2, -2, 3, 5, 7, 7, None, 2, 2, 2, 3, 3, 3, 4],
    TEXTS,
    [True, False, None, *[True, False] * 5, True],
]

ALIKE = [
    "SELECT n // d AS q, n % d AS m FROM r ORDER BY t",
    "SELECT CAST(n // d // 2 AS VARCHAR) AS q FROM r ORDER BY t",
    "SELECT n, d FROM r ORDER BY d DESC, n DESC",
    "SELECT t FROM r ORDER BY t",
    "SELECT t, row_number() OVER (ORDER BY t DESC, n) AS place FROM r ORDER BY place",
    "SELECT min(t), max(t), count(t), count(*), sum(n), count(DISTINCT d) FROM r",
    "SELECT d, sum(n) FROM r GROUP BY d HAVING count(*) > 1 ORDER BY d",
    "SELECT t FROM r WHERE t LIKE '%\\' OR t LIKE '\\%' ORDER BY t",
    "SELECT t FROM r WHERE t LIKE '_' ORDER BY t",
    "SELECT t FROM r WHERE t > 'Z' ORDER BY t",
    "SELECT t FROM r WHERE t IN ('é', '\\N', 'x\\', 'it''s') ORDER BY t",
    "SELECT right(t, 1) AS last, t || ' | ' || t AS two FROM r ORDER BY t",
    "SELECT CASE t WHEN 'a' THEN 1 WHEN 'ß' THEN 2 END AS c FROM r ORDER BY t",
    "SELECT TRY_CAST(n AS INTEGER) AS small FROM r ORDER BY n",
    "SELECT greatest(n, d), least(n, d), abs(d), coalesce(n, d, 0) FROM r ORDER BY t",
    "SELECT t, max(n) OVER (PARTITION BY d ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING"
    " AND 1 PRECEDING) AS m, lag(t) OVER (ORDER BY t) AS l, lead(t) OVER (ORDER BY t) AS f"
    " FROM r ORDER BY t",
    "SELECT sum(n) OVER (ORDER BY t ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) // 2"
    " AS half FROM r WHERE abs(n) < 100 ORDER BY half",
    "SELECT b, count(*) FROM r WHERE NOT b OR b IS NULL GROUP BY b ORDER BY b",
    "SELECT t FROM (SELECT t, n FROM r UNION ALL SELECT 'a', 5) s WHERE n > 4 ORDER BY t",
    "SELECT n FROM r WHERE n NOT IN (SELECT d FROM r WHERE d IS NOT NULL) ORDER BY n",
    "SELECT count(*) FROM r WHERE n NOT IN (SELECT d FROM r)",
    "SELECT CAST(n AS VARCHAR) AS text, CAST(b AS VARCHAR) AS said FROM r ORDER BY n",
    "SELECT NOT n = d AS a, NOT n IN (1, 2) AS b, n - d - 1 AS c, -d % 2 * 3 AS e,"
    " n IS NOT NULL AND d BETWEEN 1 AND 3 AND b AS f, (n = d) IS NULL AS g,"
    " n IS DISTINCT FROM d AS h, NOT b OR b AND n > 3 AS i, n - (d - 1) AS j,"
    " 7 - d * 2 // 3 % 2 AS k FROM r ORDER BY t",
    "SELECT r.n, o.t FROM r LEFT JOIN r o ON o.n = r.d ORDER BY r.t, o.t",
]
UNPORTABLE = [
    "SELECT * EXCLUDE (n) FROM r",
    "SELECT strftime(n, '%d') FROM r",
    "SELECT n FROM r QUALIFY row_number() OVER (ORDER BY n) = 1",
    "SELECT row_number() OVER () FROM r",
    "SELECT CAST(n AS DOUBLE) FROM r",
    "SELECT TRY_CAST(t AS BOOLEAN) FROM r",
    "SELECT lag(n IGNORE NULLS) OVER (ORDER BY n) FROM r",
    "SELECT n FROM (SELECT n FROM r)",
    "SELECT DISTINCT ON (d) n FROM r",
    "SELECT n[1] FROM r",
    "SELECT sum(n) / 3 FROM r",
    "SELECT list_filter([n], lambda v: v > 0) FROM r",
    "SELECT n FROM",
]
