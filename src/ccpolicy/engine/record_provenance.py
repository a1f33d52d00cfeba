"""Say of the records that a result names which commits put them on file, or changed them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ccpolicy.assessment import models
from ccpolicy.engine.build import AssessmentBuilder
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.evidence.models import GitTable, RecordContent
from ccpolicy.policy import EVIDENCE_CHANGES, FROM_GIT, RECORDINGS, Dataset
from ccpolicy.provenance.models import Provenance
from ccpolicy.store.sql import identifier
from ccpolicy.vocabulary import KEY_SEPARATOR

Key = tuple[str, str]
"""`<dataset>` or `<dataset>.<child>`, and the record's key as one text."""
_WHO = "commit, author, committer, signature"
_ROWS = {
    RECORDINGS: f"recorded_at, merged_at, {_WHO}, event, NULL, NULL, NULL, NULL",
    EVIDENCE_CHANGES: f"""CASE WHEN commit IS NOT NULL THEN changed_at END, merged_at, {_WHO},
        NULL, change, reason, before, after""",
}
_FIELDS = ("commit", "author", "committer", "signature", "event", "change")
_FIELDS_OF_CHANGES = ("reason", "before", "after")


def with_recorded(
    result: models.Assessment,
    found: Provenance,
    run: Evaluation,
    writer: AssessmentBuilder,
    named: Collection[int],
) -> models.Assessment:
    """Add to a result what git knows of the records that it names; `named` are their locators."""
    if not (found.tables and result.provenance):
        return result
    places: dict[str, dict[Key, dict[str, None]]] = {table: {} for table in FROM_GIT}
    for number, content in sorted(writer.evidence.places.contents(named).items()):
        table = content.table if content.table in FROM_GIT else RECORDINGS
        for key in _keys(content, run.content.datasets):
            places[table].setdefault(key, {})[str(writer.places[number])] = None
    recorded = [
        each
        for table, filled in sorted(found.tables.items())
        for each in _read(table, filled, places[table], run, writer)
    ]
    recorded.sort(key=lambda each: each.place)
    provenance = result.provenance.model_copy(update={"recorded": recorded})
    return result.model_copy(update={"provenance": provenance})


def _keys(content: RecordContent, datasets: Mapping[str, Dataset]) -> Iterator[Key]:
    """Yield how git knows a record: by its own key, or by that of the document that it stands in.

    A key that is derived is not on file itself, and so nothing is said.
    """
    if content.table in FROM_GIT:
        yield content.fields["dataset"], content.fields["record"]
        return
    dataset, _, child = content.table.partition(".")
    contract = datasets[dataset]
    held = {**content.around, **content.fields}
    if child:
        yield from _key(content.table, contract.children[child].key, held)
    yield from _key(dataset, contract.key, held)


def _key(unit: str, columns: Sequence[str], held: Mapping[str, str]) -> Iterator[Key]:
    parts = [held[each] for each in columns if each in held]
    if len(parts) == len(columns):
        yield unit, KEY_SEPARATOR.join(parts)


def _read(
    table: str,
    filled: GitTable,
    places: Mapping[Key, Collection[str]],
    run: Evaluation,
    writer: AssessmentBuilder,
) -> Iterator[models.Recorded]:
    rows = run.store.ask(
        f"""
        SELECT dataset, record, {_ROWS[table]} FROM {identifier(filled.relation)}
        WHERE (dataset, record) IN (
            SELECT (unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS VARCHAR[]))))
        ORDER BY ordinal
        """,
        [[unit for unit, _ in places], [key for _, key in places]],
    )
    for unit, key, recorded, merged, *fields in rows:
        for place in places[unit, key]:
            yield models.Recorded(
                place=place,
                recorded_at=None if recorded is None else writer.when(recorded),
                merged_at=None if merged is None else writer.when(merged),
                **dict(zip((*_FIELDS, *_FIELDS_OF_CHANGES), fields, strict=True)),
            )
