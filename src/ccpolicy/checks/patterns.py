r"""Regular expressions that every engine reads alike, matched in linear time.

RE2 judges them: in the database, and here by its Python package. Compiled JSON Schemas have Rust's
engine, which is linear too and means the same by this subset: `\d` and `\w` are those of ASCII,
`.` is any character but a line feed, and `$` is the end of the text alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]

# No look-around, no back-references, no classes whose members depend on Unicode's edition, and
# anchors at the ends alone. What is spelled out of `\w-z` would be a range.
_ESCAPE = r"\\[dw.*+?()\[\]{}|^$/\\-]"
_CLASS = rf"\[\^?(?:(?!\\[dw]-[^\]]){_ESCAPE}|(?!--)[^\[\]\\&~|])+\]"
_ATOM = rf"(?:{_CLASS}|{_ESCAPE}|\(\?:|\((?!\?)|[^\\\[\]^$*+?{{}}(])"
_REPEAT = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
_PATTERN = re.compile(rf"\^?(?:{_ATOM}{_REPEAT})*\$?", re.DOTALL)
_MOST_REPEATS = 1000
"""What RE2 takes, with repetitions inside repetitions multiplied."""
_MOST_CHARACTERS = 1000
_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_RANGE = re.compile(r"\[[^\]]*\\[dw]-[^\]]")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=")
_HINT_MESSAGES = {
    "look-around": "look-around cannot be matched in linear time: write what the text must look"
    " like, and put what it must not look like into a 'where' or 'good' of the control",
    "back-reference": "a back-reference cannot be matched in linear time: write the parts in"
    " columns of their own, and compare them in a 'where' or 'good' of the control",
    "range": "write a '-' beside \\d or \\w last, as in [\\w.-], so that nobody reads it as a"
    " range",
    "other": "use letters, digits, [...], \\d, \\w, (?:...), *, +, ?, {{n,m}}, and ^ and $ at the"
    " ends alone",
}


def is_portable(pattern: str) -> bool:
    """Whether a regular expression means the same in every engine that reads it."""
    if len(pattern) > _MOST_CHARACTERS or not _PATTERN.fullmatch(pattern):
        return False
    counts = [int(count) for count in re.findall(r"([0-9]+),?\}", _without_classes(pattern))]
    if math.prod(max(count, 1) for count in counts) > _MOST_REPEATS:
        return False
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


def hint(pattern: str) -> str:
    """Return what to write instead of a pattern that is not portable."""
    if _LOOK_AROUND.search(_without_classes(pattern)):
        return _HINT_MESSAGES["look-around"]
    if _BACK_REFERENCE.search(pattern):
        return _HINT_MESSAGES["back-reference"]
    if _RANGE.search(pattern):
        return _HINT_MESSAGES["range"]
    return _HINT_MESSAGES["other"]


def matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a text has a match of a portable pattern."""
    search = _compiled(pattern).search

    def matches(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:  # an unpaired surrogate, which no text may hold
            return False

    return matches


def searcher(pattern: str) -> Any:
    r"""Compile a pattern that RE2 alone reads, with whatever RE2 knows: groups, `\s`, `(?i)`.

    Raises:
        ValueError: RE2 does not take it, or it is too long.
    """
    try:
        if len(pattern) <= _MOST_CHARACTERS:
            return _compiled(pattern)
    except re2.error as failure:
        said = failure.args[0] if failure.args else ""
        raise ValueError(said.decode() if isinstance(said, bytes) else str(said)) from failure
    raise ValueError(f"> {_MOST_CHARACTERS}")


@cache
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def portable(pattern: str) -> str:
    """Spell out the classes whose members differ between Python, Rust and RE2."""
    return re.sub(rf"{_CLASS}|\\.", lambda part: _spelled(part[0]), pattern, flags=re.DOTALL)


def _without_classes(pattern: str) -> str:
    """Replace classes and escapes, in which every character means itself."""
    return re.sub(rf"{_CLASS}|\\.", "a", pattern, flags=re.DOTALL)


def _spelled(part: str) -> str:
    inside = part.startswith("[")
    digits, word = ("0-9", "0-9A-Za-z_") if inside else ("[0-9]", "[0-9A-Za-z_]")
    classes = {"d": digits, "w": word}
    return re.sub(r"\\(.)", lambda sign: classes.get(sign[1], sign[0]), part, flags=re.DOTALL)
