"""What a contract says of how files are written, checked before any file is read."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.patterns import searcher
from ccpolicy.errors import Locate, Locator, PolicyError
from ccpolicy.evidence_formats import ENCODINGS
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.decoding import (
    FORMATS_OF,
    Around,
    CellRange,
    is_any,
    members_of,
    pointer_tokens,
)
from ccpolicy.policy.names import unknown, without_effect


def check_decoding(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    """Yield what is impossible, or has no effect, in how the files of a dataset are written."""
    yield from _without_effect(dataset, place)
    if dataset.encoding and dataset.encoding not in ENCODINGS:
        yield unknown("unknown encoding '{name}'", dataset.encoding, ENCODINGS, place("encoding"))
    for index, pattern in enumerate(dataset.skip):
        yield from _pattern(pattern, place("skip", index))
    for key in ("footer", "starts", "pattern"):
        if pattern := getattr(dataset, key):
            yield from _pattern(pattern, place(key))
    if dataset.range and dataset.format != "xlsx" and not CellRange.parse(dataset.range):
        yield PolicyError(
            "'{text}' is no range of cells",
            hint="write a range such as B4:F or A3:H40",
            locator=place("range"),
            text=dataset.range,
        )
    if isinstance(dataset.header, list) and dataset.header != sorted(set(dataset.header)):
        yield PolicyError(
            "the rows of 'header' must be listed from top to bottom", locator=place("header")
        )
    yield from _unnamed(dataset, place)
    yield from _pointers(dataset, place)
    yield from _log(dataset, place)
    for name, each in dataset.around.items():
        yield from _around(dataset, name, each, place)


def _without_effect(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    for key, formats in FORMATS_OF.items():
        if key in dataset.model_fields_set and dataset.format not in formats:
            yield PolicyError(
                "'{key}' has no effect on the format {format}",
                hint="take it out; it belongs to: {formats}",
                locator=place(key),
                key=key,
                format=dataset.format,
                formats=", ".join(sorted(formats)),
            )
    for key, needs, is_there in (
        ("member", "compression: zip", dataset.compression == "zip"),
        ("starts", "pattern", dataset.pattern),
    ):
        if key in dataset.model_fields_set and not is_there:
            yield without_effect(key, needs, place(key))


def _pattern(pattern: str, place: Locator, groups: int = 99) -> Iterator[PolicyError]:
    try:
        compiled = searcher(pattern)
    except ValueError as failure:
        yield PolicyError(
            "the pattern cannot be read: {reason}",
            hint="patterns are written as RE2 reads them, without look-around and back-references",
            locator=place,
            reason=str(failure)[:200],
        )
        return
    if compiled.groups > groups:
        yield PolicyError(
            "the pattern has several groups, but only one can be the value",
            hint="write the others as (?:…)",
            locator=place,
        )


def _unnamed(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    """Yield the columns of a table without headings of which nobody knows where they are."""
    if dataset.header != "none" or dataset.reshape:
        return
    for name in dataset.record["properties"]:
        if name in dataset.around:
            continue
        heading = dataset.heading(name) if name in dataset.columns else ""
        is_number = heading.isdecimal() and 1 <= int(heading) <= 16_384
        is_letter = heading.isalpha() and heading.isascii() and heading.isupper()
        if not is_number and not (is_letter and len(heading) <= 3):
            yield PolicyError(
                "there are no headings, and nothing says which column is '{name}'",
                hint="name it by its letter or number, such as  columns: {{{name}: A}}",
                locator=place("columns", name) if heading else place("columns"),
                name=name,
            )


def _pointers(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    """Yield what is wrong with the pointers into documents."""
    if dataset.format not in FORMATS_OF["records"]:
        return
    records = dataset.records
    if records and records != "document" and not records.startswith("/"):
        yield PolicyError(
            "'records' is a JSON Pointer, which begins with /",
            hint="write  records: /{records}  or  records: document",
            locator=place("records"),
            records=records,
        )
    if dataset.format == "xml" and not records:
        yield PolicyError(
            "'records' must say where in an XML document the records are",
            hint="write the names on the way to them, such as  records: /report/entry",
            locator=place(),
        )
    tokens = pointer_tokens(records) if records.startswith("/") else []
    yield from _members(dataset, tokens, place)
    for name in dataset.columns:
        heading = dataset.heading(name)
        if not heading.startswith("/"):
            continue
        for index, step in enumerate(own := pointer_tokens(heading)):
            if is_any(step) and own[: index + 1] != [
                each.removesuffix("?") for each in tokens[: index + 1]
            ]:
                yield PolicyError(
                    "the step '{step}' of '{pointer}' does not lead to the records",
                    hint="up to its last * or {{…}} a pointer must be that of 'records': {records}",
                    locator=place("columns", name),
                    step=step,
                    pointer=heading,
                    records=records,
                )
                break


def _members(dataset: Dataset, tokens: list[str], place: Locate) -> Iterator[PolicyError]:
    """Yield names of members that no column holds."""
    names = [name for each in tokens if (name := members_of(each))]
    if names and dataset.format == "xml":
        yield PolicyError(
            "the name of an XML element cannot be the value of a column: '{{{name}}}'",
            hint="write the element's name, or * for each of those that are called alike",
            locator=place("records"),
            name=names[0],
        )
        return
    around = {
        "around": dataset.around,
        "columns": [c for c in dataset.columns if _stands(dataset, c)],
    }
    for index, name in enumerate(names):
        if not (name in dataset.record["properties"] or dataset.reshape):
            yield unknown(
                "unknown column '{name}'", name, dataset.record["properties"], place("records")
            )
        elif name in names[:index] or any(name in each for each in around.values()):
            yield PolicyError(
                "two places are named for the column '{name}'",
                hint="of 'records', 'columns' and 'around' one says where it stands",
                locator=place("records"),
                name=name,
            )


def _stands(dataset: Dataset, name: str) -> bool:
    """Whether a contract says where a column is found on file."""
    return dataset.columns[name].from_ is not None


def _log(dataset: Dataset, place: Locate) -> Iterator[PolicyError]:
    if dataset.format != "log":
        return
    if not dataset.pattern:
        yield PolicyError(
            "a log needs a pattern that finds its columns",
            hint="add to the dataset a pattern with named groups, such as"
            "  pattern: '(?P<at>\\S+) (?P<what>.*)'",
            locator=place(),
        )
        return
    try:
        groups = searcher(dataset.pattern).groupindex
    except ValueError:
        return
    names = dataset.reshape.columns if dataset.reshape else dataset.record["properties"]
    for name in names:
        group = dataset.heading(name)
        if name not in dataset.around and group not in groups:
            yield unknown("the pattern has no group '{name}'", group, groups, place("pattern"))


def _around(dataset: Dataset, name: str, each: Around, place: Locate) -> Iterator[PolicyError]:
    here = place("around", name)
    is_known = name in dataset.record["properties"] and dataset.heading(name) == name
    if not (is_known or dataset.reshape):
        known = [other for other in dataset.record["properties"] if other not in dataset.columns]
        yield unknown("unknown column '{name}'", name, known, here)
    given = [key for key in ("value", "file", "part", "cell") if getattr(each, key) is not None]
    if len(given) != 1 or (each.match and not each.cell):
        yield PolicyError(
            "'{name}' must have exactly one of 'value', 'file', 'part' and 'cell', and"
            " 'match' only beside 'cell'",
            locator=here,
            name=name,
        )
        return
    is_several = (
        dataset.compression == "zip"
        or "*" in (dataset.sheet or "")
        or isinstance(dataset.sheet, list)
    )
    if (each.cell and dataset.format not in FORMATS_OF["range"]) or (each.part and not is_several):
        yield PolicyError(
            "'{key}' has no effect on the format {format}",
            hint="a cell is one of a sheet or CSV file; a part is one of several sheets or of the"
            " files in a ZIP archive",
            locator=place("around", name, given[0]),
            key=given[0],
            format=dataset.format,
        )
    for pattern in (each.file, each.part, each.match):
        if pattern:
            yield from _pattern(pattern, here, groups=1)
