"""Say a portable query of DuckDB's in PostgreSQL's SQL, so that both give the same rows.

Where the two read one text differently, the text is changed: whole numbers are divided as whole
numbers, texts compare by their code points whatever the database's collation is, and what is cast
on trial is NULL where it does not fit. What is not known to be the same is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sqlglot import exp

from ccpolicy.store.portable_sql import TEXTS, WHOLE, NotSaid, lost_in, parse, vetted

TYPES = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "VARCHAR": 'text COLLATE "C"',
}
"""SQL type of a relation's column → what PostgreSQL calls it."""
_SYSTEM_COLUMNS = frozenset(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"])
MOST_BYTES = 63
"""Of a name; PostgreSQL cuts off the rest, so that two names could become one."""
_NAME = "PostgreSQL"
_OF_CONTRACTS = (exp.Length, exp.RegexpLike, exp.RegexpReplace)
_DOT = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|\.", re.DOTALL)
"""An escape, a class or a dot of a portable pattern."""
_PLAIN = (
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Coalesce,
    exp.Column,
    exp.EQ,
    exp.GT,
    exp.GTE,
    exp.Identifier,
    exp.If,
    exp.In,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Literal,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Null,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Or,
    exp.Paren,
)


@lru_cache(maxsize=1_000)
def postgres_sql(query: str) -> str:
    """Translate a query; parameters are `$1`, `$2` and so on there.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
    """
    return _said(vetted(query, _NAME))


def matching_sql(query: str) -> str:
    """Translate a query as `postgres_sql` does that may match patterns, too.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
    """
    return _said(vetted(query, _NAME, _OF_CONTRACTS))


@lru_cache(maxsize=1_000)
def condition_sql(condition: str) -> str:
    """Translate a condition of a contract, which may match patterns and count characters.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
    """
    return matching_sql(f"SELECT {condition}").removeprefix("SELECT ")


def is_plain(expression: str) -> bool:
    """Whether an expression only compares columns with values, which means the same there."""
    parts = parse(f"SELECT {expression}").expressions
    return all(isinstance(node, _PLAIN) for part in parts for node in part.walk())


def _said(tree: exp.Expr) -> str:
    """Write a query that was vetted.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
    """
    for node in tree.walk():
        _check(node)
    for number, each in enumerate(tree.find_all(exp.Placeholder), 1):
        each.replace(exp.Parameter(this=exp.Literal.number(number)))
    # What is inside comes first, so that nothing of it is passed over.
    for node in reversed(list(tree.walk())):
        if (written := _translated(node)) is not node:
            node.replace(written)
    if lost := lost_in(tree, "postgres"):
        raise NotSaid(_NAME, lost)
    return tree.sql(dialect="postgres", comments=False)


def _check(node: exp.Expr) -> None:
    """Check that a part of a query can be said.

    Raises:
        NotSaid: it cannot.
    """
    if isinstance(node, exp.Identifier) and len(node.this.encode()) > MOST_BYTES:
        raise NotSaid(_NAME, f"{node.this[:40]}… is longer than {MOST_BYTES} bytes")
    if isinstance(node, exp.Column) and node.name.lower() in _SYSTEM_COLUMNS:
        raise NotSaid(_NAME, f"{node.name} is a column of every table there")


def _translated(node: exp.Expr) -> exp.Expr:
    """Return what a part of a query is there, given that all inside it is translated."""
    match node:
        case exp.RegexpLike():
            pattern = exp.Literal.string(_pattern(node.expression.find(exp.Literal).this))
            return exp.RegexpLike(this=node.this.copy(), expression=_by_code_points(pattern))
        case exp.Literal() if node.is_string:
            return _by_code_points(node)
        case exp.TryCast():
            lowest, highest = (exp.Literal.number(each) for each in WHOLE[node.to.this.name])
            fits = exp.Between(this=node.this.copy(), low=lowest, high=highest)
            cast = exp.Cast(this=node.this.copy(), to=node.to.copy())
            return exp.Case(ifs=[exp.If(this=fits, true=cast)])
        case exp.Cast() if node.to.this.name in TEXTS:
            return _by_code_points(node)
        case exp.IntDiv():
            # Of whole numbers of any size, toward zero; by zero it is an error there, too.
            quotient = exp.Anonymous(
                this="div", expressions=[node.this.copy(), node.expression.copy()]
            )
            return exp.Cast(this=quotient, to=exp.DataType.build("bigint"))
        case exp.Like():
            # Nothing escapes there unless that is said; in PostgreSQL a backslash would.
            return exp.Escape(this=node.copy(), expression=exp.Literal.string(""))
    return node


def _pattern(pattern: str) -> str:
    """Write a portable pattern so that a dot is no line feed."""
    return _DOT.sub(lambda part: "[^\n]" if part[0] == "." else part[0], pattern)


def _by_code_points(text: exp.Expr) -> exp.Expr:
    """Write a text that compares by its code points."""
    return exp.Collate(this=text.copy(), expression=exp.to_identifier("C", quoted=True))
