"""References as SQL: which records name what is not there, by one join for each target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.record_sql import key_text
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.evidence.typed_sql import EARLY
from ccpolicy.policy.dataset import Reference
from ccpolicy.store.sql import identifier

DAYS = "evidence.days"
"""Relation of the days that references compare with instants: `day`, and when it `starts`."""
_EVER = 1 << 62
"""After all times, and with a minus before them."""
_ALIKE = {"number": "integer"}
_JSON_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


@dataclass(frozen=True, eq=False)
class PlannedReference:
    """A column that refers to another table."""

    number: int
    own: TablePlan
    column: str
    target: TablePlan
    reference: Reference

    @property
    def is_daily(self) -> bool:
        """Whether all its times are dates, so that days are compared and not moments."""
        return all(kind == "date" for _, kind in self._times())

    @property
    def dates(self) -> list[tuple[str, str]]:
        """Return relation and column of each date that is compared with an instant."""
        if self.is_daily:
            return []
        return [(relation, column) for (relation, column), kind in self._times() if kind == "date"]

    def _times(self) -> Iterator[tuple[tuple[str, str], str]]:
        if self.reference.at:
            yield (self.own.relation, self.reference.at), self.own.types[self.reference.at]
        for column in self.reference.during or ():
            yield (self.target.relation, column), self.target.types[column]

    @property
    def join(self) -> tuple[object, ...]:
        """Return what it has in common with all that are answered by one join."""
        reference = self.reference
        columns = (reference.key, *reference.match)
        return self.target.name, columns, tuple(reference.during or ()), self.is_daily

    @property
    def keys(self) -> list[str]:
        """Return the columns of the target that hold the value."""
        return [self.reference.key, *self.reference.match]

    @property
    def mismatched_types(self) -> list[tuple[str, str]]:
        """Return its columns and those of the target that are of unlike types."""
        pairs = [(self.column, self.reference.key)]
        pairs += [(ours, theirs) for theirs, ours in self.reference.match.items()]
        return [
            (ours, theirs)
            for ours, theirs in pairs
            if not (self._is_list and ours == self.column)
            and _ALIKE.get(kind := self.own.types[ours], kind)
            != _ALIKE.get(kind := self.target.types[theirs], kind)
        ]

    @property
    def _is_list(self) -> bool:
        return any(each.name == self.column and each.is_list for each in self.own.columns)

    def rows(self) -> str:
        """Write what its records name: reference, locator, `k0`…, and when, `earliest`, `latest`.

        The time is the kindest reading: a day is there from its beginning to its end, and where
        there is none, any will do.
        """
        columns = {column.name: column for column in self.own.columns}
        value = identifier(self.column)
        if self._is_list:
            value = f"unnest(from_json({value}, '[\"{_item_type(columns[self.column])}\"]'))"
        cells = [f"{value} AS k0"]
        cells += [
            f"{identifier(column)} AS k{index}"
            for index, column in enumerate(self.reference.match.values(), 1)
        ]
        source, early, late = identifier(self.own.relation), "NULL", "NULL"
        if at := self.reference.at:
            source, early, late = self._when(source, self.own, at, "d")
        cells.append(f"coalesce({early}, {-_EVER}) AS earliest")
        cells.append(f"coalesce({late}, {_EVER}) AS latest")
        named = " AND ".join(f"k{index} IS NOT NULL" for index in range(len(self.keys)))
        return (
            f"SELECT * FROM (SELECT {self.number} AS reference, locator, {', '.join(cells)}"
            f" FROM {source}) named WHERE {named}"
        )

    def targets(self) -> str:
        """Write what there is to name: `k0`…, and when it is in force, `earliest` to `latest`.

        What has no beginning was never in force, since nobody can say from when; it exists.
        """
        cells = [f"{identifier(column)} AS k{index}" for index, column in enumerate(self.keys)]
        source = identifier(self.target.relation)
        during = self.reference.during or ()
        if during:
            source, early, _ = self._when(source, self.target, during[0], "f")
            cells.append(f"coalesce({early}, {_EVER}) AS earliest")
        if len(during) > 1:
            source, _, late = self._when(source, self.target, during[1], "l")
            cells.append(f"coalesce({late}, {_EVER}) AS latest")
        return f"SELECT {', '.join(cells)} FROM {source}"

    def _when(self, source: str, plan: TablePlan, column: str, alias: str) -> tuple[str, str, str]:
        """Write the earliest and latest moment of a time, and the source joined with what it needs.

        Of a date the latest is the last moment of its day.
        """
        name = identifier(column)
        if plan.types[column] == "date" and not self.is_daily:
            for which, day in (("0", name), ("1", f"{name} + 1")):
                joined = f"{alias}{which}"
                days = f"(SELECT day AS {joined}, starts AS {joined}s FROM {identifier(DAYS)})"
                source += f" LEFT JOIN {days} {joined}d ON {joined} = {day}"
            return source, f"{alias}0s", f"{alias}1s - 1"
        early = name
        if column in plan.table().ambiguous_times:
            early = identifier(column + EARLY)
        return source, early, name


def broken_reference_rows(
    references: Sequence[PlannedReference],
    rows: Callable[[PlannedReference], str] = PlannedReference.rows,
    targets: Callable[[PlannedReference], str] = PlannedReference.targets,
) -> str:
    """Write the rows that name what is not there, or was not then.

    They are `reference`, `locator`, `value` and `time`: the first moment, or the day if all times
    of the reference are dates. `rows` and `targets` write what is joined.
    """
    joins: dict[tuple[object, ...], list[PlannedReference]] = {}
    for each in references:
        joins.setdefault(each.join, []).append(each)
    return " UNION ALL ".join(_broken_rows(group, rows, targets) for group in joins.values())


def _broken_rows(
    references: Sequence[PlannedReference],
    rows: Callable[[PlannedReference], str],
    targets: Callable[[PlannedReference], str],
) -> str:
    first = references[0]
    names = [f"k{index}" for index in range(len(first.keys))]
    conditions = [f"t.{name} = s.{name}" for name in names]
    during = first.reference.during or ()
    if during:
        conditions.append("t.earliest <= s.latest")
    if len(during) > 1:
        conditions.append("t.latest >= s.earliest")
    naming = " UNION ALL ".join(map(rows, references))
    return (
        f"SELECT reference, locator, {key_text(names)} AS value, earliest AS time FROM ({naming}) s"
        f" WHERE NOT EXISTS (SELECT 1 FROM ({targets(first)}) t WHERE {' AND '.join(conditions)})"
    )


def days_sql(dates: Iterable[tuple[str, str]]) -> str:
    """Write the days of columns of relations, and those after them."""
    return " UNION ".join(
        f"SELECT {identifier(column)} + {more} AS day FROM {identifier(relation)}"
        f" WHERE {identifier(column)} IS NOT NULL"
        for relation, column in dates
        for more in (0, 1)
    )


def _item_type(column: Column) -> str:
    return _JSON_TYPES[{"string": "text"}.get(kind := column.schema["items"]["type"], kind)]
