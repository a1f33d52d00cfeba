"""Ask which records count for a drafted control; until somebody answers, none does."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ccpolicy.draft.column_roles import NO_RECORD_SQL, ColumnRoles, equals_one_of, in_predicate
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.yaml_text import flow

_MOST_WORDS = 8
"""Words of a closed list that a question shows."""


def counted_sql(known: str | None) -> str:
    """Return a predicate that no record fulfils, with what is known of it beside `FALSE`."""
    return f"{NO_RECORD_SQL} AND {known}" if known else NO_RECORD_SQL


def counted_questions(
    roles: ColumnRoles,
    name: str,
    known: str | None,
    *,
    has_sorts: bool = True,
    is_measured: bool = False,
) -> Iterator[Question]:
    """Yield the questions that decide which records count: by which values of which columns.

    `name` is the field that holds the predicate, `where` or `good`, and `known` what it says
    already. Without `has_sorts` the columns of sorts are asked about elsewhere. Records that
    are measured are judged by their quantity, so that no result chooses them.
    """
    verdict = None if is_measured else roles.verdict()
    if known:
        yield doubt(
            "Do these count, and no others? As long as FALSE stands there, none does. Then:",
            f"{name}: {flow(known)}",
        )
    elif verdict is not None:
        yield doubt(
            "Which values of '{column}' count here? Until it is said, none does.",
            *(
                f"{name}: {flow(equals_one_of(verdict.column, [each]))}"
                for each in _shown(verdict.words)
            ),
            column=verdict.column,
        )
    elif name == "good":
        yield doubt("By which column is a record as it should be? Until it is said, none is.")
    else:
        yield doubt(
            "Do all of these count? As long as FALSE stands there, none does. If so, take out"
            " 'where'."
        )
    judged = {verdict.column} if verdict else set()
    yield from _other_columns(roles, judged if has_sorts else {*judged, *roles.sorts()})


def sort_questions(roles: ColumnRoles, closing: str) -> Iterator[Question]:
    """Ask which sorts of records count, where two inputs must choose the same.

    `closing` is the other input.
    """
    words = roles.choices()
    for column in roles.sorts():
        word = words[column][0] if column in words else "…"
        yield doubt(
            "Do all kinds in '{column}' count ({words})? If not, write the same into 'where' here"
            " and in '{input}', such as:",
            equals_one_of(column, [word]),
            column=column,
            words=" | ".join(_shown(words.get(column, ("…",)))),
            input=closing,
        )


def _other_columns(roles: ColumnRoles, left_out: Collection[str]) -> Iterator[Question]:
    for column, words in roles.choices().items():
        if column not in left_out:
            yield doubt(
                "'{column}' is one of: {words}. Do all of these count? If not, add, such as:",
                f"AND {equals_one_of(column, words[:1])}",
                column=column,
                words=" | ".join(_shown(words)),
            )
    for column in roles.kind_columns():
        if column not in left_out:
            yield doubt(
                "'{column}' may say which kind a record is of. Do all kinds count? If not, add:",
                f"AND {equals_one_of(column, ['…'])}",
                column=column,
            )
    for column in roles.scores():
        yield doubt(
            "From which '{column}' on does a record count? If not all do, add:",
            f"AND {in_predicate(column)} >= …",
            column=column,
        )


def _shown(words: tuple[str, ...]) -> list[str]:
    return [*words[:_MOST_WORDS], *(["…"] if len(words) > _MOST_WORDS else [])]
