"""The registry of messages: the code of each, and what it means.

A YAML file for each family says it, by hand; tools/messages.py compiles the index from them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
FAMILIES = {
    "PL": "policy",
    "FI": "file",
    "EV": "evidence",
    "LN": "lint",
    "GI": "git",
    "BU": "bundle",
    "RP": "report",
    "US": "usage",
}
"""What the codes of a family begin with → its file."""
_CODE = re.compile(rf"(?:{'|'.join(FAMILIES)})\d{{3}}")
_BREAK = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
"""A space where two lines of Chinese were joined."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a message means, each text by language (`en`, `zh`)."""

    code: str
    message: str
    """The English template, as the source has it."""
    meaning: dict[str, str]
    example: dict[str, str]
    """What the terminal shows."""
    remedy: dict[str, str]


@cache
def codes() -> dict[str, str]:
    """Return template → code."""
    index: dict[str, str] = json.loads((FOLDER / "codes.json").read_text("utf-8"))
    return index


def is_code(text: str) -> bool:
    """Whether a text has the form of a code."""
    return _CODE.fullmatch(text) is not None


def explanations(prefix: str) -> dict[str, Explanation]:
    """Return code → explanation of one family, by number."""
    import yaml

    entries = yaml.safe_load((FOLDER / f"{FAMILIES[prefix]}.yaml").read_text("utf-8"))
    del entries["retired"]
    return {
        code: Explanation(
            code,
            entry["message"],
            _by_language(entry["meaning"]),
            entry["example"],
            _by_language(entry["remedy"]),
        )
        for code, entry in sorted(entries.items())
    }


def _by_language(texts: dict[str, str]) -> dict[str, str]:
    return {language: _BREAK.sub("", text) for language, text in texts.items()}
