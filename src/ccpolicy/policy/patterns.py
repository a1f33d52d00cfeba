"""Regular expressions that mean the same in Python, Rust and RE2."""

from __future__ import annotations

import math
import re

# No look-around, no back-references, no classes whose members depend on Unicode's edition, and
# anchors at the ends alone.
_ESCAPE = r"\\[dw.*+?()\[\]{}|^$/\\-]"
_CLASS = rf"\[\^?(?:{_ESCAPE}|(?!--)[^\[\]\\&~|])+\]"
_ATOM = rf"(?:{_CLASS}|{_ESCAPE}|\(\?:|\((?!\?)|[^\\\[\]^$*+?{{}}(])"
_REPEAT = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
_PATTERN = re.compile(rf"\^?(?:{_ATOM}{_REPEAT})*\$?", re.DOTALL)
_MOST_REPEATS = 1000
"""What RE2 takes, with repetitions inside repetitions multiplied."""
_STRICT_END = "(?!\\n)"


def is_portable(pattern: str) -> bool:
    """Whether a regular expression means the same in every engine that reads it."""
    if not _PATTERN.fullmatch(pattern):
        return False
    counts = [int(count) for count in re.findall(r"([0-9]+),?\}", _without_classes(pattern))]
    if math.prod(max(count, 1) for count in counts) > _MOST_REPEATS:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def portable(pattern: str) -> str:
    """Spell out the classes whose members differ between Python, Rust and RE2."""
    return re.sub(rf"{_CLASS}|\\.", lambda part: _spelled(part[0]), pattern, flags=re.DOTALL)


def ends_strictly(pattern: str) -> str:
    """Write a portable pattern for Python, where `$` alone also matches before a last newline."""
    return f"{pattern}{_STRICT_END}" if _without_classes(pattern).endswith("$") else pattern


def as_written(pattern: str) -> str:
    """Undo `ends_strictly`, for messages."""
    return pattern.removesuffix(_STRICT_END)


def _without_classes(pattern: str) -> str:
    """Replace classes and escapes, in which every character means itself."""
    return re.sub(rf"{_CLASS}|\\.", "a", pattern, flags=re.DOTALL)


def _spelled(part: str) -> str:
    inside = part.startswith("[")
    digits, word = ("0-9", "0-9A-Za-z_") if inside else ("[0-9]", "[0-9A-Za-z_]")
    classes = {"d": digits, "w": word}
    return re.sub(r"\\(.)", lambda sign: classes.get(sign[1], sign[0]), part, flags=re.DOTALL)
