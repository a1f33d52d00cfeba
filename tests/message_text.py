"""Messages by their codes, so that a test pins what is said and not how it is worded."""

from __future__ import annotations

import re
from string import Formatter

from ccpolicy.errors import LANGUAGES, Language, Message, catalogue
from ccpolicy.messages import FAMILIES, codes
from ccpolicy.messages.hints import HINT_MESSAGES

TEMPLATES = {code: template for template, code in codes().items()}


def coded(code: str, *values: object, language: Language = "en") -> str:
    """Return a message after its code, its values given in the order of the template."""
    template = TEMPLATES[code]
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
    return Message.of(template, **dict(zip(names, values, strict=True))).coded(language)


_CODE = re.compile(rf"\b(?:{'|'.join(FAMILIES)})[0-9]{{3}} ?")
_LEVEL = re.compile(r"(^|: )(?:error: |warning: |错误：|警告：)", re.MULTILINE)
_EXCERPT = re.compile(r"^ *[0-9]* \|.*\n?|\n[0-9]+ errors?$", re.MULTILINE)
"""A line of a file with its caret, and the count below; tests/cli/test_diagnostics.py has these."""


_HINTS = re.compile(
    r"\n *(?:hint: |提示[:：] ?)(?:"
    + "|".join(
        re.escape(catalogue(language).gettext(each))
        for each in HINT_MESSAGES.values()
        for language in LANGUAGES
    )
    + r")(?=\n|$)"
)
"""A hint that a message always has; tests/test_standing_hints.py holds these."""


def plain(text: str) -> str:
    """Leave the levels, the lines of files, standing hints and the count out of what was said."""
    return _HINTS.sub("", _LEVEL.sub(r"\1", _EXCERPT.sub("", text)))


class Said(str):
    """What the program said, to be compared with what a test expects.

    A test gives the codes, the sentences or both: an expectation without codes is compared with
    the sentences, and a line of it that ends with a code and a blank leaves the sentence open.
    """

    __slots__ = ()

    def __eq__(self, expected: object) -> bool:
        if not isinstance(expected, str):
            return NotImplemented
        wanted = _codes(expected)
        if wanted and wanted != _codes(self):
            return False
        said, expected = plain(self), plain(expected)
        lines, others = _CODE.sub("", said).split("\n"), _CODE.sub("", expected).split("\n")
        is_open = [bool(_CODE.search(each[-6:])) for each in expected.split("\n")]
        return len(lines) == len(others) and all(
            line.startswith(other) if left_open else line == other
            for line, other, left_open in zip(lines, others, is_open, strict=True)
        )

    def __hash__(self) -> int:
        return hash(_CODE.sub("", self))

    def __contains__(self, expected: object) -> bool:
        return isinstance(expected, str) and said_in(expected, str(self))

    def startswith(self, expected: str) -> bool:  # type: ignore[override]
        """Whether it begins with a text, given with or without its codes."""
        said = plain(self) if _codes(expected) else _CODE.sub("", plain(self))
        return said.startswith(plain(expected))

    def replace(self, old: str, new: str) -> Said:  # type: ignore[override]
        """Return what is said with other values."""
        return Said(str(self).replace(old, new))


def said_in(expected: str, said: str) -> bool:
    """Whether something was said, expected with or without its codes."""
    said, expected = plain(said), plain(expected)
    return expected in said or (not _codes(expected) and expected in _CODE.sub("", said))


def _codes(text: str) -> list[str]:
    return [each.strip() for each in _CODE.findall(text)]
