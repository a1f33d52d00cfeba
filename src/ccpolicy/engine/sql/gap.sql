-- The subtraction: lapse = duty − cover.
WITH
cover AS (                -- cover that ended before anything is reported: its last end is enough
  SELECT s.subject, s.starts, s.ends
  FROM spans s
  JOIN control_revision r ON r.revision = s.revision
  WHERE s.is_cover AND s.starts < s.ends AND s.ends >= r.report_from
  UNION ALL
  SELECT ended.subject, -4611686018427387904, max(ended.ends)
  FROM (
    SELECT s.subject, s.ends
    FROM spans s
    JOIN control_revision r ON r.revision = s.revision
    WHERE s.is_cover AND s.starts < s.ends AND s.ends < r.report_from
    UNION ALL
    SELECT subject, -4611686018427387904
    FROM duty             -- so that every subject has a first
  ) ended
  GROUP BY ended.subject
),
reach AS (                -- how far cover reaches by now, and when it comes again
  SELECT subject,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached,
         lead(starts) OVER (PARTITION BY subject ORDER BY starts) AS next_starts
  FROM cover
),
uncovered AS (
  SELECT subject, reached AS starts, coalesce(next_starts, 4611686018427387904) AS ends
  FROM reach
  WHERE next_starts IS NULL OR next_starts > reached
)
SELECT d.revision, d.subject, u.starts AS uncovered_since,
       CASE WHEN u.starts > d.starts THEN u.starts ELSE d.starts END AS starts,
       CASE WHEN u.ends < d.ends THEN u.ends ELSE d.ends END AS ends
FROM duty d
JOIN uncovered u ON u.subject = d.subject
WHERE u.starts < d.ends AND d.starts < u.ends
