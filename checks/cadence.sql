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
parameters:
  every:
    type: duration
    covers_from: events
    business_hours: true
    required: true
    stricter: shorter
    label: {en: longest time from one update to the next, zh: 两次通报之间的最长间隔}
*/
WITH told AS (            -- the beginning of the episode counts as an update, from that moment
  SELECT control, subject, class, earliest, earliest AS starts, day, locator
  FROM openings
  UNION ALL
  SELECT o.control, o.subject, o.class, e.earliest, e.latest, e.day, e.locator
  FROM events e
  JOIN openings o ON o.subject = e.subject
)
SELECT control, 'duty' AS part, subject, earliest AS starts, ends, locator
FROM openings
UNION ALL
SELECT t.control, 'cover', t.subject, t.starts,
       coalesce(t.earliest + p.every_clock, a.ends, b.ends, t.earliest + b.added), t.locator
FROM told t
JOIN parameters p ON p.control = t.control AND p.class = t.class
LEFT JOIN after a ON a.duration = p.every AND a.day = t.day
LEFT JOIN business b ON b.duration = p.every AND b.day = t.day
  AND b.starts <= t.earliest AND t.earliest < b.until
