"""Read what the subtraction left: who is judged, what lapsed by which records, what is ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ccpolicy.engine.evidence_findings import Finding
from ccpolicy.engine.input_sql import ControlRevision
from ccpolicy.store import DuckDB

Edge = tuple[int, int]
"""A subject's number, and an instant."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """A lapse, or a piece of it: half-open, in microseconds since 1970 UTC."""

    subject: str
    starts: int
    ends: int
    opened_by: int | None
    closed_by: int | None
    waiver: str | None = None


@dataclass
class Outcome:
    """What was found about one control."""

    subjects: int = 0
    """How many subjects' duty touches the time from the window's start to the horizon."""
    ended: int = 0
    """How many of them have no duty that goes on after as-of."""
    stands: bool = False
    """Whether there is anything to judge at as-of: somebody on the roster, or an episode.

    That nobody is on the roster any more is no good news; that every episode is over is."""
    stood: bool = False
    """Whether there was anything to judge in the window."""
    undecided: set[str] = field(default_factory=set)
    """Subjects with a span whose time cannot be said."""
    lapses: list[Lapse] = field(default_factory=list)
    """Lapses that touch the window, by subject and time. Of subjects that a waiver names they go
    on to the horizon; of the others none is there that begins after as-of."""
    ahead: list[tuple[int, list[str]]] = field(default_factory=list)
    """By moment: which of the others lapse then for the first time after as-of, by name. Who is
    in a lapse at as-of is not due again."""
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class EvaluationTimes:
    """The instants of one evaluation, in microseconds since 1970 UTC."""

    starts: int
    """Start of the window."""
    ends: int
    """End of the window, as-of at the latest."""
    as_of: int
    horizon: int
    present: bool
    """Whether as-of is the present moment."""

    @property
    def latest(self) -> int:
        """Events later than this are left out."""
        return self.as_of + (300_000_000 if self.present else 0)

    @property
    def last(self) -> int:
        """The last instant of the window: the moment judged belongs to it."""
        return self.ends - 1 if self.ends < self.as_of else self.as_of


