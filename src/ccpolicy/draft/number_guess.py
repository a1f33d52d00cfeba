"""How a column of numbers is written; a mark that may be either is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ccpolicy.draft.column_trial import ColumnTrial
from ccpolicy.vocabulary import ColumnType

_CURRENCIES = "￥¥$€£元圆"
_UNITS = (
    *("€", "$", "£", "CNY", "RMB", "USD", "EUR", "HKD", "元", "万元", "円", "块"),
    *("台", "个", "次", "人", "件", "只", "具", "处", "项", "条", "份", "天"),
    *("L", "l", "升", "ml", "kg", "g", "t", "公斤", "吨", "km", "m", "cm", "mm", "米"),
    *("kWh", "kW", "W", "V", "A", "Hz", "℃", "°C", "bar", "kPa", "MPa", "dB"),
    *("KB", "MB", "GB", "TB", "MiB", "GiB", "litres", "pcs"),
)
_SPELLED = re.compile(
    rf"(?P<before>[{_CURRENCIES}]|CNY|RMB|USD|EUR)? ?[-+]?[0-9][0-9.,' ]*"
    rf" ?(?P<behind>%|{'|'.join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))})?"
)
_FORMS: tuple[dict[str, Any], ...] = (
    {"decimal": "."},
    {"thousands": ","},
    {"decimal": ","},
    {"decimal": ",", "thousands": "."},
    {"thousands": "'"},
    {"thousands": " "},
    {"decimal": ",", "thousands": " "},
)


NumberType = Literal["integer", "number"]


@dataclass(frozen=True)
class NumberGuess:
    """How the numbers of a column may be written."""

    type: NumberType
    form: dict[str, Any] | None = None
    """The `number` of the contract; none if they are written as in JSON."""
    doubtful: tuple[dict[str, Any], ...] = ()
    """The forms that fit equally well, if there are several; then `form` is none."""


def guess_numbers(trial: ColumnTrial, raws: Sequence[Any]) -> NumberGuess | None:
    """Find the form of cells, all of which must be numbers; None if they are not."""
    texts = [each for each in raws if isinstance(each, str)]
    found = [_SPELLED.fullmatch(each) for each in texts]
    if not all(found):
        return None
    units = {sign for each in found if each for sign in (each["before"], each["behind"]) if sign}
    bare = any(each and not (each["before"] or each["behind"]) for each in found)
    if "%" in units:
        return _percent(trial, raws) if units == {"%"} and not bare else None
    if units and (bare or not (len(units) == 1 or units <= {"￥", "¥"})):
        return None  # numbers of different things
    extra: dict[str, Any] = {"unit": sorted(units)} if units else {}
    by_value: dict[str, dict[str, Any]] = {}
    for form in _FORMS:
        whole = {**form, **extra}
        values = trial.values(raws, "number", {"number": whole} if texts else None)
        if values is not None:
            by_value.setdefault(repr(values), whole)
    if not by_value:
        return None
    forms: list[dict[str, Any]] = list(by_value.values())
    kind: ColumnType = "integer"
    if len(forms) > 1:
        return NumberGuess("number", None, tuple(map(_named, forms)))
    is_plain = not texts or _short(forms[0]) == {}
    reading = None if is_plain else {"number": forms[0]}
    type_: NumberType = "number"
    if trial.values(raws, kind, reading) is not None and not any(_has_fraction(x) for x in raws):
        type_ = "integer"
    if is_plain and trial.values(raws, type_) is None:
        return None  # such as 007
    return NumberGuess(type_, None if is_plain else _short(forms[0]))


def _percent(trial: ColumnTrial, raws: Sequence[Any]) -> NumberGuess | None:
    forms: list[dict[str, Any]] = [{"percent": True}, {"percent": True, "decimal": ","}]
    fitting = [each for each in forms if trial.values(raws, "number", {"number": each}) is not None]
    values = {repr(trial.values(raws, "number", {"number": each})) for each in fitting}
    if not fitting:
        return None
    if len(values) > 1:
        return NumberGuess("number", None, tuple(fitting))
    return NumberGuess("number", fitting[0])


def _has_fraction(raw: Any) -> bool:
    return isinstance(raw, float) and not raw.is_integer()


def _named(form: dict[str, Any]) -> dict[str, Any]:
    """Say at least which the decimal mark is."""
    return _short(form) or form


def _short(form: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is so anyhow."""
    return {name: value for name, value in form.items() if (name, value) != ("decimal", ".")}
