/*
summary:
  en: Something is done before its meter has run too far, and before too long.
  zh: 表计走过规定数值，或间隔达到规定时间之前，即做一次（以先到者为准）。
inputs:
  subjects:
    label: {en: "what has a meter, and from when to when it is in use", zh: 带有表计的对象，从何时起到何时止使用}
    holds: state
    effect: harm
    population: true
    required: false
    columns: [starts, ends, by, calendar]
  events:
    label: {en: "the events that count, with what the meter stood at", zh: 计数的事件，及当时的表计读数}
    holds: happening
    effect: help
    needs: [starts, quantity]
  readings:
    label: {en: readings of the meter in between, zh: 其间的表计读数}
    holds: happening
    effect: either
    needs: [starts, quantity]
  failures:
    label: {en: "what ends the cover at once, so that earlier events no longer count", zh: 使有效状态即告终止的事件，此前各次不再计数}
    holds: happening
    effect: harm
    required: false
    needs: [starts]
    undoes: [subjects, events]
parameters:
  at_most:
    type: number
    required: true
    stricter: lower
    label: {en: most that the meter may run from one event to the next, zh: 两次之间表计最多走过的数值}
  every:
    type: duration
    required: true
    stricter: shorter
    covers_from: events
    business_hours: true
    label: {en: longest time from one event to the next, zh: 两次之间的最长间隔}
  valid_for:
    type: duration
    required: true
    stricter: shorter
    covers_from: readings
    business_hours: true
    label: {en: how long a reading can be relied on, zh: 读数的有效期}
picture:
  en: |
    Serviced at 0 and at 310 hours. at_most: 250, every: 6 months, valid_for: 2 months
              Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep
    readings  0    80   190  270  310  360  420
    services  x                   x
    covered   ===============     ====================
    lapsed                   !!!!!                    !!!!!
                             270 > 250                nothing is read after July
  zh: |
    0 小时和 310 小时时各保养一次。at_most: 250，every: 6 months，valid_for: 2 months
              1月  2月  3月  4月  5月  6月  7月  8月  9月
    读数      0    80   190  270  310  360  420
    保养      x                   x
    有效      ===============     ====================
    失效                     !!!!!                    !!!!!
                             270 > 250                7 月以后无读数
*/
WITH term AS (            -- what holds for each duty
  SELECT s.control, s.subject, s.starts, s.ends, s.first_day, s.until, s.locator,
         p.at_most, p.every, p.every_clock, p.valid_for, p.valid_for_clock
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
),
first AS (
  SELECT subject, day, min(latest) AS latest
  FROM events
  GROUP BY subject, day
),
followed AS (             -- an event takes over from those of earlier days
  SELECT subject, day, lead(latest) OVER (PARTITION BY subject ORDER BY day) AS next_latest
  FROM first
),
noted AS (                -- all that says what the meter stood at; in the beginning that is zero
  SELECT subject, 'beginning' AS what, starts AS earliest, starts AS latest, day, until,
         NULL AS followed_at, 0 AS quantity, locator
  FROM subjects
  UNION ALL
  SELECT e.subject, 'event', e.earliest, e.latest, e.day,
         CASE WHEN f.next_latest < e.until THEN f.next_latest ELSE e.until END, f.next_latest,
         e.quantity, e.locator
  FROM events e
  JOIN followed f ON f.subject = e.subject AND f.day = e.day
  UNION ALL
  SELECT subject, 'reading', earliest, latest, day, NULL, NULL, quantity, locator
  FROM readings
),
lasting AS (              -- for how long it can be relied on, and when the next event is due
  SELECT t.control, t.subject, t.starts AS duty_starts, t.ends AS duty_ends, t.first_day,
         t.until AS duty_until, t.at_most, n.what, n.earliest, n.latest, n.day, n.until,
         n.followed_at, n.quantity, n.locator,
         coalesce(n.earliest + t.every_clock, a.ends, b.ends, n.earliest + b.added) AS due,
         coalesce(n.earliest + t.valid_for_clock, v.ends, w.ends, n.earliest + w.added)
           AS known_until
  FROM noted n
  JOIN term t ON t.subject = n.subject AND (n.what <> 'beginning' OR n.earliest = t.starts)
  LEFT JOIN after a ON a.duration = t.every AND a.day = n.day
  LEFT JOIN business b ON b.duration = t.every AND b.day = n.day
    AND b.starts <= n.earliest AND n.earliest < b.until
  LEFT JOIN after v ON v.duration = t.valid_for AND v.day = n.day
  LEFT JOIN business w ON w.duration = t.valid_for AND w.day = n.day
    AND w.starts <= n.earliest AND n.earliest < w.until
),
since AS (                -- what is noted from an event on: not certainly before; for a beginning, all
  SELECT o.control, o.subject, o.duty_starts, o.duty_ends, o.first_day, o.duty_until, o.at_most,
         o.what AS origin, o.locator AS origin_locator, o.latest AS origin_latest,
         o.day AS origin_day, o.until, o.quantity AS origin_quantity, o.due,
         n.what, n.earliest, n.latest, n.day, n.quantity, n.locator, n.known_until
  FROM lasting o
  JOIN lasting n ON n.subject = o.subject AND n.duty_starts = o.duty_starts
    AND (o.what = 'beginning' OR (n.day >= o.day AND n.latest >= o.earliest))
    AND (n.earliest <= o.followed_at OR o.followed_at IS NULL)
    AND (n.what <> 'beginning' OR o.what = 'beginning')
  WHERE o.what <> 'reading' AND o.due IS NOT NULL
),
compared AS (             -- each with the highest of the days before, and with the moment before
  SELECT *,
         max(quantity) OVER (PARTITION BY subject, duty_starts, origin, origin_locator
                             ORDER BY day, quantity
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS highest,
         lag(latest) OVER (PARTITION BY subject, duty_starts, origin, origin_locator
                           ORDER BY latest, what, quantity DESC) AS previous
  FROM since
),
judged AS (               -- from when on it shows that the meter has run too far, or backwards
  SELECT *,
         CASE WHEN quantity > origin_quantity + at_most
                THEN CASE WHEN what = 'event' AND previous < earliest THEN previous
                          ELSE earliest END
              WHEN quantity < highest AND what <> 'beginning'
                THEN CASE WHEN what = 'event' THEN latest ELSE earliest END END AS shown_at
  FROM compared
),
limited AS (              -- and with it all that comes after
  SELECT *,
         min(shown_at) OVER (PARTITION BY subject, duty_starts, origin, origin_locator)
           AS runs_until,
         CASE WHEN latest < origin_latest THEN origin_latest ELSE latest END AS known_at,
         CASE WHEN latest < origin_latest THEN origin_locator ELSE locator END AS known_by
  FROM judged
),
span AS (                 -- within its duty; on the first day also from the duty's beginning on
  SELECT control, subject, known_by AS locator, known_until,
         CASE WHEN is_early = 1 OR known_at < duty_starts THEN duty_starts ELSE known_at END
           AS starts,
         CASE WHEN runs_until < due THEN runs_until ELSE due END AS runs_until,
         CASE WHEN is_early = 0 AND until < duty_ends THEN until
              WHEN is_early = 0 THEN duty_ends
              WHEN until < duty_until AND until < known_at THEN until
              WHEN duty_until < known_at THEN duty_until ELSE known_at END AS until
  FROM limited
  JOIN (SELECT 0 AS is_early UNION ALL SELECT 1) turn ON is_early = 0 OR day = first_day
  WHERE earliest < due    -- what comes later proves nothing for it
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM term
UNION ALL                 -- a failure asks for cover anew
SELECT t.control, 'duty', t.subject, f.earliest, t.ends, f.locator
FROM failures f
JOIN term t ON t.subject = f.subject AND t.starts <= f.earliest AND f.earliest < t.ends
UNION ALL                 -- so does the calendar
SELECT control, 'duty', subject, due, duty_ends, locator
FROM lasting
WHERE what = 'event' AND duty_starts <= due AND due < duty_ends
UNION ALL                 -- and what shows too much, or less than before
SELECT control, 'duty', subject, shown_at, duty_ends, locator
FROM limited
WHERE shown_at = runs_until AND shown_at >= earliest AND duty_starts <= shown_at
  AND shown_at < duty_ends
UNION ALL
SELECT control, 'cover', subject, starts,
       CASE WHEN known_until < runs_until AND known_until < until THEN known_until
            WHEN until < runs_until THEN until ELSE runs_until END, locator
FROM span
WHERE known_until IS NOT NULL
UNION ALL                 -- a time that nobody can say leaves its subject undecided
SELECT control, 'cover', subject, latest, due, locator
FROM lasting
WHERE due IS NULL AND what <> 'reading'
UNION ALL
SELECT control, 'cover', subject, latest, known_until, locator
FROM lasting
WHERE known_until IS NULL
