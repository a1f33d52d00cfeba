"""From the bytes of a file to contents as readers read them: unpacked, UTF-8, one table each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ccpolicy.errors import Message
from ccpolicy.evidence.readers.archives import gunzip, members, read_plain, unzip
from ccpolicy.evidence.readers.csv_table import CsvTable, is_shaped
from ccpolicy.evidence.readers.encodings import transcode
from ccpolicy.evidence.readers.interface import SourceFile, Spool, StoredFile
from ccpolicy.evidence.readers.surroundings import fields_before_reading
from ccpolicy.files import finder
from ccpolicy.files.finder import Fingerprint, content_facts
from ccpolicy.policy import Dataset


def is_plain(dataset: Dataset) -> bool:
    """Whether files are read as they are."""
    return not (
        dataset.encoding
        or dataset.compression
        or dataset.around
        or several_sheets(dataset)
        or (dataset.format == "csv" and is_shaped(dataset))
    )


def several_sheets(dataset: Dataset) -> bool:
    """Whether the contract may choose several sheets of a workbook."""
    return isinstance(dataset.sheet, list) or "*" in (dataset.sheet or "")


def decode(file: SourceFile, *, keep: bool = True) -> Iterator[SourceFile]:
    """Yield the contents of a file as its contract says: of an archive and of a workbook several.

    Small ones are kept in memory if they may be; the others are on the disk.

    Raises:
        EvidenceError: the file is not written as the contract says.
        LimitError: its content is too large.
        OSError: it cannot be read.
    """
    dataset = file.contract.dataset
    if is_plain(dataset):
        yield file
        return
    if dataset.compression == "zip":
        left_out = _left_out(file)
        for name, pieces in unzip(file):
            yield from _contents(replace(file, part=name, notes=left_out), pieces, keep=keep)
            left_out = ()
    elif dataset.compression == "gzip":
        yield from _contents(file, gunzip(file), keep=keep)
    else:
        yield from _contents(file, None, keep=keep)


def _left_out(file: SourceFile) -> tuple[Message, ...]:
    names = members(file)
    if not names:
        return ()
    return (
        Message.of(
            "files of the archive that were not read, {count}: {others}",
            count=len(names),
            others=", ".join(names[:10]),
        ),
    )


def _contents(
    file: SourceFile, pieces: Iterable[bytes] | None, *, keep: bool
) -> Iterator[SourceFile]:
    dataset = file.contract.dataset
    table = None
    if dataset.encoding:
        pieces = transcode(file, pieces or read_plain(file))
    if dataset.format == "csv" and is_shaped(dataset):
        table = CsvTable(file, pieces or read_plain(file))
        pieces = table.pieces()
    content = file
    if pieces is not None:
        spool = Spool(dataset.format)
        path, facts = _stored(pieces, file, spool, keep=keep)
        origin = StoredFile(file.path, file.fingerprint)
        content = replace(file, path=path, fingerprint=facts, origin=origin, spool=spool)
    around = {} if several_sheets(dataset) else fields_before_reading(file)
    if table:
        around |= table.cells.found()
        notes = (*file.notes, *table.notes())
        content = replace(content, runs=table.runs(), notes=notes)
    content = replace(content, around=around)
    if several_sheets(dataset):
        from ccpolicy.evidence.readers.sheet_choice import chosen_sheets

        sheets, more = chosen_sheets(content)
        content = replace(content, notes=(*content.notes, *more))
        for sheet in sheets:
            name = f"{file.part}/{sheet}" if file.part else sheet
            part = replace(content, part=name, sheet=sheet)
            yield replace(part, around=fields_before_reading(part))
            content = replace(content, notes=())
    else:
        yield content


def _stored(
    pieces: Iterable[bytes], file: SourceFile, spool: Spool, *, keep: bool
) -> tuple[Path, Fingerprint]:
    """Store a content in memory if it is small and may be kept, and otherwise on the disk."""
    held: list[bytes] = []
    size = 0
    rest = iter(pieces)
    for piece in rest:
        held.append(piece)
        size += len(piece)
        if size >= finder.SMALL:
            break
    if size < finder.SMALL and keep:
        return file.path, content_facts(held)
    path = spool.path
    with path.open("wb") as stream:

        def written() -> Iterator[bytes]:
            for piece in chain(held, rest):
                stream.write(piece)
                yield piece

        return path, replace(content_facts(written()), data=None)
