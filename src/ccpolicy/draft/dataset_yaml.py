"""Write a drafted contract as YAML: what is doubtful as comments, the first rows as read below."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from ccpolicy.draft.column_guess import ColumnGuess
from ccpolicy.draft.drafted import DraftedDataset
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.reference_guess import reference_line
from ccpolicy.draft.yaml_text import comment, flow, question_lines, quoted, scalar
from ccpolicy.errors import Language, Message
from ccpolicy.reports.layout import clip, pad, visible, width
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone

_CELL = 28
"""Columns that a cell of the first rows takes at most."""


def dataset_yaml(drafted: DraftedDataset, language: Language) -> str:
    """Write a contract."""
    return "\n".join(_lines(drafted, language)) + "\n"


def _lines(drafted: DraftedDataset, language: Language) -> Iterator[str]:
    around = drafted.context

    def asked(*questions: Question, indent: int = 0) -> Iterator[str]:
        for each in questions:
            yield from question_lines(each, language, indent)

    yield "# yaml-language-server: $schema=../schemas/dataset.json"
    said = Message.of("A draft. Answer what '# ?' asks, then take these lines out.")
    yield from comment(said.text(language))
    yield from asked(*drafted.questions)
    yield f"id: {drafted.id}"
    languages = around.languages
    titles = {each: drafted.title if each == "zh" else drafted.english for each in languages}
    is_same = len(set(titles.values())) == 1 and len(languages) < 2
    yield f"title: {scalar(next(iter(titles.values()))) if is_same else flow(titles)}"
    yield from asked(doubt("Which role keeps these records, and how long ('retention')?"))
    yield f"owner: {scalar(around.owner)}"
    yield f"files: {quoted(drafted.files) if '*' in drafted.files[:1] else drafted.files}"
    yield f"format: {drafted.layout.format}"
    for name, value in drafted.layout.keys.items():
        if value:
            yield f"{name}: {flow(value)}"
    if drafted.matrix:
        yield "reshape:"
        headings = [*drafted.matrix.kept.values(), *drafted.matrix.spread]
        yield f"  columns: {flow(headings)}"
        yield "  query: |"
        yield from (f"    {line}" for line in drafted.matrix.query())
    yield from asked(*drafted.key_questions)
    yield f"key: {flow(drafted.key)}"
    if any(each.needs_zone for each in drafted.columns):
        example = Message.of("Times carry no offset. Are they those of this zone?")
        yield from asked(Question(example))
        yield f"zone: {around.zone}"
    yield "retention: 3 years"
    if drafted.references:
        yield "references:"
        for column, target in drafted.references.items():
            yield f"  {reference_line(column, target, drafted.times_of_references.get(column))}"
    names_them = not drafted.matrix  # otherwise the query does
    sources = [
        each
        for each in drafted.columns
        if each.reading or (names_them and each.heading != each.name)
    ]
    if sources:
        yield "columns:"
        for each in sources:
            yield f"  {each.name}: {_source(each) if names_them else flow(each.reading)}"
    yield from _labels(drafted)
    yield from _record(drafted, language)
    yield from _first_rows(drafted, language)


def _source(column: ColumnGuess) -> str:
    if not column.reading:
        return scalar(column.heading)
    own = {"from": column.heading} if column.heading != column.name else {}
    return flow(own | column.reading)


def _labels(drafted: DraftedDataset) -> Iterator[str]:
    """Yield what readers call the columns, where their headings are words."""
    if drafted.layout.is_document or drafted.layout.keys.get("header") == "none":
        return
    found = [each for each in drafted.columns if each.heading != each.name]
    if found:
        yield "labels:"
    for each in found:
        words = " ".join(each.heading.split())
        text = dict.fromkeys(drafted.context.languages, words)
        if len(text) > 1 and not words.isascii() and "en" in text:
            text["en"] = each.name.replace("_", " ")
        is_same = len(set(text.values())) == 1
        yield f"  {each.name}: {scalar(words) if is_same else flow(text)}"


def _record(drafted: DraftedDataset, language: Language) -> Iterator[str]:
    yield "record:"
    yield "  type: object"
    yield f"  additionalProperties: {scalar(drafted.allows_more)}"
    filled = [each.name for each in drafted.columns if each.is_filled or each.name in drafted.key]
    said = Message.of("Filled in every row so far; take out what may be empty.")
    yield from comment(said.text(language), 2)
    yield f"  required: {flow(filled)}"
    yield "  properties:"
    if any("enum" in each.schema for each in drafted.columns):
        said = Message.of("An 'enum' takes no other word; take it out where others may come.")
        yield from comment(said.text(language), 4)
    for column in drafted.columns:
        for question in column.questions:
            yield from question_lines(question, language, 4)
        yield f"    {column.name}: {flow(column.schema)}"


def _first_rows(drafted: DraftedDataset, language: Language) -> Iterator[str]:
    """Yield the first rows as they were read: a line for each column."""
    said = Message.of("The first rows, as they are read:")
    yield "#"
    yield from comment(said.text(language))
    zone = drafted.context.zone or "UTC"
    types = {each.name: each.type for each in drafted.columns}
    rows = {
        name: [clip(visible(_shown(cell, types[name], zone)), _CELL) for cell in cells]
        for name, cells in drafted.first_rows.items()
        if name in types
    }
    names = max(map(width, rows), default=0)
    for name, cells in rows.items():
        line = "  ".join(pad(cell, _CELL) for cell in cells).rstrip()
        yield f"#   {pad(name, names)}  {line}".rstrip()


def _shown(cell: Any, kind: str, zone: str) -> str:
    match cell, kind:
        case None, _:
            return ""
        case int(), "date":
            return date_of(cell).isoformat()
        case int(), "instant":
            return moment(cell, time_zone(zone)).isoformat()
        case bool(), _:
            return "true" if cell else "false"
        case datetime.date(), _:
            return cell.isoformat()
    return str(cell)
