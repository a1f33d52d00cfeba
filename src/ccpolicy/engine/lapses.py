"""Read the result of the subtraction: judged subjects, lapses and their records, due dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from ccpolicy.engine.control_revision import ControlRevision, has_pauses
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.outcome import LapseSpan, Outcome, UnknownSpan
from ccpolicy.engine.relations import LAPSE_RECORD, WAIVED_SUBJECT, Relation
from ccpolicy.engine.subject_reader import SubjectReader
from ccpolicy.store import Store
from ccpolicy.time.spans import join_spans

MOST_RECORDS = 10
"""Records named behind a lapse; as many as `lapse_record.sql` returns."""


class LapseReader:
    """Reads `duty`, `lapse`, `spans`, `subject`, its records and `control_revision`."""

    def __init__(
        self, store: Store, revisions: Sequence[ControlRevision], times: EvaluationTimes
    ) -> None:
        self.store, self.times = store, times
        self.by_number = {each.number: each for each in revisions}
        self.outcomes = {each.control.id: Outcome() for each in revisions}
        self.by_id = {each.control.id: each for each in revisions}
        self.by_control_number = list(self.outcomes.values())
        self.subjects = SubjectReader(store, revisions, times)

    def read(self, *, lapses: bool, undecided: bool, waived: bool) -> None:
        """Fill the outcomes, with their lapses if these are wanted.

        `undecided` is whether some of `spans` are, and `waived` whether there are waivers:
        `waived_subject` names those whose lapses are read to the horizon.
        """
        self._subjects()
        if undecided:
            self._undecided()
            self._unknown_spans()
        self._subjects_now_and_then()
        self._pauses()
        if waived:
            self._waived_subjects()
        self._upcoming()
        if lapses:
            for control, lapse in self.lapses(WAIVED_SUBJECT):
                self.outcomes[control].lapses.append(lapse)
                self.note_lapse(control, lapse)

    def note_lapse(self, control: str, lapse: LapseSpan) -> None:
        """Note that there was something to judge: what stands from before the window, too."""
        if lapse.starts <= self.times.last_of_period:
            self.outcomes[control].had_subjects = True

    def count_lapses(self) -> int:
        """Count the lapses that `lapses` yields: those that revisions cut by their pieces."""
        [[count]] = self.store.ask(f"SELECT count(*) {self._reported_lapses(WAIVED_SUBJECT)}")
        return int(count)

    def _waived_subjects(self) -> None:
        """Read which subjects waivers name, at whatever time they have a duty."""
        rows = self.store.ask(
            f"""
            SELECT DISTINCT r.control_number, n.name
            FROM subject n
            JOIN control_revision r ON r.revision = n.revision
            WHERE NOT n.is_part AND n.name IN (SELECT w.name FROM {WAIVED_SUBJECT.name} w)
            """
        )
        for control_number, name in rows:
            self.by_control_number[control_number].waived_subjects.add(name)

    def _subjects(self) -> None:
        """Count the subjects that each control is about."""
        rows = self.store.ask(
            f"""
            SELECT control_number, count(*), count(*) - sum(goes_on), sum(not_due)
            FROM ({self.subjects.judged()}) judged
            GROUP BY control_number
            """
        )
        for control_number, subjects, ended, not_due in rows:
            outcome = self.by_control_number[control_number]
            outcome.subjects, outcome.ended, outcome.not_due = subjects, int(ended), int(not_due)

    def _undecided(self) -> None:
        """Read the subjects with a span whose time cannot be computed."""
        rows = self.store.ask(
            """
            SELECT DISTINCT r.control_number, n.name
            FROM spans s
            JOIN subject n ON n.number = s.subject
            JOIN control_revision r ON r.revision = n.revision
            WHERE s.ends IS NULL OR (s.starts IS NULL AND NOT s.is_cover)
            """
        )
        for control_number, name in rows:
            self.by_control_number[control_number].undecided.add(name)

    def _unknown_spans(self) -> None:
        """Read the spans in which a subject's state is unknown, unless `may_be_empty` allows it."""
        lifted = [
            number
            for number, each in enumerate(self.outcomes)
            if self.by_id[each].control.may_be_empty
        ]
        rows = self.store.ask(
            f"""
            SELECT control_number, name, starts, ends
            FROM (
              SELECT r.control_number, n.name,
                     CASE WHEN s.starts < r.starts THEN r.starts ELSE s.starts END AS starts,
                     CASE WHEN s.ends > r.ends THEN r.ends ELSE s.ends END AS ends
              FROM spans s
              JOIN subject n ON n.number = s.subject
              JOIN control_revision r ON r.revision = n.revision
              WHERE s.is_cover IS NULL
            ) unknown
            WHERE starts < ends AND ends > {self.times.starts} AND starts <= {self.times.as_of}
            ORDER BY control_number, name, starts, ends
            """
        )
        for control_number, *span in rows:
            if control_number not in lifted:
                self.by_control_number[control_number].unknown_spans.append(UnknownSpan(*span))

    def _subjects_now_and_then(self) -> None:
        """Read which controls have anything to judge at as-of, and had in the window."""
        as_of, last = self.times.as_of, self.times.last_of_period
        # The clocks of those who report an episode may be ahead of ours.
        begun = (
            f"greatest(CASE WHEN p.planned THEN p.starts ELSE least(p.starts, {as_of}) END,"
            " r.first_instant)"
        )
        rows = self.store.ask(
            f"""
            SELECT control_number,
                   max(CASE WHEN begun <= {as_of} AND (NOT planned OR ends > {as_of})
                            THEN 1 ELSE 0 END),
                   max(CASE WHEN begun <= {last} AND judged_until > {self.times.starts}
                              AND (judges_records OR begun < judged_until) THEN 1 ELSE 0 END)
            FROM (
              SELECT r.control_number, r.judges_records, p.planned, p.ends, p.judged_until,
                     {begun} AS begun
              FROM subject_records p
              JOIN control_revision r ON r.revision = p.revision
              WHERE NOT p.is_part
            ) judged
            GROUP BY control_number
            """
        )
        for control_number, now, then in rows:
            outcome = self.by_control_number[control_number]
            outcome.has_subjects_now = bool(outcome.subjects and now)
            outcome.had_subjects = bool(outcome.subjects and then)

    def lapses(self, subjects: Relation) -> Iterator[tuple[str, LapseSpan]]:
        """Yield each control's lapses that touch the window, by subject and time.

        Lapses that begin after as-of are read of the subjects that a relation names.
        """
        has_paused = self.subjects.has_pauses
        joined = f"LEFT JOIN {LAPSE_RECORD.name} k ON k.subject = l.subject AND k.starts = l.starts"
        if has_paused:
            joined += (
                f" LEFT JOIN ({self._paused(subjects)}) p"
                " ON p.subject = l.subject AND p.starts = l.starts"
            )
        rows = self.store.stream(
            f"""
            SELECT r.control_number, n.name, l.subject, l.starts, l.ends, l.opened_by,
                   l.closed_by, {"p.paused" if has_paused else "NULL"}, k.locator
            {self._reported_lapses(subjects, joined)}
            ORDER BY r.control_number, n.name, l.starts, l.subject, k.place
            """
        )
        controls = list(self.outcomes)
        for (control_number, name), own in groupby(rows, itemgetter(0, 1)):
            control = controls[control_number]
            is_paused = self.outcomes[control].pauses is not None
            spans = [
                LapseSpan(
                    name,
                    starts,
                    ends,
                    opened_by,
                    closed_by,
                    paused=(paused or 0) if is_paused else None,
                    records=tuple(row[8] for row in records if row[8] is not None),
                )
                for (_, starts, ends, opened_by, closed_by, paused), records in groupby(
                    own, itemgetter(*range(2, 8))
                )
            ]
            for lapse in _continued(spans):
                if lapse.ends > self.times.starts:
                    yield control, lapse

    def _reported_lapses(self, subjects: Relation, joined: str = "") -> str:
        """Write from where `lapses` reads, joined with more."""
        # What ends with its revision may go on in the next, so that its true beginning counts.
        return f"""
            FROM lapse l
            JOIN subject n ON n.number = l.subject
            JOIN control_revision r ON r.revision = l.revision
            {joined}
            WHERE (l.ends > {self.times.starts} OR l.ends = r.ends)
              AND (l.starts <= {self.times.as_of}
                   OR n.name IN (SELECT w.name FROM {subjects.name} w))
        """

    def _pauses(self) -> None:
        """Read how many subjects were paused since the window's start, and for how long."""
        for each in self.by_number.values():
            if has_pauses(each):
                self.outcomes[each.control.id].pauses = (0, 0)
        if not self.subjects.has_pauses:
            return
        rows = self.store.ask(
            f"""
            SELECT control_number, count(*), sum(paused)
            FROM ({self.subjects.stopped()}) stopped
            GROUP BY control_number
            """
        )
        for control_number, subjects, paused in rows:
            self.by_control_number[control_number].pauses = (subjects, int(paused))

    def _paused(self, subjects: Relation) -> str:
        """Write for how long subjects were paused by pauses that began before their lapses."""
        return f"""
            SELECT l.subject, l.starts, max(p.paused) AS paused
            FROM lapse l
            JOIN pause p ON p.subject = l.subject AND p.starts < l.starts
            JOIN subject n ON n.number = l.subject
            WHERE l.starts <= {self.times.as_of}
               OR n.name IN (SELECT w.name FROM {subjects.name} w)
            GROUP BY l.subject, l.starts
        """

    def _upcoming(self) -> None:
        """Read who lapses when for the first time after as-of, except waived subjects."""
        rows = self.store.ask(
            f"""
            SELECT control_number, starts, name
            FROM (
              SELECT r.control_number, min(n.name) AS name, min(l.starts) AS starts
              FROM lapse l
              JOIN subject n ON n.number = l.subject
              JOIN control_revision r ON r.revision = l.revision
              WHERE l.ends > {self.times.as_of}
                AND n.name NOT IN (SELECT w.name FROM {WAIVED_SUBJECT.name} w)
              GROUP BY r.control_number, n.{self.subjects.identity}
            ) first_lapse
            WHERE starts > {self.times.as_of}
            """
        )
        due: dict[tuple[int, int], list[str]] = defaultdict(list)
        for control_number, starts, name in rows:
            due[control_number, starts].append(name)
        for (control_number, starts), names in sorted(due.items()):
            self.by_control_number[control_number].upcoming.append((starts, sorted(names)))


def _continued(lapses: list[LapseSpan]) -> Iterator[LapseSpan]:
    """Join lapses of a subject that touch, as they do where one revision follows another."""
    for group in join_spans(lapses, lambda lapse: (lapse.starts, lapse.ends)):
        first, last = group[0], group[-1]
        if first is last:
            yield first
            continue
        records = tuple(dict.fromkeys(each for one in reversed(group) for each in one.records))
        yield replace(
            first, ends=last.ends, closed_by=last.closed_by, records=records[:MOST_RECORDS]
        )
