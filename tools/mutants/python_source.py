"""Proposes changes to Python source, from its syntax tree."""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Iterator

from .mutant import Collector, Mutant
from .sql_text import mutate_sql

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
}
SWAPPED = {
    "min": "max",
    "any": "all",
    "starts": "ends",
    "earliest": "latest",
    "day_starts": "day_ends",
    "bisect_left": "bisect_right",
}
SWAPPED |= {after: before for before, after in SWAPPED.items()}
IS_SQL = re.compile(
    r"\b(SELECT|WHERE|JOIN|FROM|CASE|WHEN|UNION)\b|\b(coalesce|greatest|least|min|max|round)\("
)


def mutate_python(path: str, text: str) -> list[Mutant]:
    """Propose all changes to a module, SQL in its strings among it."""
    source = _Source(path, text)
    source.visit(ast.parse(text))
    source.visit_sql()
    return source.collector.found


class _Source(ast.NodeVisitor):
    def __init__(self, path: str, text: str) -> None:
        self.collector = Collector(path, text)
        self._text = text
        lines = text.splitlines(keepends=True)
        self._lines = lines
        self._starts = [0, *itertools.accumulate(map(len, lines))]
        self._docstrings: set[int] = set()

    def _offset(self, line: int, column: int) -> int:
        """Return the place in the text of a line and a column in bytes."""
        before = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(before)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _source(self, node: ast.expr) -> str:
        starts, ends = self._span(node)
        return self._text[starts:ends]

    def _replace(self, node: ast.expr | ast.stmt, operator: str, after: str) -> None:
        self.collector.add(*self._span(node), operator, after)

    def _between(
        self, left: ast.expr, right: ast.expr, operator: str, change: tuple[str, str]
    ) -> None:
        """Change the sign between two operands."""
        starts, ends = self._span(left)[1], self._span(right)[0]
        pattern = r"\s+".join(map(re.escape, change[0].split()))
        if found := re.search(pattern, self._text[starts:ends]):
            self.collector.add(starts + found.start(), starts + found.end(), operator, change[1])

    def _negate(self, test: ast.expr) -> None:
        # A comparison by itself is negated by its sign.
        if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            self._replace(test, "condition", f"(not ({self._source(test)}))")

    # What changes nothing that runs.

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> None:
        for each in node.body:
            if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
                self._docstrings.add(each.lineno)
            else:
                self.visit(each)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        self._body(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Import(self, node: ast.Import) -> None:
        pass

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        pass

    # What runs.

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for (left, right), sign in zip(itertools.pairwise(operands), node.ops, strict=True):
            self._between(left, right, "comparison", COMPARISONS[type(sign)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        signs = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in itertools.pairwise(node.values):
            self._between(left, right, "and, or", signs)
        for index in range(len(node.values)):
            rest = [self._source(each) for each in node.values]
            del rest[index]
            self._replace(node, "term", f"({f' {signs[0]} '.join(rest)})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, "not", f"bool({self._source(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        # The sign | joins types, and % is rare and clear.
        text = isinstance(node.left, ast.JoinedStr) or isinstance(node.right, ast.JoinedStr)
        if (change := ARITHMETIC.get(type(node.op))) and not text:
            self._between(node.left, node.right, "arithmetic", change)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, "constant", str(not node.value))
        elif isinstance(node.value, int):
            self._replace(node, "bound", f"({self._source(node)} + 1)")
            self._replace(node, "bound", f"({self._source(node)} - 1)")

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in SWAPPED:
            self._replace(node, "swap", SWAPPED[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load) and node.attr in SWAPPED:
            ends = self._span(node)[1]
            self.collector.add(ends - len(node.attr), ends, "swap", SWAPPED[node.attr])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if self._source(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._replace(test, "filter", "True")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            self._docstrings.add(node.lineno)
            return
        self._replace(node, "statement", "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace(node, "statement", "pass")
        # What an error says is for tests of messages.

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._replace(node, "statement", "pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, "statement", "break")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """See `visit_sql`: before Python 3.12 the places in it are wrong."""

    def visit_sql(self) -> None:
        """Change SQL in strings, but not what is in braces."""
        for token in self._strings():
            if token.start[0] in self._docstrings or not IS_SQL.search(token.string):
                continue
            starts = self._starts[token.start[0] - 1] + token.start[1]
            quote = re.match(r"(?i)[rbuf]*(\"\"\"|'''|\"|')", token.string)
            assert quote
            inner = token.string[quote.end() : -len(quote[1])]
            mutate_sql(self.collector, inner, starts + quote.end(), formatted=True)

    def _strings(self) -> Iterator[tokenize.TokenInfo]:
        for token in tokenize.generate_tokens(io.StringIO(self._text).readline):
            if token.type == tokenize.STRING:
                yield token
