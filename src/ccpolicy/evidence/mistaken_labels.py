"""Find values of records that readers would take for others, since a label says the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.near_names import folded
from ccpolicy.policy.labels import is_mistaken
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literals
from ccpolicy.texts import Text


def report_mistaken_labels(store: DuckDB, loads: Collection[DatasetLoad]) -> None:
    """Report the values of open texts that are what the label of another value says.

    Values that a contract lists are compared when it is read.
    """
    for load in loads:
        for plan in load.plans:
            child = plan.name.partition(".")[2]
            labels = load.dataset.children[child] if child else load.dataset
            for column, given in labels.value_labels.items():
                if plan.table().columns.get(column) == "text":
                    _report(store, load, plan.relation, column, given)


def _report(
    store: DuckDB, load: DatasetLoad, relation: str, column: str, labels: Mapping[str, Text]
) -> None:
    cell, forms = identifier(column), sorted({*_forms(labels)})
    rows = store.ask(
        f"SELECT {cell}, min(locator) FROM {identifier(relation)}"
        f" WHERE lower(nfc_normalize({cell})) IN {literals(forms)} GROUP BY 1 ORDER BY 2"
    )
    places = load.places.locate({locator for _, locator in rows})
    for value, locator in rows:
        for name, label in labels.items():
            if any(is_mistaken(name, text, value) for text in label.root.values()):
                error = EvidenceError(
                    "readers would take '{value}' for '{name}', whose label says the same",
                    hint="write another label under 'value_labels' of '{dataset}'",
                    value=value,
                    name=name,
                    dataset=load.dataset.id,
                )
                load.problems.file(error.at(places[locator]))


def _forms(labels: Mapping[str, Text]) -> Iterator[str]:
    """Yield how the values may be written, in small letters, that labels would be taken for."""
    for label in labels.values():
        for text in label.root.values():
            yield folded(text)
            for form in ("NFC", "NFKC"):
                yield unicodedata.normalize(form, text).lower()
