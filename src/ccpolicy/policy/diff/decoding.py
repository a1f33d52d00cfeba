"""Whether another way of reading files lets more records go unread."""

from __future__ import annotations

from typing import Any

from ccpolicy.assessment.comparison import Direction


def decoding_direction(field: str, before: Any, after: Any) -> Direction:
    """Return the direction of a change in decoding: looser if more rows may be passed over.

    Rows that were passed over and are read now may help, so that reading more is not stricter.
    """
    match field:
        case "skip":
            return "loosened" if set(before) < set(after) else "unordered"
        case "footer":
            return "loosened" if before is None else "unordered"
        case "hidden":
            if after == "refuse":
                return "tightened"
            return "loosened" if before == "refuse" or after == "skip" else "unordered"
    return "unordered"
