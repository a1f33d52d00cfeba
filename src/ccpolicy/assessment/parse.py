"""Read an assessment from its public JSON, and refuse what no evaluation can have written.

Reports trust what they are made from, so that all of it is looked at here. Whether somebody changed
it is another question, which a signed bundle answers.
"""

from __future__ import annotations

import datetime
import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from ccpolicy.assessment.attestations import attested_verdicts
from ccpolicy.assessment.frameworks import serving_verdicts
from ccpolicy.assessment.lapse_checks import foreign_lapses, miscounted_lapses
from ccpolicy.assessment.models import SCHEMA_VERSION, Assessment
from ccpolicy.errors import KeyPath, Locator, Message, ReportError
from ccpolicy.files.atomic import file_digest
from ccpolicy.files.model_errors import details, explain

_HINT = Message.of("make one with 'ccpolicy check --annex --format json -o FILE'").template
_PLACE = re.compile(r"(.*) at line (\d+) column (\d+)")
_INSTANTS = frozenset(
    {"as_of", "at", "committed_at", "due_soon", "ends", "horizon", "merged_at", "next_due"}
    | {"on_file", "recorded_at", "since", "starts"}
)
"""Fields that hold a time with its offset, wherever they stand."""
_TOO_LARGE = 1e15
"""No count and no number of days comes near."""
_DAYS = frozenset({"day"})


def read_assessment(data: bytes, file: str) -> Assessment:
    """Read an assessment; `file` is what messages call it.

    Raises:
        ReportError: it is none, with the place of the first thing that is wrong.
    """
    try:
        result = Assessment.model_validate_json(data, strict=True)
    except ValidationError as failure:
        raise _explained(failure, data, file) from failure
    faults = [(path, _fault(path[-1], value)) for path, value in _leaves(result.model_dump())]
    _refuse_first(faults, file)
    _refuse_first(_contradictions(result), file)  # which compares times that were found valid
    return result


def _refuse_first(faults: Iterable[tuple[KeyPath, Message | None]], file: str) -> None:
    for path, message in faults:
        if message:
            place = _JsonDocument(file, None).locate(path)
            raise ReportError(message.template, hint=_HINT, locator=place, **dict(message.values))


@dataclass(frozen=True, slots=True)
class _JsonDocument:
    """A JSON document, whose places are paths."""

    file: str
    value: Any

    def locate(self, path: KeyPath) -> Locator:
        return Locator(self.file, path="/".join(map(str, path)))


