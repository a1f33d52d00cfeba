"""What scripts alone show, packed: the page is read without it, and made whole by the browser."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from markupsafe import Markup

from ccpolicy.assessment.control import Control
from ccpolicy.reports.html_parts.wording import readable

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock time of the plan's zone
_MINUTE = timedelta(minutes=1)
_GZIP = 31
"""zlib's window, and a gzip header, which holds no time and no name."""
_SAFE = bytes.maketrans(b"&<", b",.")
"""Characters of base 85 that mean something in HTML, and what stands for them."""
PLACE = Markup("<template></template>")
"""Where a packed part belongs, which may stand in a table or a list too."""


def packed(lines: Iterable[object]) -> Iterator[bytes]:
    """Yield values as lines of JSON, as gzip in base 85: four bytes in five characters."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    left = b""
    for value in lines:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
        left += squeeze.compress(line.encode())
        whole = len(left) - len(left) % 4
        yield _text(left[:whole])
        left = left[whole:]
    yield _text(left + squeeze.flush())


def _text(content: bytes) -> bytes:
    return base64.b85encode(content).translate(_SAFE)


class TextColumns:
    """Texts and places of a block, each once; columns hold their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int:
        """Return a text's number, or -1 for none."""
        return -1 if text is None else self._numbers.setdefault(readable(text), len(self._numbers))

    def place(self, locator: str | None) -> tuple[int, int | str]:
        """Return the number of a place's file, and its line, or 0 for a place without one."""
        file, _, line = (locator or "").rpartition(":")
        if not file:
            return self.number(locator), 0
        is_line = line.isdecimal() and line.isascii()
        return self.number(file), int(line) if is_line else readable(line)

    @property
    def texts(self) -> list[str]:
        """All texts by number."""
        return list(self._numbers)


def subject_labels(control: Control) -> list[dict[str, dict[str, str]]]:
    """Return for each part of a subject's name: value → what readers call it, by language."""
    return [
        {
            readable(value): {tag: readable(words) for tag, words in label.root.items()}
            for value, label in each.items()
        }
        for each in control.subject_labels
    ]


def minutes(moment: str) -> int:
    """Return wall-clock minutes since 1970, rounded down."""
    return (datetime.fromisoformat(moment).replace(tzinfo=None) - _EPOCH) // _MINUTE


class Folded:
    """Parts of the page that stand packed at its end, in the order of their places."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._inside = False

    def take(self, caller: Callable[[], str]) -> Markup:
        """Keep a part for the end of the page and return its place; nothing for an empty one.

        A part within another is packed with it.
        """
        if self._inside:
            return Markup(caller())  # noqa: S704 - what a template rendered is escaped
        self._inside = True
        part = str(caller()).strip()
        self._inside = False
        if not part:
            return Markup("")
        self._parts.append(part)
        return PLACE

    def packed(self) -> Iterator[bytes]:
        """Yield all parts, packed."""
        return packed(self._parts)
