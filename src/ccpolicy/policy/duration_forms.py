"""Forms of durations on file, such as `%H:%M:%S` or `%d d %H h`, as a pattern and as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ccpolicy.errors import PolicyError
from ccpolicy.store.sql import literal

_SECONDS = {"d": 86_400, "H": 3600, "M": 60, "S": 1}
"""Code → how many seconds one is, from the largest on."""
_ORDER = "dHMS"
_WITHIN = {"H": "2[0-3]|[01]?[0-9]", "M": "[0-5]?[0-9]", "S": "[0-5]?[0-9]"}
"""Code → what it may be behind a larger one."""
_PARTS = re.compile(r"%(.?)|[^%]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DurationForm:
    """One way in which a duration is written."""

    pattern: str
    """What a text must match, in RE2, with a group for each code."""
    codes: str

    def seconds(self, text: str) -> str:
        """Write the SQL of the seconds of a text; NULL if it does not match."""
        pattern = literal(self.pattern)
        parts = " + ".join(
            f"try_cast(regexp_extract({text}, {pattern}, {group}) AS BIGINT) * {_SECONDS[code]}"
            for group, code in enumerate(self.codes, 1)
        )
        return f"CASE WHEN regexp_matches({text}, {pattern}) THEN {parts} END"


@cache
def duration_form(text: str) -> DurationForm:
    """Read a form.

    Raises:
        PolicyError: its codes are not days, hours, minutes and seconds, one after the other.
    """
    pattern, codes = "", ""
    for part in _PARTS.finditer(text):
        code = part[1]
        if code is None or code == "%":
            pattern += re.sub(r"(?:\\ | )+", " +", re.escape(part[0] if code is None else "%"))
        else:
            pattern += f"({_WITHIN[code]})" if codes and code in _WITHIN else "([0-9]{1,9})"
            codes += code
    if not codes or codes not in _ORDER:
        raise PolicyError(
            "'{form}' is not a way to write a duration",
            hint="write %d days, %H hours, %M minutes and %S seconds in this order, none left out"
            " between two, such as %H:%M:%S",
            form=text,
        )
    return DurationForm(f"^{pattern}$", codes)
