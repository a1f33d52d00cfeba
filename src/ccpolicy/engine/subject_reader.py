"""Read which subjects controls judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ccpolicy.engine.control_revision import ControlRevision, has_pauses
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.outcome import JudgedSubject
from ccpolicy.store import Store


class SubjectReader:
    """Reads `duty`, `spans`, `subject`, its records and `control_revision`."""

    def __init__(
        self, store: Store, revisions: Sequence[ControlRevision], times: EvaluationTimes
    ) -> None:
        self.store, self.times = store, times
        self.controls = [*dict.fromkeys(each.control.id for each in revisions)]
        """By their numbers."""
        self.has_pauses = any(map(has_pauses, revisions))
        # Each revision numbers its subjects; those of a control's revisions are one by their name.
        self.identity = "number" if len(revisions) == len(self.controls) else "name"

    def judged(self, more: str = "") -> str:
        """Write the query of each subject that a control is about, with more columns of it."""
        return f"""
            SELECT r.control_number, max(d.goes_on) AS goes_on, max(d.not_due) AS not_due{more}
            FROM (
              SELECT subject, CASE WHEN ends > {self.times.as_of} THEN 1 ELSE 0 END AS goes_on,
                     0 AS not_due, starts
              FROM duty
              WHERE ends > {self.times.starts}
              UNION ALL
              SELECT subject, 1, 0, starts
              FROM spans
              WHERE ends IS NULL OR (starts IS NULL AND NOT is_cover)
              UNION ALL
              SELECT s.subject, 1, 1, NULL
              FROM spans s
              JOIN (SELECT DISTINCT subject FROM subject_happening) h ON h.subject = s.subject
              JOIN control_revision r ON r.revision = s.revision AND r.is_current
              WHERE NOT s.is_cover
              GROUP BY s.subject
              HAVING min(s.starts) > {self.times.as_of}
            ) d
            JOIN subject n ON n.number = d.subject
            JOIN control_revision r ON r.revision = n.revision
            GROUP BY r.control_number, n.{self.identity}
        """

    def populations(self) -> dict[str, list[JudgedSubject]]:
        """Read every subject of each control, by name."""
        # The record that it rests on covers longest by as-of, or else began its duty.
        rows = self.store.ask(
            f"""
            SELECT j.control_number, j.name, j.goes_on, j.not_due, j.starts, e.locator,
                   c.class_name
            FROM ({self.judged(", min(n.name) AS name, min(d.starts) AS starts")}) j
            LEFT JOIN (
              SELECT r.control_number, n.name, s.locator,
                     row_number() OVER (
                       PARTITION BY r.control_number, n.name
                       ORDER BY s.is_cover DESC, s.ends DESC NULLS FIRST, s.starts DESC, s.locator
                     ) AS place
              FROM spans s
              JOIN subject n ON n.number = s.subject
              JOIN control_revision r ON r.revision = n.revision
              WHERE s.is_cover IS NOT NULL AND s.locator IS NOT NULL
                AND s.starts <= {self.times.as_of}
            ) e ON e.control_number = j.control_number AND e.name = j.name AND e.place = 1
            LEFT JOIN (
              SELECT r.control_number, n.name, min(i.class) AS class_name
              FROM (
                SELECT subject, class FROM subject_duty
                UNION ALL
                SELECT subject, class FROM subject_happening
              ) i
              JOIN subject n ON n.number = i.subject
              JOIN control_revision r ON r.revision = n.revision
              WHERE i.class <> ''
              GROUP BY r.control_number, n.name
            ) c ON c.control_number = j.control_number AND c.name = j.name
            ORDER BY j.control_number, j.name
            """
        )
        paused: dict[tuple[int, str], int] = {}
        if self.has_pauses:
            for number, name, length in self.store.ask(self.stopped()):
                paused[number, name] = length
        found: dict[str, list[JudgedSubject]] = {each: [] for each in self.controls}
        for control_number, name, goes_on, not_due, starts, locator, class_name in rows:
            found[self.controls[control_number]].append(
                JudgedSubject(
                    name,
                    bool(goes_on),
                    bool(not_due),
                    starts,
                    locator,
                    class_name,
                    paused.get((control_number, name)),
                )
            )
        return found

    def first(self, limit: int) -> dict[str, list[str]]:
        """Return the first subjects of each control, by name."""
        rows = self.store.ask(
            f"""
            SELECT control_number, name
            FROM (
              SELECT control_number, name,
                     row_number() OVER (PARTITION BY control_number ORDER BY name) AS place
              FROM (
                SELECT DISTINCT r.control_number, n.name
                FROM duty d
                JOIN subject n ON n.number = d.subject
                JOIN control_revision r ON r.revision = d.revision
                WHERE d.ends > {self.times.starts}
              ) judged
            ) placed
            WHERE place <= {limit}
            ORDER BY control_number, name
            """
        )
        found: dict[str, list[str]] = {each: [] for each in self.controls}
        for control_number, subject in rows:
            found[self.controls[control_number]].append(subject)
        return found

    def names(self, controls: Collection[str]) -> dict[str, list[str]]:
        """Return the names of all subjects of some controls, in no order."""
        numbers = [number for number, each in enumerate(self.controls) if each in controls]
        found: dict[str, list[str]] = {self.controls[each]: [] for each in numbers}
        if not numbers:
            return found
        rows = self.store.ask(
            f"""
            SELECT DISTINCT r.control_number, n.name
            FROM subject n
            JOIN control_revision r ON r.revision = n.revision
            WHERE NOT n.is_part AND r.control_number IN ({", ".join(map(str, numbers))})
            """
        )
        for control_number, name in rows:
            found[self.controls[control_number]].append(name)
        return found

    def stopped(self) -> str:
        """Write the query of the subjects that were paused since the window's start."""
        return f"""
            SELECT r.control_number, n.name, max(p.paused) AS paused
            FROM pause p
            JOIN subject n ON n.number = p.subject
            JOIN control_revision r ON r.revision = n.revision AND r.is_current
            GROUP BY r.control_number, p.subject, n.name
            HAVING max(p.ends) > {self.times.starts}
        """
