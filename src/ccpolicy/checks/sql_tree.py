"""The syntax trees of the engine's parser: walking them, their depth and their size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_COPIED = {"nullif": (0,), "split_part": (0, 1, 2)}
"""Function → its arguments that the engine writes out twice when it plans a query."""


def all_nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a tree, which is a mapping with a `type` or `class`."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "type" in part or "class" in part:
                yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def children(part: Any) -> Iterator[dict[str, Any]]:
    """Yield the nodes just below one."""
    waiting = list(part.values())
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            if "type" in each or "class" in each:
                yield each
            else:
                waiting += each.values()


def is_deeper_than(tree: Any, levels: int) -> bool:
    """Whether nodes are nested in more than so many levels."""
    waiting = [(tree, 0)]
    while waiting:
        part, level = waiting.pop()
        if isinstance(part, dict):
            level += "type" in part
            waiting += [(each, level) for each in part.values()]
        elif isinstance(part, list):
            waiting += [(each, level) for each in part]
        if level > levels:
            return True
    return False


def planned_node_count(part: dict[str, Any]) -> int:
    """Return the number of nodes that the engine plans for a node and those below it.

    The engine copies what is given to some functions and operators, once for each comparison that
    it makes of them: in one another, they double with every level. The tree is not too deep.
    """
    sizes = {id(each): planned_node_count(each) for each in children(part)}
    copies = sum(times * sizes[id(each)] for each, times in _copies(part))
    return 1 + sum(sizes.values()) + copies


def _copies(part: dict[str, Any]) -> list[tuple[dict[str, Any], int]]:
    """Return what the engine copies of an expression, and how often."""
    match part.get("type"):
        case "COMPARE_BETWEEN" | "COMPARE_NOT_BETWEEN":
            return [(part["input"], 1)]
        case "COMPARE_IN" | "COMPARE_NOT_IN":
            return [(part["children"][0], len(part["children"]) - 2)]
        case "OPERATOR_NULLIF":
            return [(part["children"][0], 1)]
        case "FUNCTION":
            given = [each["expression"] for each in part["arguments"]]
            copied = _COPIED.get(part["function_name"], ())
            return [(given[number], 1) for number in copied if number < len(given)]
    return []
