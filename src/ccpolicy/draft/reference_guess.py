"""Which columns name records of datasets that exist."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccpolicy.draft.column_guess import ColumnGuess
from ccpolicy.draft.column_roles import ColumnRoles
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.yaml_text import flow
from ccpolicy.errors import CcpolicyError
from ccpolicy.evidence import load_evidence
from ccpolicy.policy import Policy, columns
from ccpolicy.policy.references import COMMON_NAMES
from ccpolicy.store import open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import ColumnType

_MOST = 200_000
"""Values of a dataset that are compared."""
_ENOUGH = 5
"""Different values that all occur in a dataset, from which on that is no chance."""
_SHOWN = 3


@dataclass(frozen=True)
class ReferenceTarget:
    """The key of a dataset to which others may refer."""

    dataset: str
    key: str
    type: ColumnType
    values: frozenset[str]
    during: tuple[str, ...] = ()
    """Its columns of times from which, and until which, a record of it is in force."""

    @property
    def counts(self) -> bool:
        """Whether its key only numbers the records, so that any small number occurs in it."""
        if not all(each.isdecimal() for each in self.values):
            return False
        numbers = [int(each) for each in self.values]
        return min(numbers) <= 1 and max(numbers) <= 2 * len(numbers)


def find_targets(policy: Policy, own: str | None = None) -> list[ReferenceTarget]:
    """Return the datasets with a key of one column, each with the key's values on file.

    Datasets that refer to the dataset `own` are left out, since references must not form a circle.
    So is a dataset whose evidence cannot be read, since its keys are not known.
    """
    used: dict[str, set[str]] = {}
    for dataset in policy.datasets.values():
        refers = any(each.dataset == own for each in dataset.references.values())
        if dataset.is_filed and len(dataset.key) == 1 and not refers:
            used[dataset.id] = set(dataset.key)
    found = []
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder,
        open_store(Path(folder) / "spill", memory=policy.settings.limits.memory) as store,
    ):
        try:
            evidence = load_evidence(
                store,
                policy.root,
                policy.settings.evidence,
                policy.datasets,
                used,
                time_zone(policy.plan.zone),
                limits=policy.settings.limits,
            )
        except CcpolicyError:  # what is wrong with other evidence is for `check` to say
            return []
        for name in used:
            [key] = policy.datasets[name].key
            rows = store.ask(
                f"SELECT DISTINCT CAST({identifier(key)} AS VARCHAR)"
                f" FROM {identifier(evidence.tables[name].name)} LIMIT {_MOST}"
            )
            kind = (columns(policy.datasets, name) or {})[key]
            values = frozenset(str(value) for (value,) in rows)
            if values and kind in ("text", "integer"):
                roles = ColumnRoles(policy.datasets[name], columns(policy.datasets, name) or {})
                found.append(ReferenceTarget(name, key, kind, values, roles.in_force()))
    return found


def guess_references(
    guesses: Sequence[ColumnGuess],
    cells: Mapping[str, Sequence[Any]],
    targets: Sequence[ReferenceTarget],
    own: str,
    of_rows: Collection[str] = (),
) -> dict[str, ReferenceTarget]:
    """Return column → the dataset that it surely names; what is likely is asked at the column.

    `own` is the name of the dataset: the ids in `extinguisher_checks` may be those of
    `extinguishers`. `of_rows` are the columns that name the rows of a matrix: what a table has a
    row for is on a register, if all of them occur there.
    """
    found: dict[str, ReferenceTarget] = {}
    for column in guesses:
        values = {str(each) for each in cells[column.name] if each is not None}
        if column.type not in ("text", "integer") or not values or column.reading.get("values"):
            continue
        alike = [each for each in targets if each.type == column.type]
        for target in sorted(alike, key=lambda each: not _has_name(column, each, own)):
            missing = values - target.values
            is_named = _has_name(column, target, own)
            if not missing and (is_named or (len(values) >= _ENOUGH and not target.counts)):
                if is_named or column.name in of_rows:
                    found[column.name] = target
                    if "enum" in column.schema:
                        column.schema = {"type": "string"}
                        column.questions.clear()
                else:
                    column.questions.append(_likely(column, target))
                break
            if is_named and len(missing) < len(values):
                column.questions.append(_partly(column, target, sorted(missing)))
                break
    return found


def reference_line(column: str, target: ReferenceTarget, at: str | None = None) -> str:
    """Write the line of `references`; with `at`, what it names was in force at that time."""
    in_force = {"during": target.during, "at": at} if at else {}
    return f"{column}: {flow({'dataset': target.dataset, 'key': target.key, **in_force})}"


def times_of_references(
    guesses: Sequence[ColumnGuess], references: Mapping[str, ReferenceTarget]
) -> dict[str, str]:
    """Return column → the one time of the records, where what it names is in force for a while."""
    times = [each.name for each in guesses if each.type in ("date", "instant")]
    if len(times) != 1:
        return {}
    return {column: times[0] for column, each in references.items() if each.during}


def not_in_force(column: ColumnGuess, target: ReferenceTarget, at: str) -> Question:
    """Ask about records that name what was not in force at their time."""
    return doubt(
        "Some name what was not in '{dataset}' at the time. If that cannot be, correct them, and in"
        " 'references':",
        reference_line(column.name, target, at),
        dataset=target.dataset,
    )


def _likely(column: ColumnGuess, target: ReferenceTarget) -> Question:
    return doubt(
        "All values occur in '{dataset}'. Does this name its records? Then in 'references':",
        reference_line(column.name, target),
        dataset=target.dataset,
    )


def _partly(column: ColumnGuess, target: ReferenceTarget, missing: Sequence[str]) -> Question:
    return doubt(
        "'{dataset}' lacks {count} of these values, such as {missing}. Does this name its records?"
        " Then correct them, and in 'references':",
        reference_line(column.name, target),
        dataset=target.dataset,
        count=len(missing),
        missing=" | ".join(missing[:_SHOWN]),
    )


def _has_name(column: ColumnGuess, target: ReferenceTarget, own: str) -> bool:
    """Whether a column is called as the key of a dataset is, or as the dataset is."""
    starts = [f"{each}_" for each in _stems(target.dataset)]
    if column.name == target.key and own.startswith(tuple(starts)):
        return True
    names = set(_stems(column.name)) - COMMON_NAMES
    last_word = target.dataset.rpartition("_")[2]
    return bool(names & {target.key, *_stems(target.dataset), *_stems(last_word)})


def _stems(name: str) -> Iterator[str]:
    yield name
    for suffix in ("_id", "_no", "_number", "_code", "s", "es"):
        yield name.removesuffix(suffix)
