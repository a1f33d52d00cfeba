/*
summary:
  en: Every record is as it should be.
  zh: 每条记录都符合要求。
inputs:
  records:
    label: {en: "the records, and what makes one good", zh: 记录，以及合格的条件}
    holds: happening
    effect: either
    population: true
    needs: [starts, good]
parameters:
  cured_by:
    type: choice
    choices: [never, next]
    default: never
    stricter: first
    label: {en: "what cures a bad record: the subject's next good one, or nothing", zh: 不合格如何消除：该对象下一条合格记录，或永不}
*/
WITH cured AS (           -- a bad record is cured by the first good one that is certainly later
  SELECT control, subject, earliest, latest, good, locator,
         min(CASE WHEN good = 1 THEN latest END)
           OVER (PARTITION BY subject
                 ORDER BY CASE WHEN good = 1 THEN earliest ELSE latest END, day, good DESC
                 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS cured_at
  FROM records
),
change AS (               -- how many bad records more stand from an instant on
  SELECT control, subject, instant, sum(bad) AS bad, min(locator) AS locator
  FROM (
    SELECT control, subject, latest AS instant, 0 AS bad, locator FROM cured WHERE good = 1
    UNION ALL
    SELECT control, subject, earliest, 1, NULL FROM cured WHERE good = 0
    UNION ALL
    SELECT c.control, c.subject, c.cured_at, -1, NULL
    FROM cured c
    JOIN parameters p ON p.control = c.control AND p.cured_by = 'next'
    WHERE c.good = 0 AND c.cured_at IS NOT NULL
  ) point
  GROUP BY control, subject, instant
),
step AS (
  SELECT control, subject, instant AS starts, locator,
         lead(instant) OVER (PARTITION BY subject ORDER BY instant) AS ends,
         sum(bad) OVER (PARTITION BY subject ORDER BY instant
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bad
  FROM change
)
SELECT r.control, 'duty' AS part, r.subject,
       CASE WHEN r.good = 1 THEN r.latest ELSE r.earliest END AS starts, p.horizon AS ends,
       CASE WHEN r.good = 0 THEN r.locator END AS locator  -- a lapse begins with a bad one
FROM records r
JOIN parameters p ON p.control = r.control
UNION ALL
SELECT s.control, 'cover', s.subject, s.starts, coalesce(s.ends, p.horizon), s.locator
FROM step s
JOIN parameters p ON p.control = s.control
WHERE s.bad = 0
