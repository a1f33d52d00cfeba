"""Hold a ZIP archive to be the whole of its file: no byte may belong to anything else.

Programs find an archive in different ways, by its first bytes or by its directory at the end. So a
file that holds two of them says different things to different programs.
"""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

from ccpolicy.evidence.readers.interface import FileContent

_LOCAL = struct.Struct("<26x2H")
_ENTRY = struct.Struct("<28x3H12x")
_END64 = struct.Struct("<4xQ")
_END64_LOCATOR = 20
_END = struct.Struct("<20xH")
_DESCRIPTORS = (0, 12, 16, 20, 24)
"""Possible sizes of the data descriptor after an entry whose size its header does not give."""
_HAS_DESCRIPTOR = 1 << 3


def check_extent(file: FileContent, packed: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Refuse bytes before, between or behind the parts of an archive.

    Raises:
        EvidenceError: there are some.
    """
    try:
        is_whole = _is_whole(packed, archive)
    except struct.error:
        is_whole = False
    if not is_whole:
        raise file.error(
            "the file holds bytes that do not belong to its archive",
            hint="pack the files again: programs do not agree which of two archives in one file"
            " counts",
        )


def _is_whole(packed: BinaryIO, archive: zipfile.ZipFile) -> bool:
    at = 0
    gaps: tuple[int, ...] = (0,)
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if info.header_offset - at not in gaps:
            return False
        packed.seek(info.header_offset)
        at = info.header_offset + _LOCAL.size + sum(_read(packed, _LOCAL)) + info.compress_size
        gaps = _DESCRIPTORS if info.flag_bits & _HAS_DESCRIPTOR else (0,)
    if archive.start_dir - at not in gaps:
        return False
    packed.seek(archive.start_dir)
    for _ in archive.infolist():
        packed.seek(sum(_read(packed, _ENTRY)), 1)
    at = packed.tell()
    if packed.read(4) == b"PK\x06\x06":
        packed.seek(at)
        packed.seek(_read(packed, _END64)[0] + _END64_LOCATOR, 1)
        at = packed.tell()
    packed.seek(at)
    comment = sum(_read(packed, _END))
    return packed.tell() + comment == packed.seek(0, 2)


def _read(packed: BinaryIO, form: struct.Struct) -> tuple[int, ...]:
    return form.unpack(packed.read(form.size))