def _explained(failure: ValidationError, data: bytes, file: str) -> ReportError:
    first = details(failure, Locator(file))[0]
    if first["type"] == "json_invalid":
        reason = str(first["ctx"]["error"])
        place = Locator(file)
        if found := _PLACE.fullmatch(reason):
            reason, place = found[1], Locator(file, int(found[2]), int(found[3]) or None)
        return ReportError(
            "this is no JSON, or not all of it: {reason}", hint=_HINT, locator=place, reason=reason
        )
    value = from_json(data)
    version = value.get("schema_version") if isinstance(value, dict) else None
    if isinstance(version, str) and version != SCHEMA_VERSION:
        return ReportError(
            "the assessment has schema version '{version}', and this ccpolicy reads '{known}'",
            hint="show it with the version of ccpolicy that wrote it, or make it again",
            locator=Locator(file),
            version=version,
            known=SCHEMA_VERSION,
        )
    error = explain(failure, _JsonDocument(file, value), Assessment)[0]
    return ReportError(
        error.message.template,
        hint=error.hint.template or _HINT,
        locator=error.locator,
        **dict(error.message.values),
    )


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every value that is no list or mapping, and its path."""
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, (*path, name))
        case list():
            for index, each in enumerate(value):
                yield from _leaves(each, (*path, index))
        case _:
            yield path, value


def _fault(name: str | int, value: Any) -> Message | None:
    """Return what is wrong with one value."""
    if isinstance(value, int | float) and not abs(value) < _TOO_LARGE:
        return Message.of("'{value}' is out of range", value=value)
    if isinstance(value, str) and name in _INSTANTS and not _is_instant(value):
        return Message.of("'{text}' is not a time with its offset from UTC", text=value)
    if isinstance(value, str) and name in _DAYS and not _is_day(value):
        return Message.of("'{value}' is not a day", value=value)
    return None


def _is_instant(text: str) -> bool:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    # Those at the ends of the calendar cannot be converted to another zone.
    return moment.tzinfo is not None and 1900 <= moment.year <= 2300


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def lists_unread(result: Assessment) -> bool:
    """Whether the unread files are named, and each is among the problems that fail the gate."""
    named, total = len(result.evidence.unread), result.evidence.unread_total
    told = {problem.locator for problem in result.problems}
    return total >= named and bool(total) == bool(named) and told.issuperset(result.evidence.unread)


def check_lapses_file(result: Assessment, assessment: Path) -> None:
    """Hold the file of all lapses to what the assessment, which lies in a file, says of it.

    Raises:
        ReportError: it is missing, or another one.
    """
    found = result.lapses_file
    if found is None or found.file is None:
        return
    file = assessment.parent / found.file
    hint = "put the file beside the assessment that was written with it, or make both again"
    try:
        if file.exists() and not file.is_file():  # which may never end
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sha256 = file_digest(file)
    except (OSError, ValueError) as failure:  # a name with NUL is the latter
        raise ReportError(
            "cannot read the file of lapses that the assessment names: {reason}",
            hint=hint,
            locator=Locator(str(file)),
            reason=getattr(failure, "strerror", None) or str(failure),
        ) from failure
    if sha256 != found.sha256:
        raise ReportError(
            # Whoever wrote the assessment chose the file, and learns nothing of another one.
            "this is not the file of lapses that the assessment names, or not all of it: its"
            " SHA-256 is not {expected}",
            hint=hint,
            locator=Locator(str(file)),
            expected=found.sha256 or "–",
        )


def _contradictions(result: Assessment) -> Iterator[tuple[KeyPath, Message]]:
    """Yield where one part says another thing than the rest."""
    scope, gate = result.scope, result.gate
    if result.tally != scope.tally(result.controls):
        yield ("tally",), Message.of("the counts do not match the list of controls")
    if not lists_unread(result):
        yield ("evidence", "unread"), Message.of("the list of unread files is not complete")
    if len({each.id for each in result.controls}) < len(result.controls):
        yield ("controls",), Message.of("the assessment lists a control twice")
    expected = scope.decide(result.controls, result.problems, gate.obsolete)
    if gate.accepted != expected.accepted:
        yield (
            ("gate", "accepted"),
            Message.of(
                "the list does not match the controls that fail only by lapses of the baseline"
            ),
        )
    if gate.failed_on != expected.failed_on:
        yield (
            ("gate", "failed_on"),
            Message.of("the list does not match the controls that fail the gate"),
        )
    if gate.passed != expected.passed:
        yield ("gate", "passed"), Message.of("the value contradicts the rest of the assessment")
    yield from _foreign_controls(result)
    yield from _foreign_verdicts(result)
    yield from miscounted_lapses(result)
    yield from foreign_lapses(result)
    found = result.provenance
    known = found is not None and None not in (found.commit, found.tree, found.committed_at)
    if found and known != (found.reason is None):
        yield (
            ("provenance",),
            Message.of("either a commit or the reason why none is known is required"),
        )
    for index, control in enumerate(result.controls):
        if not control.clauses:
            yield (
                ("controls", index, "clauses"),
                Message.of("the control names no clause of the plan"),
            )


def _foreign_controls(result: Assessment) -> Iterator[tuple[KeyPath, Message]]:
    """Yield what is said beside the controls and is not theirs."""
    if result.annex and [e.id for e in result.annex.controls] != [e.id for e in result.controls]:
        yield (
            ("annex", "controls"),
            Message.of("the annex does not list the controls of the assessment"),
        )
    controls = {each.id: each for each in result.controls}
    for index, matter in enumerate(result.attested):
        own = controls.get(matter.control)
        if own is None or (matter.now, matter.period) != attested_verdicts(
            result.scope, own, matter.subject
        ):
            yield (
                ("attested", index),
                Message.of("what is attested contradicts the lapses of its control"),
            )


def _foreign_verdicts(result: Assessment) -> Iterator[tuple[KeyPath, Message]]:
    """Yield the requirements of frameworks whose verdicts are not those of their controls."""
    for place, framework in enumerate(result.frameworks):
        for index, each in enumerate(framework.requirements):
            if (each.now, each.period) != serving_verdicts(each.controls, result.controls):
                path = ("frameworks", place, "requirements", index)
                yield path, Message.of("the value contradicts the rest of the assessment")
