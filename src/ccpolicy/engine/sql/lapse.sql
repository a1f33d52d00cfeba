-- Each gap with the records that opened and closed it; a forecast has none.
--
-- A lapse is opened by the record with which the duty began, else by the duty record that had been
-- uncovered longest, else by the last cover that expired. It is closed by the next cover, else by
-- the record with whose end the duty ended.
WITH
reported AS (
  SELECT g.revision, g.subject, g.uncovered_since, g.starts, g.ends, r.report_until
  FROM gap g
  JOIN control_revision r ON r.revision = g.revision
  WHERE g.starts <= r.report_until
),
duty_start AS (
  SELECT g.subject, g.starts, min(s.locator) AS locator
  FROM reported g
  JOIN spans s ON s.subject = g.subject AND s.starts = g.starts
  WHERE NOT s.is_cover AND s.locator IS NOT NULL
  GROUP BY g.subject, g.starts
),
earlier_duty AS (         -- what is owed from a revision's first day may have been missing before
  SELECT g.subject, g.starts, s.locator,
         row_number() OVER (PARTITION BY g.subject, g.starts
                            ORDER BY s.starts, s.locator) AS place
  FROM reported g
  LEFT JOIN duty_start b ON b.subject = g.subject AND b.starts = g.starts
  JOIN spans s ON s.subject = g.subject
  WHERE b.subject IS NULL AND NOT s.is_cover AND s.locator IS NOT NULL
    AND g.uncovered_since <= s.starts AND s.starts < g.starts AND g.starts < s.ends
),
expired_cover AS (        -- of several the one that began last
  SELECT g.subject, g.starts, s.locator,
         row_number() OVER (PARTITION BY g.subject, g.starts
                            ORDER BY s.starts DESC, s.locator DESC) AS place
  FROM reported g
  JOIN spans s ON s.subject = g.subject AND s.ends = g.uncovered_since
  WHERE s.is_cover AND s.locator IS NOT NULL AND s.starts < s.ends
),
next_cover AS (
  SELECT g.subject, g.ends, min(s.locator) AS locator
  FROM reported g
  JOIN spans s ON s.subject = g.subject AND s.starts = g.ends
  WHERE s.is_cover AND s.locator IS NOT NULL AND s.starts < s.ends
  GROUP BY g.subject, g.ends
),
duty_end AS (
  SELECT g.subject, g.ends, min(p.locator) AS locator
  FROM reported g
  JOIN subject n ON n.number = g.subject
  JOIN subject_records p
    ON p.revision = n.revision AND p.is_part = n.is_part AND p.name = n.name AND p.ends = g.ends
  WHERE g.ends <= g.report_until
  GROUP BY g.subject, g.ends
)
SELECT g.revision, g.subject, g.starts, g.ends,
       coalesce(b.locator, d.locator, x.locator) AS opened_by,
       coalesce(c.locator, e.locator) AS closed_by
FROM gap g
LEFT JOIN duty_start b ON b.subject = g.subject AND b.starts = g.starts
LEFT JOIN earlier_duty d ON d.subject = g.subject AND d.starts = g.starts AND d.place = 1
LEFT JOIN expired_cover x ON x.subject = g.subject AND x.starts = g.starts AND x.place = 1
LEFT JOIN next_cover c ON c.subject = g.subject AND c.ends = g.ends
LEFT JOIN duty_end e ON e.subject = g.subject AND e.ends = g.ends
