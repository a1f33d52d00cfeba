"""Whether another way of reading files lets more records go unread."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.comparison import Direction

_HIDDEN = ("refuse", "read", "skip")
"""What becomes of hidden rows, the strictest first."""


def decoding_direction(field: str, before: Any, after: Any) -> Direction:
    """Return the direction of a change in decoding: looser if more rows may be passed over."""
    match field:
        case "skip":
            first, second = set(before), set(after)
            return "loosened" if first < second else "tightened" if second < first else "unordered"
        case "footer":
            return "loosened" if before is None else "tightened" if after is None else "unordered"
        case "hidden":
            is_looser = _HIDDEN.index(after) > _HIDDEN.index(before)
            return "loosened" if is_looser else "tightened"
    return "unordered"