class LapseReader:
    """Reads the relations `duty`, `gap`, `spans`, `subject`, `population` and `rule`."""

    def __init__(
        self,
        store: DuckDB,
        rules: Sequence[ControlRevision],
        times: EvaluationTimes,
    ) -> None:
        self.store, self.times = store, times
        self.by_number = {rule.number: rule for rule in rules}
        self.outcomes = {rule.control.id: Outcome() for rule in rules}
        self.of_family = list(self.outcomes.values())
        # Each revision numbers its subjects; those of a control's revisions are one by their name.
        self.one = "number" if len(rules) == len(self.outcomes) else "name"

    def read(self, named: Iterable[str]) -> None:
        """Fill the outcomes; lapses ahead are told of the subjects that are named."""
        named = set(named)
        self._subjects()
        self._standing()
        for each, lapses in self.lapses(named).items():
            self.outcomes[each].lapses = lapses
        self._ahead(named)

    def _subjects(self) -> None:
        """Count the subjects that each control is about, and read which cannot be decided."""
        rows = self.store.ask(
            f"""
            SELECT family, count(*), count(*) - sum(goes_on), list(undecided)
            FROM (
              SELECT r.family, max(d.goes_on) AS goes_on,
                     max(CASE WHEN d.undecided THEN n.name END) AS undecided
              FROM (
                SELECT subject, CASE WHEN ends > {self.times.as_of} THEN 1 ELSE 0 END AS goes_on,
                       false AS undecided
                FROM duty
                WHERE ends > {self.times.starts}
                UNION ALL
                SELECT subject, 1, true
                FROM spans
                WHERE ends IS NULL OR (starts IS NULL AND part = 'duty')
              ) d
              JOIN subject n ON n.number = d.subject
              JOIN rule r ON r.number = n.control
              GROUP BY r.family, n.{self.one}
            )
            GROUP BY family
            """
        )
        for family, subjects, ended, undecided in rows:
            outcome = self.of_family[family]
            outcome.subjects, outcome.ended = subjects, int(ended)
            outcome.undecided = {each for each in undecided if each is not None}

    def _standing(self) -> None:
        """Read of which controls there is anything to judge: at as-of, and in the window."""
        starts, last, as_of = self.times.starts, self.times.last, self.times.as_of
        horizon = self.times.horizon
        # An episode is judged for good, who is on a roster while he is. The clocks of those who
        # tell of an episode may be ahead of ours.
        rows = self.store.ask(
            f"""
            SELECT family,
                   max(CASE WHEN starts <= {as_of} AND ends > {as_of} THEN 1 ELSE 0 END),
                   max(CASE WHEN starts <= {last} AND ends > {starts} AND starts < ends
                            THEN 1 ELSE 0 END)
            FROM (
              SELECT r.family, p.starts, p.ends
              FROM population p
              JOIN rule r ON r.number = p.control
              WHERE p.ahead
              UNION ALL
              SELECT r.family, greatest(least(p.starts, {as_of}), r.begins), {horizon}
              FROM population p
              JOIN rule r ON r.number = p.control
              WHERE NOT p.ahead
            )
            GROUP BY family
            """
        )
        for family, stands, stood in rows:
            outcome = self.of_family[family]
            outcome.stands = bool(outcome.subjects and stands)
            outcome.stood = bool(outcome.subjects and stood)

    def first_subjects(self, limit: int) -> dict[str, list[str]]:
        """Return some of the subjects that each control is about, the first by name."""
        rows = self.store.ask(
            f"""
            SELECT family, name
            FROM (
              SELECT family, name, row_number() OVER (PARTITION BY family ORDER BY name) AS rank
              FROM (
                SELECT DISTINCT r.family, n.name
                FROM duty d
                JOIN subject n ON n.number = d.subject
                JOIN rule r ON r.number = d.control
                WHERE d.ends > {self.times.starts}
              )
            )
            WHERE rank <= {limit}
            ORDER BY family, name
            """
        )
        families = list(self.outcomes)
        found: dict[str, list[str]] = {each: [] for each in families}
        for family, subject in rows:
            found[families[family]].append(subject)
        return found

    def lapses(self, named: Iterable[str]) -> dict[str, list[Lapse]]:
        """Read each control's lapses that touch the window, with the records around them.

        What begins after as-of is left out, except of subjects that are named.
        """
        # What ends with its revision may go on in the next, so that its true beginning counts.
        rows = self.store.ask(
            f"""
            SELECT g.control, n.name, g.subject, g.starts, g.ends, g.bare_since
            FROM gap g
            JOIN subject n ON n.number = g.subject
            JOIN rule r ON r.number = g.control
            WHERE (g.ends > {self.times.starts} OR g.ends = r.ends)
              AND (g.starts <= {self.times.as_of} OR n.name IN (SELECT unnest(?::VARCHAR[])))
            """,
            [list(named)],
        )
        # Of what lies ahead only the time is told.
        past = [row for row in rows if row[3] <= self.times.as_of]
        begun, ran_out, again = self._edges([row[2:] for row in past])
        owed = self._owed(
            [(row[2], row[3], row[5]) for row in past if row[5] < row[3] and row[2:4] not in begun]
        )
        over = self._over(
            [
                (row[2], row[4])
                for row in past
                if (row[2], row[4]) not in again and row[4] <= self.times.as_of
            ]
        )
        found: dict[str, list[Lapse]] = {each: [] for each in self.outcomes}
        for control, subject, number, starts, ends, bare_since in rows:
            edge = (number, starts)
            opener = begun.get(edge, owed.get(edge, ran_out.get((number, bare_since))))
            closer = again.get((number, ends), over.get((number, ends)))
            found[self.by_number[control].control.id].append(
                Lapse(subject, starts, ends, opener, closer)
            )
        return {
            each: [lapse for lapse in _join_touching(lapses) if lapse.ends > self.times.starts]
            for each, lapses in found.items()
        }

    def _ahead(self, named: Iterable[str]) -> None:
        """Read who lapses when for the first time after as-of; not of those who are named."""
        rows = self.store.ask(
            f"""
            SELECT family, starts, list(name)
            FROM (
              SELECT r.family, min(n.name) AS name, min(g.starts) AS starts
              FROM gap g
              JOIN subject n ON n.number = g.subject
              JOIN rule r ON r.number = g.control
              WHERE g.ends > {self.times.as_of} AND n.name NOT IN (SELECT unnest(?::VARCHAR[]))
              GROUP BY r.family, n.{self.one}
            )
            WHERE starts > {self.times.as_of}
            GROUP BY family, starts
            ORDER BY family, starts
            """,
            [list(named)],
        )
        for family, starts, subjects in rows:
            self.of_family[family].ahead.append((starts, sorted(subjects)))

    def _edges(
        self, lapses: list[tuple[int, int, int, int]]
    ) -> tuple[dict[Edge, int], dict[Edge, int], dict[Edge, int]]:
        """Find the records around lapses (subject, starts, ends, bare since), each by its edge.

        Those with which the duty began, those whose cover had run out, and those with which cover
        came again.
        """
        begun: dict[Edge, int] = {}
        ran_out: dict[Edge, int] = {}
        again: dict[Edge, int] = {}
        if lapses:
            rows = self.store.ask(
                """
                SELECT DISTINCT s.part, s.subject, s.starts, s.ends, s.locator
                FROM spans s
                JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS starts,
                             unnest(?::BIGINT[]) AS ends, unnest(?::BIGINT[]) AS bare_since) g
                  ON g.subject = s.subject
                WHERE s.locator IS NOT NULL
                  AND CASE WHEN s.part = 'duty' THEN s.starts = g.starts
                           ELSE s.starts < s.ends AND (s.ends = g.bare_since OR s.starts = g.ends)
                      END
                ORDER BY s.starts, s.locator
                """,
                [*map(list, zip(*lapses, strict=True))],
            )
            for part, subject, starts, ends, locator in rows:
                if part == "duty":
                    begun.setdefault((subject, starts), locator)
                else:
                    again.setdefault((subject, starts), locator)
                    ran_out[subject, ends] = locator  # of several the one that began last
        return begun, ran_out, again

    def _over(self, edges: list[Edge]) -> dict[Edge, int]:
        """Find the records with whose end a subject's duty ended, at some instants."""
        if not edges:
            return {}
        subjects, instants = zip(*edges, strict=True)
        rows = self.store.ask(
            """
            SELECT e.subject, e.instant, min(p.locator)
            FROM population p
            JOIN subject s ON s.control = p.control AND s.name = p.name
            JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS instant) e
              ON e.subject = s.number AND e.instant = p.ends
            WHERE p.locator IS NOT NULL
            GROUP BY e.subject, e.instant
            """,
            [list(subjects), list(instants)],
        )
        return {(subject, instant): locator for subject, instant, locator in rows}

    def _owed(self, lapses: list[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
        """Find the records since whose duty a subject had been bare when its lapse began.

        What is owed from a revision's first day on may have been missing before that.
        """
        if not lapses:
            return {}
        rows = self.store.ask(
            """
            SELECT e.subject, e.instant, s.starts, s.locator
            FROM spans s
            JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS instant,
                         unnest(?::BIGINT[]) AS since) e
              ON e.subject = s.subject
            WHERE s.part = 'duty' AND s.locator IS NOT NULL
              AND e.since <= s.starts AND s.starts < e.instant AND e.instant < s.ends
            ORDER BY s.starts DESC, s.locator DESC
            """,
            [list(column) for column in zip(*lapses, strict=True)],
        )
        return {(subject, instant): locator for subject, instant, _, locator in rows}


def _join_touching(lapses: list[Lapse]) -> list[Lapse]:
    """Join lapses of a subject that touch, as they do where one revision follows another."""
    joined: list[Lapse] = []
    lapses.sort(key=lambda lapse: (lapse.subject, lapse.starts))
    for lapse in lapses:
        last = joined[-1] if joined else None
        if last and last.subject == lapse.subject and last.ends == lapse.starts:
            joined[-1] = Lapse(
                last.subject, last.starts, lapse.ends, last.opened_by, lapse.closed_by
            )
        else:
            joined.append(lapse)
    return joined
