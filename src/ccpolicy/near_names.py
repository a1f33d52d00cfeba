"""Find the known name that somebody probably meant, and say in what the two differ."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_MOST_COMPARED = 2000
"""Known names compared letter by letter; among more, only equal folded forms are found."""
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Categories of Unicode: control and format characters, and spaces of all kinds."""


def _without_spaces(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) not in _UNSEEN)


def _plain_forms(text: str) -> str:
    """Replace full-width and other compatibility forms; spaces are left to `_without_spaces`."""
    return "".join(
        sign if unicodedata.category(sign) in _UNSEEN else unicodedata.normalize("NFKC", sign)
        for sign in text
    )


def _plain_dashes(text: str) -> str:
    return "".join(
        "-" if sign in "_\N{MINUS SIGN}" or unicodedata.category(sign) == "Pd" else sign
        for sign in text
    )


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _without_zeros(text: str) -> str:
    return _ZEROS.sub("", text)


def appearance(text: str) -> str:
    """Return what a reader makes out of a text: letters, whatever their case and width, and signs.

    Two texts of one appearance are taken for each other.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = (
        "-"
        if sign == "\N{MINUS SIGN}" or unicodedata.category(sign) == "Pd"
        else " "
        if sign.isspace()
        else sign
        for sign in plain
        if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf")
    )
    return " ".join("".join(seen).split())


_STEPS: dict[str, Callable[[str], str]] = {
    "spaces": _without_spaces,
    "width": _plain_forms,
    "accents": _composed,
    "case": str.casefold,
    "dashes": _plain_dashes,
    "zeros": _without_zeros,
}
"""What two spellings of one name may differ in → how to remove the difference, in this order."""

_HINT_MESSAGES = {
    "spelling": "did you mean '{close}'?",
    "spaces": "did you mean '{close}'? only a space or an unseen character differs",
    "width": "did you mean '{close}'? only full-width or other special forms of characters differ",
    "accents": "did you mean '{close}'? only the encoding of accents differs (NFC and NFD)",
    "case": "did you mean '{close}'? only upper and lower case differ",
    "dashes": "did you mean '{close}'? only the kind of dash differs",
    "zeros": "did you mean '{close}'? only leading zeros differ",
    "several": "did you mean '{close}'? only spaces, case, zeros, dashes or forms of characters"
    " differ",
}


@dataclass(frozen=True, slots=True)
class NearName:
    """A known name that was probably meant."""

    name: str
    hint: str
    """Template with `{close}` that says in what the two differ."""


def folded(name: str) -> str:
    """Return a name without case, width, spaces, leading zeros and the encoding of accents."""
    for step in _STEPS.values():
        name = step(name)
    return _composed(name)


def nearest(name: str, known: Iterable[str], *, letters: bool = True) -> NearName | None:
    """Return the known name that was probably meant.

    A name with the same folded form comes first. With `letters` one that is spelt alike follows;
    not so for ids such as CAM-07, all of which are alike.
    """
    others = [each for each in known if each != name]
    wanted = folded(name)
    if not wanted:
        return None
    same = [each for each in others if folded(each) == wanted]
    if same:
        found = difflib.get_close_matches(name, same, 1, 0) or same
        return NearName(found[0], _HINT_MESSAGES[_difference(name, found[0])])
    if not letters or len(others) > _MOST_COMPARED:
        return None
    forms = {folded(each): each for each in others}
    close = difflib.get_close_matches(wanted, forms, 1)
    return NearName(forms[close[0]], _HINT_MESSAGES["spelling"]) if close else None


def _difference(name: str, other: str) -> str:
    """Name the one step without which two names would not be the same."""
    needed = [
        left_out for left_out in _STEPS if _without(left_out, name) != _without(left_out, other)
    ]
    return needed[0] if len(needed) == 1 else "several"


def _without(left_out: str, name: str) -> str:
    for label, step in _STEPS.items():
        if label != left_out:
            name = step(name)
    return name
