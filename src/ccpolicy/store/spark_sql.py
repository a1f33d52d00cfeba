"""Say a portable query of DuckDB's in Spark's SQL, so that both give the same rows.

Where the two read one text differently, the text is changed: texts are handed over beside the query
and not in it, where Spark would look for escapes and variables; sums are as long as they need to
be; whole numbers are divided as whole numbers; and a backslash in a pattern is a backslash. What is
not known to be the same is refused. Where Spark stumbles over what it reads alike, it is said in
another way: a constant in EXISTS, and a long UNION ALL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.optimizer.scope import traverse_scope

from ccpolicy.store.portable_sql import NotSaid, lost_in, vetted

_NAME = "Spark"
_SUM = "decimal(38, 0)"
"""A sum of many whole numbers of 64 bits has more than 64; what has more than 38 digits fails."""
_PARAMETER, _TEXT = "given", "text"


class _Spark(Spark):
    # Brought to the top, parts of several queries with one name would become one.
    Generator: Any = type(
        "Generator", (Spark.Generator,), {"EXPRESSIONS_WITHOUT_NESTED_CTES": set()}
    )


@dataclass(frozen=True)
class SparkQuery:
    """A query as Spark reads it."""

    text: str
    arguments: dict[str, object]
    """Name of a parameter in the text → its value."""
    relations: frozenset[str]
    """Relations that it reads."""


def spark_sql(
    query: str, parameters: Collection[object] = (), view: Callable[[str], str] = str
) -> SparkQuery:
    """Translate a query; `view` says what a relation is called there.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
        QueryError: a relation is not there.
    """
    tree = vetted(query, _NAME)
    # What is inside comes first, so that nothing of it is passed over.
    for node in reversed(list(tree.walk())):
        if (written := _translated(node)) is not node:
            node.replace(written)
    arguments = _take_out(tree, parameters)
    relations = _rename(tree, view)
    for union in list(tree.find_all(exp.Union)):
        _halve(union)
    if lost := lost_in(tree, "spark"):
        raise NotSaid(_NAME, lost)
    return SparkQuery(_Spark().generate(tree, comments=False, identify=True), arguments, relations)


def _translated(node: exp.Expr) -> exp.Expr:
    """Return what a part of a query is there, given that all inside it is translated."""
    match node:
        case exp.Sum() if not _is_count(node.this):
            return exp.Sum(this=_cast(node.this, _SUM))
        case exp.IntDiv():
            # Spark would cut off what a longer quotient has before its last 64 bits.
            return exp.IntDiv(
                this=_cast(node.this, "bigint"), expression=_cast(node.expression, "bigint")
            )
        case exp.Like():
            return exp.Like(this=node.this.copy(), expression=_pattern(node.expression))
        case exp.EQ() if isinstance(node.expression, exp.Any):
            # As DuckDB writes IN of a query when it writes out what it parsed.
            return exp.In(this=node.this.copy(), query=node.expression.this.copy())
        case exp.Boolean() if node.find_ancestor(exp.Exists) and not isinstance(
            node.parent, exp.Is
        ):
            # Spark 4.0 fails to plan an EXISTS whose ties to the query around it a constant makes
            # superfluous before it has noted them (SPARK-57005); a comparison it computes later.
            value = exp.Literal.number(int(node.this))
            return exp.Paren(this=exp.EQ(this=exp.Literal.number(1), expression=value))
        case exp.Any() | exp.All() if not isinstance(node.parent, exp.EQ):
            raise NotSaid(_NAME, f"{node.sql(dialect='duckdb')[:100]} is no IN and no EXISTS")
    return node


def _cast(value: exp.Expr, kind: str) -> exp.Cast:
    return exp.Cast(this=value.copy(), to=exp.DataType.build(kind, dialect="spark"))


def _is_count(value: exp.Expr) -> bool:
    """Whether so small numbers are summed up that no table has rows enough for 64 bits."""
    if isinstance(value, exp.Case):
        results = [each.args["true"] for each in value.args["ifs"]]
        return all(map(_is_count, [*results, value.args.get("default") or exp.null()]))
    if isinstance(value, exp.Neg):
        return _is_count(value.this)
    return isinstance(value, exp.Null) or (value.is_int and abs(int(value.name)) < 1_000)


def _pattern(pattern: exp.Expr) -> exp.Expr:
    """Write a pattern in which a backslash escapes, as it does there, that has none."""
    if not isinstance(pattern, exp.Literal):
        raise NotSaid(_NAME, f"{pattern.sql(dialect='duckdb')[:100]} is a pattern that is computed")
    return exp.Literal.string(pattern.this.replace("\\", "\\\\"))


def _take_out(tree: exp.Expr, parameters: Collection[object]) -> dict[str, object]:
    """Put parameters in the place of texts, and name all of them; return their values."""
    given = dict(enumerate(parameters))
    arguments: dict[str, object] = {}
    # In the order of the text, in which parameters are counted.
    for number, each in enumerate(list(tree.find_all(exp.Placeholder, bfs=False))):
        arguments[name := f"{_PARAMETER}{number}"] = given.pop(number)
        each.replace(exp.Placeholder(this=name))
    assert not given
    names: dict[str, str] = {}
    for literal in list(tree.find_all(exp.Literal)):
        if literal.is_string:
            name = names.setdefault(literal.this, f"{_TEXT}{len(names)}")
            arguments[name] = literal.this
            literal.replace(exp.Placeholder(this=name))
    return arguments


def _halve(union: exp.Union) -> None:
    """Bring a long UNION ALL into a form that is as deep as its branches can be halved.

    Spark plans it recursively, and a chain would be as deep as it has branches.
    """
    above = union.parent
    if union.args.get("distinct") or union.args.get("by_name"):
        return
    if isinstance(above, exp.Union) and not above.args.get("distinct") and _is_link(union):
        return  # its chain is halved from the top
    rest, branches = union.this, [union.expression]
    while isinstance(rest, exp.Union) and _is_link(rest):
        branches.append(rest.expression)
        rest = rest.this
    branches = [rest, *reversed(branches)]
    middle = len(branches) // 2
    union.set("this", _united(branches[:middle]))
    union.set("expression", _in_brackets(_united(branches[middle:])))


def _is_link(union: exp.Union) -> bool:
    """Whether it does nothing but UNION ALL two queries, without clauses of its own."""
    return not any(
        value for name, value in union.args.items() if name not in ("this", "expression")
    )


def _united(branches: list[exp.Expr]) -> exp.Expr:
    """Put queries together, half by half."""
    if len(branches) == 1:
        return branches[0]
    middle = len(branches) // 2
    return exp.Union(
        this=_united(branches[:middle]),
        expression=_in_brackets(_united(branches[middle:])),
        distinct=False,
    )


def _in_brackets(query: exp.Expr) -> exp.Expr:
    return exp.Subquery(this=query) if isinstance(query, exp.Union) else query


def _rename(tree: exp.Expr, view: Callable[[str], str]) -> frozenset[str]:
    """Give every relation the name that it has there; return which are read."""
    relations = set()
    for scope in traverse_scope(tree):
        for table in scope.tables:
            if scope.sources.get(table.alias_or_name) is not table:  # a part of the query
                continue
            if table.db or table.catalog:
                raise NotSaid(_NAME, f"{table.sql(dialect='duckdb')[:100]} is no relation of ours")
            relations.add(name := table.name)
            alias = table.alias_or_name
            table.set("this", exp.to_identifier(view(name)))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return frozenset(relations)
