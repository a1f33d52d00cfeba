"""A sample of a population that an auditor tests by hand: its own public JSON."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar, Literal

from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.models import Tool, Window
from ccpolicy.texts import Text

SCHEMA_VERSION: Literal["1.0"] = "1.0"
TestResult = Literal["ok", "exception", "untested"]
COLUMNS = ("number", "item", "stratum", "place", "draw", "result", "remark", "tester", "tested_on")
"""Of the table that testers fill in, before the fields; for `draw` see `Sample.mark`."""


class Stratum(AssessmentModel):
    """A part of the population of which a share is drawn."""

    name: str
    """Value by which it is one; empty where the population was not divided."""
    population: int
    drawn: int


class SampledItem(AssessmentModel):
    """A member of the population that was drawn."""

    id: str
    """Key of a record, or name of a subject."""
    stratum: str
    place: str | None
    """`file:line`."""
    fields: dict[str, str]
    """Name → what is known of it."""
    result: TestResult = "untested"
    remark: str = ""
    tester: str = ""
    tested_on: str = ""


class Sample(AssessmentModel):
    """What was drawn from a population, and how, so that anybody draws the same."""

    SUBJECT: ClassVar[Literal["sample"]] = "sample"
    """What reports call it."""
    schema_version: Literal["1.0"]
    tool: Tool
    plan: PlanReference
    about: str
    """Id of the dataset or control."""
    kind: Literal["dataset", "control"]
    title: Text
    as_of: str
    window: Window
    """The period that the population is of."""
    population: int
    population_digest: str
    """SHA-256 over the ids of all members by name, one a line: `sha256:…`."""
    seed: str
    """`population_digest`, start and end of the period, with spaces between them."""
    size: int
    is_size_chosen: bool
    """Whether the size comes from the table of sizes, which is a choice and no norm."""
    by: str | None
    """Column by which the population was divided."""
    strata: list[Stratum]
    items: list[SampledItem]
    """By stratum, in the order in which they were drawn."""
    has_results: bool = False
    """Whether the results of a test were read back."""

    def mark(self, item: SampledItem) -> str:
        """Return the mark of an item's row: the draw's mark, and a hash of the item.

        A record is hashed with its content when it was drawn. A subject is hashed without its
        state, which may change after the draw.
        """
        said = item.fields if self.kind == "dataset" else {}
        return f"{self.draw}-{_short([item.id, said], 8)}"

    @property
    def draw(self) -> str:
        """Short mark of this draw, with which the marks of its rows begin."""
        return _short([self.kind, self.about, self.seed, self.size, self.by], 12)

    def count(self, result: TestResult) -> int:
        """Count the items of a result."""
        return sum(item.result == result for item in self.items)


def _short(facts: object, signs: int) -> str:
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:signs]
