"""What must fit in a control: its clauses, its check kind's inputs, and its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from ccpolicy.checks.kinds import ROLES, Input, Kind, Parameter, Role
from ccpolicy.checks.parameter_values import check_value
from ccpolicy.errors import Locate, Locator, PolicyError
from ccpolicy.policy.columns import columns
from ccpolicy.policy.duration_checks import business_time_without_calendar, clock_over_dates
from ccpolicy.policy.keys import mismatched_keys
from ccpolicy.policy.label_checks import check_own_labels
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, ParameterValue, Revision, Selection
from ccpolicy.policy.names import unknown
from ccpolicy.policy.pauses import check_pauses, pause_errors
from ccpolicy.policy.schedule_checks import schedule_faults
from ccpolicy.policy.subject_names import listed_items, prefix_words
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import ColumnType


def check_control(content: Policy, control: Control) -> Iterator[PolicyError]:
    """Yield what does not fit in a control."""
    place = content.places["control", control.id]
    clauses = {clause.id for clause in content.plan.clauses}
    for clause in control.clauses:
        if clause not in clauses:
            yield unknown(
                "unknown clause '{name}'", clause, clauses, place.locate("clauses", clause)
            )
    kind = content.kinds.get(control.check)
    if kind is None:
        yield unknown(
            "unknown check kind '{name}'", control.check, content.kinds, place.locate("check")
        )
        return
    yield from _inputs(content, control, kind)
    yield from mismatched_keys(content, control, kind)
    yield from _parameters(content, control, kind)
    words = [
        word
        for revision in control.history
        for given in revision.parameters.values()
        for word in given.words
    ]
    words += listed_items(content, control)
    for name in kind.inputs:
        words += [word for each in control.selections(name) for word in prefix_words(each)]
    for value in control.value_labels:
        if value not in words:
            yield unknown(
                "no parameter, prefix or list of items has the value '{name}'",
                value,
                words,
                place.locate("value_labels", value),
            )
    yield from check_own_labels(control.value_labels, {*words, *control.value_labels}, place.locate)


def _inputs(content: Policy, control: Control, kind: Kind) -> Iterator[PolicyError]:
    place = content.places["control", control.id]
    for name in control.inputs:
        if name not in kind.inputs:
            yield unknown("unknown input '{name}'", name, kind.inputs, place.locate("inputs", name))
    for name, spec in kind.inputs.items():
        given = control.inputs.get(name)
        with_other = spec.given_with is None or spec.given_with in control.inputs
        if given is None or given == []:
            if spec.required or given == [] or (spec.given_with and with_other):
                yield PolicyError(
                    "the check kind '{kind}' needs the input '{name}'",
                    locator=place.locate("inputs", name),
                    kind=kind.name,
                    name=name,
                )
            continue
        if not with_other:
            yield _without(name, spec.given_with, place.locate("inputs", name))
        if isinstance(given, list) and any(isinstance(part, str) for part in given):
            yield from _items(given, spec, place.locate("inputs", name))
            continue
        for index, selection in enumerate(control.selections(name)):
            path = ("inputs", name, index) if isinstance(given, list) else ("inputs", name)
            yield from _selection(content, control, selection, spec, path)


def _without(name: str, other: str | None, place: Locator) -> PolicyError:
    return PolicyError(
        "'{name}' is given with '{other}', and not without it",
        hint="give both of them or neither",
        locator=place,
        name=name,
        other=other,
    )


def _items(
    given: list[Selection] | list[str], spec: Input, place: Locator
) -> Iterator[PolicyError]:
    texts = [part for part in given if isinstance(part, str)]
    if not spec.items:
        yield PolicyError(
            "a selection of records is expected here, not a list of items", locator=place
        )
    elif len(set(texts)) != len(given):
        yield PolicyError("the list of items names an item twice", locator=place)


def _selection(
    content: Policy,
    control: Control,
    selection: Selection,
    spec: Input,
    path: tuple[str | int, ...],
) -> Iterator[PolicyError]:
    def place(*below: str | int) -> Locator:
        return content.place("control", control.id, *path, *below)

    found = columns(content.datasets, selection.dataset)
    if found is None:
        known = [*content.datasets]
        known += [
            f"{each.id}.{child}" for each in content.datasets.values() for child in each.children
        ]
        yield unknown("unknown dataset '{name}'", selection.dataset, known, place("dataset"))
        return
    yield from _key(content, control, selection, spec, place)
    for role in ROLES:
        column = getattr(selection, role)
        if column is None:
            if role in spec.needs and not (role == "starts" and selection.valid_from):
                yield PolicyError("this input needs '{role}'", locator=place(), role=role)
        elif role not in spec.roles:
            yield unknown("this input takes no '{name}'", role, spec.roles, place(role))
        elif role == "valid_from" and selection.starts:
            yield PolicyError("give either 'starts' or 'valid_from'", locator=place(role))
        elif ROLES[role].holds != "predicate":
            yield from _column(role, column, found, place(role))
    yield from check_pauses(content.datasets, selection, spec, place)
    if spec.one_of and sum(getattr(selection, role) is not None for role in spec.one_of) != 1:
        yield PolicyError(
            "give exactly one of {names}", locator=place(), names=", ".join(spec.one_of)
        )


def _key(
    content: Policy,
    control: Control,
    selection: Selection,
    spec: Input,
    place: Locate,
) -> Iterator[PolicyError]:
    """Yield what does not fit in a selection's key."""
    kind, found = content.kinds[control.check], columns(content.datasets, selection.dataset) or {}
    is_part = spec.parts or bool(spec.closes and kind.inputs[spec.closes].parts)
    whole = not control.selections(kind.population_input) and not is_part
    if not selection.key and not (whole and not spec.items):
        yield PolicyError(
            "this input needs 'key'", hint="name the columns of the subject", locator=place()
        )
    if whole and not spec.items and (selection.key or selection.prefix):
        yield PolicyError(
            "without '{input}' there is one subject, so that a key has no effect",
            hint="take out 'key' and 'prefix', or list the subjects with '{input}'",
            locator=place("key" if selection.key else "prefix"),
            input=kind.population_input,
        )
    yield from _group(control, selection, kind, spec, place)
    for field, names in (("key", selection.key), ("group", selection.group)):
        for index, column in enumerate(names):
            if column in found and found[column] in ("date", "instant"):
                yield PolicyError(
                    "a column of times cannot be the key that names a subject",
                    locator=place(field, index),
                )
            if column not in found:
                yield unknown("unknown column '{name}'", column, found, place(field, index))


