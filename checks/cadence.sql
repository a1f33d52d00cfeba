/*
summary:
  en: While an episode lasts, news comes often enough.
  zh: 事态持续期间，按规定间隔通报进展。
inputs:
  openings:
    label: {en: "the episodes, from when to when", zh: 事态，从何时起到何时止}
    holds: happening
    effect: harm
    population: true
    open_ended: true
    needs: [starts]
    columns: [ends, by, calendar]
  items:
    label: {en: each of these must be told, zh: 须分别通报的各方}
    required: false
    items: true
  events:
    label: {en: the updates, zh: 通报}
    holds: happening
    effect: help
    needs: [starts]
    columns: [item]
    closes: openings
  pauses:
    label: {en: "when the clock stands still, and for which of the reasons permitted", zh: 暂停计时的时段及其原因（须为允许的原因）}
    holds: state
    effect: help
    required: false
    needs: [starts, reason]
    columns: [ends]
    closes: openings
    stops: every
parameters:
  every:
    type: duration
    covers_from: events
    business_hours: true
    required: true
    stricter: shorter
    label: {en: longest time from one update to the next, zh: 两次通报之间的最长间隔}
  paused_at_most:
    type: duration
    business_hours: true
    limits: pauses
    stricter: shorter
    without: stricter
    label: {en: longest time for which pauses stop the clock from one update to the next, zh: 两次通报之间累计最长暂停计时时间}
*/
WITH told AS (            -- the beginning of the episode counts as an update, from that moment
  SELECT control, subject, class, earliest, earliest AS starts, day, locator
  FROM openings
  UNION ALL
  SELECT o.control, o.subject, o.class, e.earliest, e.latest, e.day, e.locator
  FROM events e
  JOIN openings o ON o.subject = e.subject
),
expected AS (             -- by when the next is expected of whom nothing pauses
  SELECT t.control, t.subject, t.starts, t.locator,
         coalesce(t.earliest + p.every_clock, a.ends, b.ends, t.earliest + b.added) AS due
  FROM told t
  JOIN parameters p ON p.control = t.control AND p.class = t.class
  LEFT JOIN after a ON a.duration = p.every AND a.day = t.day
  LEFT JOIN business b ON b.duration = p.every AND b.day = t.day
    AND b.starts <= t.earliest AND t.earliest < b.until
  WHERE t.subject NOT IN (SELECT subject FROM pauses)
),
pausable AS (
  SELECT t.control, t.subject, t.earliest, t.starts, t.locator, p.every AS duration,
         coalesce(p.every_clock, p.every_open) AS length, p.paused_at_most
  FROM told t
  JOIN parameters p ON p.control = t.control AND p.class = t.class
  WHERE t.subject IN (SELECT subject FROM pauses)
),
placed AS (               -- where that is on its own scale: in business hours of open time
  SELECT p.control, p.subject, p.earliest, p.starts, p.locator, p.duration, p.length,
         p.paused_at_most,
         coalesce(w.elapsed - w.opens + CASE WHEN p.earliest < w.closes THEN p.earliest
                                             ELSE w.closes END, p.earliest) + p.length AS due
  FROM pausable p
  LEFT JOIN open_time w ON w.duration = p.duration
    AND w.opens <= p.earliest AND p.earliest < w.next_opens
),
clock AS (                -- what the clock shows then, which an earlier pause has stopped
  SELECT p.control, p.subject, p.earliest, p.starts, p.locator, p.duration, p.paused_at_most,
         p.due, CASE WHEN p.earliest < s.ends THEN s.reached + p.length
                     ELSE p.due - coalesce(s.paused, 0) END AS shows
  FROM placed p
  LEFT JOIN pauses s ON s.subject = p.subject
    AND s.starts <= p.earliest AND p.earliest < s.next_starts
),
paused AS (               -- each pause that begins before it shows that has stopped it
  SELECT c.control, c.subject, c.earliest, c.starts, c.locator, c.duration, c.paused_at_most,
         c.due, c.shows + coalesce(max(s.paused), 0) AS shifted
  FROM clock c
  LEFT JOIN pauses s ON s.subject = c.subject AND s.reached < c.shows
  GROUP BY c.control, c.subject, c.earliest, c.starts, c.locator, c.duration, c.paused_at_most,
           c.due, c.shows
),
shifted AS (
  SELECT control, subject, earliest, starts, locator, duration,
         CASE WHEN shifted < due + paused_at_most THEN shifted ELSE due + paused_at_most END AS due
  FROM paused
)
SELECT control, 'duty' AS part, subject, earliest AS starts, ends, locator
FROM openings
UNION ALL
SELECT control, 'cover', subject, starts, due, locator
FROM expected
UNION ALL
SELECT s.control, 'cover', s.subject, s.starts, coalesce(w.opens + s.due - w.elapsed, s.due),
       s.locator
FROM shifted s
LEFT JOIN open_time w ON w.duration = s.duration AND w.elapsed < s.due AND s.due <= w.reaches
  AND w.counted_from <= s.earliest AND s.earliest < w.counted_until
