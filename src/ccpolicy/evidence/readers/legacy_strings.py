"""Texts in workbooks of Excel 97 to 2003, which may go on in further records."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ccpolicy.evidence.readers.compound_file import DamagedFile

_IS_WIDE, _HAS_EXTRA, _HAS_RUNS = 0x01, 0x04, 0x08
_RUN_SIZE = 4


class Strings:
    """Takes numbers and texts from the pieces of a record and of those that continue it."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._piece, self._at = 0, 0

    @property
    def has_more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._pieces[self._piece]) or any(self._pieces[self._piece + 1 :])

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            DamagedFile: there are fewer.
        """
        found = self._pieces[self._piece][self._at : self._at + size]
        self._at += len(found)
        while len(found) < size:
            self._go_on()
            more = self._pieces[self._piece][: size - len(found)]
            self._at = len(more)
            found += more
        return found

    def number(self, form: str) -> int:
        """Return the next number, in the form of `struct`."""
        (found,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(found)

    def text(self, count: int) -> str:
        """Return the next text of so many characters, without its layout.

        Where it goes on in another record, this says anew how wide characters are.

        Raises:
            DamagedFile: it is cut off, or has half a character.
        """
        flags = self.number("<B")
        layout = self.number("<H") * _RUN_SIZE if flags & _HAS_RUNS else 0
        layout += self.number("<I") if flags & _HAS_EXTRA else 0
        found: list[bytes] = []
        while count:
            piece = self._pieces[self._piece]
            if self._at == len(piece):
                self._go_on()
                flags = self.number("<B")
                continue
            width = 2 if flags & _IS_WIDE else 1
            read = min(count, (len(piece) - self._at) // width)
            if not read:
                raise DamagedFile("a text is cut off")
            part = piece[self._at : self._at + read * width]
            found.append(part if width == 2 else part.decode("latin-1").encode("utf-16-le"))
            self._at += len(part)
            count -= read
        self.take(layout)
        try:
            return b"".join(found).decode("utf-16-le")
        except UnicodeDecodeError as failure:
            raise DamagedFile("a text has half a character") from failure

    def _go_on(self) -> None:
        if self._piece + 1 == len(self._pieces):
            raise DamagedFile("a text is cut off")
        self._piece += 1
        self._at = 0


def shared_texts(pieces: Sequence[bytes]) -> list[str]:
    """Return the texts that cells name by their number. How many there are, is not always right.

    Raises:
        DamagedFile: one of them is cut off.
    """
    strings = Strings(pieces)
    strings.take(8)
    found = []
    while strings.has_more:
        found.append(strings.text(strings.number("<H")))
    return found
