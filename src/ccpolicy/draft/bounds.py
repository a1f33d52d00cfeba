"""Whether the words of a clause ask for a floor, for a ceiling, or for both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Bound = Literal["higher", "lower"]
"""Which way is stricter, as check kinds say it: `higher` of a floor, `lower` of a ceiling."""

_OTHER: dict[Bound, Bound] = {"higher": "lower", "lower": "higher"}
_NOT = r"(?:\b(?:not|no|never|nor|neither|cannot)\b|n't\b)(?:[ -]+\w+){0,4}?[ -]+"
_NOT_ZH = r"(?:[不未勿莫无]|禁止|严禁)(?:得|应|可以|可|能|宜|许|会|准|允许|该|要|再)?"
_COMPARED: dict[Bound, str] = {
    "higher": r"\b(?:above|exceed(?:s|ed|ing)?|over(?=\s+\d)"
    r"|(?:more|higher|greater|larger|warmer|hotter|longer|later)(?:\s+or\s+\w+)?\s+than)\b"
    r"|高于|大于|多于|超过|超出|超|长于",
    "lower": r"\b(?:below|under(?=\s+\d)|(?:less|fewer|lower|smaller|colder|shorter)\s+than)\b"
    r"|低于|小于|少于|短于|不足",
}
"""What a comparison asks for where nothing denies it."""
_SAID: dict[Bound, str] = {
    "higher": r"\bat\s+(?:the\s+)?least\b(?!\s+(?:every|once|twice))|\bminimum\b"
    r"|\bor\s+(?:more|above|higher)\b"
    r"|至少(?!每)|最低|最少|下限|以上",
    "lower": r"\bat\s+(?:the\s+)?most\b|\bmaximum\b|\bup\s+to\b|\bor\s+(?:less|fewer|below|lower)\b"
    r"|至多|最多|最高|上限|以下|以内|之内",
}
"""What asks for it whatever stands before."""
_RANGE = re.compile(
    r"(?i)\bbetween\b.*\d.*\band\b|\bfrom\s+\d\S*(?:\s+\S+)?\s+to\s+\d|\d\s*\S{0,4}[至到~～—–]\s*\d"
)


def bounds_asked(texts: Iterable[str]) -> frozenset[Bound]:
    """Return which bounds of a quantity some sentences ask for; none if they say neither."""
    found: set[Bound] = set()
    for text in texts:
        if _RANGE.search(text):
            found |= {"higher", "lower"}
        rest = text
        for bound, words in _COMPARED.items():
            denied = re.compile(f"(?i){_NOT}(?:{words})|{_NOT_ZH}(?:{words})")
            if denied.search(rest):
                found.add(_OTHER[bound])
                rest = denied.sub(" ", rest)
        for bound, words in (*_COMPARED.items(), *_SAID.items()):
            if re.search(f"(?i){words}", rest):
                found.add(bound)
    return frozenset(found)
