/*
summary:
  en: Every subject holds every required item, in force.
  zh: 每个对象的每个必备项目都在有效期内。
inputs:
  subjects:
    label: {en: "who or what must hold them, and from when to when", zh: 谁须具备，从何时起到何时止}
    population: true
    required: false
    open_ended: true
    planned: true
    columns: [starts, ends, by]
  items:
    label: {en: what each must hold, zh: 须具备的项目}
    required: false
    items: true
  events:
    label: {en: "the records that give it, with their own expiry if they have one", zh: 取得的记录（可带自身到期日）}
    needs: [starts]
    columns: [ends, item]
parameters:
  valid_for:
    type: duration
    unless: {events: ends}
    stricter: shorter
    label: {en: how long a record holds, zh: 有效期}
  initial:
    type: duration
    stricter: shorter
    without: stricter
    label: {en: time for the first record, zh: 首次的期限}
*/
WITH term AS (            -- what holds for each subject
  SELECT DISTINCT s.control, s.subject, p.valid_for, p.valid_for_clock
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM subjects
UNION ALL                 -- time for the first record
SELECT s.control, 'cover', s.subject, s.starts,
       coalesce(s.starts + p.initial_clock, a.ends), s.locator
FROM subjects s
JOIN parameters p ON p.control = s.control AND p.class = s.class
LEFT JOIN after a ON a.duration = p.initial AND a.day = s.day
WHERE p.initial IS NOT NULL OR p.initial_clock IS NOT NULL
UNION ALL                 -- a record holds to its own expiry or its valid time, whichever is earlier
SELECT t.control, 'cover', e.subject, e.starts,
       CASE WHEN t.valid_for IS NULL AND t.valid_for_clock IS NULL THEN e.ends
            WHEN e.ends < coalesce(e.starts + t.valid_for_clock, a.ends) THEN e.ends
            ELSE coalesce(e.starts + t.valid_for_clock, a.ends) END,
       e.locator
FROM events e
JOIN term t ON t.subject = e.subject
LEFT JOIN after a ON a.duration = t.valid_for AND a.day = e.day
