-- Who or what each control is about, by number.
--
-- Spans of a subject that overlap or touch are one duty: moving an asset is no new beginning.
CREATE TABLE concerned AS
WITH
numbered AS (
  SELECT p.relation, p.ahead, p.control, s.number AS subject, p.class, p.starts, p.day, p.ends,
         p.quantity, p.good, p.locator
  FROM population p
  JOIN subject s ON s.control = p.control AND s.name = p.name
),
begun AS (                -- one row for each beginning, so that no order is left to chance
  SELECT relation, control, subject, min(class) AS class, starts, min(day) AS day,
         max(ends) AS ends, max(quantity) AS quantity, min(locator) AS locator
  FROM numbered
  WHERE ahead AND starts < ends
  GROUP BY relation, control, subject, starts
),
several AS (              -- most have one span, and nothing to join
  SELECT subject
  FROM begun
  GROUP BY subject
  HAVING count(*) > 1
),
reached AS (
  SELECT *,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
         max(ends) OVER (PARTITION BY subject) AS last
  FROM begun
  WHERE subject IN (SELECT subject FROM several)
)
SELECT relation, control, subject, class, starts, day, ends, quantity, NULL::INTEGER AS good,
       locator
FROM begun
WHERE subject NOT IN (SELECT subject FROM several)
UNION ALL                 -- a duty ends where it had reached when the next one begins
SELECT relation, control, subject, class, starts, day,
       coalesce(lead(reached) OVER (PARTITION BY subject ORDER BY starts), last), quantity, NULL,
       locator
FROM reached
WHERE reached IS NULL OR starts > reached
UNION ALL
SELECT relation, control, subject, class, starts, day, ends, quantity, good, locator
FROM numbered
WHERE NOT ahead;
