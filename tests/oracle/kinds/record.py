"""Record: "each record satisfying a predicate"."""

from __future__ import annotations

from collections.abc import Iterator

from ..judge import Case, Judge, Known
from ..model import Revision
from ..moments import later


class Record(Judge):
    """Every record as it should be."""

    population = "records"
    class_input = "records"

    def duty(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "duty starts with the subject's first record"."""
        return any(record.at.earliest <= t for record in self.helps("records", case))

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`.

        "`cured_by: never` stands until waived." Otherwise the subject's next good record cures a
        bad one: "the harmful one counts, until something certainly later helps".
        """
        records = self.helps("records", case)
        never = revision.parameters.get("cured_by", "never") == "never"
        cures = [each for each in records if each.row.good and each.at.latest <= t]
        return not any(
            never or not any(later(cure.at, bad.at) for cure in cures)
            for bad in records
            if not bad.row.good and bad.at.earliest <= t
        )

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        yield from ()

    def there_now(self) -> bool:
        """See `Judge`: "now follows the last records"."""
        return any(self.is_owed(case, self.as_of) for case in self.cases().values())

    def there_in_window(self) -> bool:
        """See `Judge`.

        "If no record of the *control* lies in the window and no earlier bad one still stands, there
        was nothing to judge: the period is unknown." "A dated record lies in the window if its day
        touches it."
        """
        if not self.in_window(self.firsts[0], self.horizon):
            return False
        for name, case in self.cases().items():
            if any(self.lies_in_window(record) for record in self.helps("records", case)):
                return True
            if any(self.in_window(starts, ends) for starts, ends, _ in self.pieces(name, case)):
                return True
        return False

    def lies_in_window(self, record: Known) -> bool:
        """Say whether a record's time touches the window."""
        at = record.at
        return self.in_window(at.earliest, at.latest + at.attained)
