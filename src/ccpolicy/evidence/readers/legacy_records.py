"""The records of which workbooks of Excel 97 to 2003 consist."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ccpolicy.evidence.readers.compound_file import DamagedFile

_VERSION = 0x0600


class Kind:
    """The kinds of records that are read, each by its name in [MS-XLS]."""

    FORMULA = 0x0006
    EOF = 0x000A
    EXTERNSHEET = 0x0017
    NAME = 0x0018
    DATEMODE = 0x0022
    FILEPASS = 0x002F
    CONTINUE = 0x003C
    UNCALCED = 0x005E
    COLINFO = 0x007D
    BOUNDSHEET = 0x0085
    MULRK = 0x00BD
    MULBLANK = 0x00BE
    RSTRING = 0x00D6
    XF = 0x00E0
    MERGEDCELLS = 0x00E5
    SST = 0x00FC
    LABELSST = 0x00FD
    SUPBOOK = 0x01AE
    RECALCID = 0x01C1
    BLANK = 0x0201
    NUMBER = 0x0203
    LABEL = 0x0204
    BOOLERR = 0x0205
    STRING = 0x0207
    ROW = 0x0208
    ARRAY = 0x0221
    DEFAULTROWHEIGHT = 0x0225
    TABLE = 0x0236
    RK = 0x027E
    FORMAT = 0x041E
    SHRFMLA = 0x04BC
    BOF = 0x0809


class Part:
    """The parts of a workbook that are read."""

    GLOBALS = 0x0005
    WORKSHEET = 0x0010


def records_of(stream: bytes, at: int, wanted: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the records of a part of the workbook, without those of parts within it.

    Raises:
        DamagedFile: it is another part, is of an older version, or is cut off.
    """
    records = _records(stream, at)
    kind, pieces = next(records)
    if kind != Kind.BOF or struct.unpack_from("<2H", pieces[0]) != (_VERSION, wanted):
        raise DamagedFile("a part of it is another than it should be")
    depth = 0
    for kind, pieces in records:
        if kind == Kind.BOF:
            depth += 1
        elif kind == Kind.EOF and not depth:
            return
        elif kind == Kind.EOF:
            depth -= 1
        elif not depth:
            yield kind, pieces


def _records(stream: bytes, at: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the kind of each record, with its content and that of those that continue it.

    Raises:
        DamagedFile: the stream is cut off.
    """
    found: tuple[int, list[bytes]] | None = None
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        at += 4 + size
        if at > len(stream):
            break
        body = stream[at - size : at]
        if kind == Kind.CONTINUE and found:
            found[1].append(body)
            continue
        if found:
            yield found
        found = kind, [body]
        if kind == Kind.EOF:
            yield found
            found = None
    raise DamagedFile("the file is cut off")
