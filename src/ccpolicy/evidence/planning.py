"""Which datasets are read, which of their columns are kept, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ccpolicy.errors import PolicyError
from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.evidence.derive import derived_types
from ccpolicy.evidence.readers import PARSERS
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.policy import Dataset
from ccpolicy.policy.models import Lookup
from ccpolicy.store import DuckDB


@dataclass(frozen=True)
class Planned:
    """A dataset with the tables that are made of it."""

    contract: Contract
    plans: list[TablePlan]
    """The dataset's table, and those of the records nested in its records."""


def plan_tables(
    store: DuckDB,
    datasets: Mapping[str, Dataset],
    used: Mapping[str, set[str]],
) -> Iterator[Planned]:
    """Yield the datasets that are needed, those that others look into first.

    Raises:
        PolicyError: a column that is not there, or lookups that go round in a circle.
    """
    lookups, wanted = _needed(datasets, used)
    tables: dict[str, TablePlan] = {}
    for each in _in_order(lookups):
        dataset = datasets[each]
        contract = make_contract(dataset)
        on_file = {column.name: column.type for column in contract.columns}
        keys = {*dataset.key, *(part for found in lookups[each].values() for part in found.key)}
        derive = {
            column: text for column, text in dataset.derive.items() if column in wanted[each] | keys
        }
        is_judged = dataset.format in PARSERS or dataset.format == "git"
        plans = [
            TablePlan(
                name=each,
                columns=contract.columns,
                own=frozenset(on_file),
                key=dataset.key,
                zone=dataset.zone,
                wanted=wanted[each],
                derive=derive,
                derived=derived_types(store, on_file, derive),
                lookups={
                    column: (lookup, tables[lookup.dataset])
                    for column, lookup in lookups[each].items()
                },
                is_judged=is_judged,
            )
        ]
        for child in contract.children:
            plans.append(
                TablePlan(
                    name=f"{each}.{child.name}",
                    columns=(*child.columns, *contract.columns),
                    own=frozenset(column.name for column in child.columns),
                    key=child.key,
                    zone=dataset.zone,
                    wanted=wanted.get(f"{each}.{child.name}", set()),
                    derive={},
                    derived={},
                    lookups={},
                    is_judged=is_judged,
                )
            )
        for plan in plans:
            for column in sorted(plan.wanted - plan.types.keys()):
                raise PolicyError("unknown column '{name}'", name=f"{plan.name}.{column}")
        tables[each] = plans[0]
        yield Planned(contract, plans)


def _needed(
    datasets: Mapping[str, Dataset], used: Mapping[str, set[str]]
) -> tuple[dict[str, dict[str, Lookup]], dict[str, set[str]]]:
    """Return each dataset's lookups that matter, and each table's columns that are needed."""
    wanted = {each: set(columns) for each, columns in used.items()}
    lookups: dict[str, dict[str, Lookup]] = {}
    waiting = sorted({each.partition(".")[0] for each in used})
    while waiting:
        each = waiting.pop()
        columns = wanted.setdefault(each, set())
        dataset = datasets[each]
        lookups[each] = {
            column: lookup
            for column, lookup in dataset.lookups.items()
            if column in columns or column in dataset.key
        }
        for lookup in lookups[each].values():
            there = wanted.setdefault(lookup.dataset, set())
            more = {*datasets[lookup.dataset].key, lookup.column} - there
            there |= more
            if more or lookup.dataset not in lookups:
                waiting.append(lookup.dataset)
    return lookups, wanted


def _in_order(lookups: Mapping[str, Mapping[str, Lookup]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for each in sorted(lookups):
        sorter.add(each, *sorted({lookup.dataset for lookup in lookups[each].values()}))
    try:
        return list(sorter.static_order())
    except CycleError as failure:
        raise PolicyError(
            "lookups go round in a circle: {names}", names=" → ".join(failure.args[1])
        ) from failure
