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
reached AS (
  SELECT *,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM begun
),
island AS (
  SELECT *,
         sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
           OVER (PARTITION BY subject ORDER BY starts
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
  FROM reached
),
first AS (                -- the row with which each duty begins
  SELECT relation, control, subject, island, class, starts, day, quantity, locator
  FROM island
  WHERE reached IS NULL OR starts > reached
)
SELECT f.relation, f.control, f.subject, f.class, f.starts, f.day, l.ends, f.quantity,
       NULL::INTEGER AS good, f.locator
FROM first f
JOIN (
  SELECT subject, island, max(ends) AS ends
  FROM island
  GROUP BY subject, island
) l ON l.subject = f.subject AND l.island = f.island
UNION ALL
SELECT relation, control, subject, class, starts, day, ends, quantity, good, locator
FROM numbered
WHERE NOT ahead;
