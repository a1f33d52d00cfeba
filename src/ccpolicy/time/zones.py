"""Time zones as the package tzdata has them: a machine's own rules may be older, or its own."""

from __future__ import annotations

import datetime
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


def local_readings(local: datetime.datetime, zone: ZoneInfo) -> list[datetime.datetime]:
    """Return the moments at which a zone's clock shows a local time: one, two, or none."""
    both = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    if both[0].utcoffset() == both[1].utcoffset():
        return both[:1]
    return [
        each
        for each in both
        if each.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) == local
    ]


@cache
def _names() -> frozenset[str]:
    return frozenset((_FOLDER / "zones").read_text("utf-8").split())
