"""Which formats a column of times is written in; the order of day and month is never guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ccpolicy.checks.time_formats import time_format
from ccpolicy.draft.column_trial import ColumnTrial
from ccpolicy.evidence.reading_hints import formats_of

_ORDERS = ("%d{0}%m{0}%{1}", "%m{0}%d{0}%{1}")
_SHORT = (*_ORDERS, "%y{0}%m{0}%d", "%y{0}%d{0}%m")
_DAY = re.compile(r"%[dmyY]([./-])%[dmyY]\1%[dmyY]")


@dataclass(frozen=True)
class TimeGuess:
    """How the times of a column may be written."""

    formats: tuple[str, ...] = ()
    """Formats that read every text; none where it is doubtful which are meant."""
    zone: str | None = None
    """Zone that the texts themselves name."""
    doubtful: tuple[tuple[str, ...], ...] = ()
    """The sets of formats that fit equally well, if there are several; then `formats` is empty."""
    example: str = ""
    """A text that these read differently."""

    @property
    def is_moment(self) -> bool:
        """Whether any of the formats says the hour."""
        formats = self.formats or [each for choice in self.doubtful for each in choice]
        return any(time_format(each).has_clock for each in formats if each != "iso")

    @property
    def needs_zone(self) -> bool:
        """Whether a text has no offset though it says the hour."""
        formats = self.formats or [each for choice in self.doubtful for each in choice]
        return self.zone is None and any(
            not time_format(each).has_offset for each in formats if each != "iso"
        )


def guess_times(trial: ColumnTrial, texts: Collection[str]) -> TimeGuess | None:
    """Find the formats of texts, all of which must be times; None if they are not."""
    shapes: dict[str, list[str]] = {}
    for text in texts:
        shapes.setdefault(re.sub(r"\d+", "9", text), []).append(text)
    if len(shapes) > 12:
        return None
    zones: set[str | None] = set()
    choices: list[list[str]] = []
    for group in shapes.values():
        candidates = _candidates(group[0], zones)
        fitting = [each for each in candidates if trial.reads_times(group, [each])]
        if not fitting:
            return None
        choices.append(fitting)
    zone = next(iter(zones)) if len(zones) == 1 else None
    if len(zones) > 1:
        return None
    orders = _common_orders(choices)
    sets = [
        tuple(dict.fromkeys(_of_order(choice, order) for choice in choices)) for order in orders
    ]
    sets = list(dict.fromkeys(sets))
    # What reads all texts must do so together, too.
    sets = [each for each in sets if trial.reads_times(list(texts), each)]
    if not sets:
        return None
    if len(sets) == 1:
        return TimeGuess(sets[0], zone)
    example = next((text for text in texts if trial.differs(text, sets)), next(iter(texts)))
    return TimeGuess((), zone, tuple(sets), example)


def _candidates(text: str, zones: set[str | None]) -> list[str]:
    """Return the formats of a text, with day and month, and a short year, in every order."""
    found: dict[str, None] = {}
    for format_, zone in formats_of(text):
        if format_.startswith(("epoch", "excel")):
            continue
        zones.add(zone)
        for each in _orders(format_):
            found[each] = None
    return list(found)


def _orders(format_: str) -> Iterable[str]:
    day = _DAY.search(format_)
    if not day or day[0].startswith("%Y"):
        return [format_]
    year = "Y" if "%Y" in day[0] else "y"
    forms = _ORDERS if year == "Y" else _SHORT
    return [format_.replace(day[0], each.format(day[1], year)) for each in forms]


def _order(format_: str) -> str:
    """Return the order of day, month and year in a format, such as `dmY`."""
    return "".join(re.findall("%([dmyY])", format_))


def _common_orders(choices: Sequence[Sequence[str]]) -> list[str]:
    """Return the orders of those of several forms of a column that are in doubt.

    What one form settles holds for the others of the same orders: people do not change it from row
    to row.
    """
    doubtful = [choice for choice in choices if len(choice) > 1]
    if not doubtful:
        return [""]
    settled = {_order(choice[0]).lower() for choice in choices if len(choice) == 1}
    common = [
        each
        for each in dict.fromkeys(_order(format_) for format_ in doubtful[0])
        if all(any(_order(other) == each for other in choice) for choice in doubtful)
    ]
    known = [each for each in common if each.lower() in settled]
    return known[:1] or common


def _of_order(choice: Sequence[str], order: str) -> str:
    return next((each for each in choice if _order(each) == order), choice[0])
