/*
summary:
  en: A quantity is always within its bounds.
  zh: 数量任何时候都在规定范围内。
inputs:
  subjects:
    label: {en: "what is counted, with its own minimum if it has one", zh: 清点的对象（可带自身最低值）}
    holds: state
    effect: harm
    population: true
    required: false
    columns: [starts, ends, by, calendar, quantity]
  readings:
    label: {en: "counts, each good until the next", zh: 读数（各自有效至下一次）}
    holds: happening
    effect: either
    required: false
    needs: [starts]
    columns: [quantity]
  spans:
    label: {en: "spans that add up", zh: 可累加的时段}
    holds: state
    effect: either
    required: false
    needs: [starts]
    columns: [ends, quantity]
parameters:
  minimum:
    type: number
    unless: {subjects: [quantity]}
    or_else: maximum
    stricter: higher
    label: {en: least quantity, zh: 最低数量}
  maximum:
    type: number
    not_below: minimum
    stricter: lower
    without: looser
    label: {en: greatest quantity, zh: 最高数量}
  valid_for:
    type: duration
    covers_from: readings
    business_hours: true
    stricter: shorter
    without: looser
    label: {en: how long a count can be relied on, zh: 读数的有效期}
one_of: [readings, spans]
*/
WITH term AS (            -- what holds for each subject
  SELECT DISTINCT s.control, s.subject, coalesce(s.quantity, p.minimum) AS minimum, p.maximum,
         p.valid_for, p.valid_for_clock, p.horizon
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
),
reading AS (              -- each count, whether it is within bounds, and until when it is good for
  SELECT t.control, t.subject, t.horizon, r.earliest, r.latest, r.day, r.locator,
         CASE WHEN r.quantity < t.minimum OR r.quantity > t.maximum THEN 0 ELSE 1 END AS good,
         CASE WHEN t.valid_for IS NULL AND t.valid_for_clock IS NULL THEN t.horizon
              ELSE coalesce(r.earliest + t.valid_for_clock, a.ends, b.ends, r.earliest + b.added)
              END AS due
  FROM readings r
  JOIN term t ON t.subject = r.subject
  LEFT JOIN after a ON a.duration = t.valid_for AND a.day = r.day
  LEFT JOIN business b ON b.duration = t.valid_for AND b.day = r.day
    AND b.starts <= r.earliest AND r.earliest < b.until
),
followed AS (             -- the first count that is within bounds and certainly later
  SELECT control, subject, horizon, earliest, latest, locator, good, due, is_asking,
         min(CASE WHEN is_asking = 0 THEN latest END)
           OVER (PARTITION BY subject ORDER BY instant, day, is_asking
                 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS followed_at
  FROM (
    SELECT *, earliest AS instant, 0 AS is_asking FROM reading WHERE good = 1
    UNION ALL
    SELECT *, latest, 1 FROM reading
  ) asked
),
lacking AS (              -- out of bounds from the first moment, or within but no longer good for
  SELECT control, subject, horizon, CASE WHEN good = 1 THEN due ELSE earliest END AS starts,
         coalesce(followed_at, horizon) AS ends
  FROM followed
  WHERE is_asking = 1
),
present AS (              -- a span adds late and briefly to what is too little, or else to too much
  SELECT t.control, t.subject, t.minimum, t.maximum, t.horizon, s.starts, s.ends,
         s.earliest_starts, s.latest_ends, s.quantity, s.locator
  FROM spans s
  JOIN term t ON t.subject = s.subject
),
change AS (               -- what each instant adds: to what counts lack, or to the sums of spans
  SELECT control, subject, minimum, maximum, horizon, instant, sum(lacks) AS lacks,
         sum(low) AS low, sum(high) AS high, min(locator) AS locator
  FROM (
    SELECT control, subject, minimum, maximum, horizon, starts AS instant, 0 AS lacks,
           quantity AS low, 0 AS high, locator
    FROM present
    WHERE starts < ends
    UNION ALL             -- where spans are what counts, there is nothing before the first
    SELECT t.control, t.subject, t.minimum, t.maximum, t.horizon, s.starts, 0, 0, 0, NULL
    FROM term t
    JOIN subjects s ON s.subject = t.subject
    JOIN parameters p ON p.control = s.control AND p.class = s.class AND p.has_spans = 1
    UNION ALL
    SELECT control, subject, minimum, maximum, horizon, ends, 0, -quantity, 0, NULL
    FROM present
    WHERE starts < ends
    UNION ALL
    SELECT control, subject, minimum, maximum, horizon, earliest_starts, 0, 0, quantity, locator
    FROM present
    WHERE earliest_starts < latest_ends
    UNION ALL
    SELECT control, subject, minimum, maximum, horizon, latest_ends, 0, 0, -quantity, NULL
    FROM present
    WHERE earliest_starts < latest_ends
    UNION ALL
    SELECT control, subject, NULL, NULL, horizon, latest, 0, 0, 0, locator
    FROM reading
    UNION ALL
    SELECT control, subject, NULL, NULL, horizon, starts, 1, 0, 0, NULL
    FROM lacking
    WHERE starts < ends
    UNION ALL
    SELECT control, subject, NULL, NULL, horizon, ends, -1, 0, 0, NULL
    FROM lacking
    WHERE starts < ends
  ) point
  GROUP BY control, subject, minimum, maximum, horizon, instant
),
step AS (
  SELECT control, subject, minimum, maximum, horizon, instant AS starts, locator,
         lead(instant) OVER (PARTITION BY subject, minimum ORDER BY instant) AS ends,
         sum(lacks) OVER (PARTITION BY subject, minimum ORDER BY instant
                          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS lacks,
         sum(low) OVER (PARTITION BY subject, minimum ORDER BY instant
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS low,
         sum(high) OVER (PARTITION BY subject, minimum ORDER BY instant
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS high
  FROM change
),
beginning AS (            -- the first day of a duty, until a count is out of bounds or the duty ends
  SELECT s.subject, s.starts, s.first_day,
         min(CASE WHEN r.earliest < s.ends THEN r.earliest ELSE s.ends END) AS until
  FROM subjects s
  LEFT JOIN reading r ON r.subject = s.subject AND r.good = 0
    AND (r.latest > s.starts OR (r.latest = s.starts AND r.day >= s.day))
  WHERE s.first_day IS NOT NULL
  GROUP BY s.subject, s.starts, s.first_day
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM subjects
UNION ALL                 -- a count out of bounds asks for one within
SELECT s.control, 'duty', s.subject, r.earliest, s.ends, r.locator
FROM reading r
JOIN subjects s ON s.subject = r.subject AND s.starts <= r.earliest AND r.earliest < s.ends
WHERE r.good = 0
UNION ALL                 -- and a span that makes too many for fewer
SELECT s.control, 'duty', s.subject, t.starts, s.ends, t.locator
FROM step t
JOIN subjects s ON s.subject = t.subject AND s.starts <= t.starts AND t.starts < s.ends
WHERE t.high > t.maximum
UNION ALL
SELECT control, 'cover', subject, starts, coalesce(ends, horizon), locator
FROM step
WHERE lacks = 0 AND NOT coalesce(low < minimum, false) AND NOT coalesce(high > maximum, false)
UNION ALL                 -- counted on the first day of a duty, from its beginning
SELECT r.control, 'cover', r.subject, b.starts,
       CASE WHEN b.until < r.latest AND b.until < r.due THEN b.until
            WHEN r.due < r.latest THEN r.due ELSE r.latest END, r.locator
FROM reading r
JOIN beginning b ON b.subject = r.subject AND b.first_day = r.day
WHERE r.good = 1
UNION ALL                 -- a count whose end nobody can say leaves its subject undecided
SELECT control, 'cover', subject, latest, due, locator
FROM reading
WHERE due IS NULL
