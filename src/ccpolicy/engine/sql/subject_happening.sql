-- What happened and is what a control is about, by number of the subject, or a part of a subject.
SELECT p.input, p.revision, s.number AS subject, w.number AS whole, p.class, p.starts AS earliest, p.latest, p.day,
       p.ends, p.quantity, p.good, p.locator
FROM subject_records p
JOIN subject s ON s.revision = p.revision AND s.is_part = p.is_part AND s.name = p.name
LEFT JOIN subject w ON w.revision = p.revision AND NOT w.is_part AND w.name = p.whole
WHERE NOT p.planned
