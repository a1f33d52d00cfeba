"""Write lapses that are too many to be listed to a file, and keep the worst of each control."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from ccpolicy.activity import watched
from ccpolicy.assessment.lapses_file import (
    COLUMNS,
    LapseRow,
    LapsesFile,
    RowsDigest,
    lapse_row,
)
from ccpolicy.engine.control_builder import ControlBuilder
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.kept_lapses import KeptLapses, LapseCounter
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.outcome import LapseSpan, Outcome
from ccpolicy.engine.relations import WAIVED_SUBJECT
from ccpolicy.engine.waivers import waive
from ccpolicy.errors import DatabaseError, Message
from ccpolicy.files.atomic import file_digest
from ccpolicy.policy import Control
from ccpolicy.store import StoreError
from ccpolicy.vocabulary import Judged

_BATCH = 10_000
"""Lapses whose records are looked up at a time."""


class LapsesWriter:
    """Reads the lapses of an evaluation once, and passes them on to the file."""

    def __init__(
        self,
        evaluation: Evaluation,
        outcomes: Mapping[str, Outcome],
        builder: ControlBuilder,
        judged: Judged,
        *,
        whole: bool,
    ) -> None:
        """Take what was judged; `whole` if all lapses are kept in memory as well."""
        self.evaluation, self.outcomes, self.builder = evaluation, outcomes, builder
        self.judged, self.whole = judged, whole
        self.kept = {each: KeptLapses() for each in outcomes}
        """Control → what is kept of its lapses, once they were written."""
        self._digest = RowsDigest()

    def write(self, target: LapsesTarget) -> LapsesFile:
        """Write all lapses, and return what the assessment says of the file.

        Raises:
            DatabaseError: the file cannot be written.
        """
        sha256 = None
        watched().begin(Message.of("writing the lapses"))
        watched().expect(self.evaluation.reader.count_lapses())
        if target.file is None:
            for _ in self._batches():
                pass
        else:
            # Slow to import, and seldom needed.
            from ccpolicy.store.parquet import write_parquet

            with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
                try:
                    write_parquet(target.file, Path(folder) / "spill", COLUMNS, self._batches())
                except StoreError as failure:
                    raise DatabaseError(
                        "cannot write the file of lapses: {reason}", reason=failure.reason
                    ) from failure
            sha256 = file_digest(target.file)
        return LapsesFile(
            file=target.name,
            lapses=self._digest.rows,
            sha256=sha256,
            rows_sha256=self._digest.hexdigest(),
        )

    def _batches(self) -> Iterator[list[LapseRow]]:
        rows = self._rows()
        while batch := list(islice(rows, _BATCH)):
            self._digest.add(batch)
            watched().finish(len(batch))
            yield batch

    def _rows(self) -> Iterator[LapseRow]:
        reader, policy = self.evaluation.reader, self.evaluation.policy
        for name, own in groupby(reader.lapses(WAIVED_SUBJECT), itemgetter(0)):
            control = policy.controls[name]
            counter = LapseCounter(self.evaluation.times, self.judged, self._named(name))
            lapses = waive(policy, control, self._noted(own))
            yield from self._located(control, counter.count(lapses))
            self.kept[name] = counter.finish()

    def _named(self, control: str) -> set[str] | None:
        """Return the subjects that are not judged by their lapses alone; None for all."""
        if self.whole:
            return None
        outcome = self.outcomes[control]
        unknown = {each.subject for each in outcome.unknown_spans}
        return outcome.waived_subjects | outcome.undecided | unknown

    def _noted(self, lapses: Iterable[tuple[str, LapseSpan]]) -> Iterator[LapseSpan]:
        for control, lapse in lapses:
            self.evaluation.reader.note_lapse(control, lapse)
            yield lapse

    def _located(self, control: Control, lapses: Iterator[LapseSpan]) -> Iterator[LapseRow]:
        places = self.builder.places
        while batch := list(islice(lapses, _BATCH)):
            places.forget()
            places.locate({locator for lapse in batch for locator in lapse.locators})
            for lapse in batch:
                yield lapse_row(control.id, self.builder.lapse(control, lapse))
