"""What a dataset says about its records: each thing that cannot be has its place and its cure."""

from __future__ import annotations

import time

import jsonschema_rs
import pytest

from ccpolicy.checks.patterns import hint, is_portable, matcher, portable
from ccpolicy.store import open_store
from ccpolicy.store.sql import literal
from message_text import coded

from .conftest import ALERTS, REVIEWS, Change, Draft

TAGS = "tags: {type: array, items: {type: string}, maxItems: 9, uniqueItems: true}"
LEVEL = 'level: {type: string, pattern: "^[a-z]+$"}'
COUNT = "count: {type: integer, minimum: 0}"
_PATTERN = "\nhint: use letters, digits, [...], \\d, \\w, (?:...), *, +, ?, {n,m}, and ^ and $ at"
_PATTERN += " the ends alone"
_LOOK = f"\nhint: {hint('(?=a)')}"
_ENUM = "\nhint: a list of values, none of them twice, all of the column's type"
_NAME = "\nhint: small letters, digits and _, beginning with a letter"
_TYPES = f"{coded('PL220', 'string, integer, number, boolean, array')}\nhint: a value that may"
_TYPES += " be missing is one that is not in 'required'"

CASES: dict[str, tuple[Change, str]] = {
    "type": (
        (REVIEWS, "type: object", "type: array"),
        f"{REVIEWS}:10:3: {coded('PL216')}",
    ),
    "keyword": (
        (REVIEWS, "additionalProperties", "additionalPropertys"),
        (
            f"{REVIEWS}:11:3: {coded('PL223', 'additionalPropertys')}"
            "\nhint: did you mean 'additionalProperties'?"
        ),
    ),
    "more": (
        (REVIEWS, "additionalProperties: false", "additionalProperties: {type: string}"),
        f"{REVIEWS}:11:3: {coded('PL217')}",
    ),
    "no columns": (
        (REVIEWS, "  properties:\n", "  properties: {}\n  examples:\n"),
        f"{REVIEWS}:13:3: {coded('PL218')}",
    ),
    "columns are a list": (
        (REVIEWS, "  properties:\n", "  properties: [plan]\n  examples:\n"),
        f"{REVIEWS}:13:3: {coded('PL218')}",
    ),
    "required": (
        (REVIEWS, "required: [review_id, plan,", "required: [review_id, plans,"),
        f"{REVIEWS}:12:25: {coded('PL204', 'plans')}\nhint: did you mean 'plan'?",
    ),
    "required is a list": (
        (REVIEWS, "required: [review_id, plan, reviewed_on, reviewer, outcome]", "required: plan"),
        f"{REVIEWS}:12:3: {coded('PL219')}",
    ),
    "required is a list of names": (
        (REVIEWS, "required: [review_id, plan,", "required: [[review_id], plan,"),
        f"{REVIEWS}:12:14: unknown column '['review_id']'\nhint: did you mean 'review_id'?",
    ),
    "capital": (
        (ALERTS, LEVEL, LEVEL + "\n    Level: {type: string}"),
        f"{ALERTS}:24:5: {coded('PL224', 'Level')}{_NAME}",
    ),
    "reserved": (
        (ALERTS, LEVEL, LEVEL + "\n    locator: {type: string}"),
        f"{ALERTS}:24:5: {coded('PL224', 'locator')}{_NAME}",
    ),
    "number of a row": (
        (ALERTS, LEVEL, LEVEL + "\n    rowid: {type: string}"),
        f"{ALERTS}:24:5: {coded('PL224', 'rowid')}{_NAME}",
    ),
    "number of a row in a file": (
        (ALERTS, LEVEL, LEVEL + "\n    file_row_number: {type: integer}"),
        f"{ALERTS}:24:5: {coded('PL224', 'file_row_number')}{_NAME}",
    ),
    "own": (
        (ALERTS, LEVEL, LEVEL + "\n    raised_at__early: {type: string}"),
        f"{ALERTS}:24:5: {coded('PL224', 'raised_at__early')}{_NAME}",
    ),
    "no schema": (
        (ALERTS, COUNT, "count: integer"),
        f"{ALERTS}:24:5: {coded('PL230')}",
    ),
    "no type": ((ALERTS, COUNT, "count: {minimum: 0}"), f"{ALERTS}:24:5: {_TYPES}"),
    "two types": (
        (ALERTS, COUNT, 'count: {type: [integer, "null"]}'),
        f"{ALERTS}:24:13: {_TYPES}",
    ),
    "unknown type": ((ALERTS, COUNT, "count: {type: int}"), f"{ALERTS}:24:13: {_TYPES}"),
    "format": (
        (
            ALERTS,
            "raised_at: {type: string, format: date-time}",
            "raised_at: {type: string, format: datetime}",
        ),
        f"{ALERTS}:22:31: {coded('PL225', 'datetime')}\nhint: did you mean 'date-time'?",
    ),
    "format of a number": (
        (ALERTS, COUNT, "count: {type: integer, format: date}"),
        (
            f"{ALERTS}:24:28: {coded('PL228', 'format')}"
            "\nhint: known: const, enum, exclusiveMaximum, exclusiveMinimum, "
            "maximum, minimum, type"
        ),
    ),
    "format and more": (
        (ALERTS, "raised_at: {type: string,", "raised_at: {type: string, minLength: 1,"),
        f"{ALERTS}:22:31: {coded('PL228', 'minLength')}\nhint: known: format, type",
    ),
    "least is text": (
        (ALERTS, COUNT, "count: {type: integer, minimum: none}"),
        f"{ALERTS}:24:28: {coded('PL231', 'minimum', 'none')}",
    ),
    "least is no whole number": (
        (ALERTS, COUNT, "count: {type: integer, minimum: 0.5}"),
        f"{ALERTS}:24:28: {coded('PL231', 'minimum', '0.5')}",
    ),
    "least is true": (
        (ALERTS, COUNT, "count: {type: number, minimum: true}"),
        f"{ALERTS}:24:27: {coded('PL231', 'minimum', 'True')}",
    ),
    "too great": (
        (ALERTS, COUNT, "count: {type: integer, const: 999999999999999999e9}"),
        f"{ALERTS}:24:28: {coded('PL231', 'const', '1e+27')}",
    ),
    "empty text": (
        (ALERTS, LEVEL, 'level: {type: string, const: ""}'),
        f"{ALERTS}:23:27: {coded('PL231', 'const', '')}",
    ),
    "boolean": (
        (ALERTS, COUNT, "count: {type: boolean, const: 1}"),
        f"{ALERTS}:24:28: {coded('PL231', 'const', '1')}",
    ),
    "enum is a text": (
        (ALERTS, LEVEL, "level: {type: string, enum: high}"),
        f"{ALERTS}:23:27: {coded('PL231', 'enum', 'high')}{_ENUM}",
    ),
    "enum is empty": (
        (ALERTS, LEVEL, "level: {type: string, enum: []}"),
        f"{ALERTS}:23:27: {coded('PL231', 'enum', '[]')}{_ENUM}",
    ),
    "enum twice": (
        (ALERTS, LEVEL, "level: {type: string, enum: [high, high]}"),
        f"{ALERTS}:23:27: 'enum' cannot be ['high', 'high'] here{_ENUM}",
    ),
    "enum of another type": (
        (ALERTS, LEVEL, "level: {type: string, enum: [high, 1]}"),
        f"{ALERTS}:23:27: 'enum' cannot be ['high', 1] here{_ENUM}",
    ),
    "pattern": (
        (ALERTS, '"^[a-z]+$"', '"^(?=a)$"'),
        f"{ALERTS}:23:27: {coded('PL231', 'pattern', '^(?=a)$')}{_LOOK}",
    ),
    coded("PL112", "pattern"): (
        (ALERTS, '"^[a-z]+$"', "1"),
        f"{ALERTS}:23:27: {coded('PL231', 'pattern', '1')}{_PATTERN}",
    ),
    "negative count": (
        (ALERTS, "maxItems: 9", "maxItems: -1"),
        f"{ALERTS}:25:48: {coded('PL231', 'maxItems', '-1')}",
    ),
    "unique": (
        (ALERTS, "uniqueItems: true", "uniqueItems: 1"),
        f"{ALERTS}:25:61: {coded('PL231', 'uniqueItems', '1')}",
    ),
    "keyword of a list": (
        (ALERTS, "maxItems: 9", "maxItem: 9"),
        f"{ALERTS}:25:48: {coded('PL228', 'maxItem')}\nhint: did you mean 'maxItems'?",
    ),
    "items": (
        (ALERTS, TAGS, "tags: {type: array}"),
        f"{ALERTS}:25:5: {coded('PL227')}",
    ),
    "lists of lists": (
        (ALERTS, TAGS, "tags: {type: array, items: {type: array}}"),
        f"{ALERTS}:25:25: {coded('PL227')}",
    ),
    "bad item": (
        (ALERTS, "items: {type: string}", "items: {type: text}"),
        f"{ALERTS}:25:33: {_TYPES}",
    ),
    "list in a table": (
        (
            REVIEWS,
            "plan: {type: string, minLength: 1}",
            "plan: {type: array, items: {type: string}}",
        ),
        f"{REVIEWS}:15:12: {coded('PL226')}",
    ),
    "records: keyword": (
        (ALERTS, "      type: array\n", "      type: array\n      maxItem: 9\n"),
        f"{ALERTS}:28:7: {coded('PL228', 'maxItem')}\nhint: did you mean 'maxItems'?",
    ),
    "records: count": (
        (ALERTS, "      type: array\n", "      type: array\n      maxItems: many\n"),
        f"{ALERTS}:28:7: {coded('PL231', 'maxItems', 'many')}",
    ),
    "records: column": (
        (ALERTS, "audience: {type: string, title: Who is told}", "audience: {type: text}"),
        f"{ALERTS}:32:22: {_TYPES}",
    ),
    "records: required": (
        (ALERTS, "required: [audience]", "required: [public]"),
        f"{ALERTS}:30:20: {coded('PL204', 'public')}\nhint: known: audience, told_at",
    ),
    "column twice": (
        (ALERTS, "          told_at:", "          level: {type: string}\n          told_at:"),
        f"{ALERTS}:33:11: {coded('PL221', 'notices', 'level')}",
    ),
    "child of no list": (
        (ALERTS, "path: notices", "path: tags"),
        (
            f"{ALERTS}:15:13: {coded('PL229', 'tags')}"
            "\nhint: a child needs a property of type array whose items are objects"
        ),
    ),
    "derived": (
        (ALERTS, "grade: lower", "level: lower"),
        f"{ALERTS}:13:3: {coded('PL222', 'level')}",
    ),
    "looked up": (
        (ALERTS, "{outcome: {dataset", "{locator: {dataset"),
        f"{ALERTS}:11:11: {coded('PL222', 'locator')}",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_refused_with_its_place(case: str, draft: Draft) -> None:
    change, expected = CASES[case]
    assert draft.refused(change) == [expected]


def test_records_in_records_are_not_taken(draft: Draft) -> None:
    """Only one list of records can be unfolded, and only from a document."""
    told = "told_at: {type: string, format: date-time}"
    nested = "told_at: {type: array, items: {type: object, properties: {a: {type: string}}}}"
    message = coded("PL227")
    assert draft.refused((ALERTS, told, nested)) == [f"{ALERTS}:33:34: {message}"]


def test_what_is_known_passes(draft: Draft) -> None:
    count = "count: {type: number, exclusiveMinimum: 0.5, maximum: 9, description: How many}"
    assert (
        draft.refused(
            (ALERTS, COUNT, count),
            (ALERTS, LEVEL, "level: {type: string, enum: [high, low], minLength: 1}"),
            (ALERTS, "items: {type: string}", "items: {type: integer, enum: [1, 2]}"),
            (
                ALERTS,
                "      type: array\n",
                "      type: array\n      title: Who\n      minItems: 1\n",
            ),
            (REVIEWS, "additionalProperties: false", "additionalProperties: true"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("^R[0-9]{1,4}$", True),
        (r"(?:a|b)*\d+\.\w", True),
        (r"[\d\w-]", True),
        (r"[\w-z]", False),  # or it would be spelled as one from _ to z
        (r"[\d-z]", False),
        ("a{999}", True),
        ("a{999}[{9}]{2}", False),
        ("a{1001}", False),
        ("(?:a{100}){11}", False),
        (r"\[9\}", True),
        ("a{2,1}", False),
        ("(a", False),
        ("[z-a]", False),
        ("a$b", False),
        ("a^", False),
        (r"(a)\1", False),
        (r"\s", False),
        ("(?<=a)b", False),
        ("[[:alpha:]]", False),
        ("a**", False),
    ],
)
def test_only_patterns_that_mean_the_same_everywhere(pattern: str, taken: bool) -> None:
    assert is_portable(pattern) is taken


def test_classes_are_spelled_out() -> None:
    assert portable(r"\d[\w-]\w\.") == r"[0-9][0-9A-Za-z_-][0-9A-Za-z_]\."


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?=a)b", "look-around"),
        ("a(?!b)", "look-around"),
        ("(?<=a)b", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "back-reference"),
        (r"(?P<n>a)(?P=n)", "back-reference"),
        (r"[\w-z]", "write a '-'"),
        (r"\s", "use letters"),
        ("[(?=a]*^b", "use letters"),
    ],
)
def test_a_pattern_that_takes_more_than_linear_time_comes_with_what_to_write_instead(
    pattern: str, words: str
) -> None:
    assert not is_portable(pattern)
    assert hint(pattern).startswith(words) or words in hint(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a$", "a\n", False),
        ("a.b", "a\nb", False),
        (r"^\d$", "\N{ARABIC-INDIC DIGIT ONE}", False),
        (r"^\w$", "\N{LATIN SMALL LETTER E WITH ACUTE}", False),
        ("^a$", "\ud800", False),
        ("^.$", "\N{GRINNING FACE}", True),
        ("^(a+)+$", "a" * 40 + "!", False),
        ("^(a*)*(a*)*b$", "a" * 50_000, False),
    ],
)
def test_a_pattern_means_one_thing(pattern: str, text: str, found: bool) -> None:
    started = time.monotonic()
    assert matcher(portable(pattern))(text) is found
    rust = jsonschema_rs.validator_for(
        {"type": "string", "pattern": portable(pattern)},
        pattern_options=jsonschema_rs.RegexOptions(),
    )
    if text != "\ud800":
        assert rust.is_valid(text) is found
        with open_store() as store:
            sql = f"SELECT regexp_matches(?, {literal(portable(pattern))})"
            assert store.ask(sql, [text]) == [(found,)]
    assert time.monotonic() - started < 5
