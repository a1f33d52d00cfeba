"""Which words stand on file in the columns of a dataset."""

from __future__ import annotations

from collections.abc import Collection

from ccpolicy.draft.reading import read_dataset
from ccpolicy.policy import Dataset, Policy, columns
from ccpolicy.store.sql import identifier

_MOST_WORDS = 12


def words_on_file(
    policy: Policy, dataset: Dataset, known: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return column → the words in it, those first that are `known`, then the most frequent.

    `known` are small letters. Columns of texts are read, other than those that refer to records.

    Raises:
        PolicyError: the contract is impossible or not supported.
        LimitError: there is more than the limits allow.
    """
    types = columns(policy.datasets, dataset.id) or {}
    texts = [each for each in types if types[each] == "text" and each not in dataset.references]
    listed = ", ".join("'" + each.replace("'", "''") + "'" for each in sorted(known))
    with read_dataset(
        policy.root,
        policy.settings.evidence,
        policy.datasets,
        dataset.id,
        policy.plan.zone,
        policy.settings.limits,
        0,
    ) as read:
        table = read.evidence.tables[dataset.id]
        found = {}
        for name in texts:
            column = identifier(name)
            rows = read.store.ask(
                f"SELECT {column} FROM {identifier(table.name)} WHERE {column} IS NOT NULL"
                f" GROUP BY {column} ORDER BY lower({column}) NOT IN ({listed}), count(*) DESC,"
                f" {column} LIMIT {_MOST_WORDS}"
            )
            found[name] = tuple(str(word) for (word,) in rows)
    return found
