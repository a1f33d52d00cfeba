"""Proposes changes to SQL, from its text: a rebuilt query would differ in more than one place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import sqlglot

from .mutant import Collector, Mutant

# Each pattern, and what becomes of its first group.
WORDS: list[tuple[str, str, dict[str, str]]] = [
    ("comparison", r"(<=|>=|<>|<|>|=)", {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
    ("comparison", r"(<=|>=|<>|<|>|=)", {"=": "<>", "<>": "=", "<": ">=", ">": "<="}),
    ("swap", r"\b(min|max)(?=\()", {"min": "max", "max": "min"}),
    ("swap", r"\b(lag|lead)(?=\()", {"lag": "lead", "lead": "lag"}),
    ("swap", r"\b(least|greatest)(?=\()", {"least": "greatest", "greatest": "least"}),
    ("swap", r"\b(sum|row_number)(?=\()", {"sum": "max", "row_number": "rank"}),
    ("union", r"\b(UNION ALL|EXCEPT)\b", {"UNION ALL": "UNION", "EXCEPT": "UNION"}),
    ("join", r"\b(LEFT JOIN)\b", {"LEFT JOIN": "JOIN"}),
    ("join", r"(?<!LEFT )(?<!CROSS )\b(JOIN)\b", {"JOIN": "LEFT JOIN"}),
    ("null", r"\b(IS NOT NULL|IS NULL)\b", {"IS NULL": "IS NOT NULL", "IS NOT NULL": "IS NULL"}),
    ("and, or", r"(?<!PRECEDING )(?<!ROW )\b(AND|OR)\b", {"AND": "OR", "OR": "AND"}),
    ("not", r"(?<!IS )\b(NOT)\b(?! IN\b)", {"NOT": ""}),
    ("not", r"\b(NOT IN)\b", {"NOT IN": "IN"}),
    ("distinct", r"\b(DISTINCT)\b", {"DISTINCT": ""}),
    ("order", r"\b(DESC)\b", {"DESC": ""}),
    ("frame", r"\b(1 PRECEDING)\b", {"1 PRECEDING": "CURRENT ROW"}),
    ("frame", r"\b(CURRENT ROW)\b(?! AND)", {"CURRENT ROW": "1 PRECEDING"}),
    ("frame", r"\b(CURRENT ROW)\b(?= AND)", {"CURRENT ROW": "1 FOLLOWING"}),
    ("day", r"(?<=\.)(starts|ends)\b", {"starts": "ends", "ends": "starts"}),
    ("day", r"\b(earliest|latest)\b", {"earliest": "latest", "latest": "earliest"}),
    ("constant", r"\b(true|false)\b", {"true": "false", "false": "true"}),
    ("arithmetic", r"(?<= )([+*-])(?= )", {"+": "-", "-": "+", "*": "+"}),
]
NUMBER = re.compile(r"(?<![\w.'])(\d{1,3})\b(?! PRECEDING| FOLLOWING)")
END_OF_TERM = re.compile(
    r"\b(AND|OR|WHEN|THEN|ELSE|END|GROUP|ORDER|HAVING|UNION|JOIN|LEFT|CROSS|WHERE|AS)\b|[,)]"
)
END_OF_BRANCH = re.compile(r"\bUNION ALL\b|\)")


def mutate_query(path: str, text: str) -> list[Mutant]:
    """Propose all changes to a file of SQL, well formed or not."""
    collector = Collector(path, text)
    mutate_sql(collector, text, 0, formatted=False)
    return collector.found


def is_well_formed(text: str) -> bool:
    """Say whether a query can be read at all."""
    try:
        sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return False
    return True


def mutate_sql(collector: Collector, text: str, offset: int, *, formatted: bool) -> None:
    """Propose all changes to a piece of SQL that begins at an offset of the file.

    In a formatted string, what is in braces is Python.
    """
    sql = _masked(text, formatted=formatted)
    for operator, pattern, changes in WORDS:
        for found in re.finditer(pattern, sql):
            after = changes.get(found[1])
            if after == f"{found[1]}=" and _is_choice(sql, found.start()):
                continue
            if after:
                collector.add(offset + found.start(1), offset + found.end(1), operator, after)
            elif found[1] in changes:
                collector.add(offset + found.start(1), offset + found.end(1), operator, "")
    for found in NUMBER.finditer(sql):
        for after in (str(int(found[1]) + 1), str(int(found[1]) - 1)):
            collector.add(offset + found.start(1), offset + found.end(1), "bound", after)
    for operator, starts, ends, after in (*_terms(sql), *_branches(sql), *_arguments(text, sql)):
        collector.add(offset + starts, offset + ends, operator, after)


SAME = re.compile(r"CASE WHEN ([\w.]+) [<>] ([\w.]+) THEN (?:\1 ELSE \2|\2 ELSE \1) END")
"""The greater or the lesser of two: where they are equal, either is."""


def _is_choice(sql: str, place: int) -> bool:
    return any(found.start() <= place < found.end() for found in SAME.finditer(sql))


def _masked(text: str, *, formatted: bool) -> str:
    """Blank comments and strings, and put a name where a formatted string has braces."""
    patterns = r"/\*.*?\*/|--[^\n]*|'[^'\n]*'"
    sql = re.sub(patterns, lambda found: re.sub(r"[^\n]", "§", found[0]), text, flags=re.DOTALL)
    if formatted:
        sql = re.sub(r"\{[^{}]*\}", lambda found: "X" * len(found[0]), sql)
    return sql


def _end(sql: str, starts: int, pattern: re.Pattern[str]) -> int:
    """Return where a pattern is found next outside of parentheses, or where they end."""
    depth = 0
    for found in re.finditer(rf"[(]|{pattern.pattern}|[)]", sql[starts:]):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            if depth == 0:
                return starts + found.start()
            depth -= 1
        elif depth == 0:
            return starts + found.start()
    return len(sql)


def _terms(sql: str) -> Iterator[tuple[str, int, int, str]]:
    """Drop a term of a condition."""
    for found in re.finditer(r"\b(AND|OR)\s", sql):
        is_frame = sql[: found.start()].rstrip().endswith(("PRECEDING", "ROW"))
        if not is_frame and not sql[found.end() :].lstrip().startswith("CASE"):
            yield "term", found.start(), _end(sql, found.end(), END_OF_TERM), ""
    for found in re.finditer(r"\bWHERE\s+", sql):
        yield "term", found.end(), _end(sql, found.end(), END_OF_TERM), "true "


def _branches(sql: str) -> Iterator[tuple[str, int, int, str]]:
    """Drop a branch of a union but the first."""
    for found in re.finditer(r"\bUNION ALL\b", sql):
        yield "branch", found.start(), _end(sql, found.end(), END_OF_BRANCH), " "


def _arguments(text: str, sql: str) -> Iterator[tuple[str, int, int, str]]:
    """Drop an argument of coalesce, least and greatest."""
    for found in re.finditer(r"\b(coalesce|least|greatest)\(", sql):
        places = [found.end() - 1]
        while (places[-1] < len(sql) and sql[places[-1]] != ")") or len(places) == 1:
            places.append(_end(sql, places[-1] + 1, re.compile(",")))
        if places[-1] >= len(sql):
            continue
        arguments = [text[a + 1 : b].strip() for a, b in itertools.pairwise(places)]
        for index in range(len(arguments)):
            rest = arguments[:index] + arguments[index + 1 :]
            after = rest[0] if len(rest) == 1 else f"{found[0]}{', '.join(rest)})"
            yield "coalesce", found.start(), places[-1] + 1, f"({after})"
