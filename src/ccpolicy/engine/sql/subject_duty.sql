-- Who or what each control is about, by number.
--
-- Spans of a subject that overlap or touch are one duty: moving an asset is no new beginning, and
-- nor is the plan's first day, before which nothing is owed.
WITH
numbered AS (
  SELECT p.input, p.revision, s.number AS subject, p.class, p.starts, p.day, p.first_day, p.ends,
         p.quantity, p.locator
  FROM subject_records p
  JOIN subject s ON s.revision = p.revision AND s.is_part = p.is_part AND s.name = p.name
  WHERE p.planned AND p.starts < p.ends
),
begun AS (                -- one row for each beginning, so that no order is left to chance
  SELECT input, revision, subject, min(class) AS class, starts, min(day) AS day,
         max(first_day) AS first_day, max(ends) AS ends, max(quantity) AS quantity,
         min(locator) AS locator
  FROM numbered
  GROUP BY input, revision, subject, starts
),
several AS (              -- most have one span, and nothing to join
  SELECT subject
  FROM begun
  GROUP BY subject
  HAVING count(*) > 1
),
reached AS (
  SELECT input, revision, subject, class, starts, day, first_day, quantity, locator,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
         max(ends) OVER (PARTITION BY subject) AS last_end
  FROM begun
  WHERE subject IN (SELECT subject FROM several)
),
duty AS (
  SELECT input, revision, subject, class, starts, day, first_day, ends, quantity, locator
  FROM begun
  WHERE subject NOT IN (SELECT subject FROM several)
  UNION ALL                 -- a duty ends where it had reached when the next one begins
  SELECT input, revision, subject, class, starts, day, first_day,
         coalesce(lead(reached) OVER (PARTITION BY subject ORDER BY starts), last_end),
         quantity, locator
  FROM reached
  WHERE reached IS NULL OR starts > reached
)
SELECT d.input, d.revision, d.subject, d.class,
       CASE WHEN d.starts < r.first_instant THEN r.first_instant ELSE d.starts END AS starts,
       CASE WHEN d.day < r.first_day THEN r.first_day ELSE d.day END AS day,
       CASE WHEN d.starts >= r.first_instant THEN d.first_day END AS first_day,
       d.ends, d.quantity, d.locator
FROM duty d
JOIN control_revision r ON r.revision = d.revision
WHERE d.ends > r.first_instant
