-- Who or what each control is about, by number.
--
-- Spans of a subject that overlap or touch are one duty: moving an asset is no new beginning.
WITH
numbered AS (
  SELECT p.input, p.revision, s.number AS subject, p.class, p.starts, p.day, p.first_day, p.ends,
         p.quantity, p.locator
  FROM subject_records p
  JOIN subject s ON s.revision = p.revision AND s.name = p.name
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
)
SELECT input, revision, subject, class, starts, day, first_day, ends, quantity, locator
FROM begun
WHERE subject NOT IN (SELECT subject FROM several)
UNION ALL                 -- a duty ends where it had reached when the next one begins
SELECT input, revision, subject, class, starts, day, first_day,
       coalesce(lead(reached) OVER (PARTITION BY subject ORDER BY starts), last_end),
       quantity, locator
FROM reached
WHERE reached IS NULL OR starts > reached
