"""Lapses that are too many to be listed: only the list differs, and the file has them all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.api import Repository
from ccpolicy.assessment.lapses_file import COLUMNS, RowsDigest, lapse_row
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.engine import kept_lapses, stored_lapses
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.question import EvaluationRequest
from ccpolicy.files.atomic import file_digest
from ccpolicy.shipped import shipped_folder
from ccpolicy.store.parquet import read_parquet

CHANGED = {"controls", "lapses_file"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_lapses, "WORST", 2)
    monkeypatch.setattr(stored_lapses, "_BATCH", 3)


@pytest.fixture(scope="module")
def sample() -> Repository:
    """The shipped sample: revisions of controls, waivers, pauses, unknown subjects and shares."""
    return ccpolicy.load(shipped_folder())


def limited(repository: Repository, lapses: int) -> Repository:
    settings = repository.policy.settings
    limits = settings.limits.model_copy(update={"lapses": lapses})
    settings = settings.model_copy(update={"limits": limits})
    return Repository(dataclasses.replace(repository.policy, settings=settings))


def stored(
    repository: Repository, folder: Path, request: EvaluationRequest | None = None
) -> Assessment:
    target = LapsesTarget(folder / "all.parquet", "all.parquet")
    return limited(repository, 5).check(request, target)


@pytest.mark.parametrize(
    "request_",
    [
        EvaluationRequest(),
        EvaluationRequest(gate="period", period="2026-Q2"),
        EvaluationRequest(subjects=True),
    ],
)
def test_all_but_the_list_is_the_same(
    sample: Repository, tmp_path: Path, request_: EvaluationRequest
) -> None:
    whole = sample.check(request_)
    assert whole.lapses_file is None
    found = stored(sample, tmp_path, request_)
    assert whole.model_dump(exclude=CHANGED) == found.model_dump(exclude=CHANGED)
    cut = 0
    for before, after in zip(whole.controls, found.controls, strict=True):
        without = {"lapses", "lapse_counts"}
        assert before.model_dump(exclude=without) == after.model_dump(exclude=without)
        assert [each for each in before.lapses if each in after.lapses] == after.lapses
        if after.lapse_counts is None:
            assert after.lapses == before.lapses
            continue
        cut += 1
        assert len(after.lapses) == kept_lapses.WORST
        check_counts(whole, before, after)
    assert cut > 1


def check_counts(whole: Assessment, before: Control, after: Control) -> None:
    """Compare the counts with the lapses that are listed elsewhere, and the worst with the rest."""
    counts, scope = after.lapse_counts, whole.scope
    assert counts
    unwaived = [each for each in before.lapses if not each.waived_by]
    in_period = [each for each in unwaived if scope.in_period(each)]
    opened = [each for each in unwaived if each.is_open]
    assert counts.total == after.lapse_count == len(before.lapses)
    assert counts.open == len(opened)
    assert counts.open_subjects == len({each.subject for each in opened})
    assert counts.in_period == len(in_period)
    assert counts.period_subjects == len({each.subject for each in in_period})
    assert counts.waived == len(before.lapses) - len(unwaived)
    assert counts.days == pytest.approx(sum(each.days for each in in_period))
    starts = {(each.subject, each.starts) for each in before.lapses}
    ended = [e for e in before.lapses if e.ends and (e.subject, e.ends) not in starts]
    assert counts.ended == len(ended)
    assert counts.cured == sum(each in in_period for each in ended)
    failing = scope.failing_lapses(before)
    assert scope.count_failing(after) == len(failing)
    assert len(scope.failing_lapses(after)) == min(len(failing), kept_lapses.WORST)
    if len(failing) >= kept_lapses.WORST:
        assert max(each.days for each in failing) in [each.days for each in after.lapses]


def test_file_holds_all_lapses(sample: Repository, tmp_path: Path) -> None:
    expected = [
        lapse_row(control.id, lapse)
        for control in sample.check().controls
        for lapse in control.lapses
    ]
    said = stored(sample, tmp_path).lapses_file
    assert said
    rows = list(read_parquet(tmp_path / "all.parquet", COLUMNS))
    assert rows == expected
    assert any(row[9] for row in rows), "no lapse has several records behind it"
    digest = RowsDigest()
    digest.add(rows)
    assert (said.file, said.lapses) == ("all.parquet", len(expected))
    assert (said.sha256, said.rows_sha256) == (
        file_digest(tmp_path / "all.parquet"),
        digest.hexdigest(),
    )


def test_same_bytes_whatever_the_batches(
    sample: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = stored(sample, tmp_path)
    monkeypatch.setattr(stored_lapses, "_BATCH", 10_000)
    assert stored(sample, tmp_path) == found


def test_up_to_the_limit_all_are_listed(sample: Repository, tmp_path: Path) -> None:
    whole = sample.check()
    count = sum(len(each.lapses) for each in whole.controls)
    target = LapsesTarget(tmp_path / "all.parquet", "all.parquet")
    assert limited(sample, 10_000).check(None, target) == whole
    assert limited(sample, count - 1).check(None, target).lapses_file
    assert limited(sample, 5).check() == whole, "nobody said where they should go"


def test_streaming_holds_no_list_of_all(
    sample: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    rows = stored_lapses.LapsesWriter._batches

    def watched(self: stored_lapses.LapsesWriter) -> Iterator[object]:
        for batch in rows(self):
            held.append(len(self.builder.places._places))
            yield batch

    monkeypatch.setattr(stored_lapses.LapsesWriter, "_batches", watched)
    assert stored(sample, tmp_path).lapses_file
    assert len(held) > 10
    assert max(held) <= 3 * 12, "places of earlier batches are kept"
