"""Adds to an assessment who recorded or changed the records that it names."""

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
_ATTRIBUTION = "commit, author, committer, signature"
_COLUMNS = {
    RECORDINGS: f"recorded_at, merged_at, {_ATTRIBUTION}, event, NULL, NULL, NULL, NULL",
    EVIDENCE_CHANGES: f"""CASE WHEN commit IS NOT NULL THEN changed_at END, merged_at,
        {_ATTRIBUTION}, NULL, change, reason, before, after""",
}
_FIELDS = ("commit", "author", "committer", "signature", "event", "change")
_FIELDS_OF_CHANGES = ("reason", "before", "after")


def with_recorded(
    result: models.Assessment,
    provenance: Provenance,
    run: Evaluation,
    writer: AssessmentBuilder,
    named: Collection[int],
) -> models.Assessment:
    """Add to a result what git knows of the records with the locators `named`."""
    if not (provenance.tables and result.provenance):
        return result
    places: dict[str, dict[Key, dict[str, None]]] = {table: {} for table in FROM_GIT}
    for number, content in sorted(writer.evidence.contents(named).items()):
        table = content.table if content.table in FROM_GIT else RECORDINGS
        for key in _keys(content, run.content.datasets):
            places[table].setdefault(key, {})[str(writer.places[number])] = None
    recorded = [
        each
        for table, records in sorted(provenance.tables.items())
        for each in _read(table, records, places[table], run, writer)
    ]
    recorded.sort(key=lambda each: each.place)
    completed = result.provenance.model_copy(update={"recorded": recorded})
    return result.model_copy(update={"provenance": completed})


def _keys(content: RecordContent, datasets: Mapping[str, Dataset]) -> Iterator[Key]:
    """Yield the keys by which git knows a record: its own, and that of its document.

    A key with a derived column is left out, because its value is not in the file.
    """
    if content.table in FROM_GIT:
        yield content.fields["dataset"], content.fields["record"]
        return
    dataset, _, child = content.table.partition(".")
    contract = datasets[dataset]
    fields = {**content.around, **content.fields}
    if child:
        yield from _key(content.table, contract.children[child].key, fields)
    yield from _key(dataset, contract.key, fields)


def _key(table: str, columns: Sequence[str], fields: Mapping[str, str]) -> Iterator[Key]:
    parts = [fields[each] for each in columns if each in fields]
    if len(parts) == len(columns):
        yield table, KEY_SEPARATOR.join(parts)


def _read(
    table: str,
    records: GitTable,
    places: Mapping[Key, Collection[str]],
    run: Evaluation,
    writer: AssessmentBuilder,
) -> Iterator[models.Recorded]:
    rows = run.store.ask(
        f"""
        SELECT dataset, record, {_COLUMNS[table]} FROM {identifier(records.relation)}
        WHERE (dataset, record) IN (
            SELECT (unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS VARCHAR[]))))
        ORDER BY ordinal
        """,
        [[name for name, _ in places], [key for _, key in places]],
    )
    for name, key, recorded, merged, *fields in rows:
        for place in places[name, key]:
            yield models.Recorded(
                place=place,
                recorded_at=None if recorded is None else writer.when(recorded),
                merged_at=None if merged is None else writer.when(merged),
                **dict(zip((*_FIELDS, *_FIELDS_OF_CHANGES), fields, strict=True)),
            )
