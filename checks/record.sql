/*
summary:
  en: Every record is as it should be.
  zh: 每条记录都符合要求。
inputs:
  records:
    label: {en: "the records, and what makes one good", zh: 记录，以及合格的条件}
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
WITH state AS (           -- of several records at one instant the worst
  SELECT control, subject, starts, min(good) AS good,
         coalesce(min(CASE WHEN good = 0 THEN locator END), min(locator)) AS locator
  FROM records
  GROUP BY control, subject, starts
),
run AS (
  SELECT control, subject, starts, good, locator,
         lead(starts) OVER (PARTITION BY subject ORDER BY starts) AS next_starts,
         min(good) OVER (PARTITION BY subject ORDER BY starts
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far
  FROM state
)
SELECT r.control, 'duty' AS part, r.subject, r.starts, p.horizon AS ends,
       CASE WHEN r.good = 0 THEN r.locator END AS locator  -- a lapse begins with a bad one
FROM run r
JOIN parameters p ON p.control = r.control
UNION ALL
SELECT r.control, 'cover', r.subject, r.starts, coalesce(r.next_starts, p.horizon), r.locator
FROM run r
JOIN parameters p ON p.control = r.control
WHERE CASE WHEN p.cured_by = 'next' THEN r.good ELSE r.so_far END = 1
