"""Which line of the contract passes over a row that is no record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ccpolicy.evidence.contract import Contract

_SKIPPING = ("csv", "xlsx")
"""Formats with rows that a contract can pass over."""
_MARK = "\ufeff"
"""Begins a file whose encoding it marks, also where files were put one behind the other."""
_BESIDE = re.compile(
    r"合计|总计|小计|共计|累计|备注|注[:：]|说明|制表|审核"
    r"|(?:(?:sub-?|grand )?totals?|sum|notes?|remarks?)\b",
    re.IGNORECASE,
)
"""What totals, and notes below a table, begin with."""


def skipping_line(contract: Contract, record: Mapping[str, Any]) -> str | None:
    """Return the line by which a row is passed over: a blank one, headings again, a total."""
    if contract.dataset.format not in _SKIPPING or contract.dataset.reshape:
        return None
    cells = {name: cell for name, cell in record.items() if cell not in (None, "")}
    if not cells:
        return _skipping("^$")
    if all(str(cell).lstrip(_MARK) == contract.heading(name) for name, cell in cells.items()):
        texts = "|".join(map(re.escape, map(str, cells.values())))
        texts = texts.replace(_MARK, r"\x{FEFF}?")
        return _skipping(f"^({texts})$" if len(cells) > 1 else f"^{texts}$")
    begins = [_BESIDE.match(cell) for cell in cells.values() if isinstance(cell, str)]
    return next((_skipping(f"^{each[0]}") for each in begins if each), None)


def _skipping(pattern: str) -> str:
    return f"skip: [{json.dumps(pattern, ensure_ascii=False)}]"
