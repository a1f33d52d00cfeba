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
parameters:
  limit:
    type: duration
    proven_by: closings
    business_hours: true
    unless: {openings: [ends]}
    stricter: shorter
    label: {en: time allowed, zh: 时限}
*/
WITH owed AS (
  SELECT o.control, o.subject, o.locator, p.horizon,
         CASE WHEN p.limit IS NULL AND p.limit_clock IS NULL THEN o.ends
              ELSE coalesce(o.earliest + p.limit_clock, a.ends, b.ends, o.earliest + b.added)
              END AS due
  FROM openings o
  JOIN parameters p ON p.control = o.control AND p.class = o.class
  LEFT JOIN after a ON a.duration = p.limit AND a.day = o.day
  LEFT JOIN business b ON b.duration = p.limit AND b.day = o.day
    AND b.starts <= o.earliest AND o.earliest < b.until
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
