/*
summary:
  en: Every subject holds every required item, in force.
  zh: 每个对象的每个必备项目都在有效期内。
inputs:
  subjects:
    label: {en: "who or what must hold them, and from when to when", zh: 谁须具备，从何时起到何时止}
    holds: state
    effect: harm
    population: true
    required: false
    columns: [starts, ends, by, calendar]
  items:
    label: {en: what each must hold, zh: 须具备的项目}
    required: false
    items: true
  events:
    label: {en: "the records that give it, from when obtained or valid, with their own expiry if they have one", zh: 取得的记录（自取得或生效之时起，可带自身到期日）}
    holds: happening
    effect: help
    needs: [starts]
    columns: [valid_from, ends, item]
  failures:
    label: {en: "what ends the cover at once: of its item, or of all", zh: 使有效状态即告终止的事件（所列项目；未列的为全部项目）}
    holds: happening
    effect: harm
    required: false
    needs: [starts]
    columns: [item]
    undoes: [subjects, events]
parameters:
  valid_for:
    type: duration
    covers_from: events
    unless: {events: [ends, valid_from]}
    business_hours: true
    stricter: shorter
    label: {en: how long a record holds, zh: 有效期}
  initial:
    type: duration
    business_hours: true
    stricter: shorter
    without: stricter
    label: {en: time for the first record, zh: 首次的期限}
*/
WITH duty AS (            -- who must hold it, and until when the beginning of the duty covers
  SELECT s.control, s.subject, s.starts, s.ends, s.first_day, s.until, s.locator,
         p.valid_for, p.valid_for_clock,
         CASE WHEN p.initial IS NULL AND p.initial_clock IS NULL THEN s.starts
              ELSE coalesce(s.starts + p.initial_clock, a.ends, b.ends, s.starts + b.added)
              END AS initial_ends
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
  LEFT JOIN after a ON a.duration = p.initial AND a.day = s.day
  LEFT JOIN business b ON b.duration = p.initial AND b.day = s.day
    AND b.starts <= s.starts AND s.starts < b.until
),
record AS (               -- a record holds to its own expiry or its valid time, the earlier of both
  SELECT control, subject, duty_starts, first_day, duty_until, latest, day, valid_from, until,
         locator,
         CASE WHEN valid_for IS NULL AND valid_for_clock IS NULL THEN ends
              WHEN ends < run_out THEN ends
              ELSE run_out END AS expires
  FROM (
    SELECT d.control, d.subject, d.starts AS duty_starts, d.first_day, d.until AS duty_until,
           d.valid_for, d.valid_for_clock, e.latest, e.day, e.valid_from, e.until, e.locator,
           e.ends,
           coalesce(e.earliest + d.valid_for_clock, a.ends, b.ends, e.earliest + b.added)
             AS run_out
    FROM events e
    JOIN duty d ON d.subject = e.subject
    LEFT JOIN after a ON a.duration = d.valid_for AND a.day = e.day
    LEFT JOIN business b ON b.duration = d.valid_for AND b.day = e.day
      AND b.starts <= e.earliest AND e.earliest < b.until
  ) given
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM duty
UNION ALL                 -- a failure asks for a record anew
SELECT d.control, 'duty', d.subject, f.earliest, d.ends, f.locator
FROM failures f
JOIN duty d ON d.subject = f.subject AND d.starts <= f.earliest AND f.earliest < d.ends
UNION ALL                 -- time for the first record
SELECT control, 'cover', subject, starts,
       CASE WHEN until < initial_ends THEN until ELSE initial_ends END, locator
FROM duty
UNION ALL                 -- obtained, it holds from then on; valid, from its first moment
SELECT control, 'cover', subject, coalesce(valid_from, latest),
       CASE WHEN until < expires THEN until ELSE expires END, locator
FROM record
UNION ALL                 -- obtained on the first day of a duty, from its beginning
SELECT control, 'cover', subject, duty_starts,
       CASE WHEN duty_until < latest AND duty_until < expires THEN duty_until
            WHEN expires < latest THEN expires ELSE latest END, locator
FROM record
WHERE day = first_day AND valid_from IS NULL
