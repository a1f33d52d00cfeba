"""The relations of a run are those that are written down, and every query over them is portable."""

from __future__ import annotations

import pytest

import ccpolicy
import shipped_sample
from ccpolicy.checks.portable import unportable_query
from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.engine import evaluation
from ccpolicy.engine.relations import (
    CITED_RECORD,
    EARLIEST_GAP,
    RELATIONS,
    Relation,
    input_records,
    parameters,
)
from ccpolicy.store import open_store
from recording_store import record

REPOSITORY = shipped_sample.repository()
REQUEST = ccpolicy.EvaluationRequest(appendix=True)


def kinds_in_use() -> list[Relation]:
    """Return the relations that the kinds of the sample's controls bring along."""
    names = {control.check for control in REPOSITORY.controls.values()}
    kinds = [REPOSITORY.kinds[name] for name in sorted(names)]
    records = [
        input_records(spec)
        for kind in kinds
        for spec in kind.inputs.values()
        if not (spec.population or spec.parts or spec.items)
    ]
    return [*map(parameters, kinds), *records]


def vetted() -> dict[str, str]:
    """Return the policy's predicates as they run."""
    texts = [
        text
        for control in REPOSITORY.controls.values()
        for name in control.inputs
        for part in control.selections(name)
        for text in (part.where, part.good)
        if text
    ]
    with open_store() as store:
        return {text: expression_sql(store, text) for text in texts}


VETTED = vetted()


def own(query: str) -> str:
    """Take the policy's predicates out of a query."""
    for control in REPOSITORY.controls.values():
        for name in control.inputs:
            for part in control.selections(name):
                for predicate in part.predicates.values():
                    query = query.replace(VETTED[predicate], "true")
    return query


@pytest.mark.parametrize("streamed", [False, True])
def test_a_run_makes_the_relations_that_are_written_down(
    streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if streamed:
        monkeypatch.setattr(evaluation, "STREAMED", -1)
    stores = record(monkeypatch)
    REPOSITORY.check(REQUEST)
    [store] = stores
    # Nobody asks git; see tests/provenance/test_recorded.py.
    expected = {each.name: each for each in (*RELATIONS, *kinds_in_use())}
    del expected[CITED_RECORD.name]
    # There only where a year is not known; see test_business_time.py.
    del expected[EARLIEST_GAP.name]
    # In order, since a UNION ALL goes by it.
    assert {name: list(columns.items()) for name, columns in store.columns.items()} == {
        name: list(relation.columns.items()) for name, relation in expected.items()
    }


def test_every_relation_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({relation.name for relation in RELATIONS}) == len(RELATIONS)
    for relation in RELATIONS:
        assert relation.sentence[0].isupper()
        assert relation.sentence.endswith(".")
        assert set(relation.columns.values()) <= {
            "BOOLEAN",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "VARCHAR",
        }


def test_every_query_of_the_engine_is_portable(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = record(monkeypatch)
    REPOSITORY.check(REQUEST)
    [store] = stores
    found = [line for query in store.queries for line in unportable_query("engine", own(query))]
    assert found == []
    assert len(store.queries) > 20


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * EXCLUDE (a) FROM t", "is not portable"),
        ("SELECT b FROM (SELECT b FROM t)", "has no alias"),
        ("SELECT a.b FROM t a JOIN (SELECT b FROM t) ON true", "has no alias"),
        ("WITH c AS NOT MATERIALIZED (SELECT b FROM t) SELECT b FROM c", "materialized"),
        ("SELECT row_number() OVER () AS n FROM t", "numbers rows in no order"),
        ("SELECT CAST(b AS ENUM ('x')) FROM t", "is not of a portable type"),
        ("SELECT unnest(b) FROM t", "is not a portable function"),
        ("SELECT contains(b, 'x') FROM t", "is not a portable function"),
        ("SELECT list(b) FROM t", "is not a portable function"),
        ("SELECT b FROM t WHERE b IN (SELECT unnest(?::VARCHAR[]))", "cannot be parsed"),
    ],
)
def test_a_query_that_is_not_portable_is_found(query: str, reason: str) -> None:
    assert any(reason in line for line in unportable_query("engine", query))
