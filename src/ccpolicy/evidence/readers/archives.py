"""Packed files: gzip, and ZIP archives of several files."""

from __future__ import annotations

import fnmatch
import gzip
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.evidence.contract import make_contract
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.zip_extent import check_extent
from ccpolicy.evidence_formats import ENCODINGS
from ccpolicy.files.finder import content_facts, name_fault, printable
from ccpolicy.files.limits import MIB, Limits
from ccpolicy.policy import Dataset

_PIECE = 1 << 20
_RATIO = 100
"""How many times as large as when it is packed a content may be."""
_ALWAYS = 16 << 20
"""Bytes that a content may have anyhow."""
_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)
"""What a damaged file raises; `zipfile` refuses what it cannot unpack with a `RuntimeError`."""
Pieces = Iterator[bytes]


def read_plain(file: SourceFile) -> Pieces:
    """Yield a file that is not packed, in pieces."""
    with file.open() as stream:
        while piece := stream.read(_PIECE):
            yield piece


def gunzip(file: SourceFile) -> Pieces:
    """Yield the content of a gzip file, in pieces.

    Raises:
        EvidenceError: it is none, is damaged or is cut off.
        LimitError: its content is too large.
    """
    with _refusing(file, "gzip"), file.open() as packed, gzip.open(packed) as stream:
        yield from _limited(file, lambda: stream.read(_PIECE), [0])


def unzip(file: SourceFile) -> Iterator[tuple[str, Pieces]]:
    """Yield each file of a ZIP archive that the contract names, by name, with its content.

    Raises:
        EvidenceError: it is no archive, is damaged, or holds what no archive of evidence has.
        LimitError: its content is too large.
    """
    dataset = file.contract.dataset
    total = [0]
    with _refusing(file, "zip"), file.open() as packed, _archive(file, packed) as archive:
        entries = _entries(file, packed, archive)
        chosen = [name for name in sorted(entries) if fnmatch.fnmatchcase(name, dataset.member)]
        if not chosen:
            raise file.error(
                "no file of the archive matches '{pattern}'",
                hint="correct 'member' in the dataset; the archive holds: {known}",
                pattern=dataset.member,
                known=", ".join(sorted(entries)[:10]) or "–",
            )
        for name in chosen:
            with archive.open(entries[name]) as stream:
                yield name, _refused(_limited(file, lambda: stream.read(_PIECE), total), file)


def members(file: SourceFile) -> list[str]:
    """Return the names of the files in a ZIP archive that the contract leaves out.

    Raises:
        EvidenceError: it is no archive, or one of them is left out by the case of its letters
            alone.
    """
    pattern = file.contract.dataset.member
    with _refusing(file, "zip"), file.open() as packed, _archive(file, packed) as archive:
        left_out = sorted(
            name
            for name in _entries(file, packed, archive)
            if not fnmatch.fnmatchcase(name, pattern)
        )
    for name in left_out:
        if fnmatch.fnmatchcase(name.casefold(), pattern.casefold()):
            raise file.error(
                "the archive holds '{name}', which fits '{pattern}' but for the case of letters",
                hint="name the file as the others are, or write 'member' so that it is read too",
                name=printable(name)[:200],
                pattern=pattern,
            )
    return left_out


def left_out(dataset: Dataset, name: str, path: Path, limits: Limits) -> list[str]:
    """Return the names of the files in an archive, given its name and path, that are not read.

    Raises:
        EvidenceError: see `members`.
    """
    nothing_of_it = replace(content_facts(()), data=None)
    return members(SourceFile(name, path, nothing_of_it, limits, contract=make_contract(dataset)))


def _archive(file: SourceFile, packed: BinaryIO) -> zipfile.ZipFile:
    """Open an archive, in which names that are not UTF-8 are written as the texts are."""
    encoding = file.contract.dataset.encoding
    return zipfile.ZipFile(packed, metadata_encoding=encoding and ENCODINGS[encoding])


def _entries(
    file: SourceFile, packed: BinaryIO, archive: zipfile.ZipFile
) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by name, all of which must be harmless."""
    check_extent(file, packed, archive)
    found: dict[str, zipfile.ZipInfo] = {}
    alike: set[str] = set()
    infos = archive.infolist()
    if len(infos) > file.limits.files:
        raise file.beyond(
            "more files match '{pattern}' than {limit}",
            "files",
            pattern=file.contract.dataset.member,
        )
    for info in infos:
        form = unicodedata.normalize("NFC", info.filename).casefold()
        if form in alike or not _is_harmless(info):
            raise file.error(
                "the archive holds '{name}', which leads out of it, is a link, is encrypted or is"
                " there twice",
                hint="pack the files again, without folders and without a password",
                name=printable(info.filename)[:200],
            )
        alike.add(form)
        if not info.is_dir():
            found[info.filename] = info
    return found


def _is_harmless(info: zipfile.ZipInfo) -> bool:
    """Whether an entry of an archive is a file or folder below it that can be read."""
    parts = info.filename.removesuffix("/").split("/")
    leads_out = ".." in parts or "" in parts or "\\" in info.filename or ":" in parts[0]
    is_usual = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR)
    is_packed_as_usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    is_locked = info.flag_bits & 1
    return (
        is_usual
        and is_packed_as_usual
        and not (leads_out or is_locked or name_fault(info.filename))
    )


def _limited(file: SourceFile, read: object, total: list[int]) -> Pieces:
    """Yield pieces as long as all of them together are not too large."""
    assert callable(read)
    size = file.fingerprint.size
    limit = file.limits.file_size << MIB
    while piece := read():
        total[0] += len(piece)
        if total[0] > limit:
            raise LimitError(
                "unpacked, the file is larger than {limit} MiB",
                setting="file_size",
                locator=Locator(file.name),
                limit=limit >> MIB,
            )
        if total[0] > max(_ALWAYS, _RATIO * size):
            raise LimitError(
                "unpacked, the file is more than {limit} times as large",
                hint="ordinary files are not packed so tightly: if this one is genuine, keep"
                " it unpacked",
                locator=Locator(file.name),
                limit=_RATIO,
            )
        yield piece


def _refused(pieces: Pieces, file: SourceFile) -> Pieces:
    """Yield pieces, and refuse damage that shows when somebody asks for them."""
    with _refusing(file, "zip"):
        yield from pieces


@contextmanager
def _refusing(file: SourceFile, kind: str) -> Iterator[None]:
    try:
        yield
    except EvidenceError:
        raise
    except _DAMAGED as failure:
        raise file.error(
            "the file is not {kind}, or is damaged: {reason}",
            hint="correct 'compression' in the dataset, or export the file again",
            kind=kind,
            reason=str(failure)[:200] or type(failure).__name__,
        ) from failure
