"""Tests of the policy: given records, and the verdicts and lapses that must follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from ccpolicy.errors import PolicyErrors
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles, read_source
from ccpolicy.policy.base_model import Day, Id, Name, PolicyModel
from ccpolicy.policy.file_reader import TESTS, EntryPlace
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.texts import Line
from ccpolicy.vocabulary import Verdict

_NUMBER = re.compile(r"\{n(?::0([1-9]))?\}")


class ExpectedLapse(PolicyModel):
    """A lapse that is to be found."""

    subject: Line
    starts: Line
    """In the plan's zone, such as `2026-03-01T00:00`."""
    ends: Line | None = None
    """Without one it is open at as-of."""
    waived: bool = False
    """Whether a waiver of the case accepts it."""


class Expected(PolicyModel):
    """What is to be said."""

    now: Verdict
    period: Verdict | None = None
    lapses: list[ExpectedLapse] | None = None
    """All of them, in order; without the list nobody asks."""


class GivenWaiver(PolicyModel):
    """A waiver that stands in a case alone; those of the policy do not count there."""

    subject: Line
    """Its name exactly as JSON and CSV give it, not its label."""
    from_: Day = Field(alias="from")
    until: Day
    """Last day on which it stands."""


class Case(PolicyModel):
    """What is on file, and what follows."""

    name: Line
    control: Id
    as_of: Line
    """Moment to judge at: ISO 8601 with its offset, or a day, which is judged at its end."""
    period: Line | None = None
    """`START/END`; without it the 12 months before."""
    given: dict[Name, list[dict[str, Any]]]
    """Dataset → its records. A dataset that is not named is empty; that counts as no error, and
    references to it are not checked. The datasets that git fills (`recordings`,
    `evidence_changes`) are given in the same way."""
    waivers: list[GivenWaiver] = Field(default=[])
    """Lapses that are accepted."""
    expect: Expected


class Cases(PolicyModel):
    """A file of `policy/tests/`."""

    defaults: dict[Name, dict[str, Any]] = Field(default={})
    """Dataset → fields of each record that does not say otherwise; `{n:03}` is its number."""
    tests: list[Case] = Field(min_length=1)


@dataclass(frozen=True)
class LocatedTest:
    """A case and where it stands."""

    case: Case
    place: EntryPlace
    records: Mapping[str, list[dict[str, Any]]]
    """Dataset → records with their defaults filled in."""


def load_cases(tree: PolicyFiles, content: Policy) -> list[LocatedTest]:
    """Read the tests of a policy.

    Raises:
        PolicyErrors: all that is wrong with them.
    """
    folder = f"{content.settings.policy}/{TESTS}"
    found: list[LocatedTest] = []
    for entry in tree.entries(folder):
        if entry.endswith((".yaml", ".yml")):
            source = read_source(tree, f"{folder}/{entry}")
            try:
                cases = Cases.model_validate(source.value)
            except ValidationError as failure:
                raise PolicyErrors(explain(failure, source, Cases)) from failure
            for index, case in enumerate(cases.tests):
                records = {
                    name: [*_filled(cases.defaults.get(name, {}), rows)]
                    for name, rows in case.given.items()
                }
                found.append(LocatedTest(case, EntryPlace(source, ("tests", index)), records))
    errors = [error for each in found for error in _fit(content, each)]
    if errors:
        raise PolicyErrors(errors)
    return found


def _filled(defaults: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Fill in what a record leaves out; what it sets to null it does not have."""
    for number, row in enumerate(rows, 1):
        numbered = {name: _numbered(value, number) for name, value in defaults.items()}
        whole = {**numbered, **row}
        yield {name: value for name, value in whole.items() if value is not None}


def _numbered(value: Any, number: int) -> Any:
    if not isinstance(value, str):
        return value
    return _NUMBER.sub(lambda part: str(number).zfill(int(part[1] or 1)), value)


def _fit(content: Policy, located: LocatedTest) -> Iterator[Any]:
    case = located.case
    if case.control not in content.controls:
        yield unknown(
            "unknown control '{name}'",
            case.control,
            content.controls,
            located.place.locate("control"),
        )
        return
    known = sources(content, case.control)
    for name in case.given:
        if name not in known:
            yield unknown(
                "the control uses no dataset '{name}'",
                name,
                known,
                located.place.locate("given", name),
            )


def sources(content: Policy, control: str) -> list[str]:
    """Return the datasets that are read for a control."""
    chosen = content.controls[control]
    tables = [part.dataset for name in chosen.inputs for part in chosen.selections(name)]
    return content.datasets_behind(tables)
