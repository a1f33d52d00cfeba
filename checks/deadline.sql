/*
summary:
  en: What was opened is closed within its limit.
  zh: 一事发生后，须在时限内完成。
inputs:
  openings:
    label: {en: "what starts the clock, with its own due time if it has one", zh: 开始计时的事件（可带自身期限）}
    holds: happening
    effect: harm
    population: true
    needs: [starts]
    columns: [ends, by, calendar]
  items:
    label: {en: each must be closed for all of these, zh: 须逐项完成的各项}
    required: false
    items: true
  closings:
    label: {en: what stops it, zh: 完成的事件}
    holds: happening
    effect: help
    needs: [starts]
    columns: [item]
    closes: openings
  reopenings:
    label: {en: "what undoes earlier closings: of its item, or of all", zh: 使此前的完成不再有效的重开（所列项目；未列的为全部项目）}
    holds: happening
    effect: harm
    required: false
    needs: [starts]
    columns: [item]
    closes: openings
    undoes: [closings]
  pauses:
    label: {en: "when the clock stands still, and for which of the reasons permitted", zh: 暂停计时的时段及其原因（须为允许的原因）}
    holds: state
    effect: help
    required: false
    needs: [starts, reason]
    columns: [ends]
    closes: openings
    stops: limit
parameters:
  limit:
    type: duration
    proven_by: closings
    business_hours: true
    unless: {openings: [ends]}
    stricter: shorter
    label: {en: time allowed, zh: 时限}
  paused_at_most:
    type: duration
    business_hours: true
    limits: pauses
    stricter: shorter
    without: stricter
    label: {en: longest time in all for which pauses stop the clock, zh: 累计最长暂停计时时间}
*/
WITH counted AS (         -- when the limit runs out of what nothing pauses
  SELECT o.control, o.subject, o.locator, p.horizon,
         CASE WHEN p.limit IS NULL AND p.limit_clock IS NULL THEN o.ends
              ELSE coalesce(o.earliest + p.limit_clock, a.ends, b.ends, o.earliest + b.added)
              END AS due
  FROM openings o
  JOIN parameters p ON p.control = o.control AND p.class = o.class
  LEFT JOIN after a ON a.duration = p.limit AND a.day = o.day
  LEFT JOIN business b ON b.duration = p.limit AND b.day = o.day
    AND b.starts <= o.earliest AND o.earliest < b.until
  WHERE o.subject NOT IN (SELECT subject FROM pauses)
),
pausable AS (
  SELECT o.control, o.subject, o.earliest, o.locator, p.horizon, p.limit AS duration,
         coalesce(p.limit_clock, p.limit_open) AS length, p.paused_at_most
  FROM openings o
  JOIN parameters p ON p.control = o.control AND p.class = o.class
  WHERE o.subject IN (SELECT subject FROM pauses)
),
placed AS (               -- where the limit ends on its own scale: in business hours of open time
  SELECT p.control, p.subject, p.earliest, p.locator, p.horizon, p.duration, p.paused_at_most,
         coalesce(w.elapsed - w.opens + CASE WHEN p.earliest < w.closes THEN p.earliest
                                             ELSE w.closes END, p.earliest) + p.length AS due
  FROM pausable p
  LEFT JOIN open_time w ON w.duration = p.duration
    AND w.opens <= p.earliest AND p.earliest < w.next_opens
),
paused AS (               -- each pause stops the clock that begins before the limit has run out
  SELECT p.control, p.subject, p.earliest, p.locator, p.horizon, p.duration, p.due,
         p.paused_at_most, coalesce(max(s.paused), 0) AS paused
  FROM placed p
  LEFT JOIN pauses s ON s.subject = p.subject AND s.reached < p.due
  GROUP BY p.control, p.subject, p.earliest, p.locator, p.horizon, p.duration, p.due,
           p.paused_at_most
),
shifted AS (
  SELECT control, subject, earliest, locator, horizon, duration,
         due + CASE WHEN paused < paused_at_most THEN paused ELSE paused_at_most END AS due
  FROM paused
),
owed AS (
  SELECT control, subject, locator, horizon, due
  FROM counted
  UNION ALL
  SELECT s.control, s.subject, s.locator, s.horizon, coalesce(w.opens + s.due - w.elapsed, s.due)
  FROM shifted s
  LEFT JOIN open_time w ON w.duration = s.duration AND w.elapsed < s.due AND s.due <= w.reaches
    AND w.counted_from <= s.earliest AND s.earliest < w.counted_until
)
SELECT control, 'duty' AS part, subject, due AS starts, horizon AS ends, locator
FROM owed
UNION ALL                 -- a reopening asks for a closing anew
SELECT o.control, 'duty', r.subject, r.earliest, o.horizon, r.locator
FROM reopenings r
JOIN owed o ON o.subject = r.subject AND o.due <= r.earliest
UNION ALL
SELECT o.control, 'cover', c.subject, c.latest, c.until, c.locator
FROM closings c
JOIN owed o ON o.subject = c.subject
