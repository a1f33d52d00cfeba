"""Find the commits that filed or changed the records which an assessment cites."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ccpolicy.assessment import models
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.engine.relations import CITED_RECORD
from ccpolicy.evidence.models import GitTable
from ccpolicy.evidence.record_sources import RecordContent
from ccpolicy.policy import EVIDENCE_CHANGES, FROM_GIT, RECORDINGS, Dataset
from ccpolicy.provenance.models import Provenance
from ccpolicy.store import Store
from ccpolicy.store.sql import identifier, literal
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


def find_recorded(
    evaluation: Evaluation, places: RecordPlaces, found: Provenance, cited: Collection[int]
) -> list[models.Recorded]:
    """Return what git knows of the records at some locators, by place."""
    if not found.tables:
        return []
    policy = evaluation.policy
    wanted: dict[str, dict[Key, dict[str, None]]] = {table: {} for table in FROM_GIT}
    for locator, content in sorted(places.evidence.places.contents(cited).items()):
        table = content.table if content.table in FROM_GIT else RECORDINGS
        for key in _keys(content, policy.datasets):
            wanted[table].setdefault(key, {})[places.place(locator)] = None
    rows = [(table, *key) for table, keys in wanted.items() for key in keys]
    CITED_RECORD.create(evaluation.reading, rows)
    recorded = [
        each
        for table, filled in sorted(found.tables.items())
        for each in _read(table, filled, wanted[table], evaluation.reading, places)
    ]
    recorded.sort(key=lambda each: each.place)
    return recorded


def _keys(content: RecordContent, datasets: Mapping[str, Dataset]) -> Iterator[Key]:
    """Yield the keys of a record in the git history: its own, and that of the record around it.

    A derived key is not on file itself, and so git knows nothing of it.
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
    filled: GitTable,
    wanted: Mapping[Key, Collection[str]],
    store: Store,
    places: RecordPlaces,
) -> Iterator[models.Recorded]:
    rows = store.ask(
        f"""
        SELECT r.dataset, r.record, {_COLUMNS[table]}
        FROM {identifier(filled.relation)} r
        JOIN cited_record c ON c.dataset = r.dataset AND c.record = r.record
        WHERE c.git_dataset = {literal(table)}
        ORDER BY r.ordinal
        """
    )
    for dataset, record, recorded, merged, *fields in rows:
        for place in wanted[dataset, record]:
            yield models.Recorded(
                place=place,
                recorded_at=None if recorded is None else places.when(recorded),
                merged_at=None if merged is None else places.when(merged),
                **dict(zip((*_FIELDS, *_FIELDS_OF_CHANGES), fields, strict=True)),
            )
