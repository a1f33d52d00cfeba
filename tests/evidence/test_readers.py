"""Formats, their readers, and the table of keywords by which records are judged."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from ccpolicy.evidence import readers
from ccpolicy.evidence.readers import Scanner, find_reader
from ccpolicy.evidence_formats import BINARY_SUFFIXES, FORMATS, Format
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.store import open_store
from ccpolicy.store.sql import literal


def test_every_format_has_a_reader_and_every_reader_a_format() -> None:
    assert {*FORMATS, "git", "table"} == set(get_args(Format))  # these two are no files
    for each in FORMATS:
        assert type(find_reader(each)).__module__ == f"ccpolicy.evidence.readers.{each}"
    modules = Path(str(readers.__file__)).parent.glob("*.py")
    declared = {path.stem for path in modules if "\nREADER = " in path.read_text("utf-8")}
    assert declared == {*FORMATS, "table"}


@pytest.mark.parametrize("name", FORMATS)
def test_documents_are_what_readers_look_for_records_in(name: Format) -> None:
    reader = vars(import_module(f"{readers.__name__}.{name}"))
    assert FORMATS[name].is_document == ("RecordsPath" in reader)


def test_formats() -> None:
    suffixes = [suffix for each in FORMATS.values() for suffix in each.suffixes]
    assert len(set(suffixes)) == len(suffixes) > len(FORMATS)
    assert set(BINARY_SUFFIXES) < {*suffixes, ".gz", ".zip"}
    for each, facts in FORMATS.items():
        assert facts.suffixes[0] == f".{each}"
        if isinstance(find_reader(each), Scanner):
            assert facts.is_tabular


SAMPLES: dict[str, tuple[list[Any], list[Any]]] = {
    "const": ([5, "a", True], [5, 4, "a", "b", True, False]),
    "enum": ([[1, 5], ["a", "é"], [True]], [1, 2, "a", "é", "b", True, False]),
    "minLength": ([0, 1, 2, 3], ["a", "ab", "灭火器", "a\nb"]),
    "maxLength": ([1, 2, 3], ["a", "ab", "灭火器", "a\nb"]),
    "pattern": (["^a+$", "a", "^\\d{2}$", "[^\\w]$"], ["a", "aa", "ba", "a\n", "12", "٣٣", "é"]),
    "minimum": ([0, 5, -1.5], [-2, -1.5, 0, 4.9, 5, 6]),
    "maximum": ([0, 5, -1.5], [-2, -1.5, 0, 4.9, 5, 6]),
    "exclusiveMinimum": ([0, 5, -1.5], [-2, -1.5, 0, 4.9, 5, 6]),
    "exclusiveMaximum": ([0, 5, -1.5], [-2, -1.5, 0, 4.9, 5, 6]),
}


def test_every_keyword_of_cells_is_judged_and_explained_alike() -> None:
    scalars = {name for name, each in KEYWORDS.items() if each.types != {"array"}}
    assert scalars == set(SAMPLES)
    assert all(each.message for name, each in KEYWORDS.items() if name != "items")


@pytest.mark.parametrize("name", SAMPLES)
def test_keyword(name: str) -> None:
    keyword = KEYWORDS[name]
    assert keyword.test
    assert keyword.condition
    limits, values = SAMPLES[name]
    found = set()
    with open_store() as store:
        for limit in limits:
            kinds = {type(each) for each in (limit if isinstance(limit, list) else [limit])}
            test = keyword.test(limit)
            for value in values:
                if name in ("const", "enum") and type(value) not in kinds:
                    continue
                condition = keyword.condition(literal(value), limit) or "true"
                [(by_sql,)] = store.ask(f"SELECT {condition}")
                assert by_sql == test(value), (limit, value)
                found.add(by_sql)
    assert found == {True, False}
