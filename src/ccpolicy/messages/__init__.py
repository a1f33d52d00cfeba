"""The registry of messages: the code of each, and what it means."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def codes() -> dict[str, str]:
    """Return template → code, from the index that tools/messages.py compiles."""
    index: dict[str, str] = json.loads((FOLDER / "codes.json").read_text("utf-8"))
    return index
