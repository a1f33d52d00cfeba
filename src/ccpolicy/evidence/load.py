"""Read the evidence of datasets into tables, and gather what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from ccpolicy.activity import watched
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.attachments import Attachments
from ccpolicy.evidence.column_cache import open_column_cache
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.invalid_records import check_tables
from ccpolicy.evidence.models import Evidence, GitRecords
from ccpolicy.evidence.places import Places
from ccpolicy.evidence.planning import plan_tables
from ccpolicy.evidence.premature_records import check_recording
from ccpolicy.evidence.problems import SHOWN
from ccpolicy.evidence.readers import SourceFile
from ccpolicy.evidence.references import reject_broken_references
from ccpolicy.evidence.table_creation import create_tables
from ccpolicy.evidence.table_sources import NO_TABLES, TableSources
from ccpolicy.files.finder import Finder, fingerprint, fits_path
from ccpolicy.files.limits import Limits
from ccpolicy.policy import Dataset
from ccpolicy.store import DuckDB

KEPT = 32 << 20
"""Bytes of small files that are kept in memory; others are read again."""
LARGE = 64 << 20
"""Bytes. A dataset of this size or more keeps only hashes of its keys in memory."""


def load_evidence(
    store: DuckDB,
    root: Path,
    folder: str,
    datasets: Mapping[str, Dataset],
    used: Mapping[str, set[str]],
    zone: ZoneInfo,
    git_records: GitRecords | None = None,
    shown: int = SHOWN,
    limits: Limits = Limits(),  # noqa: B008
    instead: Mapping[str, Path] | None = None,
    tables: TableSources = NO_TABLES,
) -> Evidence:
    """Read the files of every dataset that is used into tables of the store.

    `git_records` fill the datasets of the format `git`, which are empty without them.

    `folder` is the evidence folder's path from the root. `used` names the columns to keep of
    `<dataset>` and `<dataset>.<child>`; those of other datasets that these rest on are read too.
    `zone` is the plan's, in which days begin and end. `shown` is how many problems of each family
    of a dataset are listed. `instead` are files, by path from the root, whose contents are taken
    from elsewhere: those that somebody is about to write. `tables` reads those that are rows of a
    table, which only a judgement may.

    Raises:
        PolicyError: a dataset's contract is impossible or not supported.
    """
    places = Places()
    loads = {
        contract.dataset.id: DatasetLoad(contract, plans, store, places, shown)
        for contract, plans in plan_tables(store, datasets, used)
    }
    finder = Finder(root, limits)
    instead = instead or {}
    found = _find_files(finder, folder, loads, instead)
    files = [(path, each) for each, paths in found.items() for path in paths]
    on_disk = {path: instead.get(path, root / path) for path, _ in files}
    size = _open_files(files, on_disk, folder, loads, places, limits)
    copied, in_place = tables.read(loads.values(), limits)
    size += copied
    here = [load for load in loads.values() if not load.in_place]
    _mark_large(here)
    watched().expect(size)
    store.prepare(size)
    columns = open_column_cache(here, store)
    if columns:
        columns.prepare()
    for load in here:
        load.read(git_records)
        if load.dataset.format == "git" and git_records:
            _note_tables(load, datasets.values())
    as_they_are = [load for load in here if not load.dataset.reshape]
    reshaped = [load for load in here if load.dataset.reshape]
    create_tables(store, as_they_are)
    check_tables(store, as_they_are)
    for each in in_place:
        each.check()
    if columns:
        columns.keep()
    if reshaped:
        # From here on no file is read by the engine, since a whole query of the policy runs.
        store.lock()
        whole = {source.file.name for load in as_they_are for source in load.files.values()}
        for load in reshaped:
            load.reshape(limits, whole)
        create_tables(store, reshaped)
        check_tables(store, reshaped)
    attachments = Attachments(store, loads.values(), finder, folder)
    attachments.check()
    reject_broken_references(store, loads.values(), zone, in_place)
    check_recording(store, loads, zone, git_records)
    stages = [stage for load in loads.values() for stage in load.stages if stage.is_stored]
    if stages:
        store.drop(*(stage.plan.staged for stage in stages))
    attached = attachments.finish()
    by_name = dict(sorted(loads.items()))
    return Evidence(
        tables={plan.name: plan.table() for load in by_name.values() for plan in load.plans},
        files=[file for load in by_name.values() for file in load.finish()],
        attachments=attached,
        images=attachments.images(attached),
        of_invalid_records=attachments.of_invalid_records(attached),
        problems={each: p for each, load in by_name.items() if (p := load.problems.problems())},
        places=places,
        found=found,
    )


def _find_files(
    finder: Finder, folder: str, loads: Mapping[str, DatasetLoad], instead: Mapping[str, Path]
) -> dict[str, list[str]]:
    """Return the files of each dataset by path."""
    files: dict[str, list[str]] = {each: [] for each in loads}
    for each, load in loads.items():
        if not load.dataset.is_filed:
            continue
        new = [
            path
            for path in instead
            if fits_path(path, f"{folder.rstrip('/')}/{load.dataset.files}")
            and not (finder.root / path).exists()
        ]
        for path in finder.find(folder, load.dataset.files):
            if not isinstance(path, EvidenceError):
                files[each].append(path)
            elif not new:
                load.problems.file(path)
        files[each] += new
    return files


def _open_files(
    files: Iterable[tuple[str, str]],
    on_disk: Mapping[str, Path],
    folder: str,
    loads: Mapping[str, DatasetLoad],
    places: Places,
    limits: Limits,
) -> int:
    """Decode the files of all datasets, number their contents by path, and return their size."""
    kept = total = 0
    for path, each in sorted(files):
        load = loads[each]
        try:
            facts = fingerprint(on_disk[path], keep=kept < KEPT)
        except EvidenceError as failure:
            load.problems.file(failure.at(Locator(path)))
            continue
        kept += len(facts.data or b"")
        contract = load.raw_contract or load.contract
        file = SourceFile(path, on_disk[path], facts, limits, folder.rstrip("/"), contract=contract)
        for source in load.decode(file, keep=kept < KEPT):
            load.files[places.add(source)] = source
            total += source.file.fingerprint.size
            if source.file.origin:
                kept += len(source.file.fingerprint.data or b"")
    return total


def _note_tables(load: DatasetLoad, datasets: Iterable[Dataset]) -> None:
    """Note whose records should be followed through history, though git knows nothing of them."""
    for each in datasets:
        if each.source and each.recording:
            load.problems.file(
                EvidenceError(
                    "nobody can say when and by whom the records of '{name}' were recorded, or"
                    " whether they were changed: they are rows of a table, of which git knows"
                    " nothing",
                    hint="put them on file, or take 'recording' out of the dataset and say where"
                    " else this is looked after",
                    name=each.id,
                )
            )


def _mark_large(loads: Iterable[DatasetLoad]) -> None:
    for load in loads:
        size = sum(each.file.fingerprint.size for each in load.files.values())
        for plan in load.plans:
            plan.is_large = size > LARGE