def _group(
    control: Control,
    selection: Selection,
    kind: Kind,
    spec: Input,
    place: Locate,
) -> Iterator[PolicyError]:
    """Yield errors of the `group` columns, which name the subject that a part counts for."""
    has_subjects = bool(control.selections(kind.population_input))
    if selection.group and not spec.parts:
        yield unknown("this input takes no '{name}'", "group", spec.roles, place("group"))
    elif selection.group and not has_subjects:
        yield PolicyError(
            "without '{input}' there is one subject, so that 'group' has no effect",
            hint="take it out, or say with '{input}' which groups there are",
            locator=place("group"),
            input=kind.population_input,
        )
    elif spec.parts and has_subjects and not selection.group:
        yield PolicyError(
            "this input needs 'group'",
            hint="name the columns of the subject that each record counts for; its key is its own",
            locator=place(),
        )


def _column(
    role: Role, column: str, found: Mapping[str, ColumnType], place: Locator
) -> Iterator[PolicyError]:
    if column not in found:
        yield unknown("unknown column '{name}'", column, found, place)
    elif ROLES[role].holds == "time" and found[column] not in ("date", "instant"):
        yield PolicyError("the column '{name}' is not a time", locator=place, name=column)
    elif ROLES[role].holds == "number" and found[column] not in ("integer", "number"):
        yield PolicyError("the column '{name}' is not a number", locator=place, name=column)


