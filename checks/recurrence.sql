/*
summary:
  en: Something happens often enough, for every subject.
  zh: 每个对象都按规定的频次做到。
inputs:
  subjects:
    label: {en: "who or what it is owed for, and from when to when", zh: 为谁而做，从何时起到何时止}
    population: true
    required: false
    open_ended: true
    planned: true
    columns: [starts, ends, by]
  events:
    label: {en: the events that count, zh: 计数的事件}
    needs: [starts]
parameters:
  every:
    type: duration
    stricter: shorter
    label: {en: longest time from one event to the next, zh: 两次之间的最长间隔}
  per:
    type: period
    choices: [month, quarter, half-year, year]
    stricter: shorter
    label: {en: calendar period that each needs its events, zh: 按自然周期（月、季、半年、年）计}
  at_least:
    type: integer
    default: 1
    stricter: higher
    label: {en: number of events in that time, zh: 期间内的最少次数}
  initial:
    type: duration
    default_from: every
    stricter: shorter
    label: {en: time for the first event, zh: 首次的期限}
  grace:
    type: duration
    extends: [every, per]
    stricter: shorter
    without: stricter
    label: {en: extra time that is not yet late, zh: 宽限期}
one_of: [every, per]
*/
WITH term AS (            -- what holds for each subject
  SELECT DISTINCT s.control, s.subject, p.at_least, p.every, p.every_clock, p.per
  FROM subjects s
  JOIN parameters p ON p.control = s.control AND p.class = s.class
),
event AS (                -- each event, and until when it counts
  SELECT t.control, e.subject, e.starts, e.locator, t.at_least,
         coalesce(q.number, 0) AS period,
         coalesce(e.starts + t.every_clock, a.ends, q.next_ends) AS ends
  FROM events e
  JOIN term t ON t.subject = e.subject
  LEFT JOIN after a ON a.duration = t.every AND a.day = e.day
  LEFT JOIN period q ON q.per = t.per AND q.day = e.day
),
numbered AS (             -- only where one event is not enough
  SELECT control, subject, starts, locator, at_least, period, ends,
         row_number() OVER (PARTITION BY subject ORDER BY starts, locator) AS number
  FROM (SELECT DISTINCT * FROM event WHERE at_least > 1) counted
)
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM subjects
UNION ALL                 -- time for the first event
SELECT s.control, 'cover', s.subject, s.starts,
       coalesce(s.starts + p.initial_clock, a.ends, q.ends), s.locator
FROM subjects s
JOIN parameters p ON p.control = s.control AND p.class = s.class
LEFT JOIN after a ON a.duration = p.initial AND a.day = s.day
LEFT JOIN period q ON q.per = p.per AND q.day = s.day AND p.initial IS NULL
UNION ALL                 -- one event covers until it is due again
SELECT control, 'cover', subject, starts, ends, locator
FROM event
WHERE at_least = 1
UNION ALL                 -- the last of several covers until the first of them no longer counts
SELECT n.control, 'cover', n.subject, n.starts, f.ends, n.locator
FROM numbered n
JOIN numbered f
  ON f.subject = n.subject AND f.number = n.number - n.at_least + 1 AND f.period = n.period
