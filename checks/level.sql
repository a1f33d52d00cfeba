/*
summary:
  en: A quantity is never below its minimum.
  zh: 数量任何时候都不低于最低值。
inputs:
  subjects:
    label: {en: "what is counted, with its own minimum if it has one", zh: 清点的对象（可带自身最低值）}
    population: true
    required: false
    open_ended: true
    planned: true
    columns: [starts, ends, by, quantity]
  readings:
    label: {en: "counts, each good until the next; or spans that add up", zh: 读数（各自有效至下一次），或可累加的时段}
    open_ended: true
    planned: true
    needs: [starts]
    columns: [ends, quantity]
parameters:
  minimum:
    type: number
    unless: {subjects: quantity}
    stricter: higher
    label: {en: least quantity, zh: 最低数量}
  valid_for:
    type: duration
    stricter: shorter
    without: looser
    label: {en: how long a count can be relied on, zh: 读数的有效期}
*/
WITH term AS (            -- what holds for each subject
  SELECT DISTINCT s.control, s.subject, coalesce(s.quantity, p.minimum) AS minimum,
         p.valid_for, p.valid_for_clock, p.horizon
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
),
counts AS (               -- of several counts at one instant the lowest
  SELECT subject, starts, day, min(quantity) AS quantity, min(locator) AS locator
  FROM readings
  WHERE ends IS NULL
  GROUP BY subject, starts, day
),
followed AS (
  SELECT subject, starts, day, quantity, locator,
         lead(starts) OVER (PARTITION BY subject ORDER BY starts) AS next_starts
  FROM counts
),
span AS (                 -- a count holds until the next, at most its valid time
  SELECT t.control, f.subject, f.starts, f.quantity, f.locator, t.minimum, t.horizon,
         CASE WHEN t.valid_for IS NULL AND t.valid_for_clock IS NULL
                THEN coalesce(f.next_starts, t.horizon)
              WHEN f.next_starts < coalesce(f.starts + t.valid_for_clock, a.ends) THEN f.next_starts
              ELSE coalesce(f.starts + t.valid_for_clock, a.ends) END AS ends
  FROM followed f
  JOIN term t ON t.subject = f.subject
  LEFT JOIN after a ON a.duration = t.valid_for AND a.day = f.day
  UNION ALL
  SELECT t.control, r.subject, r.starts, r.quantity, r.locator, t.minimum, t.horizon, r.ends
  FROM readings r
  JOIN term t ON t.subject = r.subject
  WHERE r.starts < r.ends
),
change AS (               -- the quantity as a step function: what each instant adds
  SELECT control, subject, minimum, horizon, instant,
         sum(quantity) AS quantity, min(locator) AS locator
  FROM (
    SELECT control, subject, minimum, horizon, starts AS instant, quantity, locator FROM span
    UNION ALL
    SELECT control, subject, minimum, horizon, ends, -quantity, NULL FROM span
  ) point
  GROUP BY control, subject, minimum, horizon, instant
),
step AS (
  SELECT control, subject, minimum, horizon, instant AS starts, locator,
         lead(instant) OVER (PARTITION BY subject, minimum ORDER BY instant) AS next_starts,
         sum(quantity) OVER (PARTITION BY subject, minimum ORDER BY instant
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS quantity
  FROM change
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM subjects
UNION ALL
SELECT control, 'cover', subject, starts, coalesce(next_starts, horizon), locator
FROM step
WHERE quantity >= minimum
UNION ALL                 -- a count whose end nobody can say leaves its subject undecided
SELECT control, 'cover', subject, starts, ends, locator
FROM span
WHERE ends IS NULL