def _parameters(content: Policy, control: Control, kind: Kind) -> Iterator[PolicyError]:
    place = content.places["control", control.id]
    if control.parameters is not None and control.revisions is not None:
        yield PolicyError(
            "give either 'parameters' or 'revisions'", locator=place.locate("parameters")
        )
    before: Revision | None = None
    for index, revision in enumerate(control.history):
        path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
        if before and (
            revision.from_ is None
            or (before.from_ and revision.from_ <= before.from_)
            or revision.version <= before.version
        ):
            yield PolicyError(
                "a revision must come after the one before it, in day and version",
                locator=place.locate(*path),
            )
        before = revision
        for name, given in revision.parameters.items():
            at = place.locate(*path, "parameters", name, "value")
            if name not in kind.parameters:
                yield unknown(
                    "unknown parameter '{name}'",
                    name,
                    kind.parameters,
                    place.locate(*path, "parameters", name),
                )
                continue
            if given.norm is not None and given.norm not in content.norms:
                yield unknown(
                    "unknown norm '{name}'",
                    given.norm,
                    content.norms,
                    place.locate(*path, "parameters", name, "norm"),
                )
            values = given.value if isinstance(given.value, dict) else {"": given.value}
            if isinstance(given.value, dict) and not _classes(control):
                yield PolicyError(
                    "a parameter with several values needs a column that says which value applies",
                    hint="name it with 'by' in the selection of the subjects or openings",
                    locator=at,
                )
            if not values:
                yield PolicyError("'{name}' is empty", locator=at, name=name)
            if isinstance(given.value, dict) and not kind.parameters[name].by_class:
                yield PolicyError(
                    "'{name}' is one value for all: it cannot differ by a column",
                    hint="write a control for each, and choose its records with 'where'",
                    locator=at,
                    name=name,
                )
            for key, value in values.items():
                try:
                    check_value(kind.parameters[name], value)
                except PolicyError as failure:
                    yield failure.at(
                        place.locate(*path, "parameters", name, "value", *([key] if key else []))
                    )
        yield from _complete(control, kind, revision, place.locate(*path, "parameters"))
        yield from clock_over_dates(content, control, kind, revision, path)
        yield from business_time_without_calendar(content, control, kind, revision, path)
        yield from schedule_faults(content, control, kind, revision, path)
        yield from pause_errors(control, kind, revision, partial(place.locate, *path, "parameters"))


def _classes(control: Control) -> bool:
    return any(part.by for name in control.inputs for part in control.selections(name))


def _complete(
    control: Control, kind: Kind, revision: Revision, place: Locator
) -> Iterator[PolicyError]:
    given = revision.parameters
    if kind.one_of and sum(name in given or name in control.inputs for name in kind.one_of) != 1:
        yield PolicyError(
            "give exactly one of {names}", locator=place, names=", ".join(kind.one_of)
        )
    for name, spec in kind.parameters.items():
        if name in given:
            extended = [other for other in spec.extends if other in given]
            if spec.extends and not extended:
                yield PolicyError(
                    "'{name}' lengthens another parameter, which the control does not give",
                    locator=place,
                    name=name,
                )
            if spec.given_with and spec.given_with not in control.inputs:
                yield _without(name, spec.given_with, place)
            yield from _same_family(spec, given, name, extended, place)
            yield from _bounds(given, name, spec.not_below, place)
            continue
        if spec.or_else in given or (spec.given_with and spec.given_with not in control.inputs):
            continue
        if spec.required or (spec.unless and not _instead(control, spec.unless)):
            yield PolicyError(
                "the check kind '{kind}' needs the parameter '{name}'",
                locator=place,
                kind=kind.name,
                name=name,
            )


def _bounds(
    given: Mapping[str, ParameterValue], name: str, lower: str | None, place: Locator
) -> Iterator[PolicyError]:
    """Yield a greatest value below the least one, of a class or of all."""
    if lower is None or lower not in given:
        return
    most, least = given[name].value, given[lower].value
    classes = [*(each for value in (most, least) if isinstance(value, dict) for each in value), ""]
    for class_ in dict.fromkeys(classes):
        high, low = (
            value.get(class_) if isinstance(value, dict) else value for value in (most, least)
        )
        if isinstance(high, int | float) and isinstance(low, int | float) and high < low:
            yield PolicyError(
                "'{name}' is {high}, which is below '{lower}': {low}",
                hint="nothing can be within both: raise the one or lower the other",
                locator=place,
                name=name,
                high=high,
                lower=lower,
                low=low,
            )
            return


def _instead(control: Control, unless: Mapping[str, Sequence[str]]) -> bool:
    """Whether every selection of the input gives the number record by record."""
    return all(
        (parts := control.selections(name))
        and all(any(getattr(part, role) for role in roles) for part in parts)
        for name, roles in unless.items()
    )


def _same_family(
    spec: Parameter,
    given: Mapping[str, ParameterValue],
    name: str,
    extended: list[str],
    place: Locator,
) -> Iterator[PolicyError]:
    """A grace of hours cannot lengthen a limit in days."""
    families = set()
    for each in [name, *(other for other in extended if spec.type == "duration")]:
        value = given[each].value
        for text in value.values() if isinstance(value, dict) else [value]:
            try:
                families.add(parse_duration(str(text)).family)
            except PolicyError:
                # A calendar period such as `month`, or a mistake that is reported where it stands.
                families.add("calendar")
    if extended and len(families) > 1:
        yield PolicyError(
            "'{name}' and the parameter that it lengthens must count the same kind of time:"
            " days, business days or hours",
            locator=place,
            name=name,
        )
