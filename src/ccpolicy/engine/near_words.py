"""Look for texts that a predicate takes for another value than people do.

`result = 'fail'` passes over `Fail` and a `fail` with a blank behind it, and `result <> 'fail'`
takes them for good ones. Where the contract lists the values, such a text is invalid; where it does
not, nobody can say what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ccpolicy.checks.refusal import SqlRefusal
from ccpolicy.checks.sql_guard import vet_expressions
from ccpolicy.checks.sql_tree import all_nodes
from ccpolicy.engine.input_sql import InputQueries
from ccpolicy.engine.selection_sql import InputSelection
from ccpolicy.policy.columns import columns, schema
from ccpolicy.store import VettingStore
from ccpolicy.store.sql import identifier, literal
from ccpolicy.vocabulary import KEY_SEPARATOR

_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_UNSEEN = " \t\r\n\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"  # noqa: E501
_PLAIN = str.maketrans(_WIDE, _NARROW, _UNSEEN)


def near_word_queries(inputs: InputQueries, store: VettingStore) -> Iterator[str]:
    """Write the queries of texts that differ from a word only in case, width or white space.

    They look into the records' own tables, of files alone: a database says itself what it holds.
    They are in the words of the store that read the files.
    """
    for each in inputs.selections:
        if inputs.is_in_place(each):
            continue
        words: dict[str, set[str]] = {}
        texts = [text for text in (each.selection.where, each.selection.good) if text]
        for vetted in vet_expressions(store, texts):
            assert not isinstance(vetted, SqlRefusal)
            for column, word in _compared(vetted.tree):
                words.setdefault(column, set()).add(word)
        for column, found in sorted(words.items()):
            if _is_open(inputs, each.selection.dataset, column):
                yield _query(inputs, each, column, sorted(found))


def _compared(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield each column with a text that an expression sets it equal or unequal to."""
    for node in all_nodes(tree):
        match node["type"]:
            case "COMPARE_EQUAL" | "COMPARE_NOTEQUAL":
                parts = [node["left"], node["right"]]
            case "COMPARE_IN" | "COMPARE_NOT_IN":
                parts = node["children"]
            case _:
                continue
        names = [each["column_names"][0] for each in parts if "column_names" in each]
        for part in parts:
            given = part.get("literal", {})
            if given.get("kind") == "STRING" and len(names) == 1:
                yield names[0], given["text"]


def _is_open(inputs: InputQueries, table: str, column: str) -> bool:
    """Whether a column may hold any text: no list in the contract says which there are."""
    if (columns(inputs.datasets, table) or {}).get(column) != "text":
        return False
    if "enum" in schema(inputs.datasets, table, column):
        return False
    parent, _, child = table.partition(".")
    dataset = inputs.datasets[parent]
    readings = dataset.children[child].columns if child else dataset.columns
    reading = readings.get(column)
    return reading is None or reading.values is None


def _folded(text: str) -> str:
    return text.translate(_PLAIN).lower()


def _query(inputs: InputQueries, each: InputSelection, column: str, words: list[str]) -> str:
    text = f"CAST(t.{identifier(column)} AS VARCHAR)"
    folded = f"lower(translate({text}, {literal(_WIDE + _UNSEEN)}, {literal(_NARROW)}))"
    meant = " ".join(f"WHEN {literal(_folded(word))} THEN {literal(word)}" for word in words)
    return (
        f"SELECT 'near_word' AS code, r.selection, {text} AS value, r.locator,"
        f" {literal(column + KEY_SEPARATOR)} || CASE {folded} {meant} END AS others"
        " FROM selected_records r"
        f" JOIN {identifier(inputs.tables[each.selection.dataset].name)} t"
        " ON t.locator = r.locator"
        f" WHERE r.selection = {each.number} AND NOT {inputs.is_later('r')}"
        f" AND {text} NOT IN ({', '.join(map(literal, words))})"
        f" AND {folded} IN ({', '.join(literal(_folded(word)) for word in words)})"
    )
