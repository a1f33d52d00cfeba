-- lapse = duty − cover
--
-- `spans` holds what the check kinds say is duty and cover, as half-open [starts, ends);
-- `rule` holds from when to when each control's revision is in force, and from when on it is told
-- what lapsed.
CREATE TABLE duty AS
WITH
owed AS (                 -- one row for each beginning, so that no order is left to chance
  SELECT s.control, s.subject,
         CASE WHEN s.starts < r.starts THEN r.starts ELSE s.starts END AS starts,
         max(CASE WHEN s.ends > r.ends THEN r.ends ELSE s.ends END) AS ends
  FROM spans s
  JOIN rule r ON r.number = s.control
  WHERE s.part = 'duty'
  GROUP BY s.control, s.subject, CASE WHEN s.starts < r.starts THEN r.starts ELSE s.starts END
),
reached AS (              -- overlapping and touching duties of a subject are one
  SELECT control, subject, starts, ends,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM owed
  WHERE starts < ends
),
island AS (
  SELECT control, subject, starts, ends,
         sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
           OVER (PARTITION BY subject ORDER BY starts
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
  FROM reached
)
SELECT control, subject, min(starts) AS starts, max(ends) AS ends
FROM island
GROUP BY control, subject, island;

CREATE TABLE gap AS
WITH
cover AS (                -- what ran out before anything is told counts by how far it reached
  SELECT s.subject, s.starts, s.ends
  FROM spans s
  JOIN rule r ON r.number = s.control
  WHERE s.part = 'cover' AND s.starts < s.ends AND s.ends >= r.told
  UNION ALL
  SELECT subject, -4611686018427387904, max(ends)
  FROM (
    SELECT s.subject, s.ends
    FROM spans s
    JOIN rule r ON r.number = s.control
    WHERE s.part = 'cover' AND s.starts < s.ends AND s.ends < r.told
    UNION ALL
    SELECT subject, -4611686018427387904
    FROM duty             -- so that every subject has a first
  ) over
  GROUP BY subject
),
reach AS (                -- how far cover reaches by now, and when it comes again
  SELECT subject,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached,
         lead(starts) OVER (PARTITION BY subject ORDER BY starts) AS next_starts
  FROM cover
),
bare AS (
  SELECT subject, reached AS starts, coalesce(next_starts, 4611686018427387904) AS ends
  FROM reach
  WHERE next_starts IS NULL OR next_starts > reached
)
SELECT d.control, d.subject, b.starts AS bare_since,
       CASE WHEN b.starts > d.starts THEN b.starts ELSE d.starts END AS starts,
       CASE WHEN b.ends < d.ends THEN b.ends ELSE d.ends END AS ends
FROM duty d
JOIN bare b ON b.subject = d.subject
WHERE b.starts < d.ends AND d.starts < b.ends
