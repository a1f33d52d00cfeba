"""Lay text out for a terminal: by display width, in two languages, safe to look at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_NARROW = frozenset("·…×—–")
"""Not ASCII but one column wide, so that plain pages need no width tables."""
_NEVER_FIRST = frozenset("，。、；：！？）》」』】〉”’…%,.;:!?)]}")
_NEVER_LAST = frozenset("（《「『【〈“‘([{")
_ANYWHERE = re.compile(r"##(?=[\w-]*\[)")
_OWN_LINE_BREAK = (
    ("\u2e80", "\u9fff"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\uff00", "\uff60"),
)


def visible(text: str) -> str:
    """Write out what a terminal would act on or hide: escapes, bidi marks, line breaks.

    With them goes all that XML cannot hold.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if _unfit(character) else character
        for character in text
    )


def _unfit(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return True
    return character in "\ufffe\uffff"


def inert(line: str) -> str:
    """Write out what a CI runner would take for a command to itself.

    `::…` is one at the beginning of a line; `##[…]`, `##vso[…]` and their like anywhere in it.
    """
    text = line.lstrip()
    if text.startswith("::"):
        line = f"{line[: len(line) - len(text)]}\\x3a{text[1:]}"
    return _ANYWHERE.sub(r"\\x23#", line)


def width(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


@cache
def _character_width(character: str) -> int:
    if character.isascii() or character in _NARROW:
        return 1
    from wcwidth import wcwidth

    return max(wcwidth(character), 0)


def clip(text: str, columns: int) -> str:
    """Cut a text to so many columns, with `…` where something is left out."""
    if width(text) <= columns:
        return text
    taken, kept = 1, []
    for character in text:
        taken += _character_width(character)
        if taken > columns:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…" if columns > 0 else ""


def pad(text: str, columns: int) -> str:
    """Fill a text up to so many columns."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines; Chinese breaks between characters, but not before a comma."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, columns):
        if line and width(inert(line)) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str, columns: int) -> Iterator[str]:
    """Split a text at every place where a line may end; a piece keeps the blank behind it."""
    piece = ""
    for character in text:
        before = piece[-1:]
        after_blank = before == " " and character != " "
        beside_cjk = (
            (_is_cjk(before) or _is_cjk(character))
            and character != " "
            and character not in _NEVER_FIRST
            and before not in _NEVER_LAST
        )
        too_long = width(piece) + _character_width(character) > columns
        if piece and (after_blank or beside_cjk or too_long):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _is_cjk(character: str) -> bool:
    return any(first <= character <= last for first, last in _OWN_LINE_BREAK)
