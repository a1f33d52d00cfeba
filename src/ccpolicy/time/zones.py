"""Time zones as the package tzdata has them: a machine's own rules may be older, or its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata

_FOLDER = Path(tzdata.__file__).parent


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this IANA name."""
    return name in _names()


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; each is one object, as datetime arithmetic asks for.

    Raises:
        KeyError: there is none of that name.
    """
    if not is_zone(name):
        raise KeyError(name)
    with (_FOLDER / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, name)


@cache
def _names() -> frozenset[str]:
    return frozenset((_FOLDER / "zones").read_text("utf-8").split())
