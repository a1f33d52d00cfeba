"""What must fit in a control's pauses: their times, their reasons, and the clock that they stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ccpolicy.checks.kinds import Input, Kind
from ccpolicy.errors import Locate, PolicyError
from ccpolicy.policy.columns import columns, schema
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, ParameterValue, Revision, Selection
from ccpolicy.policy.names import without_effect
from ccpolicy.time.durations import Duration, parse_duration


def check_pauses(
    datasets: Mapping[str, Dataset], selection: Selection, spec: Input, place: Locate
) -> Iterator[PolicyError]:
    """Yield what does not fit in a selection of pauses, or is said of other records though."""
    if selection.reasons and not (spec.stops and selection.reason):
        yield PolicyError(
            "'reasons' says what 'reason' may hold, which this selection does not name",
            hint="take it out; only pauses have reasons",
            locator=place("reasons"),
        )
    if not spec.stops:
        return
    found = columns(datasets, selection.dataset) or {}
    for role in ("starts", "ends"):
        column = getattr(selection, role)
        if column and found.get(column) == "date":
            yield PolicyError(
                "'{column}' is a date, and a pause begins and ends at a time",
                hint="name a column that holds times: in a day nobody can say what was paused",
                locator=place(role),
                column=column,
            )
    if selection.reasons:
        if len(set(selection.reasons)) < len(selection.reasons):
            yield PolicyError("the list of reasons names a reason twice", locator=place("reasons"))
    elif (
        selection.reason
        and selection.reason in found
        and not schema(datasets, selection.dataset, selection.reason).get("enum")
    ):
        yield PolicyError(
            "no list says which reasons '{column}' may give",
            hint="list them under 'reasons' here, or as 'enum' of '{column}' in the contract of"
            " '{dataset}'",
            locator=place("reason"),
            column=selection.reason,
            dataset=selection.dataset,
        )


def pause_errors(
    control: Control, kind: Kind, revision: Revision, place: Locate
) -> Iterator[PolicyError]:
    """Yield durations that no pause can stop, and pauses without their limit or a limit alone."""
    given = revision.parameters
    for limit, spec in kind.parameters.items():
        if spec.limits is None:
            continue
        is_paused = bool(control.inputs.get(spec.limits))
        if is_paused and limit not in given:
            yield PolicyError(
                "'{input}' needs the parameter '{name}'",
                hint="say how long the clock may stand still in all: whoever pauses without end is"
                " never late",
                locator=place(),
                input=spec.limits,
                name=limit,
            )
        elif limit in given and not is_paused:
            yield without_effect(limit, spec.limits, place(limit))
        stopped = kind.inputs[spec.limits].stops
        if not is_paused or stopped is None:
            continue
        if stopped not in given:
            yield PolicyError(
                "'{input}' stops the clock of '{name}', which is not given",
                hint="give '{name}' by the clock or in business hours: a due date of its own does"
                " not move",
                locator=place(),
                input=spec.limits,
                name=stopped,
            )
        elif limit in given:
            yield from _clocks(given, stopped, limit, place)


def _clocks(
    given: Mapping[str, ParameterValue], stopped: str, limit: str, place: Locate
) -> Iterator[PolicyError]:
    """Yield a duration in days, or two that do not run by the same clock."""
    families: dict[str, set[str]] = {}
    for name in (stopped, limit):
        found = [each for value in given[name].values if (each := _duration(value))]
        in_days = [each for each in found if not (each.is_clock or each.business_microseconds)]
        if in_days:
            yield PolicyError(
                "'{name}' counts days, which no pause can stop",
                hint="write it in hours, minutes, business hours or business minutes, not {value}",
                locator=place(name),
                name=name,
                value=in_days[0].text,
            )
            return
        families[name] = {each.family for each in found}
    if len(families[stopped] | families[limit]) > 1:
        yield PolicyError(
            "'{name}' and '{other}' must both be by the clock, or both in business hours",
            hint="in business hours a pause is as long as the business time in it",
            locator=place(limit),
            name=limit,
            other=stopped,
        )


def untracked_pause_ends(
    content: Policy,
) -> Iterator[tuple[str, tuple[str | int, ...], str, str]]:
    """Yield the columns that end pauses and whose dataset does not track its records in git.

    Without git, nobody knows whether an end was filed before it came. Yields the control's id, the
    path in it, the column and the dataset.
    """
    for control in content.controls.values():
        for name, spec in content.kinds[control.check].inputs.items():
            given = control.inputs.get(name)
            for index, selection in enumerate(control.selections(name) if spec.stops else []):
                parent, _, child = selection.dataset.partition(".")
                dataset = content.datasets[parent]
                recording = dataset.children[child].recording if child else dataset.recording
                traced = recording.happened if recording else []
                if selection.ends and selection.ends not in traced:
                    path = ("inputs", name, *((index,) if isinstance(given, list) else ()), "ends")
                    yield control.id, path, selection.ends, selection.dataset


def _duration(value: object) -> Duration | None:
    try:
        return parse_duration(str(value))
    except PolicyError:  # told where it stands
        return None
