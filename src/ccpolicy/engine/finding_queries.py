"""The queries that look for what is wrong with the evidence of controls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ccpolicy.checks.kinds import VALUES
from ccpolicy.engine.calendar_tables import CalendarTables
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.selection_sql import InputSelection
from ccpolicy.policy import FROM_GIT
from ccpolicy.store.sql import identifier, literal
from ccpolicy.vocabulary import KEY_SEPARATOR

_STATE = "early_pause", "starts"
"""Of states that belong to something, which are pauses: the code, and their latest beginning."""


def finding_queries(inputs: InputQueries, calendar: CalendarTables) -> list[str]:
    """Write the queries, each of which returns (code, selection, value, locator, others).

    What no selection can give rise to is not asked. Two numbers in `others` are in millionths.
    """
    return [
        *_undecided(inputs),
        *_times(inputs, calendar),
        *_classes(inputs),
        *_numbers(inputs),
        *_two_names(inputs),
        *_no_item(inputs),
        *_early(inputs),
        *_coming_ends(inputs),
    ]


def cell_queries(inputs: InputQueries, *, in_place: bool) -> Iterator[str]:
    """Write the queries that look into the records' own tables, for codes of their own.

    `in_place` are those of tables that the engine has, or else of the others.
    """
    is_later = inputs.is_later("r")
    for each in inputs.selections:
        if inputs.is_in_place(each) != in_place:
            continue
        for role in VALUES:
            if role in each.selection.roles and (
                not each.spec.population or _needs_its_number(each)
            ):
                column = literal(str(each.selection.roles[role]))
                yield (
                    f"SELECT 'no_number' AS code, selection, {column} AS value, locator,"
                    " CAST(NULL AS VARCHAR) AS others"
                    f" FROM selected_records r WHERE selection = {each.number} AND belongs"
                    f" AND {inputs.selection_sql.is_empty(each, role)} AND NOT {is_later}"
                )
        if each.selection.quantity:
            uncertain = inputs.selection_sql.not_comparable(each)
            yield (
                "SELECT DISTINCT code, selection, value, locator, CAST(NULL AS VARCHAR) AS others"
                f" FROM ({uncertain}) uncertain"
            )
        # A check kind of the policy's own may ask for no reason.
        if each.spec.stops and each.selection.reason is not None:
            yield _reasons(inputs, each)


def _undecided(inputs: InputQueries) -> Iterator[str]:
    """Write the queries for records without a subject, and for those where a predicate is NULL."""
    parts = [each.number for each in inputs.selections if each.spec.parts]
    judging = [each.number for each in inputs.selections if each.selection.good]
    yield (
        "SELECT 'no_name' AS code, selection, CAST(NULL AS VARCHAR) AS value, locator,"
        " CAST(NULL AS VARCHAR) AS others"
        " FROM selected_records r WHERE belongs AND (subject_key IS NULL"
        f" OR (whole IS NULL AND selection IN ({_list(parts)})))"
    )
    if any(each.selection.where for each in inputs.selections):
        yield (
            "SELECT 'no_decision', selection, NULL, locator, NULL FROM selected_records r"
            f" WHERE belongs IS NULL AND NOT {inputs.is_later('r')}"
        )
    if judging:
        yield (
            "SELECT 'no_judgement', selection, NULL, locator, NULL FROM selected_records r"
            f" WHERE belongs AND good IS NULL AND selection IN ({_list(judging)})"
            f" AND NOT {inputs.is_later('r')}"
        )


def _times(inputs: InputQueries, calendar: CalendarTables) -> Iterator[str]:
    """Write the queries of records without a time, with one after as-of, or that end too early."""
    # A record that would help has not happened without its time; whatever else must have one.
    timed = [
        each.number
        for each in inputs.selections
        if each.begins and (each.is_state or each.spec.population or each.spec.effect != "help")
    ]
    ending = [
        each.number
        for each in inputs.selections
        if each.begins
        and each.selection.ends
        and (each.is_state or each.spec.population or each.spec.parts)
    ]
    if timed:
        yield (
            "SELECT 'no_start', selection, NULL, locator, NULL FROM selected_records"
            f" WHERE selection IN ({_list(timed)}) AND belongs AND earliest IS NULL AND day IS NULL"
        )
    yield (
        f"SELECT '{'future' if inputs.times.present else 'left_out'}', selection, NULL, locator,"
        f" NULL FROM selected_records r WHERE belongs AND {inputs.is_later('r')}"
    )
    if ending:
        backwards = inputs.ends_before_start(ending, calendar)
        yield f"SELECT 'backwards', selection, NULL, locator, NULL FROM ({backwards}) backwards"


def _classes(inputs: InputQueries) -> Iterator[str]:
    """Write the queries of subjects without parameters, with an unknown calendar or two classes."""
    with_classes = [
        each.number for each in inputs.revisions if each.has_classes or each.has_calendars
    ]
    with_calendars = [
        e.number
        for e in inputs.selections
        if e.input == e.revision.kind.class_input and e.revision.has_calendars
    ]
    if with_classes:
        yield (
            "SELECT DISTINCT 'no_class', selection, coalesce(class, ''), locator, NULL"
            " FROM subject_records p"
            " WHERE NOT EXISTS (SELECT 1 FROM parameter_class c"
            " WHERE c.revision = p.revision AND c.class = p.class)"
            f" AND NOT ({_names_no_calendar(inputs)})"
            # By the class of its parts a subject as a whole is not judged.
            " AND NOT EXISTS (SELECT 1 FROM control_revision r"
            " WHERE r.revision = p.revision AND r.has_parts AND NOT p.is_part)"
        )
        yield (
            "SELECT 'two_classes', min(selection), name, min(locator),"
            " min(class) || ' / ' || max(class) FROM subject_records"
            f" WHERE revision IN ({_list(with_classes)})"
            " GROUP BY revision, is_part, name HAVING min(class) < max(class)"
        )
    if with_calendars:
        yield (
            "SELECT DISTINCT 'no_calendar', selection, coalesce(calendar, ''), locator, NULL"
            f" FROM selected_records r WHERE selection IN ({_list(with_calendars)}) AND belongs"
            f" AND coalesce(calendar NOT IN ({_texts(inputs.calendars)}), true)"
            f" AND NOT {inputs.is_later('r')}"
        )


def _numbers(inputs: InputQueries) -> Iterator[str]:
    """Write the queries of numbers that are too many or differ."""
    selections, is_later = inputs.selections, inputs.is_later("r")
    if any("met" in each.selection.roles for each in selections):
        yield (
            "SELECT 'too_many', selection, NULL, locator,"
            " CAST(met AS VARCHAR) || ' / ' || CAST(quantity AS VARCHAR) FROM selected_records r"
            " WHERE belongs AND (met > quantity OR met < 0 OR (met IS NOT NULL AND quantity < 0))"
            f" AND NOT {is_later}"
        )
    own = [e.number for e in selections if e.selection.quantity and _gives_a_parameter(e)]
    if own:
        yield (
            "SELECT 'two_minimums', min(selection), name, min(locator),"
            " CAST(min(quantity) AS VARCHAR) || ' / ' || CAST(max(quantity) AS VARCHAR)"
            f" FROM subject_records WHERE selection IN ({_list(own)})"
            " GROUP BY revision, name HAVING min(quantity) < max(quantity)"
        )


def _names_no_calendar(inputs: InputQueries) -> str:
    """Write whether the class of a record of `subject_records` ends in no known calendar."""
    numbers = [each.number for each in inputs.revisions if each.has_calendars]
    ends = [f"{KEY_SEPARATOR}{name}" for name in inputs.calendars]
    known = " OR ".join(f"right(p.class, {len(each)}) = {literal(each)}" for each in ends)
    return f"p.revision IN ({_list(numbers)}) AND NOT ({known or 'false'})"


def _texts(names: Iterable[str]) -> str:
    return ", ".join(map(literal, names)) or "NULL"


def _gives_a_parameter(selected: InputSelection) -> bool:
    """Whether the quantity of a subject is its own parameter, and not what was read."""
    parameters = selected.revision.kind.parameters.values()
    return any("quantity" in parameter.unless.get(selected.input, []) for parameter in parameters)


def _needs_its_number(selected: InputSelection) -> bool:
    """Whether a parameter has no value but the quantity of each subject."""
    control = selected.revision.control
    return any(
        "quantity" in spec.unless.get(selected.input, []) and name not in revision.parameters
        for name, spec in selected.revision.kind.parameters.items()
        for revision in control.history
    )


def records_without_subject(inputs: InputQueries) -> str | None:
    """Write the query of the records that found no subject; None if no record seeks one."""
    without_subject = [
        f"SELECT locator FROM {relation.name} WHERE subject IS NULL"
        for relation, _ in inputs.record_groups
    ]
    if not without_subject:
        return None
    parts = {
        inputs.numbers[e.revision.kind.name, e.input] for e in inputs.selections if e.spec.parts
    }
    if parts:
        without_subject.append(
            "SELECT locator FROM subject_happening"
            f" WHERE whole IS NULL AND input IN ({_list(sorted(parts))})"
        )
    return " UNION ALL ".join(without_subject)


def orphan_query(inputs: InputQueries, without_subject: str) -> str:
    """Write the query that finds records about an unknown subject, among those without one.

    A record that `where` excludes from the subjects still makes its subject known to records of
    other datasets: the subject exists, it merely owes nothing. It does not do so for records of its
    own dataset, since each of these is such a record itself.
    """
    about = [each for each in inputs.selections if not (each.spec.population or each.spec.items)]
    datasets = {each.selection.dataset: each.number for each in inputs.selections}
    numbered = " ".join(
        f"WHEN {each.number} THEN {datasets[each.selection.dataset]}" for each in inputs.selections
    )
    dataset = f"CASE r.selection {numbered} END"
    # DISTINCT changes nothing, but has the few records that found no subject looked up alone.
    return f"""
        SELECT 'orphan', selection, subject_key, locator, NULL
        FROM (
          WITH
          without_subject AS (
            SELECT DISTINCT r.selection, r.control_number, r.locator, {dataset} AS dataset,
                   coalesce(r.whole, r.subject_key) AS subject_key,
                   r.is_part AND r.whole IS NULL AS is_part
            FROM selected_records r
            WHERE r.selection IN ({_list([each.number for each in about])}) AND r.belongs
              AND r.subject_key IS NOT NULL AND NOT {inputs.is_later("r")}
              AND r.locator IN ({without_subject})
          ),
          naming AS (
            SELECT r.control_number, r.is_part, r.subject_key, min({dataset}) AS dataset,
                   max(CASE WHEN r.belongs THEN 1 ELSE 0 END) AS belongs,
                   max(CASE WHEN r.belongs AND NOT {inputs.is_later("r")} THEN 1 ELSE 0 END)
                     AS names
            FROM selected_records r
            WHERE r.names_subject AND r.subject_key IN (SELECT subject_key FROM without_subject)
            GROUP BY r.control_number, r.is_part, r.subject_key, r.locator
          )
          SELECT s.selection, s.subject_key, s.locator
          FROM without_subject s
          WHERE NOT EXISTS (
            SELECT 1
            FROM naming p
            WHERE p.control_number = s.control_number AND p.is_part = s.is_part
              AND p.subject_key = s.subject_key
              AND (p.names = 1 OR (p.belongs = 0 AND p.dataset <> s.dataset)))
        ) orphan
    """


def _two_names(inputs: InputQueries) -> Iterator[str]:
    """Write the queries of keys that, joined, could be those of another subject.

    Of what comes from git only the name of the record can hold the separator.
    """
    parts: dict[int, list[int]] = defaultdict(list)
    for each in inputs.selections:
        columns = len(each.selection.key)
        is_joined = columns > 1 or (columns and each.revision.has_items and not each.spec.items)
        if is_joined and each.selection.dataset not in FROM_GIT:
            parts[columns + each.selection.prefix.count(KEY_SEPARATOR)].append(each.number)
    for count, numbers in parts.items():
        too_many = "%" + f"{KEY_SEPARATOR}%" * count
        yield (
            "SELECT 'two_names', selection, subject_key, locator, NULL FROM selected_records"
            f" WHERE selection IN ({_list(numbers)}) AND belongs"
            f" AND subject_key LIKE {literal(too_many)}"
        )


def _no_item(inputs: InputQueries) -> Iterator[str]:
    """Write the query of what ends the cover of an item that the control does not have.

    The value is the subject's name with the item, and `others` the part before it. What helps an
    item that nobody asks for changes nothing. What harms one may have meant another. An item that
    a predicate leaves out is known to other datasets, as a subject is.
    """
    harming = [
        each
        for each in inputs.selections
        if each.spec.effect == "harm" and each.selection.item and each.revision.has_items
    ]
    named = f"r.subject_key || {literal(KEY_SEPARATOR)} || "
    elsewhere = [
        f"(r.selection = {each.number} AND i.selection = {other.number})"
        for each in harming
        for other in inputs.selections
        if other.spec.items
        and other.revision is each.revision
        and other.selection.dataset != each.selection.dataset
    ]
    if not harming:
        return
    yield f"""
        SELECT 'no_item', r.selection, r.subject, r.locator, r.subject_key
        FROM selected_records r
        WHERE r.selection IN ({_list([each.number for each in harming])}) AND r.belongs
          AND r.subject IS NOT NULL AND NOT {inputs.is_later("r")}
          AND NOT EXISTS (
            SELECT 1
            FROM required_item i
            WHERE i.control_number = r.control_number AND r.subject = {named} i.item)
          AND NOT EXISTS (
            SELECT 1
            FROM selected_records i
            WHERE ({" OR ".join(elsewhere) or "false"}) AND r.subject = {named} i.subject_key)
    """


def _early(inputs: InputQueries) -> list[str]:
    """Write the query of what belongs to something that certainly began later."""
    queries = []
    for relation, _ in inputs.record_groups:
        if "selection" in relation.columns:
            code, latest = ("early", "latest") if "latest" in relation.columns else _STATE
            queries.append(
                f"SELECT DISTINCT '{code}', c.selection, s.name, c.locator, NULL"
                f" FROM {relation.name} c"
                " JOIN subject_happening o ON o.subject = c.subject"
                " JOIN subject s ON s.number = c.subject"
                f" WHERE c.{latest} < o.earliest OR (c.{latest} = o.earliest AND c.day < o.day)"
            )
    return queries


def _coming_ends(inputs: InputQueries) -> Iterator[str]:
    """Write the query of pauses that end after they were recorded."""
    stopping = [each for each in inputs.selections if each.spec.stops]
    if stopping and inputs.times.present:
        yield (
            "SELECT 'coming_end', selection, NULL, locator, NULL FROM selected_records r"
            f" WHERE selection IN ({_list([each.number for each in stopping])}) AND belongs"
            f" AND ends_earliest > {inputs.times.latest_event} AND NOT {inputs.is_later('r')}"
        )


def _reasons(inputs: InputQueries, each: InputSelection) -> str:
    """Write the query of pauses for no permitted reason."""
    reason = f"CAST(t.{identifier(str(each.selection.reason))} AS VARCHAR)"
    return (
        f"SELECT CASE WHEN {reason} IS NULL THEN 'no_reason' ELSE 'other_reason' END AS code,"
        f" r.selection, {reason} AS value, r.locator, CAST(NULL AS VARCHAR) AS others"
        " FROM selected_records r"
        f" JOIN {identifier(inputs.tables[each.selection.dataset].name)} t"
        " ON t.locator = r.locator"
        f" WHERE r.selection = {each.number} AND r.belongs AND NOT {inputs.is_later('r')}"
        f" AND coalesce({reason} NOT IN ({_texts(inputs.reasons(each))}), true)"
    )


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "-1"
