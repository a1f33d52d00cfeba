/*
summary:
  en: Something happens often enough, for every subject.
  zh: 每个对象都按规定的频次做到。
inputs:
  subjects:
    label: {en: "who or what it is owed for, and from when to when", zh: 为谁而做，从何时起到何时止}
    holds: state
    effect: harm
    population: true
    required: false
    columns: [starts, ends, by, calendar]
  events:
    label: {en: the events that count, zh: 计数的事件}
    holds: happening
    effect: help
    needs: [starts]
  failures:
    label: {en: "what ends the cover at once, so that earlier events no longer count", zh: 使有效状态即告终止的事件，此前各次不再计数}
    holds: happening
    effect: harm
    required: false
    needs: [starts]
    undoes: [subjects, events]
parameters:
  every:
    type: duration
    stricter: shorter
    covers_from: events
    business_hours: true
    label: {en: longest time from one event to the next, zh: 两次之间的最长间隔}
  per:
    type: period
    choices: [week, month, quarter, half-year, year, "{fiscal_year: MM-DD}"]
    stricter: shorter
    label: {en: calendar period that each needs its events, zh: 按自然周期（周、月、季、半年、年、财年）计}
  by:
    type: period day
    within: per
    stricter: earlier
    label: {en: day of the period by whose end it is due, zh: 周期内的截止日}
  anchor:
    type: date
    fixes: every
    as_period: per
    label: {en: "day on which a turn begins, so that turns are fixed, late or not", zh: 轮次的起始日；各轮日期固定，不因迟做而顺延}
  at_least:
    type: integer
    default: 1
    stricter: higher
    label: {en: number of events in that time, zh: 期间内的最少次数}
  initial:
    type: duration
    default_from: every
    replaces: per
    business_hours: true
    stricter: shorter
    label: {en: time for the first event, zh: 首次的期限}
  grace:
    type: duration
    extends: [every, per]
    stricter: shorter
    without: stricter
    label: {en: extra time that is not yet late, zh: 宽限期}
  early:
    type: duration
    precedes: [per, every]
    label: {en: how long before a period an event may serve it, zh: 可提前多久}
one_of: [every, per]
picture:
  en: |
    Done on day 8 and on day 24. A day is covered (=) or lapsed (!).
                    1         11        21        31
                    .......x...............x................
    every: 10 days  ==================!!!!!===========!!!!!!  floating: from the last one on
    and anchor      ====================!!!=================  fixed: in each turn, late or not
  zh: |
    第 8 天和第 24 天各做一次。= 有效，! 失效。
                    1         11        21        31
                    .......x...............x................
    every: 10 days  ==================!!!!!===========!!!!!!  浮动：自上次完成起算
    and anchor      ====================!!!=================  固定：每轮一次，迟做不顺延
*/
WITH duty AS (            -- who owes what, and until when the beginning of the duty covers
  SELECT s.control, s.subject, s.starts, s.ends, s.first_day, s.until, s.locator,
         p.at_least, p.every, p.every_clock, p.per, q.number AS first_period,
         CASE WHEN p.initial IS NULL THEN coalesce(s.starts + p.initial_clock, q.ends)
              ELSE coalesce(a.ends, b.ends, s.starts + b.added) END AS initial_ends
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
  LEFT JOIN after a ON a.duration = p.initial AND a.day = s.day
  LEFT JOIN business b ON b.duration = p.initial AND b.day = s.day
    AND b.starts <= s.starts AND s.starts < b.until
  LEFT JOIN period q ON q.per = p.per AND q.day = s.day
),
placed AS (               -- with `per`, each event's place among those of the latest it may serve
  SELECT *,
         row_number() OVER (PARTITION BY subject, duty_starts, until, period
                            ORDER BY day, latest, locator) AS place
  FROM (
    SELECT DISTINCT d.control, d.subject, d.starts AS duty_starts, d.ends AS duty_ends,
           d.first_day, d.until AS duty_until, d.first_period, e.latest, e.day, e.until, e.locator,
           q.serves AS period, q.either, q.serves_ends, q.next_ends
    FROM events e
    JOIN duty d ON d.subject = e.subject AND d.at_least = 1
    JOIN period q ON q.per = d.per AND q.day = e.day
  ) event
),
followed AS (             -- what the event before says of whether the period before is still open
  SELECT *,
         lag(either) OVER (PARTITION BY subject, duty_starts, until
                             ORDER BY day, latest, locator) AS previous_either,
         CASE WHEN place > 1 THEN NULL
              WHEN period <= first_period THEN 0
              WHEN lag(period) OVER (PARTITION BY subject, duty_starts, until
                                     ORDER BY day, latest, locator) = period - 1
                THEN CASE WHEN lag(place * either) OVER (PARTITION BY subject, duty_starts, until
                                                           ORDER BY day, latest, locator) = 1
                            THEN NULL  -- one that may serve either: as open as the period before was
                          ELSE 0 END
              ELSE 1 END AS opens
  FROM placed
),
serving AS (              -- whether the period before is still open when an event comes
  SELECT *,
         max(2 * period + opens) OVER (PARTITION BY subject, duty_starts, until
                                       ORDER BY day, latest, locator
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) % 2
           AS is_open
  FROM followed
),
counting AS (             -- every event counts until it is due again
  SELECT d.control, d.subject, d.starts AS duty_starts, d.ends AS duty_ends, d.first_day,
         d.until AS duty_until, d.at_least, coalesce(q.number, 0) AS period, e.latest, e.day,
         e.until, e.locator,
         coalesce(e.earliest + d.every_clock, a.ends, b.ends, e.earliest + b.added, q.next_ends)
           AS due
  FROM events e
  JOIN duty d ON d.subject = e.subject AND (d.per IS NULL OR d.at_least > 1)
  LEFT JOIN after a ON a.duration = d.every AND a.day = e.day
  LEFT JOIN business b ON b.duration = d.every AND b.day = e.day
    AND b.starts <= e.earliest AND e.earliest < b.until
  LEFT JOIN period q ON q.per = d.per AND q.day = e.day
  UNION ALL               -- or serves one period: of the two that it may serve the older, if open
  SELECT control, subject, duty_starts, duty_ends, first_day, duty_until, 1, period, latest, day,
         until, locator, CASE WHEN place * is_open * either = 1 THEN serves_ends ELSE next_ends END
  FROM serving
  WHERE place = 1 OR (place = 2 AND is_open * previous_either = 1)
),
span AS (                 -- within its duty; on the first day also from the duty's beginning on
  SELECT control, subject, duty_starts, at_least, period, locator,
         CASE WHEN is_early = 1 OR latest < duty_starts THEN duty_starts ELSE latest END AS starts,
         CASE WHEN is_early = 1 AND duty_until < latest AND duty_until < due THEN duty_until
              WHEN is_early = 1 AND latest < due THEN latest
              WHEN until < due AND until < duty_ends THEN until
              WHEN duty_ends < due THEN duty_ends ELSE due END AS ends
  FROM counting
  JOIN (SELECT 0 AS is_early UNION ALL SELECT 1) turn ON is_early = 0 OR day = first_day
),
change AS (               -- where one event is not enough: how many more count from an instant on
  SELECT control, subject, duty_starts, at_least, period, instant,
         sum(events) AS events, min(locator) AS locator
  FROM (
    SELECT control, subject, duty_starts, at_least, period, events,
           CASE WHEN events = 1 THEN starts ELSE ends END AS instant,
           CASE WHEN events = 1 THEN locator END AS locator
    FROM (SELECT DISTINCT * FROM span WHERE at_least > 1 AND starts < ends) several
    CROSS JOIN (SELECT 1 AS events UNION ALL SELECT -1) sign
  ) point
  GROUP BY control, subject, duty_starts, at_least, period, instant
),
step AS (
  SELECT control, subject, at_least, locator, instant AS starts,
         lead(instant) OVER (PARTITION BY subject, duty_starts, period ORDER BY instant) AS ends,
         sum(events) OVER (PARTITION BY subject, duty_starts, period ORDER BY instant
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS events
  FROM change
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM duty
UNION ALL                 -- a failure asks for cover anew
SELECT d.control, 'duty', d.subject, f.earliest, d.ends, f.locator
FROM failures f
JOIN duty d ON d.subject = f.subject AND d.starts <= f.earliest AND f.earliest < d.ends
UNION ALL                 -- time for the first event
SELECT control, 'cover', subject, starts,
       CASE WHEN until < initial_ends THEN until ELSE initial_ends END, locator
FROM duty
UNION ALL
SELECT control, 'cover', subject, starts, ends, locator
FROM span
WHERE at_least = 1 OR ends IS NULL
UNION ALL
SELECT control, 'cover', subject, starts, ends, locator
FROM step
WHERE events >= at_least
