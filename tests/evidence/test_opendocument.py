"""OpenDocument spreadsheets say what is hidden, merged or cannot be read, as other workbooks do."""

from __future__ import annotations

import pytest

from ccpolicy.errors import LimitError

from .conftest import Desk
from .test_decoding import expect, noted, packed, refused, sheet

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def opened(*rows: str, around: str = "", styles: str = "", table: str = "") -> bytes:
    """Make an OpenDocument spreadsheet with the sheet `Log`."""
    listed = "".join(each if each.startswith("<table:t") else _row(each) for each in rows)
    content = (
        f'<office:document-content {SPACES} xmlns:calcext="{CALC}">{styles}<office:body>'
        f'<office:spreadsheet><table:table table:name="Log"{table}>{listed}</table:table>{around}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)
    )


def _row(cells: str, keys: str = "") -> str:
    found = "".join(
        each if each.startswith("<") else f"<table:table-cell{_typed(each)}"
        for each in cells.split("|")
    )
    return f"<table:table-row{keys}>{found}</table:table-row>"


def _typed(cell: str) -> str:
    if not cell:
        return "/>"
    kind = f'float" office:value="{cell}' if cell.isdecimal() else "string"
    return f' office:value-type="{kind}"><text:p>{cell}</text:p></table:table-cell>'


FORMULA = '<table:table-cell table:formula="of:=1/0"'


def test_open_document(desk: Desk) -> None:
    head, one, two = "id|n|note", "a|1|x", "b|2|y"
    rows = [(".xlsx:Log!2", 1, "x"), (".xlsx:Log!3", 2, "y")]
    expect(desk.read(opened(head, one, two), sheet()), *rows)
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
    far = f'{empty} table:number-columns-repeated="16384"/></table:table-row>'
    expect(desk.read(opened(head, one, two, far), sheet()), *rows)
    expect(
        desk.read(opened("Title", far.replace("1048000", "2"), head, one), sheet(header=4)),
        (".xlsx:Log!5", 1, "x"),
    )
    hidden = opened(head, one, _row(two, ' table:visibility="filter"'))
    expect(desk.read(hidden, sheet()), *rows)
    assert noted(desk.read(hidden, sheet())) == ["EV241"]
    expect(desk.read(hidden, sheet(hidden="skip")), rows[0])
    refused(desk.read(hidden, sheet(hidden="refuse")), "EV533")
    spanned = 'office:value-type="string" table:number-rows-spanned="2"><text:p>x</text:p>'
    merged = opened(head, f"a|1|<table:table-cell {spanned}</table:table-cell>", "b|2|")
    refused(desk.read(merged, sheet()), "EV532", "merged: fill")
    expect(desk.read(merged, sheet(merged="fill")), rows[0], (".xlsx:Log!3", 2, "x"))
    named = (
        '<table:named-expressions><table:named-range table:name="Patrols"'
        ' table:cell-range-address="$Log.$A$2:.$C$3"/></table:named-expressions>'
    )
    titled = opened("Title", head, one, "z|3|z", around=named)
    loaded = desk.read(titled, sheet(range="Patrols"))
    refused(loaded, "EV531")
    texts = "<text:p>a  <text:s text:c='2'/>b</text:p><text:p>c</text:p>"
    note = f'<table:table-cell office:value-type="string">{texts}</table:table-cell>'
    expect(desk.read(opened(head, f"a|1|{note}"), sheet()), (".xlsx:Log!2", 1, "a   b\nc"))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (
            f'{FORMULA} office:value-type="string" calcext:value-type="error">'
            "<text:p>#DIV/0!</text:p></table:table-cell>",
            "EV225",
        ),
        (f"{FORMULA}/>", "EV226"),
        ('<table:table-cell office:value-type="float" office:value="x"/>', "EV240"),
        ('<table:table-cell office:value-type="date" office:date-value="2026-13-01"/>', "EV240"),
        ('<table:table-cell office:value-type="new"/>', "EV240"),
    ],
)
def test_cells_of_open_document_that_cannot_be_read(desk: Desk, cell: str, code: str) -> None:
    """None is taken for an empty one, in the last row either."""
    refused(desk.read(opened("id|n|note", f"a|1|{cell}"), sheet()), code)
    refused(
        desk.read(
            opened("id|n|note", "a|1|x", _row(f"||{cell}", ' table:number-rows-repeated="1"')),
            sheet(),
        ),
        code,
    )


def test_spreadsheets_of_another_kind(desk: Desk) -> None:
    refused(desk.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), sheet()), "EV223")
    content = "<office:document-content xmlns:office='x'><office:text/></office:document-content>"
    refused(desk.read(packed(("content.xml", content)), sheet()), "EV223")
    entity = f"<!DOCTYPE a [<!ENTITY b 'c'>]>{content}"
    refused(desk.read(packed(("content.xml", entity)), sheet()), "EV245")
    wide = opened(
        "id|n|note",
        '<table:table-row table:number-rows-repeated="9999999">'
        '<table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="string"><text:p>x</text:p></table:table-cell>'
        "</table:table-row>",
    )
    with pytest.raises(LimitError):
        desk.read(wide, sheet())
