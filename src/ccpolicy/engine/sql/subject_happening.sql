-- What happened and is what a control is about, by number of the subject.
SELECT p.input, p.revision, s.number AS subject, p.class, p.starts AS earliest, p.latest, p.day,
       p.ends, p.quantity, p.good, p.locator
FROM subject_records p
JOIN subject s ON s.revision = p.revision AND s.name = p.name
WHERE NOT p.planned
