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
reached AS (
  SELECT *,
         max(ends) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM numbered
  WHERE ahead AND starts < ends
),
island AS (
  SELECT *,
         sum(CASE WHEN starts <= reached THEN 0 ELSE 1 END)
           OVER (PARTITION BY subject ORDER BY starts
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
  FROM reached
)
SELECT relation, control, subject, min(class) AS class, min(starts) AS starts, min(day) AS day,
       max(ends) AS ends, max(quantity) AS quantity, min(good) AS good, min(locator) AS locator
FROM island
GROUP BY relation, control, subject, island
UNION ALL
SELECT relation, control, subject, class, starts, day, ends, quantity, good, locator
FROM numbered
WHERE NOT ahead;
