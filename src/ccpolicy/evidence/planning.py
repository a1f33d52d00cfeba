"""Plan which datasets are read, which columns are kept, and the order of reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.errors import PolicyError
from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.evidence.derive import derived_types
from ccpolicy.evidence.readers import Scanner, find_reader
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.policy import Dataset
from ccpolicy.policy.columns import attachments
from ccpolicy.policy.dataset import Lookup
from ccpolicy.store import DuckDB


def plan_tables(
    store: DuckDB,
    datasets: Mapping[str, Dataset],
    used: Mapping[str, set[str]],
) -> Iterator[tuple[Contract, list[TablePlan]]]:
    """Yield the datasets that are needed with their tables, those that others look into first.

    The first table is the dataset's, the others are those of the records nested in its records.

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
        # Rows of text are typed here only if their files are small; see `DatasetLoad`.
        is_typed = dataset.format == "git" or not isinstance(find_reader(dataset.format), Scanner)
        plans = [
            TablePlan(
                name=each,
                columns=contract.columns,
                own=frozenset(on_file),
                key=dataset.key,
                wanted=wanted[each],
                derive={each: expression_sql(store, text) for each, text in derive.items()},
                derived=derived_types(store, on_file, derive) if derive else {},
                lookups={
                    column: (lookup, tables[lookup.dataset])
                    for column, lookup in lookups[each].items()
                },
                is_typed=is_typed,
            )
        ]
        for child in contract.children:
            plans.append(
                TablePlan(
                    name=f"{each}.{child.name}",
                    columns=(*child.columns, *contract.columns),
                    own=frozenset(column.name for column in child.columns),
                    key=child.key,
                    wanted=wanted.get(f"{each}.{child.name}", set()),
                    derive={},
                    derived={},
                    lookups={},
                    is_typed=is_typed,
                )
            )
        for plan in plans:
            for column in sorted(plan.wanted - plan.types.keys()):
                raise PolicyError("unknown column '{name}'", name=f"{plan.name}.{column}")
        tables[each] = plans[0]
        yield contract, plans


def _needed(
    datasets: Mapping[str, Dataset], used: Mapping[str, set[str]]
) -> tuple[dict[str, dict[str, Lookup]], dict[str, set[str]]]:
    """Return each dataset's lookups that matter, and each table's columns that are needed."""
    wanted = {each: set(columns) for each, columns in used.items()}
    lookups: dict[str, dict[str, Lookup]] = {}
    waiting = sorted({each.partition(".")[0] for each in used})
    while waiting:
        each = waiting.pop()
        dataset = datasets[each]
        for table, column, reference in dataset.all_references:
            own = {column, *reference.match.values(), *([reference.at] if reference.at else [])}
            wanted.setdefault(table, set()).update(own)
        for table, column in attachments(dataset):
            wanted.setdefault(table, set()).add(column)
        columns = wanted.setdefault(each, set())
        lookups[each] = {
            column: lookup
            for column, lookup in dataset.lookups.items()
            if column in columns or column in dataset.key
        }
        needs = [
            (lookup.dataset, {*datasets[lookup.dataset].key, lookup.column})
            for lookup in lookups[each].values()
        ]
        needs += [
            (reference.dataset, {reference.key, *reference.match, *(reference.during or ())})
            for *_, reference in dataset.all_references
        ]
        for table, names in needs:
            there = wanted.setdefault(table, set())
            other = table.partition(".")[0]
            if names - there or other not in lookups:
                there |= names
                waiting.append(other)
    return lookups, wanted


def _in_order(lookups: Mapping[str, Mapping[str, Lookup]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for each in sorted(lookups):
        sorter.add(each, *sorted({lookup.dataset for lookup in lookups[each].values()}))
    try:
        return list(sorter.static_order())
    except CycleError as failure:
        raise PolicyError(
            "lookups refer to each other in a circle: {names}", names=" → ".join(failure.args[1])
        ) from failure
