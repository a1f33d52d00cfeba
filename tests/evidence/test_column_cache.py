"""Columns that were kept: the same verdicts as from the files, and none from what changed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from xlsxwriter import Workbook

import ccpolicy
from ccpolicy.evidence import column_cache
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.models import GitRecords
from ccpolicy.evidence.readers.interface import Scan
from ccpolicy.files import finder, user_cache
from small_centre import FILES, change, lay

CONTRACT = "policy/datasets/inspections.yaml"
ROWS = [
    ("asset_id", "performed_at", "result"),
    ("PBX-1", "2026-11-10T09:00:00+08:00", "pass"),
    ("PBX-2", "2026-11-01T09:00:00+08:00", "pass"),
    ("PBX-2", "2026-10-01T09:00:00+08:00", "fail"),
]


def write_csv(path: Path) -> None:
    path.write_text("".join(",".join(row) + "\n" for row in ROWS))


def write_csv_over_lines(path: Path) -> None:
    """Write a file in which the rows' numbers are not their lines."""
    path.write_text("\n\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS))


def write_jsonl(path: Path) -> None:
    lines = (str(dict(zip(ROWS[0], row, strict=True))).replace("'", '"') for row in ROWS[1:])
    path.write_text("\n\n".join(lines))


def write_parquet(path: Path) -> None:
    values = ", ".join(map(str, ROWS[1:]))
    table = f"(VALUES {values}) t({', '.join(ROWS[0])})"
    duckdb.execute(f"COPY (FROM {table}) TO '{path}' (FORMAT parquet)")


def write_workbook(path: Path) -> None:
    with Workbook(path) as book:
        sheet = book.add_worksheet("巡检")
        for number, row in enumerate(ROWS):
            # A row between records is empty, so that numbers do not follow each other.
            sheet.write_row(number * 2 if number else 0, 0, row)


FORMATS: dict[str, Callable[[Path], None]] = {
    "csv": write_csv,
    "csv (scanned)": write_csv_over_lines,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "xlsx": write_workbook,
}


class Cache:
    """Judges with a cache and without, and counts what was taken from it."""

    def __init__(self, centre: Path) -> None:
        self.centre, self.taken = centre, 0

    def check(self) -> tuple[str, int]:
        """Judge with the cache; return the assessment, and how many files were not read."""
        before = self.taken
        token = user_cache.is_wanted.set(True)
        try:
            return self.plain(), self.taken - before
        finally:
            user_cache.is_wanted.reset(token)

    def plain(self) -> str:
        """Judge without the cache."""
        request = ccpolicy.EvaluationRequest(appendix=True)
        return ccpolicy.load(self.centre).check(request).model_dump_json()


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> Cache:
    """A centre without inspections, and a cache that takes the smallest file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(column_cache, "LEAST", 100)  # the assets are fewer bytes
    files = {name: text for name, text in FILES.items() if "2026.csv" not in name}
    if "scanned" in request.node.name:
        monkeypatch.setattr(finder, "SMALL", 4)  # so that DuckDB reads it
    cache = Cache(lay(tmp_path / "centre", files))
    (cache.centre / "evidence/inspections").mkdir()
    scan = column_cache.ColumnCache._scan

    def counted(*arguments: object) -> Scan:
        cache.taken += 1
        return scan(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(column_cache.ColumnCache, "_scan", counted)
    return cache


def inspections(cache: Cache, form: str, name: str = "2026") -> Path:
    """Write the inspections in a format."""
    suffix = form.partition(" ")[0]
    path = cache.centre / f"evidence/inspections/{name}.{suffix}"
    FORMATS[form](path)
    contract = cache.centre / CONTRACT
    text = re.sub(r"\*\.csv\nformat: csv", f"*.{suffix}\nformat: {suffix}", contract.read_text())
    contract.write_text(text)
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_kept_gives_the_same_bytes(cache: Cache, form: str) -> None:
    inspections(cache, form)
    expected = cache.plain()
    assert cache.check() == (expected, 0)
    assert cache.check() == (expected, 1)
    assert '"passed":true' in expected


@pytest.mark.parametrize("form", FORMATS)
def test_derived_columns_and_ambiguous_times_are_computed_anew(cache: Cache, form: str) -> None:
    inspections(cache, form)
    change(
        cache.centre,
        CONTRACT,
        "record:",
        "zone: Europe/Berlin\nderive:\n  good: result = 'pass'\nrecord:",
    )
    change(cache.centre, "policy/controls/3.yaml", "\"result = 'pass'\"", '"good"')
    expected = cache.plain()
    assert cache.check() == (expected, 0)
    assert cache.check() == (expected, 1)


def test_another_content_is_read(cache: Cache) -> None:
    path = inspections(cache, "csv")
    cache.check()
    path.write_text(path.read_text().replace("01T09:00:00+08:00,pass", "01T09:00:00+08:00,fail"))
    found, taken = cache.check()
    assert taken == 0
    assert '"passed":false' in found


def test_another_contract_reads_the_same_file_anew(cache: Cache) -> None:
    inspections(cache, "csv")
    cache.check()
    change(cache.centre, CONTRACT, "[pass, fail]", "[pass]")
    found, taken = cache.check()
    assert taken == 0
    assert found == cache.plain()
    assert "EV" in found


def test_another_program_reads_the_same_file_anew(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspections(cache, "csv")
    cache.check()
    monkeypatch.setattr(column_cache, "_program", lambda: ["another"])
    assert cache.check()[1] == 0


def test_another_library_reads_the_same_file_anew(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspections(cache, "csv")
    cache.check()
    assert cache.check()[1] == 1
    monkeypatch.setattr(column_cache, "version", lambda name: f"another {name}")
    column_cache._program.cache_clear()
    assert cache.check()[1] == 0
    column_cache._program.cache_clear()


def test_a_file_with_an_invalid_record_is_not_kept(cache: Cache) -> None:
    path = inspections(cache, "csv")
    path.write_text(path.read_text().replace("fail", "perhaps"))
    expected = cache.plain()
    assert cache.check() == (expected, 0)
    assert cache.check() == (expected, 0)


def test_keys_over_files_that_were_kept_one_by_one_are_judged(cache: Cache) -> None:
    first = inspections(cache, "csv")
    cache.check()
    second = first.rename(first.with_name("2027.csv"))
    second.write_text(second.read_text() + "\n")  # other bytes, and the same keys
    second.write_text(second.read_text().rstrip("\n"))
    assert cache.check()[1] == 0
    write_csv(first)
    expected = cache.plain()
    assert cache.check() == (expected, 2)
    assert "EV" in expected


def test_a_planted_entry_is_not_taken(cache: Cache) -> None:
    path = inspections(cache, "csv")
    path.write_text(path.read_text().replace(",pass", ",fail"))
    failing, _ = cache.check()
    [entry] = (Path(os.environ["XDG_CACHE_HOME"]) / "ccpolicy").iterdir()
    write_parquet(entry)  # in which all passed
    assert cache.check() == (failing, 0)


@pytest.mark.parametrize("spoil", [os.mkfifo, Path.mkdir, lambda entry: entry.symlink_to("else")])
def test_what_is_no_file_is_no_entry(cache: Cache, spoil: Callable[[Path], None]) -> None:
    inspections(cache, "csv")
    expected, _ = cache.check()
    [entry] = (Path(os.environ["XDG_CACHE_HOME"]) / "ccpolicy").iterdir()
    entry.rename(entry.with_name("else"))
    spoil(entry)
    assert cache.check() == (expected, 0)


def test_a_folder_that_cannot_be_written_changes_nothing(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspections(cache, "csv")
    (cache.centre / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.centre / "file"))
    assert cache.check() == (cache.plain(), 0)


def test_scanned_rows_of_a_file_that_changed_meanwhile_are_not_kept(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inspections(cache, "csv (scanned)")
    honest = path.read_text()
    read = DatasetLoad.read

    def read_late(load: DatasetLoad, records: GitRecords | None) -> None:
        if load.dataset.id == "inspections":
            path.write_text(honest.replace("fail", "pass"))
        read(load, records)

    with monkeypatch.context() as patch:
        patch.setattr(DatasetLoad, "read", read_late)
        assert "EV" in cache.check()[0]
    path.write_text(honest)
    assert cache.check() == (cache.plain(), 0)
