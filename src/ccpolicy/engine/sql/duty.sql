-- Duty: what the check kinds say must be covered, cut to the revision that was in force.
WITH
owed AS (                 -- one row for each beginning, so that no order is left to chance
  SELECT s.revision, s.subject,
         CASE WHEN s.starts < r.starts THEN r.starts ELSE s.starts END AS starts,
         max(CASE WHEN s.ends > r.ends THEN r.ends ELSE s.ends END) AS ends
  FROM spans s
  JOIN control_revision r ON r.revision = s.revision
  WHERE NOT s.is_cover
  GROUP BY s.revision, s.subject, CASE WHEN s.starts < r.starts THEN r.starts ELSE s.starts END
),
reached AS (              -- overlapping and touching duties of a subject are one
  SELECT revision, subject, starts, ends,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM owed
  WHERE starts < ends
),
island AS (
  SELECT revision, subject, starts, ends,
         sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
           OVER (PARTITION BY subject ORDER BY starts
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
  FROM reached
)
SELECT revision, subject, min(starts) AS starts, max(ends) AS ends
FROM island
GROUP BY revision, subject, island
