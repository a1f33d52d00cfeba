/*
summary:
  en: In every period enough of what fell due, or of the records, was as it should be.
  zh: 每个周期内，到期事项按时完成的比例，或合格记录的比例，不低于规定。
inputs:
  subjects:
    label: {en: "the groups, each judged by itself, and from when to when", zh: 分别评定的各组，从何时起到何时止}
    holds: state
    effect: harm
    population: true
    required: false
    columns: [starts, ends]
  openings:
    label: {en: "what is to be closed in time, with its own due time if it has one", zh: 须按时完成的事项（可带自身期限）}
    holds: happening
    effect: harm
    parts: true
    required: false
    needs: [starts]
    columns: [ends, by, calendar]
  closings:
    label: {en: what closes it, zh: 完成的事件}
    holds: happening
    effect: help
    required: false
    given_with: openings
    needs: [starts]
    closes: openings
  records:
    label: {en: "instead: records, each good or not, or how many of how many are", zh: 或者：记录，各自合格与否，或其中合格的数量}
    holds: happening
    effect: either
    required: false
    needs: [starts]
    columns: [good, met, quantity]
    one_of: [good, met]
parameters:
  at_least:
    type: percent
    required: true
    by_class: false
    stricter: higher
    label: {en: "least share, in percent", zh: 最低比例（%）}
  per:
    type: period
    choices: [week, month, quarter, half-year, year, "{fiscal_year: MM-DD}"]
    required: true
    by_class: false
    label: {en: calendar period that is judged at its end, zh: 于终了时评定的自然周期（周、月、季、半年、年、财年）}
  limit:
    type: duration
    given_with: openings
    proven_by: closings
    business_hours: true
    unless: {openings: [ends]}
    label: {en: time allowed, zh: 时限}
  count:
    type: integer
    default: 1
    by_class: false
    label: {en: "records below which a period proves nothing", zh: 少于此数的周期不足为凭}
one_of: [openings, records]
unknown:
  en: fewer than `count` in the last whole period
  zh: 上一完整周期内的数量少于 count
*/
WITH term AS (            -- what holds for all groups of a control
  SELECT DISTINCT control, at_least, per, count, as_of, horizon
  FROM parameters
),
span AS (                 -- the calendar periods: each from the end of the one before
  SELECT per, number, ends, next_ends,
         lag(ends) OVER (PARTITION BY per ORDER BY number) AS starts
  FROM (SELECT DISTINCT per, number, ends, next_ends FROM period) one
),
owed AS (                 -- when each opening falls due
  SELECT o.control, o.subject, o.whole, o.earliest, o.locator, p.horizon,
         CASE WHEN p.limit IS NULL AND p.limit_clock IS NULL THEN o.ends
              ELSE coalesce(o.earliest + p.limit_clock, a.ends, b.ends, o.earliest + b.added)
              END AS due
  FROM openings o
  JOIN parameters p ON p.control = o.control AND p.class = o.class
  LEFT JOIN after a ON a.duration = p.limit AND a.day = o.day
  LEFT JOIN business b ON b.duration = p.limit AND b.day = o.day
    AND b.starts <= o.earliest AND o.earliest < b.until
),
closed AS (               -- and whether it was closed by then
  SELECT o.control, o.whole AS subject, o.locator, o.due, o.horizon, min(c.latest) AS closed_at
  FROM owed o
  LEFT JOIN closings c ON c.subject = o.subject
  GROUP BY o.control, o.whole, o.subject, o.locator, o.due, o.horizon
),
counted AS (              -- what counts in which period, how much of it is good, how late the rest
  SELECT c.subject, s.number, c.locator, 1000000 AS total,
         CASE WHEN c.closed_at <= c.due THEN 1000000 ELSE 0 END AS good,
         coalesce(c.closed_at, c.horizon) - c.due AS late
  FROM closed c
  JOIN term t ON t.control = c.control
  JOIN span s ON s.per = t.per AND s.starts < c.due AND c.due <= s.ends
  UNION ALL
  SELECT r.subject, q.number, r.locator, r.quantity,
         CASE WHEN r.good IS NULL THEN r.met WHEN r.good = 1 THEN r.quantity ELSE 0 END, 0
  FROM records r
  JOIN (SELECT DISTINCT control, subject FROM subjects) g ON g.subject = r.subject
  JOIN term t ON t.control = g.control
  JOIN period q ON q.per = t.per AND q.day = r.day
),
tally AS (
  SELECT subject, number, sum(total) AS total, sum(good) AS good
  FROM counted
  GROUP BY subject, number
),
judged AS (               -- whole periods: met, missed, or NULL where there are too few
  SELECT g.control, g.subject, g.starts AS duty_starts, g.ends AS duty_ends, s.number, s.ends,
         s.next_ends,
         CASE WHEN s.starts < g.starts OR s.starts IS NULL OR s.ends > t.as_of THEN 0
              WHEN n.total IS NULL OR n.total < t.count * 1000000 THEN NULL
              WHEN n.good * 100000000 >= n.total * t.at_least THEN 0
              ELSE 1 END AS missed
  FROM subjects g
  JOIN term t ON t.control = g.control
  JOIN span s ON s.per = t.per AND g.starts < s.ends AND s.ends < g.ends
  LEFT JOIN tally n ON n.subject = g.subject AND n.number = s.number
),
standing AS (             -- a lapse goes on until a period is met
  SELECT control, subject, duty_ends, number, ends, next_ends, missed,
         max(2 * number + missed) OVER (PARTITION BY subject, duty_starts ORDER BY number
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) % 2
           AS lapsed
  FROM judged
),
worst AS (                -- the five worst of each period
  SELECT subject, number, locator,
         row_number() OVER (PARTITION BY subject, number
                            ORDER BY total - good DESC, late DESC, locator) AS place
  FROM counted
  WHERE good < total
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM subjects
UNION ALL                 -- what was worst begins the lapse
SELECT s.control, 'duty', s.subject, s.ends, s.duty_ends, w.locator
FROM standing s
JOIN worst w ON w.subject = s.subject AND w.number = s.number AND w.place <= 5
WHERE s.missed = 1
UNION ALL                 -- an opening of which nobody can say when it falls due
SELECT control, 'duty', whole, earliest, due, locator
FROM owed
WHERE due IS NULL
UNION ALL                 -- until the first period ends nothing is judged
SELECT g.control, 'cover', g.subject, g.starts, s.ends, NULL
FROM subjects g
JOIN term t ON t.control = g.control
JOIN span s ON s.per = t.per AND g.starts < s.ends AND (s.starts <= g.starts OR s.starts IS NULL)
UNION ALL
SELECT control, 'cover', subject, ends, next_ends, NULL
FROM standing
WHERE missed = 0 OR (missed IS NULL AND coalesce(lapsed, 0) = 0)
UNION ALL
SELECT control, 'unknown', subject, ends,
       CASE WHEN next_ends < duty_ends THEN next_ends ELSE duty_ends END, NULL
FROM standing
WHERE missed IS NULL AND coalesce(lapsed, 0) = 0
