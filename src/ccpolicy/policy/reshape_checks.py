"""What cannot be in a contract's `reshape`."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.reshape_guard import reshape_sql
from ccpolicy.errors import Locate, Locator, PolicyError
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.policy.reshape import PLACE, Reshape, row_column
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier

_TYPES = frozenset(
    [
        *("VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DOUBLE", "BOOLEAN"),
        *("INTEGER", "BIGINT", "HUGEINT", "DECIMAL"),
    ]
)
_ROWS = "rows to reshape"


def check_reshapes(content: Policy, store: DuckDB) -> Iterator[PolicyError]:
    """Yield what is impossible in the `reshape` of each dataset."""
    for dataset in content.datasets.values():

        def place(*path: str | int, name: str = dataset.id) -> Locator:
            return content.place("dataset", name, *path)

        for name, lookup in dataset.lookups.items():
            other = content.datasets.get(lookup.dataset)
            if other and other.reshape:
                yield PolicyError(
                    "nothing is looked up in '{name}', whose rows are reshaped",
                    hint="refer to it with 'references'",
                    locator=place("lookups", name, "dataset"),
                    name=other.id,
                )
        if dataset.reshape:
            yield from _beside(dataset, place)
            yield from _query(dataset, dataset.reshape, store, place)


def _beside(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    """Yield what does not go with `reshape`."""
    given = {
        "children": bool(dataset.children),
        "recording": dataset.recording is not None,
        "format": dataset.format == "git",
    }
    for field, is_given in given.items():
        if is_given:
            yield PolicyError(
                "'{field}' does not go with 'reshape'", locator=place(field), field=field
            )
    for name, reading in dataset.columns.items():
        if reading.from_:
            yield PolicyError(
                "'{field}' does not go with 'reshape'",
                hint="the query names its columns as the record does",
                locator=place("columns", name, "from"),
                field="from",
            )
    own = {"record": dataset.record.get("properties", {}), "derive": dataset.derive}
    for field, columns in {**own, "lookups": dataset.lookups}.items():
        if "place" in columns:
            below = ("properties",) if field == "record" else ()
            yield PolicyError(
                "'{name}' cannot be the name of a column",
                hint="with 'reshape' this is where a row stands: call it otherwise, such as"
                " place_2",
                locator=place(field, *below, "place"),
                name="place",
            )
    headings = dataset.reshape.headings if dataset.reshape else []
    names = [*map(row_column, headings), *dataset.around]
    seen = [each.lower() for each in names]
    for index, name in enumerate(names):
        if seen[index] in (*PLACE, *seen[:index]):
            yield PolicyError(
                "'{value}' is listed twice", locator=place("reshape", "columns"), value=name
            )


def _query(
    dataset: Dataset, reshape: Reshape, store: DuckDB, place: Locate
) -> Iterator[PolicyError]:
    """Yield what is wrong with the query, and with the columns that it returns."""
    here = place("reshape", "query")
    names = dict.fromkeys([*reshape.cells, *dataset.around])
    cells = [f"NULL::VARCHAR AS {identifier(each)}" for each in names]
    around = "NULL::BIGINT AS place, NULL::VARCHAR AS file, NULL::VARCHAR AS sheet"
    try:
        query = reshape_sql(store, reshape.query, _ROWS)
        store.create(_ROWS, f"SELECT {', '.join([around, *cells])} WHERE false")
        types = store.describe(query)
        store.ask(f"SELECT count(*) FROM ({query})")
    except PolicyError as failure:
        yield failure.at(here)
        return
    except StoreError as failure:
        yield PolicyError(
            "the query of 'reshape' cannot be computed: {reason}",
            hint="it reads 'rows', which has: {columns}",
            locator=here,
            reason=failure.reason,
            columns=", ".join([*PLACE, *names]),
        )
        return
    finally:
        store.drop(_ROWS)
    properties = dataset.record.get("properties", {})
    if types.get("place") != "BIGINT":
        yield PolicyError(
            "the query of 'reshape' does not return 'place'",
            hint="return it as it stands, or one of several, such as max(place) AS place",
            locator=here,
        )
    for name, kind in types.items():
        if name == "place":
            continue
        if name not in properties:
            yield unknown(
                "the query of 'reshape' returns '{name}', which is no column of the record",
                name,
                properties,
                here,
            )
        elif kind.partition("(")[0] not in _TYPES or kind.endswith("]"):
            yield PolicyError(
                "the query of 'reshape' returns '{name}' as {kind}, which no cell holds",
                hint="cast it to VARCHAR, or take the list apart with unnest()",
                locator=here,
                name=name,
                kind=kind,
            )
    for name in dict.fromkeys([*dataset.record.get("required", []), *dataset.key]):
        if name in properties and name not in types:
            yield PolicyError(
                "the query of 'reshape' does not return '{name}', which every record has",
                hint="return it under this name",
                locator=here,
                name=name,
            )
