"""What must fit together across policy files: every name known, every part in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from ccpolicy.checks.query_guard import vet_queries
from ccpolicy.checks.refusal import SqlRefusal
from ccpolicy.checks.sql_guard import Expression, vet_expressions
from ccpolicy.errors import Locator, PolicyError, PolicyErrors
from ccpolicy.policy.attestations import check_attestations
from ccpolicy.policy.calendars import calendar_name, check_calendars, require_calendar
from ccpolicy.policy.column_checks import check_columns
from ccpolicy.policy.columns import columns, schema
from ccpolicy.policy.controls import check_control
from ccpolicy.policy.dataset import Dataset, Recording
from ccpolicy.policy.decoding_checks import check_decoding
from ccpolicy.policy.expression_types import TypedColumn, family_of, type_errors
from ccpolicy.policy.framework_checks import check_frameworks
from ccpolicy.policy.git_datasets import FROM_GIT
from ccpolicy.policy.label_checks import check_labels
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.policy.record_schema import check_schema
from ccpolicy.policy.references import check_references, mismatched_references
from ccpolicy.policy.reshape_checks import check_reshapes
from ccpolicy.policy.table_source import check_source
from ccpolicy.policy.waiver_checks import check_waivers
from ccpolicy.store import DuckDB
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.zones import is_zone
from ccpolicy.vocabulary import ColumnType

_checked: WeakKeyDictionary[Policy, Mapping[str, frozenset[str]]] = WeakKeyDictionary()
"""The columns of policies that fit together: a history judges one at hundreds of commits."""


def check_policy(content: Policy, store: DuckDB) -> Mapping[str, frozenset[str]]:
    """Check a policy across its files, and return the columns that each SQL expression uses.

    Raises:
        PolicyErrors: all that does not fit together.
    """
    if content not in _checked:
        _checked[content] = _check(content, store)
    return _checked[content]


def _check(content: Policy, store: DuckDB) -> Mapping[str, frozenset[str]]:
    # First what the rest relies on: what a dataset says about its records.
    if errors := [*_schemas(content), *check_calendars(content), *_zones(content)]:
        raise PolicyErrors(errors)
    errors = [
        *_plan(content),
        *_datasets(content),
        *check_waivers(content),
        *check_frameworks(content),
    ]
    if not content.controls:
        errors.append(
            PolicyError("the policy has no control", locator=Locator(content.settings.policy))
        )
    for control in content.controls.values():
        errors += check_control(content, control)
        errors += check_attestations(content, control)
    if errors:
        raise PolicyErrors(errors)
    found = expressions(content)
    vetted = vet_expressions(store, [each.text for each in found])
    errors = [*_refused(found, vetted), *_queries(content, store), *check_reshapes(content, store)]
    if errors:
        raise PolicyErrors(errors)
    plain = [each for each in vetted if isinstance(each, Expression)]
    if errors := [*_misfits(content, found, plain)]:
        raise PolicyErrors(errors)
    return {each.text: each.columns for each in plain}


def vet_choices(content: Policy, store: DuckDB, found: list[PolicyExpression]) -> None:
    """Check expressions that choose records, of a policy that is checked itself.

    Raises:
        PolicyErrors: all that is wrong with them.
    """
    found = [*found, *(each for each in expressions(content) if each.derives)]
    vetted = vet_expressions(store, [each.text for each in found])
    if errors := [*_refused(found, vetted)]:
        raise PolicyErrors(errors)
    plain = [each for each in vetted if isinstance(each, Expression)]
    if errors := [*_misfits(content, found, plain)]:
        raise PolicyErrors(errors)


def _zone(zone: str, place: Locator) -> Iterator[PolicyError]:
    if not is_zone(zone):
        yield PolicyError(
            "unknown time zone '{zone}'",
            hint="write an IANA name, such as Asia/Shanghai",
            locator=place,
            zone=zone,
        )


def _zones(content: Policy) -> Iterator[PolicyError]:
    """Yield the zones of calendars that are not known."""
    for calendar in content.calendars.values():
        if calendar.zone:
            yield from _zone(calendar.zone, content.place("calendar", calendar.id, "zone"))


def _plan(content: Policy) -> Iterator[PolicyError]:
    plan = content.plan
    yield from _zone(plan.zone, content.place("plan", plan.id, "zone"))
    for index, language in enumerate(plan.languages):
        if language in plan.languages[:index]:
            yield PolicyError(
                "the language '{language}' is listed twice",
                locator=content.place("plan", plan.id, "languages", index),
                language=language,
            )
    seen: dict[str, int] = {}
    for index, clause in enumerate(plan.clauses):
        place = content.place("plan", plan.id, "clauses", index, "id")
        if clause.id in seen:
            yield PolicyError("two clauses have the id '{id}'", locator=place, id=clause.id)
        seen[clause.id] = index
    tags = [tag for control in content.controls.values() for tag in control.tags]
    for tag in plan.tags:
        if tag not in tags:
            place = content.place("plan", plan.id, "tags", tag)
            yield unknown("unknown tag '{name}'", tag, tags, place)


def _schemas(content: Policy) -> Iterator[PolicyError]:
    for dataset in content.datasets.values():
        yield from check_schema(dataset, content.places["dataset", dataset.id].locate)


def _datasets(content: Policy) -> Iterator[PolicyError]:
    for dataset in content.datasets.values():

        def place(*path: str | int, name: str = dataset.id) -> Locator:
            return content.place("dataset", name, *path)

        yield from check_source(
            dataset.source,
            (dataset.files, dataset.format),
            content.settings.stores,
            place,
            only_files={"children": bool(dataset.children), "reshape": bool(dataset.reshape)},
        )
        parts = PurePosixPath(dataset.files).parts
        if not dataset.source and (
            not parts
            or ".." in parts
            or PurePosixPath(dataset.files).is_absolute()
            or "\\" in dataset.files
        ):
            yield PolicyError("'files' must stay below the evidence folder", locator=place("files"))
        if dataset.zone:
            yield from _zone(dataset.zone, place("zone"))
        try:
            retention = parse_duration(dataset.retention)
            if retention.business_microseconds:
                raise PolicyError(
                    "{name} must be a number of days, months or years", name="'retention'"
                )
            if retention.business_days:
                require_calendar(content, "retention", calendar_name(content))
        except PolicyError as failure:
            yield failure.at(place("retention"))
        if dataset.format == "git" and dataset.id not in FROM_GIT:
            yield PolicyError(
                "'format: git' cannot be written: only datasets that ccpolicy fills from the"
                " git history have it",
                hint="known: {known}",
                locator=place("format"),
                known=", ".join(FROM_GIT),
            )
        yield from check_decoding(dataset, place)
        yield from _dataset_columns(content, dataset)
        yield from _recordings(content, dataset)


def _dataset_columns(content: Policy, dataset: Dataset) -> Iterator[PolicyError]:
    def place(*path: str | int) -> Locator:
        return content.place("dataset", dataset.id, *path)

    found = columns(content.datasets, dataset.id) or {}
    for index, column in enumerate(dataset.key):
        if column not in found:
            yield unknown("unknown column '{name}'", column, found, place("key", index))
        elif dataset.source and column not in dataset.record["properties"]:
            yield PolicyError(
                "'{name}' is no column of the table, whose rows are told apart by their key",
                hint="describe it in 'record', or make a view that has it",
                locator=place("key", index),
                name=column,
            )
    yield from check_columns(dataset, place)
    yield from check_labels(dataset, place)
    for name in dataset.lookups:
        yield from _lookup(content, dataset, name, found)
    children = [error for name in dataset.children for error in _child(content, dataset, name)]
    yield from children
    if not children:
        yield from check_references(content, dataset)


def _recordings(content: Policy, dataset: Dataset) -> Iterator[PolicyError]:
    """Yield what does not fit in what is said about how records are put on file."""
    given: list[tuple[str, Recording | None, tuple[str, ...]]] = [
        ("", dataset.recording, ("recording",))
    ]
    given += [
        (f".{name}", child.recording, ("children", name, "recording"))
        for name, child in dataset.children.items()
    ]
    for suffix, recording, path in given:
        if recording is None:
            continue

        def place(*below: str | int, path: tuple[str, ...] = path) -> Locator:
            return content.place("dataset", dataset.id, *path, *below)

        found = columns(content.datasets, f"{dataset.id}{suffix}") or {}
        for index, column in enumerate(recording.happened):
            if column not in found:
                yield unknown("unknown column '{name}'", column, found, place("happened", index))
            elif found[column] not in ("date", "instant"):
                yield PolicyError(
                    "the column '{name}' is not a time",
                    locator=place("happened", index),
                    name=column,
                )
        if set(dataset.key) & dataset.lookups.keys():
            yield PolicyError(
                "records cannot be followed through the git history if their key is looked up"
                " in another dataset",
                locator=place(),
            )
        if recording.within is not None:
            yield from _within(recording, place("within"))


def _within(recording: Recording, place: Locator) -> Iterator[PolicyError]:
    try:
        duration = parse_duration(recording.within or "")
    except PolicyError as failure:
        yield failure.at(place)
        return
    if duration.is_business:
        yield PolicyError("'within' must be a number of days, months or hours", locator=place)
    if not recording.happened:
        yield PolicyError(
            "'within' needs a time to count from",
            hint="name with 'happened' the columns that say when something happened",
            locator=place,
        )


def _lookup(
    content: Policy, dataset: Dataset, name: str, found: Mapping[str, ColumnType]
) -> Iterator[PolicyError]:
    def place(*path: str | int) -> Locator:
        return content.place("dataset", dataset.id, "lookups", name, *path)

    lookup = dataset.lookups[name]
    other = content.datasets.get(lookup.dataset)
    if other is None:
        yield unknown(
            "unknown dataset '{name}'", lookup.dataset, content.datasets, place("dataset")
        )
        return
    for index, column in enumerate(lookup.key):
        if column not in found:
            yield unknown("unknown column '{name}'", column, found, place("key", index))
    if len(lookup.key) != len(other.key):
        yield PolicyError(
            "the number of columns in the key of '{dataset}' is {count}",
            locator=place("key"),
            dataset=other.id,
            count=len(other.key),
        )
    there = columns(content.datasets, other.id) or {}
    if lookup.column not in there:
        yield unknown("unknown column '{name}'", lookup.column, there, place("column"))


def _child(content: Policy, dataset: Dataset, name: str) -> Iterator[PolicyError]:
    child = dataset.children[name]
    properties = dataset.record.get("properties", {})
    if child.path not in properties:
        place = content.place("dataset", dataset.id, "children", name, "path")
        yield unknown("unknown column '{name}'", child.path, properties, place)
        return
    nested = columns(content.datasets, f"{dataset.id}.{name}") or {}
    for index, column in enumerate(child.key):
        if column not in nested:
            place = content.place("dataset", dataset.id, "children", name, "key", index)
            yield unknown("unknown column '{name}'", column, nested, place)


@dataclass(frozen=True, slots=True)
class PolicyExpression:
    """An SQL expression of the policy."""

    text: str
    table: str
    """The dataset or child table over whose columns it is."""
    derives: str | None
    """The column that it makes; without one it is a predicate."""
    known: Mapping[str, ColumnType]
    """The columns that it may use."""
    place: Locator


def expressions(content: Policy) -> list[PolicyExpression]:
    """List every SQL expression of the policy."""
    found = []
    for control in content.controls.values():
        for name, given in control.inputs.items():
            for index, selection in enumerate(control.selections(name)):
                path: tuple[str | int, ...] = (name, index) if isinstance(given, list) else (name,)
                known = dict(columns(content.datasets, selection.dataset) or {})
                for role, text in selection.predicates.items():
                    place = content.place("control", control.id, "inputs", *path, role)
                    found.append(PolicyExpression(text, selection.dataset, None, known, place))
    for dataset in content.datasets.values():
        known = dict(columns(content.datasets, dataset.id) or {})
        for column, text in dataset.derive.items():
            own = {name: kind for name, kind in known.items() if name not in dataset.derive}
            place = content.place("dataset", dataset.id, "derive", column)
            found.append(PolicyExpression(text, dataset.id, column, own, place))
    return found


def _refused(
    found: list[PolicyExpression], vetted: list[Expression | SqlRefusal]
) -> Iterator[PolicyError]:
    for asked, each in zip(found, vetted, strict=True):
        match each:
            case SqlRefusal():
                yield each.error(asked.place)
            case Expression(columns=used):
                for column in sorted(used - asked.known.keys()):
                    yield unknown("unknown column '{name}'", column, asked.known, asked.place)


def _misfits(
    content: Policy, found: list[PolicyExpression], plain: list[Expression]
) -> Iterator[PolicyError]:
    """Yield what does not go together in expressions all of whose columns are known."""
    derived = {
        (asked.table, asked.derives): each
        for asked, each in zip(found, plain, strict=True)
        if asked.derives
    }
    for asked, each in zip(found, plain, strict=True):
        known = {
            name: _column(content.datasets, derived, asked.table, name) for name in each.columns
        }
        yield from type_errors(each, known, asked.place, decides=asked.derives is None)
    yield from mismatched_references(
        content, lambda table, name: _column(content.datasets, derived, table, name)
    )


def _column(
    datasets: Mapping[str, Dataset],
    derived: Mapping[tuple[str, str], Expression],
    table: str,
    name: str,
) -> TypedColumn:
    """Return what the contracts say of a column, wherever it is looked up or derived from."""
    for _ in datasets:  # so that lookups which go round in a circle end
        if expression := derived.get((table, name)):
            own = {each: _column(datasets, derived, table, each) for each in expression.columns}
            return TypedColumn(family_of(expression, own))
        lookup = datasets[table].lookups.get(name) if table in datasets else None
        if lookup is None:
            types = columns(datasets, table) or {}
            return TypedColumn.of(types[name], schema(datasets, table, name))
        table, name = lookup.dataset, lookup.column
    return TypedColumn(None)


def _queries(content: Policy, store: DuckDB) -> Iterator[PolicyError]:
    kinds = [content.kinds[each] for each in sorted({c.check for c in content.controls.values()})]
    for name, vetted in vet_queries(store, kinds).items():
        if isinstance(vetted, SqlRefusal):
            yield vetted.error(Locator(content.kinds[name].source.file))
