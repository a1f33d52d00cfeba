"""Hold a drafted contract to its files, by what reads them in earnest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ccpolicy.draft.dataset_yaml import dataset_yaml
from ccpolicy.draft.drafted import DraftedDataset
from ccpolicy.draft.question import doubt
from ccpolicy.draft.reading import ReadDataset, read_dataset
from ccpolicy.draft.reference_guess import not_in_force
from ccpolicy.errors import EvidenceError, Language, PolicyError
from ccpolicy.evidence.models import Problem
from ccpolicy.files.model_errors import explain
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.policy import Dataset, Policy
from ccpolicy.store.sql import identifier

_EVIDENCE = "evidence"
_SHOWN = 3
"""Rows that stand below a draft."""


def proven_yaml(drafted: DraftedDataset, paths: Sequence[Path], language: Language) -> str:
    """Write a draft that reads its files without an invalid record.

    What the reader refuses in a column makes the column a text.

    Raises:
        CcpolicyError: even then it is refused.
    """
    problems: list[Problem] = []
    for _ in range(2 * len(drafted.columns) + 1):
        text = dataset_yaml(drafted, language)
        dataset = _loaded(text, drafted)
        problems = _problems(dataset, drafted, paths)
        if not problems:
            return dataset_yaml(drafted, language)
        if _asks_what_is_in_force(drafted, problems):
            continue
        named = {str(value) for each in problems for _, value in each.message.values}
        blamed = [
            each
            for each in drafted.columns
            if {each.name, each.heading} & named and each.schema != {"type": "string"}
        ]
        if not blamed or drafted.layout.is_document:
            break
        for each in blamed:
            each.schema, each.reading, each.needs_zone = {"type": "string"}, {}, False
            each.questions = [doubt("Some values fit no form, so that this is a text. What is it?")]
    first = problems[0]
    error = EvidenceError.of(first.message, first.locator)
    if first.hint:
        error.hint = first.hint
    raise error


def _asks_what_is_in_force(drafted: DraftedDataset, problems: Sequence[Problem]) -> bool:
    """Turn references that some records break by time into questions; return if any were."""
    late = {each.field for each in problems if "day" in dict(each.message.values)}
    found = [
        each
        for each in drafted.columns
        if each.name in drafted.times_of_references and {each.name, each.heading} & late
    ]
    for each in found:
        at = drafted.times_of_references.pop(each.name)
        each.questions.append(not_in_force(each, drafted.references[each.name], at))
    return bool(found)


def _loaded(text: str, drafted: DraftedDataset) -> Dataset:
    """Load a draft as the program does."""
    source = parse_yaml(text.encode(), f"{drafted.id}.yaml", PolicyError)
    try:
        return Dataset.model_validate(
            source.value, context={"languages": list(drafted.context.languages)}
        )
    except ValidationError as failure:
        raise explain(failure, source, Dataset)[0] from failure


def _problems(dataset: Dataset, drafted: DraftedDataset, paths: Sequence[Path]) -> list[Problem]:
    """Read the files by a draft and return what is refused; keep the first rows as read."""
    around = drafted.context
    policy = around.policy
    zone = around.zone or "UTC"
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        root, evidence, datasets = Path(folder), _EVIDENCE, {}
        if policy and not _is_elsewhere(policy, paths):
            root, evidence, datasets = policy.root, policy.settings.evidence, dict(policy.datasets)
        else:
            below = root / _EVIDENCE / Path(dataset.files).parent
            below.mkdir(parents=True)
            for number, path in enumerate(paths):
                # The name may say the year.
                shutil.copyfile(path, below / f"{number}_{path.name}")
            dataset = dataset.model_copy(update={"references": {}})
        datasets[dataset.id] = dataset
        with read_dataset(
            root, evidence, datasets, dataset.id, zone, around.limits, _SHOWN
        ) as read:
            found = read.evidence.problems.get(dataset.id, [])
            if not found:
                drafted.first_rows = _first_rows(read, dataset.id)
    return found


def _is_elsewhere(policy: Policy, paths: Sequence[Path]) -> bool:
    folder = (policy.root / policy.settings.evidence).resolve()
    return not all(path.resolve().is_relative_to(folder) for path in paths)


def _first_rows(read: ReadDataset, name: str) -> dict[str, list[Any]]:
    table = read.evidence.tables[name]
    cells = ", ".join(map(identifier, table.columns))
    rows = read.store.ask(
        f"SELECT {cells} FROM {identifier(table.name)} ORDER BY locator LIMIT {_SHOWN}"
    )
    return {each: [row[index] for row in rows] for index, each in enumerate(table.columns)}
