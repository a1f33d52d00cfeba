-- The records with which duties began that a lapse left uncovered, the latest first: at most ten.
WITH
beginning AS (
  SELECT DISTINCT l.subject, l.starts AS lapse_starts, s.starts, s.locator
  FROM lapse l
  JOIN control_revision r ON r.revision = l.revision
  JOIN spans s ON s.subject = l.subject AND s.starts >= l.starts AND s.starts < l.ends
  WHERE NOT s.is_cover AND s.locator IS NOT NULL
    AND l.starts <= r.report_until AND s.starts <= r.report_until
),
placed AS (
  SELECT subject, lapse_starts, locator,
         row_number() OVER (PARTITION BY subject, lapse_starts
                            ORDER BY starts DESC, locator) AS place,
         count(*) OVER (PARTITION BY subject, lapse_starts) AS records
  FROM beginning
)
SELECT subject, lapse_starts AS starts, place, locator
FROM placed
WHERE place <= 10 AND records > 1
